"""The changes of a watch as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from asyncops import Change, Operation, Watch
from asyncops.fastapi.event_ids import EventIds
from asyncops.fastapi.out import json_line
from asyncops.fastapi.problems import Problem
from asyncops.fastapi.streaming import PiecewiseResponse
from asyncops.utils.checks import seconds
from asyncops.utils.tasks import cancel_all

T = TypeVar("T", bound=Operation)

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, as the HTML standard advises."""

_COMMENT = b":\n\n"


class SSEResponse(PiecewiseResponse):
    """A response of server-sent events; ``response_class=`` of a route documents the media type."""

    media_type = "text/event-stream"

    def last_piece(self, problem: Problem) -> bytes:
        """Return an event with the problem."""
        return _event("error", problem.document)


def stream_sse(watch: Watch[T], *, heartbeat: float = HEARTBEAT) -> SSEResponse:
    """Send the changes of a watch as server-sent events.

    A handler ends with ``return stream_sse(zoo.operations.watch())``.

    Each change is an event: ``event`` is its kind, ``data`` the change as JSON on one line
    (``kind``, ``id``, ``seen_at``, ``before``, ``after``, ``error``), and ``id`` the place after
    it, for a reader that comes back: see :data:`~asyncops.fastapi.event_ids.ResumeDep`. A short
    outage of the service is a change ``interrupted``, then ``recovered``.

    The status is sent after the first snapshot, so that the app's error handlers answer an error
    before it. A later error is an event ``error`` with problem details as ``data``, and ends the
    stream; after a bug of the app (500) it is broken off. Without changes a comment is sent every
    ``heartbeat`` seconds, which keeps connections open and shows dead ones. When the client leaves,
    the watch ends, in the middle of a poll too; a client that reads slowly delays the polls. When
    uvicorn stops, the stream ends within two seconds with an event ``error`` (503), since uvicorn
    would wait for it without end.

    Args:
        watch: A watch that was not entered yet; the end of the stream leaves it.
        heartbeat: Seconds of silence between two comments, above 0.

    Raises:
        TypeError: ``watch`` is none.
    """
    if not isinstance(watch, Watch):
        raise TypeError(
            "stream_sse() takes a watch, such as zoo.operations.watch(), got "
            f"{type(watch).__name__}; stream_ndjson() takes listings"
        )
    return SSEResponse(_pieces(watch, seconds("heartbeat", heartbeat, positive=True)))


async def _pieces(watch: Watch[T], heartbeat: float) -> AsyncGenerator[bytes, None]:
    ids = EventIds(watch)
    coming: asyncio.Task[Change[T] | None] | None = None
    async with watch:
        yield _COMMENT
        try:
            while True:
                coming = coming or asyncio.create_task(_next(watch))
                await asyncio.wait({coming}, timeout=heartbeat)
                if not coming.done():
                    yield _COMMENT
                    continue
                change, coming = coming.result(), None
                if change is None:
                    return
                yield _event(change.kind, change, ids.take())
        finally:
            await cancel_all([] if coming is None else [coming])


async def _next(watch: Watch[T]) -> Change[T] | None:
    return await anext(watch, None)


def _event(name: str, data: Any, place: str | None = None) -> bytes:
    place_line = f"id: {place}\n" if place is not None else ""
    return b"event: %b\n%bdata: %b\n\n" % (name.encode(), place_line.encode(), json_line(data))
