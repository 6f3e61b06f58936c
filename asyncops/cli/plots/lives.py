"""What a picture needs to know of an operation: when it waited, when it ran, how it ended."""

from datetime import UTC, datetime, timedelta
from heapq import heappush, heappushpop

from attrs import Factory, define, field, frozen

from asyncops.models import Operation, State, has_ended, times_of, word_of

__all__ = ["Life", "NewestLives", "Span", "kind_of", "life_of", "moment_text"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH).total_seconds()
# As a number of seconds, the calendar's last microsecond is beyond its end.
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH).total_seconds() - 1


@frozen
class Span:
    """A stretch of time, in seconds since the epoch; ``end`` is never before ``begin``."""

    begin: float
    end: float


@frozen(kw_only=True)
class Life:
    """One operation's life, up to the moment of the look.

    Attributes:
        id: The operation's id.
        kind: Zoo's type, Chainloop's kind; ``""`` where it has neither.
        state: Where it is in its life.
        waiting: From its creation until it started, ended or was looked at.
        running: From its start until it ended or was looked at; None where it has not started.
        word: Where it is in its life, in words; by its state, unless told.
        open: Whether it had not ended when it was looked at; by its state, unless told.
    """

    id: str
    kind: str
    state: State
    waiting: Span
    running: Span | None = None
    word: str = Factory(lambda life: life.state.value, takes_self=True)
    open: bool = Factory(lambda life: not life.state.ended, takes_self=True)

    @property
    def whole(self) -> Span:
        """From its creation to its end, or to the moment of the look."""
        return Span(self.waiting.begin, (self.running or self.waiting).end)


def moment_text(seconds: float) -> str:
    """A moment as date and time, in UTC; the calendar's ends stand for what is beyond them."""
    since = timedelta(seconds=min(max(seconds, _FIRST), _LAST))
    return f"{_EPOCH + since:%Y-%m-%d %H:%M:%S}"


def kind_of(operation: Operation) -> str:
    """What an operation does, in its service's word; ``""`` where there is none."""
    kind = getattr(operation, "kind", None)
    return str(getattr(operation, "type", "") if kind is None else kind)


def life_of(operation: Operation, now: datetime) -> Life | None:
    """The life of an operation as of ``now``; None where nobody says when it was created.

    Times that go backwards, as where the clocks of two machines differ, are taken as no time at
    all: a start before the creation counts as at the creation, an end before the start as at the
    start. What has ended without saying when is taken to have ended when it began.
    """
    began, set_off, finished = times_of(operation)
    if began is None:
        return None
    over = has_ended(operation)
    created = began.timestamp()
    started = _later(created, set_off)
    ended = _later(created if started is None else started, finished)
    if ended is None:
        latest = created if started is None else started
        ended = latest if over else max(latest, now.timestamp())
    return Life(
        id=str(operation.id),
        kind=kind_of(operation),
        state=operation.state,
        waiting=Span(created, ended if started is None else started),
        running=None if started is None else Span(started, ended),
        word=word_of(operation),
        open=not over,
    )


def _later(floor: float, moment: datetime | None) -> float | None:
    return None if moment is None else max(floor, moment.timestamp())


@define(eq=False)
class NewestLives:
    """The lives that began last, of any number that come in any order.

    Attributes:
        most: How many are kept, at least 1.
        given: How many came, those without a creation time not counted.
        timeless: How many had no creation time, so that they are on no picture.
    """

    most: int
    given: int = field(default=0, init=False)
    timeless: int = field(default=0, init=False)
    _kept: list[tuple[float, int, Life]] = field(factory=list, init=False)

    def add(self, operation: Operation, now: datetime) -> None:
        """Take one operation, as it was at ``now``."""
        life = life_of(operation, now)
        if life is None:
            self.timeless += 1
            return
        self.given += 1
        # Of those created at the same time, the earlier ones to come stay.
        entry = (life.waiting.begin, -self.given, life)
        if len(self._kept) < self.most:
            heappush(self._kept, entry)
        else:
            heappushpop(self._kept, entry)

    @property
    def lives(self) -> list[Life]:
        """Those that are kept, the oldest first."""
        return [life for _, _, life in sorted(self._kept, key=lambda entry: entry[:2])]

    @property
    def left_out(self) -> int:
        """How many had to make room."""
        return self.given - len(self._kept)
