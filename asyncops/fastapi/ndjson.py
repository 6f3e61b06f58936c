"""A listing as newline-delimited JSON, page by page."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from asyncops import AsyncOpsError, Pager
from asyncops.fastapi.out import json_line
from asyncops.fastapi.problems import Problem, problem_of
from asyncops.fastapi.streaming import PiecewiseResponse

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

    Raises:
        TypeError: It is none, such as a page, which is an answer by itself.
    """
    if not isinstance(items, Pager | AbstractAsyncContextManager | AsyncIterable):
        raise TypeError(
            "stream_ndjson() takes a listing, such as zoo.operations.list(), "
            f"got {type(items).__name__}"
        )
    return NDJSONResponse(_pieces(items))


async def _pieces(items: Listing) -> AsyncGenerator[bytes, None]:
    """Give a pager's items page by page, and others one by one."""
    async with AsyncExitStack() as stack:
        is_paged = isinstance(items, Pager)
        if isinstance(items, Pager):
            items = items.pages()
        elif isinstance(items, AbstractAsyncContextManager):
            items = await stack.enter_async_context(items)
        iterator = aiter(items)
        if (close := getattr(iterator, "aclose", None)) is not None:
            stack.push_async_callback(close)
        async for each in iterator:
            yield b"".join(map(_line, each.items if is_paged else [each]))


def _line(item: object) -> bytes:
    match item:
        case (key, AsyncOpsError() as error) if (problem := problem_of(error)) is not None:
            item = (key, _wrapped(problem))
    return json_line(item) + b"\n"


def _wrapped(problem: Problem) -> dict[str, Any]:
    return {"problem": problem.document}
