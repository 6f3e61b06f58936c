"""JSON: one array, or one object on each line. Fields are named as the API names them."""

from collections.abc import Sequence
from typing import Any

from asyncops.cli.output.formats.encoder import Encoder
from asyncops.unstructure import json_bytes

__all__ = ["JsonEncoder", "JsonLinesEncoder"]


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
