"""CSV as RFC 4180 has it, save that lines end as in every other text of the system's tools."""

import csv
from collections.abc import Sequence
from typing import Any

from asyncops.cli.output.columns import columns_of, values_of
from asyncops.cli.output.formats.encoder import Encoder

__all__ = ["CsvEncoder"]

# A cell that begins so is a formula to a spreadsheet; the last four are of full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Line:
    """The file that the csv module writes to: gives the line back, which ``writerow`` returns.

    The module ends lines with CR LF, and so quotes cells that hold either; here lines end with LF.
    """

    def write(self, line: str) -> str:
        return line.removesuffix("\r\n") + "\n"


class CsvEncoder(Encoder):
    """A line of names, then one row each. Free-form JSON is its text, null an empty cell.

    Services pass on what their users write, and spreadsheets run cells that begin like formulas:
    such cells get an apostrophe in front, as spreadsheets themselves have it.

    Args:
        model: The operations' class.
        raw: Whether to write such cells as they are.
    """

    def __init__(self, model: type, *, raw: bool = False) -> None:
        self._columns = columns_of(model)
        self._raw = raw
        self._writer: Any = csv.writer(_Line(), lineterminator="\r\n")

    def head(self) -> bytes:
        """The names of the columns."""
        return self._line([column.name for column in self._columns])

    def rows(self, items: Sequence[Any]) -> bytes:
        """One row each."""
        return b"".join([self._line(values_of(item, self._columns)) for item in items])

    def _line(self, cells: Sequence[str | int | None]) -> bytes:
        line: str = self._writer.writerow(cells if self._raw else map(_harmless, cells))
        return line.encode()


def _harmless(cell: str | int | None) -> str | int | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
