"""A picture of the durations of operations: histograms with percentiles."""

from collections.abc import Sequence

from attrs import frozen
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from asyncops.cli.report import theme
from asyncops.cli.report.durations import bins_of, tick_text, ticks_between
from asyncops.cli.text.times import span
from asyncops.stats.durations import Durations

__all__ = ["Histogram", "draw_histograms"]

_WIDTH = 11.0
_HEIGHT = 3.0
_LINES = (("p50", "-"), ("p90", "--"), ("p99", ":"))


@frozen
class Histogram:
    """Durations of one sort.

    Attributes:
        title: The heading, such as "Run time".
        values: Seconds, each 0 or more, in any order.
        durations: The statistics of all durations, of which ``values`` may be a part.
        colour: The bars' fill.
    """

    title: str
    values: Sequence[float]
    durations: Durations
    colour: str


def draw_histograms(histograms: Sequence[Histogram]) -> Figure:
    """The histograms side by side, each with its median, 90th and 99th percentile.

    To be called, and its result saved, inside of :func:`theme.drawing`.
    """
    drawn = theme.figure(_WIDTH, _HEIGHT)
    for axes, histogram in zip(drawn.subplots(1, len(histograms)), histograms, strict=True):
        theme.bare(axes)
        axes.set_title(histogram.title, fontweight="bold", fontsize=10)
        if histogram.values:
            _bars(axes, histogram)
        else:
            theme.blank(axes, "nothing was measured")
    return drawn


def _bars(axes: Axes, histogram: Histogram) -> None:
    bins = bins_of(histogram.values)
    low, high = bins.edges[0], bins.edges[-1]
    axes.stairs(
        bins.counts, bins.edges, fill=True, facecolor=histogram.colour, edgecolor=theme.PAPER
    )
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
    _percentiles(axes, histogram.durations)


def _percentiles(axes: Axes, durations: Durations) -> None:
    for name, style in _LINES:
        value = getattr(durations, name)
        if value is not None:
            shown = f"{name}  {span(value)}"
            axes.axvline(value, color=theme.INK, linestyle=style, linewidth=1.2, label=shown)
    # Beside the bars, as they may be anywhere.
    axes.legend(
        loc="lower right",
        borderaxespad=0.2,
        columnspacing=1.2,
        bbox_to_anchor=(1.0, 1.0),
        ncols=3,
        handlelength=1.3,
    )
