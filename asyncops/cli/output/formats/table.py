"""Tables, row by row: columns of fixed widths, so that no row has to wait for another."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from asyncops.cli.output.formats.encoders import Encoder
from asyncops.cli.output.table_columns import GAP, Shown, fitting, shown_of, style_of
from asyncops.cli.shell import printed
from asyncops.cli.text import cut, end_of, padded, visible

_INDENT = "  "


class TableEncoder(Encoder):
    """A heading, then one line an operation, and one more where a reason has no column.

    On a terminal, columns are chosen by the first page and cut to fit its width. Elsewhere all of
    them are there, times are dates, and nothing is cut.

    Args:
        model: The operations' class.
        console: Where the table will be shown.
        now: The present, for relative times and for operations that still run.
        id_field: The field whose value ``get`` takes.
    """

    def __init__(
        self, model: type, console: Console, now: Callable[[], datetime], id_field: str = "id"
    ) -> None:
        self._console = console
        self._now = now
        self._whole = not console.is_terminal
        self._columns = shown_of(model, id_field, dated=self._whole)
        self._headed = False

    def rows(self, items: Sequence[Any]) -> bytes:
        """One line each, or two."""
        lines, now = [], self._now()
        # A listing without a row gets no heading.
        if items and not self._headed:
            self._headed = True
            if not self._whole:
                page = [[column.cell(item, now) for column in self._columns] for item in items]
                self._columns = fitting(self._columns, self._console.width, page)
            lines.append(self._line([(column.title.upper(), "bold") for column in self._columns]))
        has_notes = all(column.title != "error" for column in self._columns)
        for item in items:
            own = style_of(item)
            styles = [own if column.style is None else column.style for column in self._columns]
            texts = [column.cell(item, now) for column in self._columns]
            lines.append(self._line(list(zip(texts, styles, strict=True))))
            if has_notes and (error := getattr(item, "error", None)):
                shown = cut(error, self._console.width - len(_INDENT))
                lines.append(Text(f"{_INDENT}{shown}", style="red"))
        return printed(lines, self._console)

    def _line(self, cells: Sequence[tuple[str, str]]) -> Text:
        line = Text(no_wrap=True)
        for column, (text, style) in zip(self._columns, cells, strict=True):
            line.append(self._cell(text, column), style=style)
            line.append(" " * GAP)
        line.rstrip()
        return line

    def _cell(self, text: str, column: Shown) -> str:
        if column.width is not None:
            if column.by_end:
                text = end_of(text, column.width)
            return padded(text, column.width, right=column.right)
        shown = visible(text)
        if column.right:
            return shown.rjust(column.least)
        return shown if column.most is None else shown.ljust(column.most)
