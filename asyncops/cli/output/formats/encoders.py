"""The formats, and the encoder of each: operations as bytes, page by page, in constant memory."""

import csv
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum, StrEnum
from functools import cache
from typing import Any, Literal
from uuid import UUID

import attrs
import msgspec

from asyncops.cli.shell import console, needing
from asyncops.kit.annotations import annotation_of
from asyncops.models import PRIVATE
from asyncops.unstructure import inner_type, json_bytes, names_of, plain

# A cell that begins so is a formula to a spreadsheet; the last four are of full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Kind = Literal["text", "time", "integer", "json"]
"""The type of a column; ``json`` is free-form JSON, as text."""

Columns = Mapping[str, Kind]
"""The columns of a model: the type of the values of each, by the API's name."""


@cache
def columns_of(model: type, id_field: str = "id") -> Columns:
    """The columns of an attrs model, in the order of every output, without what is private.

    What ``get`` takes is the first, where that is another field than ``id``.
    """
    private = {each.name for each in attrs.fields(model) if PRIVATE in each.metadata}
    shown = (name for name in names_of(model) if name not in private)
    # The property of a status may have no annotation.
    names = shown if id_field == "id" else (id_field, *shown)
    return {name: _kind(annotation_of(model, name) or Enum) for name in names}


def values_of(item: Any, columns: Columns) -> list[str | int | None]:
    """The values of an operation as plain ones: times as RFC 3339, free-form JSON as its text."""
    fields: dict[str, Any] = plain(item)
    for name, kind in columns.items():
        if name not in fields:
            # By a property of the model, too, an item may be asked for.
            fields[name] = plain(getattr(item, name))
        if kind == "json" and fields[name] is not None:
            fields[name] = msgspec.json.encode(fields[name]).decode()
    return [fields[name] for name in columns]


def _kind(annotation: Any) -> Kind:
    shape = inner_type(annotation)
    if isinstance(shape, type):
        if issubclass(shape, datetime):
            return "time"
        if issubclass(shape, int) and not issubclass(shape, bool):
            return "integer"
        if issubclass(shape, str | UUID | Enum):
            return "text"
    return "json"


class Encoder(ABC):
    """One output: ``head``, then ``rows`` for each page, then ``tail``."""

    def head(self) -> bytes:
        """The bytes before the first row."""
        return b""

    @abstractmethod
    def rows(self, items: Sequence[Any]) -> bytes:
        """The rows of one page."""

    def tail(self) -> bytes:
        """The bytes behind the last row."""
        return b""


class JsonLinesEncoder(Encoder):
    """One object on each line."""

    def rows(self, items: Sequence[Any]) -> bytes:
        """One line each."""
        return b"".join([json_bytes(item) + b"\n" for item in items])


class JsonEncoder(Encoder):
    """One array, an object on each of its lines; without its end it is no JSON, so a cut shows.

    Args:
        before: Rows that were written already, by a run that this one goes on from.
    """

    def __init__(self, before: int = 0) -> None:
        self._any = before > 0

    def head(self) -> bytes:
        """The array's beginning."""
        return b"["

    def rows(self, items: Sequence[Any]) -> bytes:
        """One line each, parted by commas."""
        if not items:
            return b""
        lead = b",\n" if self._any else b"\n"
        self._any = True
        return lead + b",\n".join([json_bytes(item) for item in items])

    def tail(self) -> bytes:
        """The array's end."""
        return b"\n]\n" if self._any else b"]\n"


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
        id_field: The field whose value ``get`` takes.
        raw: Whether to write such cells as they are.
    """

    def __init__(self, model: type, id_field: str = "id", *, raw: bool = False) -> None:
        self._columns = columns_of(model, id_field)
        self._raw = raw
        self._writer: Any = csv.writer(_Line(), lineterminator="\r\n")

    def head(self) -> bytes:
        """The names of the columns."""
        return self._line([*self._columns])

    def rows(self, items: Sequence[Any]) -> bytes:
        """One row each."""
        return b"".join([self._line(values_of(item, self._columns)) for item in items])

    def _line(self, cells: Sequence[str | int | None]) -> bytes:
        line: str = self._writer.writerow(cells if self._raw else map(_harmless, cells))
        return line.encode()


def _harmless(cell: str | int | None) -> str | int | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


class Format(StrEnum):
    """How operations are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


_FORMS = {f".{form}": form for form in Format if form is not Format.TABLE}
BY_SUFFIX = {**_FORMS, ".ndjson": Format.JSONL}
"""The format that the end of a file's name asks for."""


def encoder_for(
    form: Format, model: type, id_field: str = "id", *, raw: bool = False, before: int = 0
) -> Encoder:
    """The encoder that writes operations in a format.

    Args:
        form: The format.
        model: The operations' class.
        id_field: The field whose value ``get`` takes.
        raw: Whether cells of CSV that look like formulas are left alone.
        before: The number of rows that an earlier run has written.

    Raises:
        Failure: The format needs an extra that is not installed.
    """
    match form:
        case Format.JSON:
            return JsonEncoder(before)
        case Format.JSONL:
            return JsonLinesEncoder()
        case Format.CSV:
            return CsvEncoder(model, id_field, raw=raw)
        case Format.PARQUET:
            with needing("pyarrow", "Parquet needs an extra: pip install 'asyncops[parquet]'"):
                from asyncops.cli.output.formats.parquet import ParquetEncoder  # noqa: PLC0415
            return ParquetEncoder(model, id_field)
        case Format.TABLE:
            # rich takes a while to load.
            from asyncops.cli.output.formats.table import TableEncoder  # noqa: PLC0415

            return TableEncoder(model, console(), lambda: datetime.now(UTC), id_field)
