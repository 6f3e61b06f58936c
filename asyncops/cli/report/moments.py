"""An axis of moments, in UTC, whose ticks can be read one by one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from asyncops.cli.report.lives import Span

__all__ = ["DAY", "draw_moments", "length_of"]

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
