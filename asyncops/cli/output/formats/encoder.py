"""What every format has in common: operations as bytes, page by page, in constant memory."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

__all__ = ["Encoder"]


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
