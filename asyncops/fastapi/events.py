"""What a watch tells, as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar

from asyncops import AsyncOpsError, Change, Operation, Watch
from asyncops.checks import seconds
from asyncops.fastapi.event_ids import EventIds
from asyncops.fastapi.notes import note
from asyncops.fastapi.out import json_line
from asyncops.fastapi.problems import Problem, problem_of
from asyncops.fastapi.streaming import PiecewiseResponse
from asyncops.tasks import end

__all__ = ["HEARTBEAT", "SSEResponse", "stream_sse"]

T = TypeVar("T", bound=Operation)

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, as the HTML standard advises."""

_COMMENT = b":\n\n"


class SSEResponse(PiecewiseResponse):
    """Server-sent events. As ``response_class=`` of a route, it documents the media type."""

    media_type = "text/event-stream"

    def parting(self, problem: Problem) -> bytes:
        """An event with the problem."""
        return _problem_event(problem)


def stream_sse(watch: Watch[T], *, heartbeat: float = HEARTBEAT) -> SSEResponse:
    """Tell the client what a watch tells, as server-sent events.

    A handler ends with ``return stream_sse(zoo.operations.watch())``.

    Each change is an event: ``event`` is its kind, ``data`` the change as JSON on one line
    (``kind``, ``id``, ``seen_at``, ``before``, ``after``, ``error``), and ``id`` the place after
    it, for a reader that comes back: see :data:`~asyncops.fastapi.event_ids.ResumeDep`. An outage
    of the service that passes is told by ``interrupted`` and ``recovered``.

    The status is sent when stock was taken, so that an error before that has a status of its own,
    by the handlers of the app. One after it is an event ``error`` with problem details as
    ``data``, and ends the stream. In silence a comment is sent now and then, so that connections
    are kept and dead ones noticed. A client that goes ends the watch and the look it takes; a
    client that reads slowly delays the looks. When uvicorn is told to stop, the stream ends within
    two seconds with such an event (503): the server would wait for it for ever.

    Args:
        watch: A watch that was not entered yet; it is left at the end of the stream.
        heartbeat: Seconds of silence between two comments, above 0.
    """
    return SSEResponse(_pieces(watch, seconds("heartbeat", heartbeat, positive=True)))


async def _pieces(watch: Watch[T], heartbeat: float) -> AsyncGenerator[bytes, None]:
    begun = False
    ids = EventIds(watch)
    try:
        async with watch, aclosing(_beating(watch, heartbeat)) as changes:
            begun = True
            yield _COMMENT
            async for change in changes:
                yield _COMMENT if change is None else _event(change.kind, change, ids.take())
    except (AsyncOpsError, ValueError, TypeError) as error:
        problem = problem_of(error)
        if problem is None or not begun:
            raise
        note(error, problem)
        yield _problem_event(problem)


def _problem_event(problem: Problem) -> bytes:
    return _event("error", problem.document)


def _event(name: str, data: Any, place: str | None = None) -> bytes:
    place_line = f"id: {place}\n" if place is not None else ""
    return b"event: %b\n%bdata: %b\n\n" % (name.encode(), place_line.encode(), json_line(data))


async def _beating(watch: Watch[T], heartbeat: float) -> AsyncGenerator[Change[T] | None, None]:
    """The changes, with None where none has come for a while."""
    coming: asyncio.Task[Change[T] | None] | None = None
    try:
        while True:
            coming = coming or asyncio.create_task(_next(watch))
            await asyncio.wait({coming}, timeout=heartbeat)
            if coming.done():
                change, coming = coming.result(), None
                if change is None:
                    return
                yield change
            else:
                yield None
    finally:
        await end([] if coming is None else [coming])


async def _next(watch: Watch[T]) -> Change[T] | None:
    return await anext(watch, None)
