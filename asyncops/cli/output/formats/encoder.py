"""What is written in each format, and which name of a file asks for which."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

__all__ = ["BY_SUFFIX", "Encoder", "Format"]


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
