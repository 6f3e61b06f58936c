"""The formats, and the encoder of each; its libraries are loaded when it is asked for."""

from datetime import UTC, datetime
from enum import StrEnum

from asyncops.cli.exit import needing
from asyncops.cli.output.formats.csv import CsvEncoder
from asyncops.cli.output.formats.encoder import Encoder
from asyncops.cli.output.formats.json import JsonEncoder, JsonLinesEncoder

__all__ = ["BY_SUFFIX", "Format", "encoder_for"]


class Format(StrEnum):
    """How operations are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


BY_SUFFIX = {
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
}
"""The format that the end of a file's name asks for."""


def encoder_for(form: Format, model: type, *, raw: bool = False, before: int = 0) -> Encoder:
    """The encoder that writes operations in a format.

    Args:
        form: The format.
        model: The operations' class.
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
            return CsvEncoder(model, raw=raw)
        case Format.PARQUET:
            extra = "Parquet needs an extra: pip install 'asyncops[parquet]'"
            with needing("pyarrow", extra):
                from asyncops.cli.output.formats.parquet import ParquetEncoder  # noqa: PLC0415
            return ParquetEncoder(model)
        case Format.TABLE:
            # rich takes a while to load.
            from asyncops.cli.output.formats.table import TableEncoder  # noqa: PLC0415
            from asyncops.cli.text.terminal import console  # noqa: PLC0415

            return TableEncoder(model, console(), lambda: datetime.now(UTC))
