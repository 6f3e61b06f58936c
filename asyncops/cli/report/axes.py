"""Axes of durations and of moments, with ticks that people read."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from attrs import frozen
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from asyncops.cli.report.lives import Span

DAY = 86_400.0
"""Seconds of a day, which is the unit of the axis."""
# matplotlib does not type their arguments.
_locator: Callable[..., AutoDateLocator] = AutoDateLocator
_formatter: Callable[..., ConciseDateFormatter] = ConciseDateFormatter
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The calendar of the axis has an end, and its ticks reach a little further than the data.
_FIRST = (datetime(2, 1, 1, tzinfo=UTC) - _EPOCH) / timedelta(days=1)
_LAST = (datetime(9998, 12, 31, tzinfo=UTC) - _EPOCH) / timedelta(days=1)
# Below so many seconds, ticks have fractions of a second, and are long.
_BRIEF = 10.0
# From years to seconds. By itself, the library names minutes once, for the last tick alone.
_TICKS = ["%Y", "%b", "%d", "%H:%M", "%H:%M", "%H:%M:%S.%f"]
_ROUND_TICKS = ["", "%Y", "%b", "%b-%d", "%H:%M", "%H:%M:%S"]
_BESIDE = ["", "%Y", "%Y-%b", "%Y-%b-%d", "%Y-%b-%d", "%Y-%b-%d"]

_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_POWERS = tuple(10.0**power for power in range(-6, 0))
_YEARS = tuple(86_400.0 * 10**power for power in range(1, 7))
_COARSEST = (1e-6, 1e-3, 1.0, 60.0, 3_600.0, 86_400.0, *_YEARS[2::2])
_COARSE = (*_POWERS, 1.0, 10.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0, *_YEARS)
_FINE = (
    *(mantissa * power for power in _POWERS for mantissa in (1, 2, 5)),
    *(1.0, 2.0, 5.0, 10.0, 20.0, 30.0),
    *(60.0 * each for each in (1, 2, 5, 10, 20, 30)),
    *(3_600.0 * each for each in (1, 2, 4, 8, 12)),
    *(mantissa * power for power in (86_400.0, *_YEARS) for mantissa in (1, 2, 5)),
)
_TIERS = (_FINE, _COARSE, _COARSEST)
# Where the longest is so many times the shortest, only a logarithmic axis shows both.
_WIDE = 50.0
_MOST_TICKS = 8
_BINS = 30
_SMALLEST = 1e-3


@frozen
class Bins:
    """How many durations there are in each stretch of an axis.

    Attributes:
        edges: Seconds, from the least to the greatest; one more than there are counts.
        counts: Durations from one edge up to the next; the last edge belongs to the last one.
        logarithmic: Whether the edges are evenly spaced by their logarithms.
    """

    edges: Sequence[float]
    counts: Sequence[int]
    logarithmic: bool


def bins_of(values: Sequence[float]) -> Bins:
    """Durations in bins: even ones, or logarithmic ones where they are far apart.

    Args:
        values: Seconds, 0 or more, at least one of them. On a logarithmic axis, durations below a
            thousandth of a second are in the first bin.
    """
    low, high = min(values), max(values)
    logarithmic = high / max(low, _SMALLEST) > _WIDE
    if logarithmic:
        low, high = max(low, _SMALLEST), max(high, 2 * _SMALLEST)
        edges = np.geomspace(low, high, _BINS + 1)
    else:
        if high - low < max(_SMALLEST, low * 1e-6):
            margin = max(_SMALLEST, low * 0.05)
            low, high = max(0.0, low - margin), high + margin
        edges = np.linspace(low, high, _BINS + 1)
    counts, _ = np.histogram(np.clip(values, low, high), edges)
    return Bins(edges.tolist(), counts.tolist(), logarithmic)


def ticks_between(low: float, high: float, *, logarithmic: bool) -> list[float]:
    """Round durations within bounds, few enough to be labelled side by side.

    Args:
        low: The axis's least value in seconds.
        high: Its greatest.
        logarithmic: Whether the axis is.
    """
    if logarithmic:
        inside = [[each for each in ticks if low <= each <= high] for ticks in _TIERS]
        return next((ticks for ticks in inside if len(ticks) <= _MOST_TICKS), inside[-1])
    fits = (each for each in _FINE if (high - low) / each <= _MOST_TICKS - 1)
    step = next(fits, (high - low) / (_MOST_TICKS - 1))
    first = math.ceil(low / step)
    return [step * number for number in range(first, math.floor(high / step) + 1)]


def tick_text(seconds: float) -> str:
    """A duration with one unit: ``20 s``, ``1.5 h``."""
    if seconds == 0:
        return "0"
    fits = [(size, unit) for size, unit in _UNITS if seconds >= size * 0.999] or [_UNITS[-1]]
    # Eighty seconds are a third of a minute more than one, which is no round number of minutes.
    size, unit = next((each for each in fits if _is_short(seconds / each[0])), fits[0])
    return f"{seconds / size:,.6g} {unit}"


def _is_short(number: float) -> bool:
    return math.isclose(number, round(number, 2), rel_tol=1e-6)


def length_of(span: Span) -> float:
    """The length of the axis of a span, in seconds: at least one."""
    return max(span.length, 1.0)


def draw_moments(axes: Axes, span: Span) -> None:
    """Have the horizontal axis reach a little beyond a span, in days since the epoch."""
    length = length_of(span)
    begin, end = (span.begin - 0.01 * length) / DAY, (span.end + 0.025 * length) / DAY
    axes.set_xlim(max(begin, _FIRST), min(end, _LAST))
    most = 9 if span.length >= _BRIEF else 6
    locator = _locator(tz=UTC, minticks=4, maxticks=most)
    formatter = _formatter(
        locator, tz=UTC, formats=_TICKS, zero_formats=_ROUND_TICKS, offset_formats=_BESIDE
    )
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.grid(axis="x")
    axes.set_xlabel("time (UTC)")
