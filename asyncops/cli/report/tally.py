"""The figures of a report, gathered one operation at a time."""

from array import array
from collections import Counter
from datetime import datetime
from heapq import heappush, heappushpop

from attrs import define, field, frozen

from asyncops.cli.report.kinds import KindCount
from asyncops.cli.report.lives import Life, NewestLives, life_of
from asyncops.models import Operation, State, has_ended, kind_of, times_of
from asyncops.stats.summary import Summarizer

__all__ = ["KindFailures", "Slow", "Tally"]

_SLOWEST = 20
_MOST_KINDS = 1_000
_MOST_ERRORS = 10_000
_LONGEST_ERROR = 500


@frozen(kw_only=True)
class KindFailures:
    """The counts of one kind, with its most frequent error.

    Attributes:
        count: The number that ended, and the number that failed.
        error: The most frequent error; `None` where no operation has one.
        times: The number of failures with this error.
    """

    count: KindCount
    error: str | None
    times: int


@frozen(kw_only=True)
class Slow:
    """An operation that ran for long.

    Attributes:
        life: When it waited and ran.
        error: Its error, if it failed.
    """

    life: Life
    error: str | None

    @property
    def seconds(self) -> float:
        """How long it ran, or has run so far."""
        return 0.0 if self.life.running is None else self.life.running.length


@define(eq=False)
class Tally:
    """Counts and measures operations, one by one, in bounded memory but for two lists of durations.

    Attributes:
        now: The time of the report; aware.
        most_lives: The number of newest lives that are kept for the timeline.
        waiting: Seconds from creation to start, of each that has both.
        running: Seconds from start to end, of each that has both.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
    """

    now: datetime
    most_lives: int
    newest: NewestLives = field(init=False)
    waiting: "array[float]" = field(factory=lambda: array("d"), init=False)
    running: "array[float]" = field(factory=lambda: array("d"), init=False)
    summarizer: Summarizer = field(factory=Summarizer, init=False)
    _ended: Counter[str] = field(factory=Counter, init=False)
    _failed: Counter[str] = field(factory=Counter, init=False)
    _errors: Counter[tuple[str, str]] = field(factory=Counter, init=False)
    _slowest: list[tuple[float, int, Slow]] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.newest = NewestLives(self.most_lives)

    def add(self, operation: Operation) -> None:
        """Take one operation."""
        self.summarizer.add(operation)
        self.newest.add(operation, self.now)
        created, started, finished = times_of(operation)
        _measure(self.waiting, created, started)
        _measure(self.running, started, finished)
        if has_ended(operation):
            self._count(operation)
        life = life_of(operation, self.now)
        if life is not None and life.running is not None:
            self._rank(Slow(life=life, error=_short(operation.error)))

    @property
    def count(self) -> int:
        """The number of operations taken."""
        return self.newest.given + self.newest.timeless

    @property
    def slowest(self) -> list[Slow]:
        """The twenty operations that have run longest, the longest first."""
        return [slow for _, _, slow in sorted(self._slowest, key=lambda each: each[:2])][::-1]

    @property
    def failures(self) -> list[KindFailures]:
        """The kinds of which some failed, those with most failures first."""
        usual = self._usual_errors()
        return [
            KindFailures(
                count=KindCount(kind=kind, ended=self._ended[kind], failed=failed),
                error=usual[kind][1] if kind in usual else None,
                times=usual[kind][0] if kind in usual else 0,
            )
            for kind, failed in self._failed.most_common()
        ]

    def _count(self, operation: Operation) -> None:
        kind = kind_of(operation)
        if kind not in self._ended and len(self._ended) >= _MOST_KINDS:
            kind = "(other kinds)"
        self._ended[kind] += 1
        if operation.state is not State.FAILED:
            return
        self._failed[kind] += 1
        error = _short(operation.error)
        if error and ((kind, error) in self._errors or len(self._errors) < _MOST_ERRORS):
            self._errors[kind, error] += 1

    def _usual_errors(self) -> dict[str, tuple[int, str]]:
        usual: dict[str, tuple[int, str]] = {}
        # Of those that are as frequent, the first in the alphabet: whatever order they came in.
        for (kind, error), count in sorted(self._errors.items()):
            if kind not in usual or count > usual[kind][0]:
                usual[kind] = (count, error)
        return usual

    def _rank(self, slow: Slow) -> None:
        # Of those that took as long, the earlier ones to come stay; summaries count all that came.
        entry = (slow.seconds, -self.newest.given, slow)
        if len(self._slowest) < _SLOWEST:
            heappush(self._slowest, entry)
        else:
            heappushpop(self._slowest, entry)


def _measure(into: "array[float]", begin: datetime | None, end: datetime | None) -> None:
    if begin is not None and end is not None and end >= begin:
        into.append((end - begin).total_seconds())


def _short(error: str | None) -> str | None:
    return error and error[:_LONGEST_ERROR]
