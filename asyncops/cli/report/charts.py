"""Pictures of counts: histograms of durations, and a bar for each kind of operation."""

import math
from collections.abc import Sequence

import numpy as np
from attrs import frozen
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from asyncops.cli.report import theme
from asyncops.cli.text import span
from asyncops.models import State
from asyncops.stats.durations import Durations

_HEIGHT = 3.0
_LINES = (("p50", "-"), ("p90", "--"), ("p99", ":"))

_WIDTH = 11.0
_ROW = 0.3
_NAME = 42


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


@frozen(kw_only=True)
class KindCount:
    """The counts of one kind, with its most frequent error.

    Attributes:
        kind: The service's word; ``""`` for none.
        ended: How many have ended.
        failed: How many of these failed.
        error: The most frequent error; `None` where no operation has one.
        times: The number of failures with this error.
    """

    kind: str
    ended: int
    failed: int
    error: str | None = None
    times: int = 0

    @property
    def rate(self) -> float:
        """Failed ones as a share of those that ended, from 0 to 1."""
        return self.failed / self.ended if self.ended else 0.0


def draw_kinds(kinds: Sequence[KindCount]) -> Figure:
    """A bar for each kind, in their order from the top: how many ended, how many of them failed.

    To be called, and its result saved, inside of :func:`theme.drawing`.
    """
    drawn = Figure(figsize=(_WIDTH, 0.9 + _ROW * max(len(kinds), 2)), layout="constrained")
    axes = drawn.add_subplot()
    axes.set_xlabel("operations")
    rows = range(len(kinds))
    axes.barh(rows, [each.ended for each in kinds], 0.62, color=theme.GRID, label="ended")
    failed = [each.failed for each in kinds]
    axes.barh(rows, failed, 0.62, **theme.BAR_STYLES[State.FAILED].fill(), label="failed")
    for row, each in enumerate(kinds):
        share = f" {each.failed:,} of {each.ended:,} failed  ({each.rate:.1%})"
        axes.text(each.ended, row, share, va="center", fontsize=8.5)
    names = [theme.label(each.kind or "(no kind)", _NAME) for each in kinds]
    axes.set_yticks(rows, names, fontsize=8.5)
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.set_xlim(0, max((each.ended for each in kinds), default=1) * 1.25 or 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    return drawn


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


Measured = tuple[Sequence[float], Durations]
"""Seconds, each 0 or more, in any order, and the statistics of all durations of their sort."""


def draw_histograms(waiting: Measured, running: Measured) -> Figure:
    """Both histograms side by side, each with its median, 90th and 99th percentile.

    To be called, and its result saved, inside of :func:`theme.drawing`.
    """
    drawn = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
    both = (("Waiting time", waiting, theme.WAITING), ("Run time", running, theme.SUCCEEDED))
    for axes, (title, (values, durations), colour) in zip(drawn.subplots(1, 2), both, strict=True):
        axes.set_title(title, fontweight="bold", fontsize=10)
        if values:
            _bars(axes, values, colour)
            _percentiles(axes, durations)
        else:
            theme.blank(axes, "nothing was measured")
    return drawn


def _bars(axes: Axes, values: Sequence[float], colour: str) -> None:
    bins = bins_of(values)
    low, high = bins.edges[0], bins.edges[-1]
    axes.stairs(bins.counts, bins.edges, fill=True, facecolor=colour, edgecolor=theme.PAPER)
    if bins.logarithmic:
        axes.set_xscale("log")
    axes.set_xlim(low, high)
    ticks = ticks_between(low, high, logarithmic=bins.logarithmic)
    axes.set_xticks(ticks, [tick_text(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.grid(axis="y")
    axes.set_ylabel("operations")
    axes.set_ylim(0, max(bins.counts) * 1.08)
    axes.set_xlabel("duration, logarithmic" if bins.logarithmic else "duration")


def _percentiles(axes: Axes, durations: Durations) -> None:
    for name, style in _LINES:
        value = getattr(durations, name)
        if value is not None:
            shown = f"{name}  {span(value)}"
            axes.axvline(value, color=theme.INK, linestyle=style, linewidth=1.2, label=shown)
    # Beside the bars, as they may be anywhere.
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3)
