"""Parquet, by pyarrow: one row group after the other."""

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from asyncops.cli.output.formats.encoders import Encoder, columns_of, values_of
from asyncops.cli.shell import ExitCode, Failure

_GROUP_ROWS = 20_000
_GROUP_CHARACTERS = 32 * 2**20

_TYPES = {"time": pa.timestamp("us", tz="UTC"), "integer": pa.int64()}


class ParquetEncoder(Encoder):
    """Times as ``timestamp[us, UTC]``, whole numbers as ``int64``, all else as text.

    Free-form JSON is its text. A row group holds at most 20,000 rows, or about 32 MiB of text.

    Args:
        model: The operations' class.
        id_field: The field whose value ``get`` takes.
    """

    def __init__(self, model: type, id_field: str = "id") -> None:
        self._columns = columns_of(model, id_field)
        self._file = io.BytesIO()
        self._schema = pa.schema(
            [(name, _TYPES.get(kind, pa.string())) for name, kind in self._columns.items()]
        )
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._characters = 0

    def head(self) -> bytes:
        """The mark that Parquet files begin with."""
        return self._taken()

    def rows(self, items: Sequence[Any]) -> bytes:
        """The row groups that these rows complete."""
        for item in items:
            self._rows.append(self._row(item))
            if len(self._rows) >= _GROUP_ROWS or self._characters >= _GROUP_CHARACTERS:
                self._write_group()
        return self._taken()

    def tail(self) -> bytes:
        """The last row group, and the index of all."""
        if self._rows:
            self._write_group()
        self._writer.close()
        return self._taken()

    def _row(self, item: Any) -> dict[str, Any]:
        row: dict[str, Any] = {}
        cells = values_of(item, self._columns)
        for (name, kind), cell in zip(self._columns.items(), cells, strict=True):
            row[name] = getattr(item, name) if kind == "time" else cell
            if isinstance(cell, str):
                self._characters += len(cell)
            elif cell is not None and not -(2**63) <= cell < 2**63:
                words = f"{name} is {cell}, which is beyond the 64 bits of a Parquet column"
                hint = "take --jsonl, which keeps numbers of any size"
                raise Failure(words, hint, ExitCode.SERVICE)
        return row

    def _write_group(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()
        self._characters = 0

    def _taken(self) -> bytes:
        """The bytes written since the last call."""
        content = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return content
