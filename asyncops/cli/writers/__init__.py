"""Operations as bytes, in each format: pure, page by page, in constant memory."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol

__all__ = ["Encoder", "Format"]


class Format(StrEnum):
    """How operations are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Encoder(Protocol):
    """One output: ``head``, then ``rows`` for each page, then ``tail``."""

    def head(self) -> bytes:
        """What comes before the first row."""
        ...

    def rows(self, items: Sequence[Any]) -> bytes:
        """The rows of one page."""
        ...

    def tail(self) -> bytes:
        """What comes behind the last row."""
        ...
