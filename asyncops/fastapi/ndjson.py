"""A listing as newline-delimited JSON, page by page."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from asyncops import AsyncOpsError, Pager
from asyncops.fastapi.notes import note
from asyncops.fastapi.out import json_line
from asyncops.fastapi.problems import Problem, problem_of
from asyncops.fastapi.streaming import PiecewiseResponse

__all__ = ["Listing", "NDJSONResponse", "stream_ndjson"]

_BUG = Problem(status=500, detail="This application could not answer that.")

Listing = Pager[Any] | AbstractAsyncContextManager[AsyncIterable[Any]] | AsyncIterable[Any]
"""What :func:`stream_ndjson` takes: a pager; ``pager.concurrent()``, ``get_many``, ``merge`` and
whatever else is entered before it is iterated over; or any async iterable."""


class NDJSONResponse(PiecewiseResponse):
    """One JSON value a line. As ``response_class=`` of a route, it documents the media type."""

    media_type = "application/x-ndjson"

    def parting(self, problem: Problem) -> bytes:
        """A line with the problem."""
        return _line(_under_its_name(problem))


def stream_ndjson(items: Listing) -> NDJSONResponse:
    """Send items as they come, one JSON value a line.

    A handler ends with ``return stream_ndjson(zoo.operations.list())``.

    Of a pager, a page is sent at a time. While the client reads one, the next is being fetched,
    and no more than that: a client that reads slowly slows the walk down. A client that goes ends
    the walk, and what is entered here is left.

    The status is sent when the first page or item is there, so that an error before it has a
    status of its own, by the handlers of the app. One after it ends the stream with one line more,
    ``{"problem": {...}}``: problem details, under a name that no model has. A pair such as
    ``get_many`` gives becomes ``[id, item]`` or ``[id, {"problem": {...}}]``. A bug of the app is
    such a line too (500), and then breaks the stream off, as a lost connection does. When uvicorn
    is told to stop, which it would do only after the whole listing, the stream ends within two
    seconds with such a line (503).

    Args:
        items: A listing that nobody iterates over yet. See :data:`Listing`.
    """
    return NDJSONResponse(_pieces(items))


async def _pieces(items: Listing) -> AsyncGenerator[bytes, None]:
    begun = False
    try:
        async with aclosing(_batches(items)) as batches:
            async for batch in batches:
                piece = b"".join(map(_line, batch))
                begun = True
                yield piece
    except Exception as error:
        if not begun:
            raise
        problem = problem_of(error)
        if problem is None:
            # What it breaks off here, some middlewares end in good order, as if it were whole.
            yield _line(_under_its_name(_BUG))
            raise
        note(error, problem)
        yield _line(_under_its_name(problem))


async def _batches(items: Listing) -> AsyncGenerator[Iterable[object], None]:
    """What there is at a time: a page, or one item."""
    if isinstance(items, Pager):
        async with aclosing(items.pages()) as pages:
            async for page in pages:
                yield page.items
    elif isinstance(items, AbstractAsyncContextManager):
        async with items as entered, aclosing(_each(entered)) as batches:
            async for batch in batches:
                yield batch
    else:
        async with aclosing(_each(items)) as batches:
            async for batch in batches:
                yield batch


async def _each(items: AsyncIterable[object]) -> AsyncGenerator[Iterable[object], None]:
    iterator = aiter(items)
    try:
        async for item in iterator:
            yield (item,)
    finally:
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await close()


def _line(item: object) -> bytes:
    match item:
        case (key, AsyncOpsError() as error) if (problem := problem_of(error)) is not None:
            item = (key, _under_its_name(problem))
    return json_line(item) + b"\n"


def _under_its_name(problem: Problem) -> dict[str, Any]:
    return {"problem": problem.document}
