"""The figures of a report, gathered one operation at a time."""

from array import array
from bisect import insort_right
from collections import Counter
from datetime import datetime

from attrs import define, field

from asyncops.cli.report.kinds import KindCount
from asyncops.cli.report.lives import Life, NewestLives, life_of, short_error
from asyncops.models import Operation, State, has_ended, kind_of, times_of
from asyncops.stats.summary import Summarizer

__all__ = ["Tally"]

_SLOWEST = 20
_MOST_KINDS = 1_000
_MOST_ERRORS = 10_000


@define(eq=False)
class Tally:
    """Counts and measures operations, one by one, in bounded memory but for two lists of durations.

    Attributes:
        now: The time of the report; aware.
        most_lives: The number of newest lives that are kept for the timeline.
        waiting: Seconds from creation to start, of each that has both.
        running: Seconds from start to end, of each that has both.
        slowest: The twenty operations that have run longest, the longest first.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
    """

    now: datetime
    most_lives: int
    newest: NewestLives = field(init=False)
    waiting: "array[float]" = field(factory=lambda: array("d"), init=False)
    running: "array[float]" = field(factory=lambda: array("d"), init=False)
    summarizer: Summarizer = field(factory=Summarizer, init=False)
    slowest: list[Life] = field(factory=list, init=False)
    _ended: Counter[str] = field(factory=Counter, init=False)
    _failed: Counter[str] = field(factory=Counter, init=False)
    _errors: Counter[tuple[str, str]] = field(factory=Counter, init=False)

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
            # Of those that took as long, the earlier ones to come stay.
            insort_right(self.slowest, life, key=lambda each: -each.run_time)
            del self.slowest[_SLOWEST:]

    @property
    def count(self) -> int:
        """The number of operations taken."""
        return self.newest.given + self.newest.timeless

    @property
    def failures(self) -> list[KindCount]:
        """The kinds of which some failed, those with most failures first."""
        usual: dict[str, tuple[str, int]] = {}
        # Of those that are as frequent, the first in the alphabet: whatever order they came in.
        for (kind, error), times in sorted(self._errors.items(), key=lambda each: (-each[1], each)):
            usual.setdefault(kind, (error, times))
        return [
            KindCount(kind=kind, ended=self._ended[kind], failed=failed, error=error, times=times)
            for kind, failed in self._failed.most_common()
            for error, times in [usual.get(kind, (None, 0))]
        ]

    def _count(self, operation: Operation) -> None:
        kind = kind_of(operation)
        if kind not in self._ended and len(self._ended) >= _MOST_KINDS:
            kind = "(other kinds)"
        self._ended[kind] += 1
        if operation.state is not State.FAILED:
            return
        self._failed[kind] += 1
        error = short_error(operation)
        if error and ((kind, error) in self._errors or len(self._errors) < _MOST_ERRORS):
            self._errors[kind, error] += 1


def _measure(into: "array[float]", begin: datetime | None, end: datetime | None) -> None:
    if begin is not None and end is not None and end >= begin:
        into.append((end - begin).total_seconds())
