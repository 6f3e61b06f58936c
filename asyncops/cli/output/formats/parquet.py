"""Parquet, by pyarrow: one row group after the other."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.output.columns import Column, columns_of, values_of
from asyncops.cli.output.formats import Encoder

__all__ = ["ParquetEncoder"]

_GROUP_ROWS = 20_000
_GROUP_CHARACTERS = 32 * 2**20


class _Taken:
    """The file that pyarrow writes to; gives the bytes written since the last call."""

    closed = False

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, data: Any) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        chunks, self._chunks = self._chunks, []
        return b"".join(chunks)


class ParquetEncoder(Encoder):
    """Times as ``timestamp[us, UTC]``, whole numbers as ``int64``, all else as text.

    Free-form JSON is its text. A row group holds at most 20,000 rows, or about 32 MiB of text.

    Args:
        model: The operations' class.
    """

    def __init__(self, model: type) -> None:
        self._columns = columns_of(model)
        self._schema = pa.schema([_field(column) for column in self._columns])
        self._file = _Taken()
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._clear()

    def head(self) -> bytes:
        """The mark that Parquet files begin with."""
        return self._file.taken()

    def rows(self, items: Sequence[Any]) -> bytes:
        """The row groups that these rows complete."""
        for item in items:
            self._add(item)
            if self._rows >= _GROUP_ROWS or self._characters >= _GROUP_CHARACTERS:
                self._write_group()
        return self._file.taken()

    def tail(self) -> bytes:
        """The last row group, and the index of all."""
        if self._rows:
            self._write_group()
        self._writer.close()
        return self._file.taken()

    def _add(self, item: Any) -> None:
        for column, cell in zip(self._columns, values_of(item, self._columns), strict=True):
            if isinstance(cell, str):
                self._characters += len(cell)
            if column.kind == "time":
                self._cells[column.name].append(getattr(item, column.name))
            else:
                self._cells[column.name].append(_in_range(cell, column))
        self._rows += 1

    def _write_group(self) -> None:
        self._writer.write_table(pa.table(self._cells, schema=self._schema))
        self._clear()

    def _clear(self) -> None:
        self._cells: dict[str, list[Any]] = {column.name: [] for column in self._columns}
        self._rows = self._characters = 0


def _field(column: Column) -> Any:
    match column.kind:
        case "time":
            return pa.field(column.name, pa.timestamp("us", tz="UTC"))
        case "integer":
            return pa.field(column.name, pa.int64())
        case _:
            return pa.field(column.name, pa.string())


def _in_range(cell: str | int | None, column: Column) -> str | int | None:
    if isinstance(cell, int) and not -(2**63) <= cell < 2**63:
        raise Failure(
            f"{column.name} is {cell}, which is beyond the 64 bits of a Parquet column",
            hint="take --jsonl, which keeps numbers of any size",
            code=ExitCode.SERVICE,
        )
    return cell
