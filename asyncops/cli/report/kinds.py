"""A picture of the kinds of operations: how many ended, and how many of them failed."""

from collections.abc import Sequence

from attrs import frozen
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from asyncops.cli.report import theme

__all__ = ["KindCount", "draw_kinds"]

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
