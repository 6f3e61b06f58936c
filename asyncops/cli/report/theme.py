"""Colours, fonts and files of the pictures."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from attrs import frozen
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from asyncops.cli.text import cut
from asyncops.models import State

_STYLE = Path(__file__).with_name("pictures.mplstyle")
_RC: Any = mpl.rc_params_from_file(_STYLE, use_default_template=False)
INK: str = _RC["text.color"]
FAINT: str = _RC["axes.edgecolor"]
GRID: str = _RC["grid.color"]
PAPER: str = _RC["figure.facecolor"]
ROLES: Mapping[str, str] = {
    "#a9b8c6": "waiting",
    "#0072b2": "succeeded",
    "#d55e00": "failed",
    "#cc79a7": "cancelled",
    "#e69f00": "running",
    "#7f7f7f": "unknown",
    INK: "ink",
    FAINT: "faint",
    GRID: "grid",
    PAPER: "paper",
}
"""The role of each colour: a page may give the roles other colours, such as in the dark."""

WAITING, SUCCEEDED, FAILED, CANCELLED, RUNNING, UNKNOWN = list(ROLES)[:6]


@frozen
class BarStyle:
    """The style of a bar: the time in which an operation ran, told apart without colours as well.

    Attributes:
        word: Its text in the legend.
        colour: Its fill.
        hatch: Its pattern; ``""`` for none.
    """

    word: str
    colour: str
    hatch: str

    def fill(self, *, hatched: bool = True) -> dict[str, Any]:
        """The same for a patch of matplotlib, with its pattern or without."""
        look = {"facecolor": self.colour, "edgecolor": self.colour, "hatchcolor": PAPER}
        return {**look, "hatch": (self.hatch if hatched else "") or None}


BAR_STYLES = {
    State.SUCCEEDED: BarStyle("ran and succeeded", SUCCEEDED, ""),
    State.FAILED: BarStyle("ran and failed", FAILED, "////"),
    State.CANCELLED: BarStyle("ran and was cancelled", CANCELLED, "\\\\\\\\"),
    State.RUNNING: BarStyle("still running", RUNNING, "...."),
    State.BLOCKED: BarStyle("waits for a person", RUNNING, "----"),
    State.PENDING: BarStyle("started, waits again", RUNNING, "||||"),
    State.UNKNOWN: BarStyle("status unknown", UNKNOWN, "xxxx"),
}
"""The look of the time in which an operation ran, by its present state, in the legend's order."""


@contextmanager
def drawing() -> Iterator[None]:
    """Draw and save within this context: the user's own settings of matplotlib do not apply."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        yield


def blank(axes: Axes, words: str) -> None:
    """Write a few words in place of data."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, words, ha="center", va="center", color=FAINT)


def label(text: str, width: int) -> str:
    """A service's text on a picture: one line, cut, with ``?`` where the font lacks a character."""
    known = _known()
    return "".join(each if ord(each) in known else "?" for each in cut(text, width))


def saved(drawn: Figure, kind: str, *, title: str) -> bytes:
    """The picture as a file's content, the same bytes for the same picture.

    Args:
        drawn: The picture.
        kind: The file's format, ``svg`` or ``png``.
        title: A description for screen readers and for the file's properties.
    """
    content = io.BytesIO()
    metadata = {"Title": title, "Date": None, "Creator": "asyncops"}
    if kind == "png":
        metadata = {"Title": title.encode("latin-1", "replace").decode("latin-1"), "Software": None}
    drawn.savefig(content, format=kind, metadata=metadata)
    return content.getvalue()


@cache
def _known() -> frozenset[int]:
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
