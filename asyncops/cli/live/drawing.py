"""The live screen of a watch: a board, drawn for so many columns and lines. Pure, no I/O."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from attrs import field, frozen
from rich.cells import cell_len
from rich.text import Text

from asyncops.cli.live.state import BIN, Row, WatchState, sparkline
from asyncops.cli.output.table_columns import STYLES
from asyncops.cli.text import clock_time, cut, padded, span
from asyncops.models import State

_WIDE = 110
_ID = 36
_SHORT_ID = 8
_AGE = 6
_WORD = 11
_KIND = 32
_SHORT_KIND = 16
_RATE = 26
# From so many columns on there is room for a kind beside an error.
_ROOMY = 64
# From so many lines for the lists on, they are set apart.
_SPACIOUS = 14
_BAD = "bold white on red"


@frozen
class Canvas:
    """Where a screen is drawn.

    Attributes:
        width: Cells of a line, at least 1.
        height: Lines, at least 1.
        ascii_only: Whether the terminal lacks all other characters.
        keys: Whether there is a keyboard.
    """

    width: int
    height: int
    ascii_only: bool = field(default=False, kw_only=True)
    keys: bool = field(default=True, kw_only=True)

    @property
    def ellipsis(self) -> str:
        """The mark at the end of a text that is cut."""
        return "..." if self.ascii_only else "…"

    def cut(self, text: str, width: int) -> str:
        """The text in at most so many cells."""
        return cut(text, max(0, width), ellipsis=self.ellipsis)

    def padded(self, text: str, width: int, *, right: bool = False) -> str:
        """The text in exactly so many cells."""
        return padded(text, max(0, width), right=right, ellipsis=self.ellipsis)


def drawn(board: WatchState, canvas: Canvas, now: datetime) -> list[Text]:
    """The screen's lines: never more than the canvas is high, never one wider than it.

    On a small canvas the lists get shorter first, then the lists and the rates are left out.

    Args:
        board: The state of the watch.
        canvas: How much room there is.
        now: The present; aware.
    """
    head = [_title(board, canvas, now), *_banner(board, canvas, now), *_counts(board, canvas)]
    rates = _rates(board, canvas, now)
    foot = _line(canvas, "q or Ctrl-C ends it" if canvas.keys else "Ctrl-C ends it", "dim")
    room = canvas.height - len(head) - 1
    if room < len(rates):
        return [*head, foot][: canvas.height] if room >= 0 else head[: canvas.height]
    room -= len(rates)
    lists = _lists(board, canvas, now, room)
    blanks = [Text("")] * (room - len(lists))
    return [*head, *rates, *lists, *blanks, foot]


def _line(canvas: Canvas, text: str, style: str = "") -> Text:
    return Text(canvas.cut(text, canvas.width), style=style, no_wrap=True, end="")


def _title(board: WatchState, canvas: Canvas, now: datetime) -> Text:
    watching = "taking stock"
    if board.poll is not None and board.polled_at is not None:
        watching = f"watched for {_span(now - board.since)}, poll {board.poll.number}"
        if board.poll.next_in is not None:
            left = board.poll.next_in - (now - board.polled_at).total_seconds()
            watching += f", next in {span(max(0, round(left)))}" if left >= 1 else ", next now"
    line = _line(canvas, board.title, "bold")
    room = canvas.width - line.cell_len - 2
    if room > len(canvas.ellipsis):
        shown = canvas.cut(watching, room)
        line.append(" " * (canvas.width - line.cell_len - cell_len(shown)))
        line.append(shown, "dim")
    return line


def _banner(board: WatchState, canvas: Canvas, now: datetime) -> Iterator[Text]:
    trouble = board.trouble
    if trouble is not None:
        since = clock_time(trouble.at, now)
        text = f" no answer since {since}, polling again: {trouble.error} "
        yield Text(canvas.padded(text, canvas.width), style=_BAD, no_wrap=True, end="")


def _counts(board: WatchState, canvas: Canvas) -> Iterator[Text]:
    states = board.states
    shown = (State.PENDING, State.RUNNING, State.SUCCEEDED, State.FAILED)
    parts = [(f"{state.value} {states[state]:,}", STYLES[state]) for state in shown]
    others = {
        "blocked": states[State.BLOCKED],
        "cancelled": states[State.CANCELLED],
        "unknown": states[State.UNKNOWN],
        "vanished": board.vanished,
        "not seen yet": board.unseen,
    }
    parts += [(f"{name} {count:,}", "magenta") for name, count in others.items() if count]
    line = Text(no_wrap=True, end="")
    for text, style in parts:
        if line and line.cell_len + 3 + len(text) > canvas.width:
            yield line
            line = Text(no_wrap=True, end="")
        line.append("   " if line else "")
        line.append(canvas.cut(text, canvas.width), style)
    yield line


def _rates(board: WatchState, canvas: Canvas, now: datetime) -> list[Text]:
    places = canvas.width - _RATE - len("finished ")
    if places < 6:
        return []
    # A minute a place, once ten seconds a place do not reach back to the beginning any more.
    bins = 1 if (now - board.since).total_seconds() <= places * BIN else 60 // BIN
    each = span(bins * BIN)
    lines = []
    both = {"finished": (board.finished, State.SUCCEEDED), "failed": (board.failed, State.FAILED)}
    for name, (rates, state) in both.items():
        counts = rates.series(now, places, bins)
        line = Text(f"{name:<9}", no_wrap=True, end="")
        line.append(sparkline(counts, ascii_only=canvas.ascii_only), STYLES[state])
        figures = f"{counts[-1]:,} now, peak {max(counts):,} in {each}"
        line.append(" " + canvas.cut(figures, _RATE - 1), "dim")
        lines.append(line)
    return lines


def _lists(board: WatchState, canvas: Canvas, now: datetime, room: int) -> list[Text]:
    """Both lists in at most ``room`` lines; each has a heading and at least one line, or none."""
    if room < 2:
        return []
    news = [_row(each, canvas, now) for each in islice(board.news, room)]
    news = news or [_line(canvas, "nothing has changed yet", "dim")]
    newest = [_line(canvas, "Newest changes", "bold"), *news]
    if room < 4:
        return newest[:room]
    gap = [Text("")] if room >= _SPACIOUS else []
    rows = room - 2 - 2 * len(gap)
    waiting = max(1, min(board.open, rows * 2 // 5))
    told = max(1, min(len(board.news), rows - waiting))
    # A list that needs fewer rows leaves them to the other.
    waiting = max(1, min(board.open, rows - told))
    nothing = "nothing that is known of" if board.unseen else "nothing"
    oldest = [_row(each, canvas, now) for each in board.oldest(waiting)]
    oldest = oldest or [_line(canvas, nothing, "dim")]
    heading = _line(canvas, "Still waiting, oldest first", "bold")
    return [*gap, *newest[: told + 1], *gap, heading, *oldest]


def _row(row: Row, canvas: Canvas, now: datetime) -> Text:
    """Age, state and id in columns, then kind and error; the last takes the rest of the line."""
    style = STYLES[row.state] if row.state is not None else "magenta"
    both = row.kind and row.error and canvas.width >= _ROOMY
    texts = [row.kind, row.error] if both else [row.error or row.kind]
    line = Text(no_wrap=True, end="")
    line.append(canvas.padded(_span(now - row.at), _AGE, right=True), "dim")
    line.append(" " + canvas.padded(row.word, _WORD), style)
    if row.id:
        # A cut id has no ellipsis, so that it can be copied and searched for.
        size = _ID if canvas.width >= _WIDE else _SHORT_ID
        line.append(" " + padded(row.id, size, ellipsis=""))
    for text in texts[:-1]:
        size = _KIND if canvas.width >= _WIDE else _SHORT_KIND
        line.append(" " + canvas.padded(text, size))
    left = canvas.width - line.cell_len - 1
    if left > 0:
        line.append(" " + canvas.cut(texts[-1], left), style if len(texts) > 1 else "")
    line.truncate(canvas.width)
    return line


def _span(delta: timedelta) -> str:
    return span(max(0, int(delta.total_seconds())))
