"""From a format to what writes it; each one's libraries are loaded by those who ask for it."""

from datetime import UTC, datetime

from asyncops.cli.failures import Failure
from asyncops.cli.writers import Encoder, Format
from asyncops.cli.writers.csvs import CsvEncoder
from asyncops.cli.writers.jsons import JsonEncoder, JsonLinesEncoder

__all__ = ["encoder_for"]


def encoder_for(form: Format, model: type, *, raw: bool = False, before: int = 0) -> Encoder:
    """What writes operations in a format.

    Args:
        form: The format.
        model: The operations' class.
        raw: Whether cells of CSV that look like formulas are left alone.
        before: Rows that an earlier run has written.

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
            return _parquet(model)
        case Format.TABLE:
            return _table(model)


def _parquet(model: type) -> Encoder:
    try:
        from asyncops.cli.writers.parquets import ParquetEncoder  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        raise Failure("Parquet needs an extra: pip install 'asyncops[parquet]'") from None
    return ParquetEncoder(model)


def _table(model: type) -> Encoder:
    from asyncops.cli.terminal import console  # noqa: PLC0415 - rich takes a while to load
    from asyncops.cli.writers.tables import TableEncoder  # noqa: PLC0415

    return TableEncoder(model, console(), lambda: datetime.now(UTC))
