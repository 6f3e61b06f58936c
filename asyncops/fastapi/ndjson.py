"""A listing as newline-delimited JSON, page by page."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from asyncops import AsyncOpsError, Pager
from asyncops.fastapi.out import json_line
from asyncops.fastapi.problem_log import log_problem
from asyncops.fastapi.problems import Problem, problem_of
from asyncops.fastapi.streaming import PiecewiseResponse

__all__ = ["Listing", "NDJSONResponse", "stream_ndjson"]

_BUG = Problem(status=500, detail="This application could not answer that.")

Listing = Pager[Any] | AbstractAsyncContextManager[AsyncIterable[Any]] | AsyncIterable[Any]
"""A pager; a context manager over an async iterable, such as ``pager.concurrent()``, ``get_many``
and ``merge``; or any async iterable."""


class NDJSONResponse(PiecewiseResponse):
    """A response of JSON lines; ``response_class=`` of a route documents the media type."""

    media_type = "application/x-ndjson"

    def last_piece(self, problem: Problem) -> bytes:
        """Return a line with the problem."""
        return _line(_wrapped(problem))


def stream_ndjson(items: Listing) -> NDJSONResponse:
    """Send items as they come, one JSON value a line.

    A handler ends with ``return stream_ndjson(zoo.operations.list())``.

    A pager is sent page by page. While the client reads a page, the next one is fetched, and no
    more: a client that reads slowly slows the walk down. When the client leaves, the walk ends and
    the context manager is left.

    The status is sent with the first page or item, so that the app's error handlers answer an
    error before it. A later error ends the stream with one more line, ``{"problem": {...}}``:
    problem details, under a name that no model has. A pair of ``get_many`` becomes ``[id, item]``
    or ``[id, {"problem": {...}}]``. A bug of the app is such a line too (500), and then breaks the
    stream off as a lost connection does. When uvicorn stops, the stream ends within two seconds
    with such a line (503), since uvicorn would wait for the whole listing.

    Args:
        items: A listing that nobody iterates over yet; see :data:`Listing`.
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
            # Some middlewares end a broken stream in good order, as if it were complete.
            yield _line(_wrapped(_BUG))
            raise
        log_problem(error, problem)
        yield _line(_wrapped(problem))


async def _batches(items: Listing) -> AsyncGenerator[Iterable[object], None]:
    """Give a pager's items page by page, and others one by one."""
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
            item = (key, _wrapped(problem))
    return json_line(item) + b"\n"


def _wrapped(problem: Problem) -> dict[str, Any]:
    return {"problem": problem.document}
