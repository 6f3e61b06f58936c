"""The state of a watch between two polls: what has changed since the last one. No I/O."""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.checkpoints import KnownAlive, WatchCheckpoint
from asyncops.errors import AsyncOpsError
from asyncops.models import Operation, has_ended
from asyncops.polling.change import Change, ChangeKind
from asyncops.polling.policy import count_blocked
from asyncops.polling.watermark import Watermark

T = TypeVar("T", bound=Operation)


@define(eq=False)
class _Known(Generic[T]):
    """An operation that has not ended.

    Attributes:
        mark: Its mark when it was last seen; ``None`` until its ``created`` change was given.
        created: When it was created, in seconds since the epoch.
        item: The operation; ``None`` where only a checkpoint names it.
    """

    mark: str | None
    created: float | None
    item: T | None = None


@define(eq=False)
class Ledger(Generic[T]):
    """The operations that have not ended, and the changes to them.

    A poll's findings go in with :meth:`compare`, changes come out with :meth:`take`, one by one.
    The ledger's state is the state after the change that was given last.

    Attributes:
        query: Fingerprint of what is watched.
        mark: Gives a text that differs whenever an operation has changed.
        watermark: Recognises new operations by their creation.
        reopens: Whether an operation that has ended may go on, which is a change of its own.
        interrupted: Whether polls fail.
        begun: Whether there was a first snapshot.
    """

    query: str
    mark: Callable[[T], str]
    watermark: Watermark
    reopens: bool = False
    interrupted: bool = False
    begun: bool = field(default=False, init=False)
    _alive: dict[str, _Known[T]] = field(factory=dict, init=False)
    _queue: deque[Change[T]] = field(factory=deque, init=False)
    # When the last poll began and the latest creation that it saw, until its changes are given.
    _unsettled: tuple[float, float | None] | None = field(default=None, init=False)

    def go_on(self, checkpoint: WatchCheckpoint) -> None:
        """Begin with the state of an earlier watch."""
        self.begun = True
        self.watermark.go_on(checkpoint)
        self.interrupted = checkpoint.interrupted
        self._alive = {each.id: _Known(each.mark, each.created) for each in checkpoint.alive}

    @property
    def checkpoint(self) -> WatchCheckpoint | None:
        """The state after the change given last; ``None`` before the first snapshot."""
        if not self.begun:
            return None
        watermark = self.watermark
        return WatchCheckpoint(
            query=self.query,
            alive=tuple(
                KnownAlive(id_, known.mark, known.created) for id_, known in self._alive.items()
            ),
            ended=tuple(watermark.ended.items()),
            watermark=watermark.moment,
            newest=watermark.newest,
            interrupted=self.interrupted,
            floor=watermark.floor if math.isfinite(watermark.floor) else None,
        )

    @property
    def unfinished(self) -> Mapping[str, float | None]:
        """The operations that had not ended, with their creation: a poll finds each, or its end."""
        return {id_: known.created for id_, known in self._alive.items()}

    @property
    def idle(self) -> bool:
        """Whether all changes have been given."""
        return not self._queue

    @property
    def open(self) -> int:
        """How many operations have not ended, once all changes are given."""
        return len(self._open_items())

    @property
    def blocked(self) -> int:
        """How many of them wait for a person."""
        return count_blocked(self._open_items().values())

    @property
    def is_next_unseen(self) -> bool:
        """Whether the next change is to an operation that only a checkpoint names."""
        known = self._alive.get(self._queue[0].id or "") if self._queue else None
        return known is not None and known.item is None and known.mark is not None

    @property
    def finishing(self) -> int:
        """How many of the changes to come are ends of operations."""
        return sum(change.kind is ChangeKind.FINISHED for change in self._queue)

    def begin(
        self,
        found: Mapping[str, T],
        base: float | None,
        seen_at: datetime,
        *,
        polled_at: float,
        introduce: bool,
    ) -> None:
        """Take the first snapshot, after which changes are given.

        Args:
            found: All that has not ended, and all that has ended and was created since ``base``
                less the overlap.
            base: A creation that was seen before the snapshot began, no later than ``polled_at``.
            seen_at: When the snapshot was complete.
            polled_at: When the snapshot began, in seconds since the epoch.
            introduce: Whether to give what has not ended as ``created``.
        """
        self.begun = True
        self.watermark.moment = self.watermark.newest = base
        ended = _ended_among(found)
        for (id_, item), created in zip(found.items(), creation_times(found.values()), strict=True):
            if id_ in ended:
                self.watermark.keep_ended(id_, created)
            else:
                self._alive[id_] = _Known(None if introduce else self.mark(item), created, item)
        self.compare(found, (), seen_at, polled_at=polled_at)

    def compare(
        self, found: Mapping[str, T], gone: Collection[str], seen_at: datetime, *, polled_at: float
    ) -> None:
        """Take the findings of a poll; the changes since the last one come next.

        Args:
            found: All that has not ended, and all that has ended and was created since the floor
                or was unfinished before; each as it was read last.
            gone: Unfinished operations that the service no longer has. An operation in neither
                stays as it was.
            seen_at: When the poll was complete.
            polled_at: When the poll began, in seconds since the epoch.
        """
        if self.interrupted:
            self._queue.append(Change(kind=ChangeKind.RECOVERED, seen_at=seen_at))
        created = dict(zip(found, creation_times(found.values()), strict=True))
        ended = _ended_among(found)
        # An unfinished operation without a creation is one that was not there before.
        undated = {id_ for id_, moment in created.items() if moment is None}
        new = self.watermark.new_among(created) | (undated - ended)
        for id_ in sorted(found, key=lambda id_: (_or_earliest(created[id_]), id_)):
            item, known = found[id_], self._alive.get(id_)
            before = None if known is None or known.mark is None else known.item
            kinds = self._kinds(id_, item, new=id_ in new, ended=id_ in ended)
            for kind in kinds:
                self._queue.append(
                    Change(kind=kind, id=id_, before=before, after=item, seen_at=seen_at)
                )
            if known is not None and not kinds:
                known.item = item
        for id_ in sorted(gone):
            known = self._alive[id_]
            if known.mark is None:
                del self._alive[id_]
                continue
            self._queue.append(
                Change(kind=ChangeKind.VANISHED, id=id_, before=known.item, seen_at=seen_at)
            )
        known_times = (each for each in created.values() if each is not None and each <= polled_at)
        self._unsettled = polled_at, max(known_times, default=None)
        self._settle()

    def interrupt(self, error: AsyncOpsError, seen_at: datetime) -> None:
        """Take the failure of a poll; the first of several in a row is a change."""
        if not self.interrupted:
            self._queue.append(Change(kind=ChangeKind.INTERRUPTED, error=error, seen_at=seen_at))

    def take(self) -> Change[T] | None:
        """Return the next change and make it part of the state; ``None`` without changes."""
        if not self._queue:
            return None
        change = self._queue.popleft()
        self._apply(change)
        self._settle()
        return change

    def _open_items(self) -> Mapping[str, T | None]:
        items = {id_: known.item for id_, known in self._alive.items()}
        for change in self._queue:
            if change.kind in {ChangeKind.FINISHED, ChangeKind.VANISHED}:
                items.pop(change.id or "", None)
            elif change.id is not None:
                items[change.id] = change.after
        return items

    def _kinds(self, id_: str, item: T, *, new: bool, ended: bool) -> tuple[ChangeKind, ...]:
        """The changes to one operation since the last poll."""
        known = self._alive.get(id_)
        if known is not None and known.mark is not None:
            if ended:
                return (ChangeKind.FINISHED,)
            return () if known.mark == self.mark(item) else (ChangeKind.UPDATED,)
        if new or known is not None:
            return (ChangeKind.CREATED, ChangeKind.FINISHED) if ended else (ChangeKind.CREATED,)
        if ended:
            return ()
        return (ChangeKind.REOPENED if self.reopens else ChangeKind.UPDATED,)

    def _apply(self, change: Change[T]) -> None:
        if change.kind in {ChangeKind.INTERRUPTED, ChangeKind.RECOVERED}:
            self.interrupted = change.kind is ChangeKind.INTERRUPTED
        elif change.id is not None and change.after is not None:
            (created,) = creation_times([change.after])
            if change.kind is ChangeKind.FINISHED:
                del self._alive[change.id]
                self.watermark.keep_ended(change.id, created)
            else:
                self.watermark.ended.pop(change.id, None)
                self._alive[change.id] = _Known(self.mark(change.after), created, change.after)
        elif change.id is not None:
            del self._alive[change.id]

    def _settle(self) -> None:
        """Move the watermark on when the last change of a poll was given."""
        if self._queue or self._unsettled is None:
            return
        unsettled, self._unsettled = self._unsettled, None
        self.watermark.move_on(*unsettled)


def creation_times(operations: Iterable[Operation]) -> list[float | None]:
    """Return when each operation was created, in seconds since the epoch."""
    return [None if each.created_at is None else each.created_at.timestamp() for each in operations]


def _ended_among(found: Mapping[str, Operation]) -> set[str]:
    return {id_ for id_, item in found.items() if has_ended(item)}


def _or_earliest(created: float | None) -> float:
    return -math.inf if created is None else created
