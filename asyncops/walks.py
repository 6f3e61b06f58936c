"""Walking a listing: the loop between a strategy and the wire, and the page fetched ahead."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from attrs import field, frozen
from attrs.validators import optional

from asyncops.checks import check_count, check_seconds
from asyncops.clock import SYSTEM_CLOCK, Clock
from asyncops.errors import APIError, DeadlineExceeded, TooManyPages
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging import Paging

__all__ = ["MAX_PAGES", "Fetch", "Limits", "prefetched", "walk"]

B = TypeVar("B")
T = TypeVar("T")
P = TypeVar("P")

Fetch = Callable[[Request], Awaitable[Reply[B]]]
"""Sends one request and decodes its answer."""


MAX_PAGES = 10_000


@frozen(kw_only=True)
class Limits:
    """How long one walk may become.

    Attributes:
        max_pages: Requests.
        deadline: Seconds from the first request on, the consumer's own work included; None for
            no end.
        clock: What the seconds are measured by.
    """

    max_pages: int = field(default=MAX_PAGES, validator=check_count(1))
    deadline: float | None = field(default=None, validator=optional(check_seconds(positive=True)))
    clock: Clock = SYSTEM_CLOCK


async def walk(
    fetch: Fetch[B], paging: Paging[B, T], limits: Limits
) -> AsyncGenerator[Page[T], None]:
    """The pages that ``paging`` leads to, one request at a time.

    Raises:
        TooManyPages: More requests than ``limits`` allow were needed.
        DeadlineExceeded: It took longer than ``limits`` allow.
    """
    sent = 0
    ends_at = math.inf if limits.deadline is None else limits.clock.monotonic() + limits.deadline
    while True:
        while (page := paging.take()) is not None:
            yield page
        request = paging.next_request()
        if request is None:
            return
        if sent == limits.max_pages:
            raise TooManyPages(f"the listing goes on after {sent} pages (max_pages)")
        sent += 1
        try:
            reply = await _fetch_by(ends_at, fetch, request, limits)
        except APIError as error:
            if not paging.recover(error):
                raise
        else:
            paging.feed(reply)


async def _fetch_by(ends_at: float, fetch: Fetch[B], request: Request, limits: Limits) -> Reply[B]:
    if ends_at == math.inf:
        return await fetch(request)
    left = ends_at - limits.clock.monotonic()
    if left > 0:
        scope = asyncio.timeout(left)
        try:
            async with scope:
                return await fetch(request)
        except TimeoutError:
            if not scope.expired():
                raise
    raise DeadlineExceeded(f"the walk took longer than {limits.deadline:g} s")


async def prefetched(pages: AsyncGenerator[P, None]) -> AsyncGenerator[P, None]:
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


async def _next(pages: AsyncGenerator[P, None]) -> P | None:
    return await anext(pages, None)


async def _end(task: "asyncio.Task[P | None]") -> None:
    cancelled = False
    task.cancel()
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            # Its generator cannot be closed while it runs: first the task, then the cancellation.
            cancelled = True
    if not task.cancelled():
        # Looked at here, so that an error which nobody waits for any more is not reported.
        task.exception()
    if cancelled:
        raise asyncio.CancelledError
