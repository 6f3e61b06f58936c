"""A picture of operations on an axis of time: when each waited, and when it ran."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import field, frozen
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.textpath import TextPath

from asyncops.cli.report import theme
from asyncops.cli.report.lives import Life, Span, moment_text, rows_of
from asyncops.models import State

_WIDTH = 11.0
_NAMED = 25
_NAME_SIZE = 8.0
# Inches around the axes: for the title, for the ticks and the legend, and on both sides.
_ABOVE, _BELOW, _RIGHT, _GUTTER = 0.62, 0.85, 0.25, 0.45
_NAME = 34
_STEPS = tuple(mantissa * 10**power for power in range(10) for mantissa in (1, 2, 5))
_ROW = 0.26
_TALLEST = 11.0
_SHORTEST = 0.9
# Shorter bars are drawn as long as this share of the axis, so that they can be seen.
_THINNEST = 0.0015
_HATCHED = 7.0
# Seconds of a day, which is the unit of the axis.
_DAY = 86_400.0
# matplotlib does not type their arguments.
_locator: Callable[..., AutoDateLocator] = AutoDateLocator
_formatter: Callable[..., ConciseDateFormatter] = ConciseDateFormatter
# The calendar of the axis has an end, and its ticks reach a little further than the data.
_FIRST = datetime(2, 1, 1, tzinfo=UTC).timestamp() / _DAY
_LAST = datetime(9998, 12, 31, tzinfo=UTC).timestamp() / _DAY
# Below so many seconds, ticks have fractions of a second, and are long.
_BRIEF = 10.0
# From years to seconds. By itself, the library names minutes once, for the last tick alone.
_TICKS = ["%Y", "%b", "%d", "%H:%M", "%H:%M", "%H:%M:%S.%f"]
_ROUND_TICKS = ["", "%Y", "%b", "%b-%d", "%H:%M", "%H:%M:%S"]
_BESIDE = ["", "%Y", "%Y-%b", "%Y-%b-%d", "%Y-%b-%d", "%Y-%b-%d"]


@frozen(kw_only=True)
class Timeline:
    """The data of a timeline.

    Attributes:
        title: The resource: ``Zoo operations``.
        lives: The operations.
        now: The time of the listing; aware.
        notes: Further remarks below the title.
    """

    title: str
    lives: Sequence[Life]
    now: datetime
    notes: Sequence[str] = field(default=())

    @property
    def heading(self) -> str:
        """The title with the counts."""
        count = len(self.lives)
        states = Counter(life.state for life in self.lives)
        counts = {"failed": states[State.FAILED], "cancelled": states[State.CANCELLED]}
        counts["not ended"] = sum(life.open for life in self.lives)
        parts = [f"{number:,} {word}" for word, number in counts.items() if number]
        operations = f"{count:,} operation{'' if count == 1 else 's'}"
        return f"{self.title}: {', '.join([operations, *parts])}"

    @property
    def span(self) -> Span | None:
        """From the first creation to the last end; `None` without operations."""
        wholes = [life.whole for life in self.lives]
        if not wholes:
            return None
        return Span(min(each.begin for each in wholes), max(each.end for each in wholes))


def draw_timeline(timeline: Timeline) -> Figure:
    """The picture. Up to 25 operations have a named row each; more of them share rows.

    To be called, and its result saved, inside of :func:`theme.drawing`.
    """
    named = len(timeline.lives) <= _NAMED
    lives = sorted(timeline.lives, key=lambda life: life.whole.begin)
    span = timeline.span
    wholes = [life.whole for life in lives]
    if named or span is None:
        rows = list(range(len(lives)))
    else:
        rows = rows_of(wholes, gap=_length_of(span) * 2 * _THINNEST)
    tall = _height_of(max(rows, default=0) + 1)
    names = _names_of(lives) if named else []
    left = _GUTTER + max((_inches(name) for name in names), default=0.2)
    high = tall + _ABOVE + _BELOW
    drawn = Figure(figsize=(_WIDTH, high))
    size = ((_WIDTH - left - _RIGHT) / _WIDTH, tall / high)
    axes = drawn.add_axes((left / _WIDTH, _BELOW / high, *size))
    _title(axes, timeline)
    if span is None:
        theme.blank(axes, "nothing to show")
        return drawn
    _moments_axis(axes, span)
    _bars(axes, lives, rows, points=72 * tall / (max(rows) + 1))
    _rows_axis(axes, max(rows) + 1, names)
    _legend(drawn, lives, (_GUTTER / 2 / _WIDTH, 0.08 / high))
    return drawn


def _height_of(rows: int) -> float:
    # Many rows are thinner; slowly, so that a few more do not change the picture.
    full = _ROW * rows
    return max(_SHORTEST, full if full <= 6 else min(_TALLEST, 6 + 0.9 * math.sqrt(full - 6)))


def _title(axes: Axes, timeline: Timeline) -> None:
    lines = list(timeline.notes)
    if timeline.span is not None:
        begin, end = timeline.span.begin, timeline.span.end
        lines.insert(0, f"{moment_text(begin)} to {moment_text(end)} UTC")
    lines.append(f"as of {timeline.now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    axes.set_title(theme.label(timeline.heading, 120), fontweight="bold", pad=22)
    look: Any = {"color": theme.FAINT, "fontsize": 8.5}
    words = theme.label("  |  ".join(lines), 170)
    axes.annotate(words, (0, 1), (0, 8), "axes fraction", "offset points", **look)


def _names_of(lives: Sequence[Life]) -> list[str]:
    return [f"{theme.label(life.kind, _NAME)}  {theme.label(life.id[:8], 8)}" for life in lives]


def _inches(name: str) -> float:
    return float(TextPath((0, 0), name, size=_NAME_SIZE).get_extents().width) / 72


def _rows_axis(axes: Axes, count: int, names: Sequence[str]) -> None:
    axes.set_ylim(count - 0.4, -0.6)
    if names:
        axes.set_yticks(range(count), names, fontsize=_NAME_SIZE)
        return
    step = next(step for step in _STEPS if count <= 5 * step)
    numbers = sorted({1, *range(step, count + 1, step)})
    axes.set_yticks([number - 1 for number in numbers], [f"{number:,}" for number in numbers])
    axes.set_ylabel("lanes")


def _bars(axes: Axes, lives: Sequence[Life], rows: Sequence[int], *, points: float) -> None:
    low, high = axes.get_xlim()
    least = (high - low) * _THINNEST
    pairs = list(zip(lives, rows, strict=True))
    waiting = [(life.waiting, row) for life, row in pairs]
    fill = theme.BarStyle("waited", theme.WAITING, "").fill()
    _boxes(axes, waiting, height=0.36, least=0, **fill)
    for state, look in theme.BAR_STYLES.items():
        ran = [(life.running, row) for life, row in pairs if life.running and life.state is state]
        fill = look.fill(hatched=points >= _HATCHED)
        _boxes(axes, ran, height=0.72, least=least, **fill)
    size = _mark_size(lives, high - low, points)
    failed = [(life.whole.end, row) for life, row in pairs if life.state is State.FAILED]
    _marks(axes, failed, "x", size, theme.INK)
    alive = [(life.whole.end, row) for life, row in pairs if life.open]
    _marks(axes, alive, ">", size, theme.RUNNING)


def _mark_size(lives: Sequence[Life], days: float, points: float) -> float:
    """In points: so that marks cover neither the next row nor the next bar of their own."""
    lengths = sorted(life.whole.length for life in lives)
    usual = lengths[len(lengths) // 2] / _DAY / days * 72 * _WIDTH
    return min(6.5, max(1.8, min(0.55 * points, usual)))


def _boxes(
    axes: Axes, places: Iterable[tuple[Span, int]], *, height: float, least: float, **fill: Any
) -> None:
    """Draw spans in their rows, each at least so many days long."""
    boxes = [
        Rectangle((span.begin / _DAY, row - height / 2), max(span.length / _DAY, least), height)
        for span, row in places
    ]
    if boxes:
        axes.add_collection(PatchCollection(boxes, linewidths=0.4, **fill), autolim=False)


def _marks(
    axes: Axes, places: Sequence[tuple[float, int]], marker: str, size: float, colour: str
) -> None:
    look: Any = {"markersize": size, "markeredgewidth": max(0.7, size / 5), "color": colour}
    days, rows = [moment / _DAY for moment, _ in places], [row for _, row in places]
    axes.plot(days, rows, marker, clip_on=False, scalex=False, scaley=False, **look)


def _legend(drawn: Figure, lives: Sequence[Life], place: tuple[float, float]) -> None:
    shown: list[Patch | Line2D] = [Patch(facecolor=theme.WAITING, label="waited")]
    present = {life.state for life in lives if life.running is not None}
    for state, look in theme.BAR_STYLES.items():
        if state in present:
            shown.append(Patch(**look.fill(), label=look.word))
    if any(life.state is State.FAILED for life in lives):
        shown.append(_sign("x", theme.INK, "failed here"))
    if any(life.open for life in lives):
        shown.append(_sign(">", theme.RUNNING, "had not ended"))
    drawn.legend(handles=shown, loc="lower left", bbox_to_anchor=place, ncols=len(shown))


def _sign(marker: str, colour: str, word: str) -> Line2D:
    return Line2D([], [], linestyle="none", marker=marker, color=colour, label=word)


def _length_of(span: Span) -> float:
    """The length of the axis of a span, in seconds: at least one."""
    return max(span.length, 1.0)


def _moments_axis(axes: Axes, span: Span) -> None:
    """Have the horizontal axis reach a little beyond a span, in days since the epoch."""
    length = _length_of(span)
    begin, end = (span.begin - 0.01 * length) / _DAY, (span.end + 0.025 * length) / _DAY
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
