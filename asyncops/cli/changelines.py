"""Changes as lines: plain ones, or JSON."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC
from typing import Any

from asyncops.changes import Change
from asyncops.cli.boards import news_of
from asyncops.cli.outlet import StandardOutput
from asyncops.cli.texts import visible
from asyncops.plain import json_bytes
from asyncops.polling import Look

__all__ = ["Lines", "json_of", "plain_of"]

_WORD = len("interrupted")


def plain_of(change: Change[Any]) -> bytes:
    """A change as one line: time, state, id, type and error; ``-`` for what there is none of."""
    news = news_of(change)
    at = news.seen_at.astimezone(UTC)
    parts = [news.id or "-", news.kind or "-", news.error]
    words = " ".join(visible(part) for part in parts).rstrip()
    line = f"{at:%Y-%m-%dT%H:%M:%SZ} {visible(news.word):<{_WORD}} {words}\n"
    return line.encode(sys.stdout.encoding or "utf-8", "replace")


def json_of(change: Change[Any]) -> bytes:
    """A change as one line of JSON, as :func:`asyncops.to_json` writes it."""
    return json_bytes(change) + b"\n"


class Lines:
    """Writes each change as a line to standard output, and at once.

    Args:
        write: Makes the line: :func:`plain_of` or :func:`json_of`.
    """

    def __init__(self, write: Callable[[Change[Any]], bytes]) -> None:
        self._write = write
        self._output = StandardOutput()

    async def take(self, change: Change[Any]) -> None:
        """Write one change."""
        await self._output.put(self._write(change))

    def looked(self, look: Look) -> None:
        """Looks are no lines."""

    async def attend(self) -> None:
        """Never have enough."""
        await asyncio.Event().wait()
