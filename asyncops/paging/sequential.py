"""Walk a listing with one request at a time, within limits of requests and time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from asyncops.errors import AsyncOpsError, DeadlineExceeded, TooManyPages
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.limits import Limits
from asyncops.paging.strategy import PageStrategy

B = TypeVar("B")
T = TypeVar("T")

Fetch = Callable[[Request], Awaitable[Reply[B]]]
"""Sends one request and decodes its answer."""


async def walk(
    fetch: Fetch[B], paging: PageStrategy[B, T], limits: Limits
) -> AsyncGenerator[Page[T], None]:
    """Give the pages of a listing, sending one request at a time.

    Raises:
        TooManyPages: The walk needs more requests than ``limits`` allow.
        DeadlineExceeded: The walk took longer than ``limits`` allow.
    """
    sent = 0
    fetch = within_deadline(fetch, limits)
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
            reply = await fetch(request)
        except AsyncOpsError as error:
            if not paging.recover(error):
                raise
        else:
            paging.feed(reply)
            # Its items are held no longer than the page.
            del reply


def within_deadline(fetch: Fetch[B], limits: Limits) -> Fetch[B]:
    """Make a fetch function whose requests are answered before a walk that begins now has to end.

    The function raises :class:`DeadlineExceeded` where an answer does not come in time.
    """
    if limits.deadline is None:
        return fetch
    end = limits.clock.monotonic() + limits.deadline

    async def fetch_in_time(request: Request) -> Reply[B]:
        left = end - limits.clock.monotonic()
        if left > 0:
            scope = asyncio.timeout(left)
            try:
                async with scope:
                    return await fetch(request)
            except TimeoutError:
                if not scope.expired():
                    raise
        raise DeadlineExceeded(f"the walk took longer than {limits.deadline:g} s")

    return fetch_in_time


def with_limits(fetch: Fetch[B], limits: Limits) -> Fetch[B]:
    """Make a fetch function whose requests together keep to the limits of one walk from now on.

    The function raises :class:`TooManyPages` and :class:`DeadlineExceeded`.
    """
    fetch, sent = within_deadline(fetch, limits), 0

    async def limited(request: Request) -> Reply[B]:
        nonlocal sent
        if sent == limits.max_pages:
            raise TooManyPages(
                f"cutting this listing takes more than {sent} requests (max_pages): "
                "ask for fewer parts, or raise max_pages"
            )
        sent += 1
        return await fetch(request)

    return limited
