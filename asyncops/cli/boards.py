"""What a watch has told so far, as far as a screen shows it. Pure book-keeping, no I/O."""

from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from heapq import nsmallest
from typing import Any

from attrs import define, field, frozen

from asyncops.chainloop.models import STATUS_PREFIX
from asyncops.changes import Change, ChangeKind
from asyncops.cli.sparks import Rates
from asyncops.models import Operation, State, has_ended, known_time, word_of
from asyncops.polling import Look

__all__ = ["LONGEST", "Board", "News", "Waiting", "news_of"]

_NEWS = 200
LONGEST = 500
"""Characters of what a service may say at length."""


@frozen(kw_only=True)
class News:
    """One change in a few words.

    Attributes:
        seen_at: When it was seen; aware.
        word: The operation's state, or the service's own word for one that is new; where the
            state is as it was, the service's own word for where it is, or ``updated``; or
            ``created`` for one that has ended already, whose end is told next; or ``vanished``,
            ``interrupted``, ``recovered``.
        state: The operation's state; None where the change is not about its state.
        id: Its id; ``""`` where the change is about the watch.
        kind: Zoo's type, Chainloop's kind.
        error: Why it failed, or why there was no answer.
    """

    seen_at: datetime
    word: str
    state: State | None = None
    id: str = ""
    kind: str = ""
    error: str = ""


@frozen(kw_only=True)
class Waiting:
    """An operation that has not ended.

    Attributes:
        id: Its id.
        kind: Zoo's type, Chainloop's kind.
        state: Where it is in its life.
        word: The same in words: the service's own for a state that is new.
        created_at: Since when it waits; where nobody says, since it was first seen.
    """

    id: str
    kind: str
    state: State
    word: str
    created_at: datetime


def news_of(change: Change[Any]) -> News:
    """A change in a few words; what a service may say at length is cut to 500 characters."""
    about = change.after if change.after is not None else change.before
    error = change.error if change.after is None else change.after.error
    state = None if change.after is None else change.after.state
    if _ended_before(change):
        # Its end is told next, by a line of its own.
        state = error = None
    return News(
        seen_at=change.seen_at,
        word=_word_of(change),
        state=state,
        id=change.id or "",
        kind=_kind_of(about),
        error=_shortened(error),
    )


@define(eq=False)
class Board:
    """Takes the changes and looks of one watch.

    What is held is the operations that are alive, and a bounded part of what happened.

    Attributes:
        title: What is watched.
        since: When the watch began; aware.
        introduced: Whether what was there before it counts as news.
        news: The newest changes, the newest first.
        ended: How many ended since then, by state.
        vanished: How many the service no longer has.
        finished: When things ended, either way.
        failed: When things failed.
        trouble: Why there is no answer, since looks fail; None while they work.
        look: What the last look said.
        looked_at: When that was; aware.
    """

    title: str
    since: datetime
    introduced: bool = False
    news: deque[News] = field(factory=lambda: deque(maxlen=_NEWS), init=False)
    ended: Counter[State] = field(factory=Counter, init=False)
    vanished: int = field(default=0, init=False)
    finished: Rates = field(factory=Rates, init=False)
    failed: Rates = field(factory=Rates, init=False)
    trouble: News | None = field(default=None, init=False)
    look: Look | None = field(default=None, init=False)
    looked_at: datetime | None = field(default=None, init=False)
    _alive: dict[str, Waiting] = field(factory=dict, init=False)

    def take(self, change: Change[Any]) -> None:
        """Take one change."""
        news = news_of(change)
        if change.kind is ChangeKind.INTERRUPTED:
            self.trouble = news
        elif change.kind is ChangeKind.RECOVERED:
            self.trouble = None
        elif change.kind is ChangeKind.FINISHED and change.after is not None:
            self._end(news, change.after)
        elif change.kind is ChangeKind.VANISHED:
            self.vanished += 1
            self._alive.pop(news.id, None)
        elif change.after is not None:
            self._alive[news.id] = Waiting(
                id=news.id,
                kind=news.kind,
                state=change.after.state,
                word=_service_word(change.after),
                created_at=known_time(change.after.created_at) or change.seen_at,
            )
        if self._is_news(change):
            self.news.appendleft(news)

    def looked(self, look: Look, now: datetime) -> None:
        """Take what a look said."""
        self.look, self.looked_at = look, now

    @property
    def states(self) -> dict[State, int]:
        """How many are in each state: those that are alive, and those that ended meanwhile."""
        alive = Counter(each.state for each in self._alive.values())
        return {state: alive[state] + self.ended[state] for state in State}

    @property
    def unseen(self) -> int:
        """How many are alive of which no change has told yet, as after going on from a file."""
        return 0 if self.look is None else max(0, self.look.open - len(self._alive))

    @property
    def open(self) -> int:
        """How many are known to be alive."""
        return len(self._alive)

    def oldest(self, count: int) -> Sequence[Waiting]:
        """The operations that wait longest for their end, the oldest first."""
        return nsmallest(count, self._alive.values(), key=lambda each: (each.created_at, each.id))

    def _end(self, news: News, after: Operation) -> None:
        self._alive.pop(news.id, None)
        self.ended[after.state] += 1
        # Another machine's clock may be ahead; what was seen has happened.
        at = min(known_time(after.finished_at) or news.seen_at, news.seen_at)
        self.finished.add(at)
        if after.state is State.FAILED:
            self.failed.add(at)

    def _is_news(self, change: Change[Any]) -> bool:
        if self.introduced or change.kind is not ChangeKind.CREATED or change.after is None:
            return True
        created = known_time(change.after.created_at)
        return created is None or created >= self.since


def _word_of(change: Change[Any]) -> str:
    before, after = change.before, change.after
    if after is None:
        return change.kind.value
    if _ended_before(change):
        return ChangeKind.CREATED.value
    if change.kind is not ChangeKind.UPDATED or before is None or before.state is not after.state:
        return _service_word(after)
    own = [str(getattr(each, "status", "")) for each in (before, after)]
    return _without_prefix(own[1]) if own[0] != own[1] else "updated"


def _ended_before(change: Change[Any]) -> bool:
    """Whether this tells of an operation that had ended when the watch first saw it."""
    return (
        change.kind is ChangeKind.CREATED and change.after is not None and has_ended(change.after)
    )


def _service_word(operation: Operation) -> str:
    return _without_prefix(word_of(operation))


def _without_prefix(word: str) -> str:
    return word.removeprefix(STATUS_PREFIX).lower()


def _kind_of(operation: Any) -> str:
    kind = getattr(operation, "kind", None)
    return str(getattr(operation, "type", "") if kind is None else kind)


def _shortened(error: object) -> str:
    return "" if error is None else str(error)[:LONGEST]
