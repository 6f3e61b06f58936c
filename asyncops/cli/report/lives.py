"""The lives of operations, as pictures show them: when each waited and ran, and in which row."""

from bisect import insort_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from attrs import Factory, define, field, frozen

from asyncops.models import Operation, State, has_ended, kind_of, status_word, times_of

_LONGEST_ERROR = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH).total_seconds()
# As a number of seconds, the calendar's last microsecond is beyond its end.
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH).total_seconds() - 1


@frozen
class Span:
    """A stretch of time, in seconds since the epoch; ``end`` is never before ``begin``."""

    begin: float
    end: float

    @property
    def length(self) -> float:
        """Seconds from the beginning to the end."""
        return self.end - self.begin


@frozen(kw_only=True)
class Life:
    """One operation's life, up to the moment when it was listed.

    Attributes:
        id: The operation's id.
        kind: Zoo's type, Chainloop's kind; ``""`` where it has neither.
        state: Its state.
        waiting: From its creation until it started, ended or was listed.
        running: From its start until it ended or was listed; `None` where it has not started.
        word: Its state in words; by default the state's own.
        open: Whether it had not ended when it was listed; by default as its state says.
        error: Its error, cut to 500 characters.
    """

    id: str
    kind: str
    state: State
    waiting: Span
    running: Span | None = None
    word: str = Factory(lambda life: life.state.value, takes_self=True)
    open: bool = Factory(lambda life: not life.state.ended, takes_self=True)
    error: str | None = None

    @property
    def whole(self) -> Span:
        """From its creation to its end, or to the moment when it was listed."""
        return Span(self.waiting.begin, (self.running or self.waiting).end)

    @property
    def run_time(self) -> float:
        """How long it ran, or has run so far, in seconds."""
        return 0.0 if self.running is None else self.running.length


def moment_text(seconds: float) -> str:
    """A moment as date and time, in UTC, cut to the first and the last second of the calendar."""
    since = timedelta(seconds=min(max(seconds, _FIRST), _LAST))
    return f"{_EPOCH + since:%Y-%m-%d %H:%M:%S}"


def life_of(operation: Operation, now: datetime, id_field: str = "id") -> Life | None:
    """The life of an operation as of ``now``; `None` where its creation time is unknown.

    Where times go backwards, as by the clocks of two machines, a start before the creation counts
    as at the creation, and an end before the start as at the start. An operation that has ended
    without an end time counts as ended when it began.
    """
    began, set_off, finished = times_of(operation)
    if began is None:
        return None
    over, created = has_ended(operation), began.timestamp()
    started = None if set_off is None else max(created, set_off.timestamp())
    ended = created if started is None else started
    if finished is not None:
        ended = max(ended, finished.timestamp())
    elif not over:
        ended = max(ended, now.timestamp())
    return Life(
        id=str(getattr(operation, id_field)),
        kind=kind_of(operation),
        state=operation.state,
        waiting=Span(created, ended if started is None else started),
        running=None if started is None else Span(started, ended),
        word=status_word(operation),
        open=not over,
        error=short_error(operation),
    )


def short_error(operation: Operation) -> str | None:
    """The error of an operation, cut to 500 characters."""
    return operation.error and operation.error[:_LONGEST_ERROR]


@define(eq=False)
class NewestLives:
    """The lives that began last, of any number that come in any order.

    Attributes:
        most: The number that is kept, at least 1.
        id_field: The field whose value ``get`` takes: lives are named by it.
        lives: The lives that are kept, the oldest first.
        given: The number that came with a creation time.
        timeless: The number that came without a creation time, and cannot be drawn.
    """

    most: int
    id_field: str = "id"
    lives: list[Life] = field(factory=list, init=False)
    given: int = field(default=0, init=False)
    timeless: int = field(default=0, init=False)

    def add(self, operation: Operation, now: datetime) -> Life | None:
        """Take one operation, as it was at ``now``, and return its life."""
        life = life_of(operation, now, self.id_field)
        if life is None:
            self.timeless += 1
            return None
        self.given += 1
        # Of those created at the same time, the earlier ones to come stay.
        insort_left(self.lives, life, key=lambda each: each.waiting.begin)
        if len(self.lives) > self.most:
            del self.lives[0]
        return life

    @property
    def left_out(self) -> int:
        """The number of older lives that were dropped."""
        return self.given - len(self.lives)


def rows_of(spans: Sequence[Span], gap: float = 0.0) -> list[int]:
    """A row for each span, counted from 0, such that spans of one row never overlap.

    Spans are placed in the order in which they begin, each in the lowest row that is free. So
    there are as many rows as spans overlap at the busiest moment, which is the fewest possible.

    Args:
        spans: In any order.
        gap: The free room after each span, in the unit of the spans.
    """
    rows = [0] * len(spans)
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    used = 0
    for place in sorted(range(len(spans)), key=lambda each: (spans[each].begin, spans[each].end)):
        span = spans[place]
        while busy and busy[0][0] <= span.begin:
            heappush(free, heappop(busy)[1])
        if free:
            row = heappop(free)
        else:
            row, used = used, used + 1
        rows[place] = row
        heappush(busy, (span.end + gap, row))
    return rows
