"""The state of a watch, as the live screen shows it: open operations, changes, counts, rates."""

from collections import Counter, deque
from collections.abc import Collection, Sequence
from datetime import datetime
from heapq import nsmallest
from typing import Any

from attrs import define, evolve, field, frozen

from asyncops.cli.output.table_columns import own_word
from asyncops.models import Operation, State, has_ended, kind_of, known_time
from asyncops.polling.change import Change, ChangeKind
from asyncops.polling.policy import Poll

_NEWS = 200
LONGEST = 500
"""The most characters of a text of the service that are kept."""

BIN = 10
"""Seconds of one bin."""

_KEPT = 6 * 3600 // BIN
_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " .:-=+*#@"


@define(eq=False)
class Rates:
    """Counts in bins of ten seconds, for the newest six hours."""

    _counts: Counter[int] = field(factory=Counter, init=False)
    _newest: int = field(default=0, init=False)

    def add(self, moment: datetime) -> None:
        """Count an event; one that is more than six hours older than the newest is left out."""
        number = _number(moment)
        self._newest = max(self._newest, number)
        self._counts[number] += 1
        oldest = self._newest - _KEPT
        if len(self._counts) > _KEPT or number <= oldest:
            self._counts = Counter({at: n for at, n in self._counts.items() if at > oldest})

    def series(self, now: datetime, places: int, bins: int = 1) -> list[int]:
        """The counts up to ``now``, oldest first.

        Args:
            now: The present, in the last place, which is not over yet; aware.
            places: How many counts.
            bins: How many bins each of them is the sum of; places begin at whole multiples.
        """
        last = _number(now) // bins
        counts = [0] * places
        for number, count in self._counts.items():
            place = places - 1 - (last - number // bins)
            if 0 <= place < places:
                counts[place] += count
        return counts


def sparkline(counts: Sequence[int], *, ascii_only: bool = False) -> str:
    """One character for each count, the tallest for the greatest; blank for none at all.

    Args:
        counts: Each 0 or more.
        ascii_only: Whether to do without block characters.
    """
    marks = _ASCII if ascii_only else _BLOCKS
    most, steps = max((1, *counts)), len(marks) - 1
    return "".join(marks[-(-count * steps // most)] for count in counts)


def _number(moment: datetime) -> int:
    return int(moment.timestamp()) // BIN


@frozen(kw_only=True)
class Row:
    """A change, or an operation that has not ended, in a few words.

    Attributes:
        at: When the change was seen, or when the operation was created; aware.
        word: The operation's state, or the service's own word for one that is new; where a change
            left the state as it was, the service's own word for where it is, or ``updated``; or
            ``created`` for one that has ended already, whose end is told next; or ``vanished``,
            ``interrupted``, ``recovered``, ``reopened``.
        state: The operation's state; `None` where the change is not about its state.
        id: Its id; ``""`` where the change is about the watch.
        kind: Zoo's type, Chainloop's kind.
        error: Why it failed, or why there was no answer.
    """

    at: datetime
    word: str
    state: State | None = None
    id: str = ""
    kind: str = ""
    error: str = ""


def summary_of(change: Change[Any]) -> Row:
    """A change in a few words; the error is cut to 500 characters."""
    after = change.after
    state, error = (None, change.error) if after is None else (after.state, after.error)
    if _ended_before(change):
        # Its end is told next, by a line of its own.
        state = error = None
    return Row(
        at=change.seen_at,
        word=_word_of(change),
        state=state,
        id=change.id or "",
        kind=kind_of(change.before if after is None else after),
        error="" if error is None else str(error)[:LONGEST],
    )


def _together(polls: Collection[Poll]) -> Poll:
    """The last polls of several watches as one, as far as a screen tells of them."""
    due = [each.next_in for each in polls if each.next_in is not None]
    latest = max(polls, key=lambda each: each.number)
    return evolve(latest, open=sum(each.open for each in polls), next_in=min(due, default=None))


@define(eq=False)
class WatchState:
    """Takes the changes and polls of one watch, or of several that have names.

    Holds the operations that have not ended, and a bounded number of the newest changes.

    Attributes:
        title: The resource with its filters, or the names of several.
        since: When the watch began; aware.
        introduced: Whether operations that are older than the watch count as news.
        news: The newest changes, the newest first.
        ended: How many ends there were since then, by state; one that is reopened ends again.
        vanished: How many the service no longer has.
        finished: The times at which operations ended, in success or not.
        failed: The times at which operations failed.
        poll: The last poll; of several watches, the last ones as one: the highest number, all that
            are open, and the first that is due.
        polled_at: The time of the last poll; aware.
    """

    title: str
    since: datetime
    introduced: bool = False
    news: deque[Row] = field(factory=lambda: deque(maxlen=_NEWS), init=False)
    ended: Counter[State] = field(factory=Counter, init=False)
    vanished: int = field(default=0, init=False)
    finished: Rates = field(factory=Rates, init=False)
    failed: Rates = field(factory=Rates, init=False)
    poll: Poll | None = field(default=None, init=False)
    polled_at: datetime | None = field(default=None, init=False)
    _alive: dict[tuple[str, str], Row] = field(factory=dict, init=False)
    _polls: dict[str, Poll] = field(factory=dict, init=False)
    _troubles: dict[str, Row] = field(factory=dict, init=False)

    def take(self, change: Change[Any], of: str = "") -> None:
        """Take one change.

        Args:
            change: The change.
            of: The name of the watch, where there are several: it stands in front of the kind.
        """
        news = summary_of(change)
        news = evolve(news, kind=f"{of} {news.kind}".strip())
        if change.kind is ChangeKind.INTERRUPTED:
            self._troubles[of] = news
        elif change.kind is ChangeKind.RECOVERED:
            self._troubles.pop(of, None)
        elif change.kind is ChangeKind.FINISHED and change.after is not None:
            self._end((of, news.id), news, change.after)
        elif change.kind is ChangeKind.VANISHED:
            self.vanished += 1
            self._alive.pop((of, news.id), None)
        elif change.after is not None:
            at, word = known_time(change.after.created_at), _service_word(change.after)
            alive = evolve(news, at=at or news.at, word=word, state=change.after.state, error="")
            self._alive[of, news.id] = alive
        if self._is_news(change):
            self.news.appendleft(news)

    def on_poll(self, poll: Poll, now: datetime, of: str = "") -> None:
        """Take one poll of the watch of a name."""
        self._polls[of] = poll
        self.poll, self.polled_at = _together(self._polls.values()), now

    @property
    def trouble(self) -> Row | None:
        """The outage that goes on, the oldest of several; `None` while polls are answered."""
        return next(iter(self._troubles.values()), None)

    @property
    def states(self) -> dict[State, int]:
        """How many are in each state: those that are alive, and those that ended meanwhile."""
        alive = Counter(each.state for each in self._alive.values())
        return {state: alive[state] + self.ended[state] for state in State}

    @property
    def unseen(self) -> int:
        """How many are alive of which no change has told yet, as after going on from a file."""
        return 0 if self.poll is None else max(0, self.poll.open - len(self._alive))

    @property
    def open(self) -> int:
        """How many are known to be alive."""
        return len(self._alive)

    def oldest(self, count: int) -> Sequence[Row]:
        """The operations that wait longest for their end, the oldest first."""
        return nsmallest(count, self._alive.values(), key=lambda each: (each.at, each.id))

    def _end(self, key: tuple[str, str], news: Row, after: Operation) -> None:
        self._alive.pop(key, None)
        self.ended[after.state] += 1
        # Another machine's clock may be ahead, but the end cannot be later than its poll.
        at = min(known_time(after.finished_at) or news.at, news.at)
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
    if after is None or change.kind is ChangeKind.REOPENED or _ended_before(change):
        return change.kind.value
    if change.kind is not ChangeKind.UPDATED or before is None or before.state is not after.state:
        return _service_word(after)
    own = own_word(after)
    return own if own != own_word(before) else "updated"


def _ended_before(change: Change[Any]) -> bool:
    """Whether the operation had ended when the watch first saw it."""
    after = change.after
    return change.kind is ChangeKind.CREATED and after is not None and has_ended(after)


def _service_word(operation: Operation) -> str:
    state = operation.state
    return (own_word(operation) if state is State.UNKNOWN else "") or state.value
