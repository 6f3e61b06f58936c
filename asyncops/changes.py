"""What has changed between two looks at a service: pure book-keeping, without any I/O.

A :class:`Ledger` holds what was alive. It is fed what a look found and gives the changes one
after the other; what it holds always is the state after the change it gave last.
"""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import define, field, frozen

from asyncops.errors import AsyncOpsError
from asyncops.models import Operation, State, has_ended
from asyncops.watch_checkpoint import KnownAlive, WatchCheckpoint

__all__ = ["Change", "ChangeKind", "Ledger", "created_of"]

T = TypeVar("T", bound=Operation)
T_co = TypeVar("T_co", bound=Operation, covariant=True)


class ChangeKind(StrEnum):
    """What a change is about: an operation, or the watch itself."""

    CREATED = "created"
    """It was not there before. One that has ended already is told of as finished next."""
    UPDATED = "updated"
    """It is alive and not as it was, or had ended and is alive again (``before`` is None)."""
    FINISHED = "finished"
    """It has ended, either way."""
    VANISHED = "vanished"
    """It was alive, and the service does not have it any more."""
    INTERRUPTED = "interrupted"
    """Looks have begun to fail, see ``error``; the watch goes on."""
    RECOVERED = "recovered"
    """A look has worked again; what happened meanwhile comes next."""


@frozen(kw_only=True)
class Change(Generic[T_co]):
    """One thing that a watch has noticed.

    Attributes:
        kind: What it is.
        id: The operation's id as text; None where the change is about the watch.
        before: The operation as it was last seen; None where it was not seen before by this
            watch, such as right after a restart.
        after: The operation as it is; None where it vanished.
        seen_at: When the look saw it, by the client's clock; aware.
        error: Why the looks fail, where they were interrupted.
    """

    kind: ChangeKind
    seen_at: datetime
    id: str | None = None
    before: T_co | None = None
    after: T_co | None = None
    error: AsyncOpsError | None = None

    @property
    def failed(self) -> bool:
        """Whether it tells of an operation that has ended, but not in success."""
        return (
            self.kind is ChangeKind.FINISHED
            and self.after is not None
            and self.after.state is not State.SUCCEEDED
        )


@define(eq=False)
class _Known(Generic[T]):
    """An operation that is alive; without ``item`` where only a checkpoint tells of it.

    Without ``mark``, it is still to be told of.
    """

    mark: str | None
    created: float | None
    item: T | None = None


@define(eq=False)
class Ledger(Generic[T]):
    """What is alive, and how far new operations have been looked for.

    New ones are known by when they were created. A service may commit one a while after the time
    that it says, and later ones before it; so each look goes back to ``floor``, the watermark less
    the overlap, and the ids of what ended from there on are kept. The watermark is the latest
    creation that was seen before the last look began: that look saw all there was up to it. What
    claims to be from after the look that found it does not count, or one wrong date would put the
    watermark past all that is to come.

    Attributes:
        query: Fingerprint of what is watched.
        mark: What an operation looks like, as a text; another text is an update.
        overlap: Seconds that an operation may be committed late.
    """

    query: str
    mark: Callable[[T], str]
    overlap: float
    interrupted: bool = False
    begun: bool = field(default=False, init=False)
    watermark: float | None = field(default=None, init=False)
    newest: float | None = field(default=None, init=False)
    _alive: dict[str, _Known[T]] = field(factory=dict, init=False)
    _ended: dict[str, float] = field(factory=dict, init=False)
    _line: deque[Change[T]] = field(factory=deque, init=False)
    _newest_found: float | None = field(default=None, init=False)
    _looked_at: float = field(default=math.inf, init=False)
    _least: float = field(default=-math.inf, init=False)
    _settling: bool = field(default=False, init=False)

    def go_on(self, checkpoint: WatchCheckpoint) -> None:
        """Begin where an earlier watch stood."""
        self.begun = True
        self.watermark, self.newest = checkpoint.watermark, checkpoint.newest
        self.interrupted = checkpoint.interrupted
        if checkpoint.floor is not None:
            self._least = checkpoint.floor
        self._alive = {each.id: _Known(each.mark, each.created) for each in checkpoint.alive}
        self._ended = dict(checkpoint.ended)

    @property
    def checkpoint(self) -> WatchCheckpoint | None:
        """The state after the last change given; None as long as nothing was seen at all."""
        if not self.begun:
            return None
        return WatchCheckpoint(
            query=self.query,
            alive=tuple(
                KnownAlive(id_, known.mark, known.created) for id_, known in self._alive.items()
            ),
            ended=tuple(self._ended.items()),
            watermark=self.watermark,
            newest=self.newest,
            interrupted=self.interrupted,
            floor=self.floor if math.isfinite(self.floor) else None,
        )

    @property
    def floor(self) -> float:
        """How far back new operations are looked for, in seconds since the epoch.

        Never further than it was before: of what had ended by then, the ids were dropped, so that
        a larger overlap counts only once the watermark has moved on.
        """
        if self.watermark is None:
            return self._least
        return max(self._least, self.watermark - self.overlap)

    @property
    def wanted(self) -> Mapping[str, float | None]:
        """What is alive, and when it was created: a look has to find each, or find it gone."""
        return {id_: known.created for id_, known in self._alive.items()}

    @property
    def idle(self) -> bool:
        """Whether all changes have been given."""
        return not self._line

    @property
    def open(self) -> int:
        """What is alive, once all changes are given."""
        ids = set(self._alive)
        for change in self._line:
            if change.kind in {ChangeKind.FINISHED, ChangeKind.VANISHED}:
                ids.discard(change.id or "")
            elif change.id is not None:
                ids.add(change.id)
        return len(ids)

    @property
    def is_next_unseen(self) -> bool:
        """Whether the next change is about what only a checkpoint tells of, as alive."""
        known = self._alive.get(self._line[0].id or "") if self._line else None
        return known is not None and known.item is None and known.mark is not None

    @property
    def finishing(self) -> int:
        """How many operations the changes not yet given say have ended."""
        return sum(change.kind is ChangeKind.FINISHED for change in self._line)

    def begin(
        self,
        found: Mapping[str, T],
        base: float | None,
        seen_at: datetime,
        *,
        looked_at: float,
        introduce: bool,
    ) -> None:
        """Take stock: only what happens from now on is told.

        Args:
            found: What is alive, and all that has ended from ``base`` less the overlap on.
            base: A time of creation that was seen before anything else was asked for, and is no
                later than ``looked_at``.
            seen_at: When.
            looked_at: When the look began, in seconds since the epoch.
            introduce: Whether what is alive is told of as created.
        """
        self.begun = True
        self.watermark = self.newest = base
        for id_, item in found.items():
            created = created_of(item)
            if has_ended(item):
                self._keep_ended(id_, created)
            else:
                self._alive[id_] = _Known(None if introduce else self.mark(item), created, item)
        self.compare(found, (), seen_at, looked_at=looked_at)

    def compare(
        self,
        found: Mapping[str, T],
        gone: Collection[str],
        seen_at: datetime,
        *,
        looked_at: float,
    ) -> None:
        """Take what a whole look found: its changes are next.

        Args:
            found: All that is alive, and all that has ended and was created from ``floor`` on or
                was alive before, each as it was read last.
            gone: What was alive and is not to be found. What is in neither stays as it was.
            seen_at: When.
            looked_at: When the look began, in seconds since the epoch.
        """
        if self.interrupted:
            self._line.append(Change(kind=ChangeKind.RECOVERED, seen_at=seen_at))
        for id_, item in sorted(found.items(), key=_in_order):
            self._line.extend(self._changes(id_, item, seen_at))
        for id_ in sorted(gone):
            known = self._alive[id_]
            if known.mark is None:
                del self._alive[id_]
                continue
            self._line.append(
                Change(kind=ChangeKind.VANISHED, id=id_, before=known.item, seen_at=seen_at)
            )
        moments = (created_of(item) for item in found.values())
        self._newest_found = max(
            (moment for moment in moments if moment is not None and moment <= looked_at),
            default=None,
        )
        self._looked_at = looked_at
        self._settling = True
        self._settle()

    def interrupt(self, error: AsyncOpsError, seen_at: datetime) -> None:
        """A look has failed: the first of several in a row is a change."""
        if not self.interrupted:
            self._line.append(Change(kind=ChangeKind.INTERRUPTED, error=error, seen_at=seen_at))

    def take(self) -> Change[T] | None:
        """The next change, which is part of the state from now on; None when there is none."""
        if not self._line:
            return None
        change = self._line.popleft()
        self._apply(change)
        self._settle()
        return change

    def _changes(self, id_: str, item: T, seen_at: datetime) -> Iterator[Change[T]]:
        known = self._alive.get(id_)
        untold = known is not None and known.mark is None
        before = None if known is None or untold else known.item
        if has_ended(item):
            if known is None and not self._is_new(id_, item):
                return
            if known is None or untold:
                yield Change(kind=ChangeKind.CREATED, id=id_, after=item, seen_at=seen_at)
            yield Change(
                kind=ChangeKind.FINISHED, id=id_, before=before, after=item, seen_at=seen_at
            )
        elif known is None or untold:
            is_new = untold or created_of(item) is None or self._is_new(id_, item)
            kind = ChangeKind.CREATED if is_new else ChangeKind.UPDATED
            yield Change(kind=kind, id=id_, after=item, seen_at=seen_at)
        elif known.mark != self.mark(item):
            yield Change(
                kind=ChangeKind.UPDATED, id=id_, before=before, after=item, seen_at=seen_at
            )
        else:
            known.item = item

    def _is_new(self, id_: str, item: T) -> bool:
        created = created_of(item)
        return created is not None and created >= self.floor and id_ not in self._ended

    def _apply(self, change: Change[T]) -> None:
        if change.kind in {ChangeKind.INTERRUPTED, ChangeKind.RECOVERED}:
            self.interrupted = change.kind is ChangeKind.INTERRUPTED
        elif change.id is not None and change.after is not None:
            created = created_of(change.after)
            if change.kind is ChangeKind.FINISHED:
                del self._alive[change.id]
                self._keep_ended(change.id, created)
            else:
                self._ended.pop(change.id, None)
                self._alive[change.id] = _Known(self.mark(change.after), created, change.after)
        elif change.id is not None:
            del self._alive[change.id]

    def _keep_ended(self, id_: str, created: float | None) -> None:
        if created is not None and created >= self.floor:
            self._ended[id_] = created

    def _settle(self) -> None:
        """Once the last change of a look is given, new ones are looked for from further on."""
        if self._line or not self._settling:
            return
        self._settling = False
        if self.newest is not None:
            # It never goes back, not even with the clock: the ids before it are gone.
            reached = min(self.newest, self._looked_at)
            self.watermark = reached if self.watermark is None else max(self.watermark, reached)
            self._ended = {
                id_: created for id_, created in self._ended.items() if created >= self.floor
            }
        found = self._newest_found
        if found is not None and (self.newest is None or found > self.newest):
            self.newest = found


def created_of(item: Operation) -> float | None:
    """When an operation was created, in seconds since the epoch."""
    return None if item.created_at is None else item.created_at.timestamp()


def _in_order(pair: tuple[str, Operation]) -> tuple[float, str]:
    created = created_of(pair[1])
    return (-math.inf if created is None else created, pair[0])
