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
from asyncops.tasks import end

__all__ = ["MAX_PAGES", "Fetch", "Limits", "ends_at", "fetch_by", "prefetched", "walk", "within"]

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
        max_items: Items that it gives; None for all.
        deadline: Seconds from the first request on, the consumer's own work included; None for
            no end.
        clock: What the seconds are measured by.
    """

    max_pages: int = field(default=MAX_PAGES, validator=check_count(1))
    max_items: int | None = field(default=None, validator=optional(check_count(0)))
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
    """When a walk that begins now has to be over, on its clock."""
    return math.inf if limits.deadline is None else limits.clock.monotonic() + limits.deadline


async def fetch_by(moment: float, fetch: Fetch[B], request: Request, limits: Limits) -> Reply[B]:
    """One request, by the moment when its walk has to be over.

    Raises:
        DeadlineExceeded: It was not answered by then.
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


def within(fetch: Fetch[B], limits: Limits) -> Fetch[B]:
    """The same for requests that are no walk: all together keep to the limits of one from now on.

    The function raises :class:`TooManyPages` and :class:`DeadlineExceeded`.
    """
    over, sent = ends_at(limits), 0

    async def fetch_within(request: Request) -> Reply[B]:
        nonlocal sent
        if sent == limits.max_pages:
            raise TooManyPages(
                f"cutting this listing takes more than {sent} requests (max_pages): "
                "ask for fewer parts, or raise max_pages"
            )
        sent += 1
        return await fetch_by(over, fetch, request, limits)

    return fetch_within


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
                await end([ahead])


async def _next(pages: AsyncGenerator[P, None]) -> P | None:
    return await anext(pages, None)
