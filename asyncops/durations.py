"""How long things took: a quantile sketch of durations, and what is read from it."""

import math
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from asyncops.errors import ConfigurationError

if TYPE_CHECKING:
    from ddsketch import LogCollapsingLowestDenseDDSketch

__all__ = ["RELATIVE_ERROR", "DurationSketch", "Durations", "Extent"]

RELATIVE_ERROR = 0.01
"""How far a quantile may be from the exact one, as a share of it."""

# From a microsecond to the 9,999 years that a datetime can span, each bin RELATIVE_ERROR wide to
# both sides: 2,016 bins. So none is ever collapsed, and the error is kept for all quantiles.
_BINS = 2048


@frozen(kw_only=True)
class Durations:
    """How long something took, in seconds, over many operations.

    Attributes:
        count: Operations that were measured.
        min: The shortest; None where none was measured, as for all that follow.
        max: The longest.
        mean: Their sum over their count.
        p50: The median: half of them took no longer. Within 1 % of the exact one.
        p90: Nine in ten took no longer. Within 1 % of the exact one.
        p99: 99 in 100 took no longer. Within 1 % of the exact one.
        missing: Operations without both times: not there yet, or never told.
        negative: Operations whose second time is before the first one, as where two machines'
            clocks differ. Like those without times, they are in none of the figures above.
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
        # An extra: most programs have no use for it.
        from ddsketch import LogCollapsingLowestDenseDDSketch  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "statistics need ddsketch: pip install 'asyncops[stats]'"
        ) from None
    return LogCollapsingLowestDenseDDSketch(RELATIVE_ERROR, _BINS)


@define(eq=False)
class Extent:
    """The first and the last of many moments; None where there is none."""

    first: datetime | None = None
    last: datetime | None = None

    def see(self, moment: datetime | None) -> None:
        """Take one moment."""
        if moment is None:
            return
        if self.first is None or moment < self.first:
            self.first = moment
        if self.last is None or moment > self.last:
            self.last = moment

    def merge(self, other: "Extent") -> None:
        """Take another one's; that one stays as it is."""
        self.see(other.first)
        self.see(other.last)


@define(eq=False)
class DurationSketch:
    """Durations as they come, in memory that does not grow with them.

    Attributes:
        sketch: Those that were measured, in seconds.
        shortest: The shortest of them; infinity while there is none.
        longest: The longest of them; minus infinity while there is none.
        missing: How many lacked a time.
        negative: How many would have been below 0.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
    """

    sketch: "LogCollapsingLowestDenseDDSketch" = field(factory=_sketch, init=False)
    shortest: float = field(default=math.inf, init=False)
    longest: float = field(default=-math.inf, init=False)
    missing: int = field(default=0, init=False)
    negative: int = field(default=0, init=False)

    def add(self, begin: datetime | None, end: datetime | None) -> None:
        """Take one duration."""
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
        """Take all of another one's durations; that one stays as it is."""
        self.sketch.merge(other.sketch)
        self.shortest = min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)
        self.missing += other.missing
        self.negative += other.negative

    def result(self) -> Durations:
        """What was taken so far."""
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
        # The sketch rounds ranks down, from a share of all but one: this is in the middle of ours.
        share = min(1.0, (rank + 0.5) / max(1, count - 1))
        # The middle of a bin may lie outside of what was seen; the bounds are exact.
        return min(max(self.sketch.get_quantile_value(share) or 0.0, self.shortest), self.longest)
