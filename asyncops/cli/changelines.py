"""Changes as lines: plain ones, or JSON."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC
from typing import Any

import msgspec

from asyncops.changes import Change
from asyncops.cli.boards import news_of
from asyncops.cli.outlet import StandardOutput
from asyncops.cli.texts import visible
from asyncops.errors import APIError, AsyncOpsError
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
    """A change as one line of JSON, its operations field for field as the API names them.

    ``kind``, ``seen_at``, ``id``, ``before``, ``after`` and ``error``, as in
    :class:`asyncops.Change`; null for what there is none of.
    """
    document = {
        "kind": change.kind,
        "seen_at": change.seen_at,
        "id": change.id,
        "before": change.before,
        "after": change.after,
        "error": None if change.error is None else _error(change.error),
    }
    return msgspec.json.encode(document) + b"\n"


def _error(error: AsyncOpsError) -> dict[str, Any]:
    known: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, APIError):
        known |= {"status": error.status, "request_id": error.request_id}
    return known


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
