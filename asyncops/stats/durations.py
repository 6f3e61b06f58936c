"""Durations: a quantile sketch, and the figures read from it."""

import math
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from asyncops.errors import ConfigurationError

if TYPE_CHECKING:
    from ddsketch import LogCollapsingLowestDenseDDSketch

RELATIVE_ERROR = 0.01
"""The largest error of a quantile, as a share of the exact one."""

# A microsecond to the 9,999 years of a datetime take 2,016 bins of twice RELATIVE_ERROR, so no bin
# is ever collapsed, and the error holds for all quantiles.
_BINS = 2048


@frozen(kw_only=True)
class Durations:
    """Durations of many operations, in seconds.

    ::

        summary = await summarize(zoo.operations.list())
        print(f"half of the calls ran for {summary.run_time.p50:.1f} s or less")

    Attributes:
        count: Measured operations.
        min: The shortest duration; like all that follow, ``None`` if none was measured.
        max: The longest duration.
        mean: The mean duration.
        p50: The median: half of the durations are no longer. Within 1 % of the exact one.
        p90: 90 % of the durations are no longer. Within 1 % of the exact one.
        p99: 99 % of the durations are no longer. Within 1 % of the exact one.
        missing: Operations that lack one of the two times; they are not measured.
        negative: Operations whose second time is before the first, since the clocks of two machines
            differ; they are not measured either.
    """

    count: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    missing: int = 0
    negative: int = 0


def _sketch() -> "LogCollapsingLowestDenseDDSketch":
    try:
        # An extra, which most programs do not need.
        from ddsketch import LogCollapsingLowestDenseDDSketch  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "statistics need ddsketch: pip install 'asyncops[stats]'"
        ) from None
    return LogCollapsingLowestDenseDDSketch(RELATIVE_ERROR, _BINS)


@define(eq=False)
class Extent:
    """The first and the last of many moments; ``None`` without any."""

    first: datetime | None = None
    last: datetime | None = None

    def add(self, moment: datetime | None) -> None:
        """Add a moment; ``None`` is ignored."""
        if moment is None:
            return
        if self.first is None or moment < self.first:
            self.first = moment
        if self.last is None or moment > self.last:
            self.last = moment

    def merge(self, other: "Extent") -> None:
        """Add the moments of another extent."""
        self.add(other.first)
        self.add(other.last)


@define(eq=False)
class DurationSketch:
    """Collects durations in memory of constant size.

    Attributes:
        sketch: The quantile sketch of the durations, in seconds.
        shortest: The shortest duration; infinity without any.
        longest: The longest duration; minus infinity without any.
        missing: The number of durations that lack a time.
        negative: The number of durations below 0.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
    """

    sketch: "LogCollapsingLowestDenseDDSketch" = field(factory=_sketch, init=False)
    shortest: float = field(default=math.inf, init=False)
    longest: float = field(default=-math.inf, init=False)
    missing: int = field(default=0, init=False)
    negative: int = field(default=0, init=False)

    def add(self, begin: datetime | None, end: datetime | None) -> None:
        """Add one duration."""
        if begin is None or end is None:
            self.missing += 1
            return
        seconds = (end - begin).total_seconds()
        if seconds < 0:
            self.negative += 1
            return
        self.sketch.add(seconds)
        self.shortest = min(self.shortest, seconds)
        self.longest = max(self.longest, seconds)

    def merge(self, other: "DurationSketch") -> None:
        """Add the durations of another sketch."""
        self.sketch.merge(other.sketch)
        self.shortest = min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)
        self.missing += other.missing
        self.negative += other.negative

    def result(self) -> Durations:
        """Return the figures for all durations so far."""
        count = round(self.sketch.num_values)
        if not count:
            return Durations(missing=self.missing, negative=self.negative)
        return Durations(
            count=count,
            min=self.shortest,
            max=self.longest,
            mean=self.sketch.sum / count,
            p50=self._percentile(50),
            p90=self._percentile(90),
            p99=self._percentile(99),
            missing=self.missing,
            negative=self.negative,
        )

    def _percentile(self, percent: int) -> float:
        count = round(self.sketch.num_values)
        rank = -(-percent * count // 100) - 1
        # The sketch rounds share * (count - 1) down to a rank; half a rank more hits ours safely.
        share = min(1.0, (rank + 0.5) / max(1, count - 1))
        # The sketch returns the middle of a bin, which may lie beyond the exact bounds.
        return min(max(self.sketch.get_quantile_value(share) or 0.0, self.shortest), self.longest)
