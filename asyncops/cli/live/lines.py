"""Changes as lines: plain ones, or JSON."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC
from typing import Any

from asyncops.cli.live.state import summary_of
from asyncops.cli.output.sinks import StandardOutput
from asyncops.cli.text.safe import visible
from asyncops.polling.change import Change
from asyncops.polling.policy import Poll
from asyncops.unstructure import json_bytes

__all__ = ["Lines", "json_of", "plain_of"]

_WORD = len("interrupted")


def plain_of(change: Change[Any]) -> bytes:
    """A change as one line: time, state, id, type and error; ``-`` for a missing id or type."""
    news = summary_of(change)
    at = news.at.astimezone(UTC)
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

    def on_poll(self, poll: Poll) -> None:
        """Polls are not written."""

    async def attend(self) -> None:
        """Wait for ever: only the watch ends the command."""
        await asyncio.Event().wait()
