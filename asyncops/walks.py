"""Walking a listing: the loop between a strategy and the wire, and the page fetched ahead."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from asyncops.errors import APIError, TooManyPages
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging import Paging

__all__ = ["Fetch", "prefetched", "walk"]

B = TypeVar("B")
T = TypeVar("T")

Fetch = Callable[[Request], Awaitable[Reply[B]]]
"""Sends one request and decodes its answer."""


async def walk(
    fetch: Fetch[B], paging: Paging[B, T], *, max_pages: int
) -> AsyncGenerator[Page[T], None]:
    """The pages that ``paging`` leads to, one request at a time.

    Raises:
        TooManyPages: More than ``max_pages`` requests were needed.
    """
    sent = 0
    while True:
        while (page := paging.take()) is not None:
            yield page
        request = paging.next_request()
        if request is None:
            return
        if sent == max_pages:
            raise TooManyPages(f"the listing goes on after {max_pages} pages (max_pages)")
        sent += 1
        try:
            reply = await fetch(request)
        except APIError as error:
            if not paging.recover(error):
                raise
        else:
            paging.feed(reply)


async def prefetched(pages: AsyncGenerator[Page[T], None]) -> AsyncGenerator[Page[T], None]:
    """The same pages, the next one being fetched while the consumer is at work on one.

    It is fetched by a plain task: a task group around a ``yield`` would cancel the consumer's
    body (PEP 789). Closing the generator ends the task.
    """
    async with aclosing(pages):
        page = await anext(pages, None)
        while page is not None:
            ahead = asyncio.create_task(_next(pages))
            try:
                yield page
                page = await ahead
            finally:
                await _end(ahead)


async def _next(pages: AsyncGenerator[Page[T], None]) -> Page[T] | None:
    return await anext(pages, None)


async def _end(task: "asyncio.Task[Page[T] | None]") -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        # Looked at here, so that an error which nobody waits for any more is not reported.
        task.exception()
