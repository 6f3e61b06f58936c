"""How much was finished in each minute, in bounded memory."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappush, heappushpop

from attrs import define, field, frozen

from asyncops.checks import check_count
from asyncops.durations import Extent

__all__ = ["MINUTES", "MinuteCounts", "Throughput"]

MINUTES = 1_440
"""Busy minutes whose counts are kept: a day of them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
# A time zone may carry the first and the last hours of the calendar past its ends.
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MINUTE
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MINUTE


@frozen(kw_only=True)
class Throughput:
    """How many operations finished in each minute of the clock, in UTC.

    Attributes:
        finished: Operations that say when they finished.
        first: When the first of them did; None where there is none.
        last: When the last of them did; None where there is none.
        mean: ``finished`` over the minutes from the first one's to the last one's, both and all
            that were idle between them included; None where none finished.
        peak: The most that finished in one of ``minutes``; 0 where there is none.
        minutes: The newest minutes in which something finished, oldest first, each with how many
            did; at most as many as the summarizer keeps.
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
    """Counts of the newest busy minutes, whatever the order in which operations come.

    Idle minutes take no room, so one wrong date in the far future costs one place, not all.

    Attributes:
        most: Minutes that are kept, at least 1.
        counts: How many finished in each of them; a minute by its number since 1970 in UTC.
        earlier: How many finished before the oldest of them.
        extent: When the first and the last of all finished.
    """

    most: int = field(default=MINUTES, validator=check_count(1))
    counts: dict[int, int] = field(factory=dict, init=False)
    earlier: int = field(default=0, init=False)
    extent: Extent = field(factory=Extent, init=False)
    _oldest: list[int] = field(factory=list, init=False)

    def add(self, moment: datetime) -> None:
        """Take one operation that finished then."""
        self.extent.see(moment)
        self._count((moment - _EPOCH) // _MINUTE, 1)

    def merge(self, other: "MinuteCounts") -> None:
        """Take all that another one took; that one stays as it is."""
        self.extent.merge(other.extent)
        for minute, count in tuple(other.counts.items()):
            self._count(minute, count)
        self.earlier += other.earlier

    def result(self) -> Throughput:
        """What was taken so far."""
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
