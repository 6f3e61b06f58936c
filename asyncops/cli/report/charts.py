"""Pictures of counts: histograms of durations, and a bar for each kind of operation."""

from collections.abc import Sequence

from attrs import frozen
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from asyncops.cli.report import theme
from asyncops.cli.report.axes import bins_of, tick_text, ticks_between
from asyncops.cli.text.times import span
from asyncops.stats.durations import Durations

__all__ = ["Histogram", "KindCount", "draw_histograms", "draw_kinds"]

_HEIGHT = 3.0
_LINES = (("p50", "-"), ("p90", "--"), ("p99", ":"))

_WIDTH = 11.0
_ROW = 0.3
_NAME = 42


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
    drawn = theme.figure(_WIDTH, 0.9 + _ROW * max(len(kinds), 2))
    axes = drawn.add_subplot()
    theme.bare(axes)
    axes.set_xlabel("operations")
    rows = range(len(kinds))
    axes.barh(rows, [each.ended for each in kinds], 0.62, color=theme.GRID, label="ended")
    axes.barh(
        rows,
        [each.failed for each in kinds],
        0.62,
        color=theme.FAILED,
        edgecolor=theme.FAILED,
        hatch="////",
        hatchcolor=theme.PAPER,
        label="failed",
    )
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
