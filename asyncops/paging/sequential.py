"""Walk a listing with one request at a time, within limits of requests and time."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from asyncops.errors import APIError, DeadlineExceeded, TooManyPages
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.limits import Limits
from asyncops.paging.strategy import PageStrategy

__all__ = ["Fetch", "ends_at", "fetch_by", "walk", "with_limits"]

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
    end_of_walk = ends_at(limits)
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
            reply = await fetch_by(end_of_walk, fetch, request, limits)
        except APIError as error:
            if not paging.recover(error):
                raise
        else:
            paging.feed(reply)


def ends_at(limits: Limits) -> float:
    """When a walk that begins now has to end, by the clock of its limits."""
    return math.inf if limits.deadline is None else limits.clock.monotonic() + limits.deadline


async def fetch_by(moment: float, fetch: Fetch[B], request: Request, limits: Limits) -> Reply[B]:
    """Send one request that has to be answered by the moment at which its walk ends.

    Raises:
        DeadlineExceeded: The answer did not come in time.
    """
    if moment == math.inf:
        return await fetch(request)
    left = moment - limits.clock.monotonic()
    if left > 0:
        scope = asyncio.timeout(left)
        try:
            async with scope:
                return await fetch(request)
        except TimeoutError:
            if not scope.expired():
                raise
    raise DeadlineExceeded(f"the walk took longer than {limits.deadline:g} s")


def with_limits(fetch: Fetch[B], limits: Limits) -> Fetch[B]:
    """Make a fetch function whose requests together keep to the limits of one walk from now on.

    The function raises :class:`TooManyPages` and :class:`DeadlineExceeded`.
    """
    deadline, sent = ends_at(limits), 0

    async def limited(request: Request) -> Reply[B]:
        nonlocal sent
        if sent == limits.max_pages:
            raise TooManyPages(
                f"cutting this listing takes more than {sent} requests (max_pages): "
                "ask for fewer parts, or raise max_pages"
            )
        sent += 1
        return await fetch_by(deadline, fetch, request, limits)

    return limited
