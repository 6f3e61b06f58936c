"""Throughput: how many operations finished in each minute."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappush, heappushpop

from attrs import define, field, frozen

from asyncops.stats.durations import Extent
from asyncops.utils.checks import check_count

MINUTES = 1_440
"""The number of busy minutes whose counts are kept: a day of them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
# In UTC, the first and last hours of some time zones are beyond the calendar.
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MINUTE
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MINUTE


@frozen(kw_only=True)
class Throughput:
    """The number of operations that finished in each minute, in UTC.

    ::

        throughput = (await summarize(zoo.operations.list())).throughput
        for minute, finished in throughput.minutes.items():
            print(minute, finished)

    Attributes:
        finished: Operations that have ended and have a finish time.
        first: The first finish time, if any.
        last: The last finish time, if any.
        mean: ``finished`` divided by all minutes from the first to the last, idle ones included;
            ``None`` if none finished.
        peak: The most that finished in one of ``minutes``; 0 if none finished.
        minutes: The newest minutes in which operations finished, with their number, the oldest
            minute first; at most as many as the summarizer keeps.
        earlier: Operations that finished before the oldest of ``minutes``.
    """

    finished: int = 0
    first: datetime | None = None
    last: datetime | None = None
    mean: float | None = None
    peak: int = 0
    minutes: Mapping[datetime, int] = field(factory=dict, repr=False, hash=False)
    earlier: int = 0


@define(eq=False)
class MinuteCounts:
    """Counts operations in the newest busy minutes, in any order of their times.

    Idle minutes take no room, so a wrong date in the far future costs one place instead of all.

    Attributes:
        most: The number of minutes to keep, at least 1.
        counts: The number of operations in each minute; minutes are numbered from 1970 in UTC.
        earlier: The number of operations before the oldest minute kept.
        extent: The first and the last finish time.
    """

    most: int = field(default=MINUTES, validator=check_count(1))
    counts: dict[int, int] = field(factory=dict, init=False)
    earlier: int = field(default=0, init=False)
    extent: Extent = field(factory=Extent, init=False)
    _oldest: list[int] = field(factory=list, init=False)

    def add(self, moment: datetime) -> None:
        """Add one operation by its finish time."""
        self.extent.add(moment)
        self._count((moment - _EPOCH) // _MINUTE, 1)

    def merge(self, other: "MinuteCounts") -> None:
        """Add the operations of another instance."""
        self.extent.merge(other.extent)
        for minute, count in tuple(other.counts.items()):
            self._count(minute, count)
        self.earlier += other.earlier

    def result(self) -> Throughput:
        """Return the throughput of all operations so far."""
        first, last = self.extent.first, self.extent.last
        if first is None or last is None:
            return Throughput()
        finished = sum(self.counts.values()) + self.earlier
        span = (last - _EPOCH) // _MINUTE - (first - _EPOCH) // _MINUTE + 1
        return Throughput(
            finished=finished,
            first=first,
            last=last,
            mean=finished / span,
            peak=max(self.counts.values()),
            minutes={_start(minute): self.counts[minute] for minute in sorted(self.counts)},
            earlier=self.earlier,
        )

    def _count(self, minute: int, count: int) -> None:
        if minute in self.counts:
            self.counts[minute] += count
        elif len(self.counts) < self.most:
            self.counts[minute] = count
            heappush(self._oldest, minute)
        else:
            dropped = heappushpop(self._oldest, minute)
            self.counts[minute] = count
            self.earlier += self.counts.pop(dropped)


def _start(minute: int) -> datetime:
    return _EPOCH + min(max(minute, _FIRST), _LAST) * _MINUTE
