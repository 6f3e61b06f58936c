"""Where to cut a listing, by its two ends or by some of its pages."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar

from attrs import evolve, frozen

from asyncops.http.invalid_items import split_invalid
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.limits import Limits
from asyncops.paging.sequential import Fetch, walk
from asyncops.paging.strategy import PageStrategy
from asyncops.sharding.shard import PageHint, Shard
from asyncops.utils.tasks import together

T = TypeVar("T")

Cut = Callable[[Fetch[Any], int], Awaitable[list[Shard]]]
"""Cuts a listing into at most so many shards, sending its requests by the function given."""

SHARDS = 8
_CONCURRENCY = 8


@frozen
class Ends:
    """The two ends of a listing with page tokens, as far as they can be known.

    Attributes:
        oldest: The creation time of one of its oldest items.
        newest: The creation time of its newest item; ``None`` if the service seems to sort in one
            direction only.
        rising: Whether ``oldest`` is certain to be the minimum.
        one_page: Whether one page holds the whole listing.
    """

    oldest: datetime
    newest: datetime | None
    rising: bool
    one_page: bool


# The ends of a listing without a creation time, which is not cut.
_UNKNOWN = Ends(datetime.min.replace(tzinfo=UTC), None, rising=False, one_page=False)


async def ends_of(
    fetch: Fetch[Any],
    rising: PageStrategy[Any, T],
    falling: PageStrategy[Any, T],
    created_at: Callable[[T], datetime],
) -> Ends | None:
    """Read both ends of a listing; ``None`` if the listing is empty."""
    first = await first_page(fetch, rising, fitting=True)
    if not first.items:
        return None
    if not split_invalid(first.items)[0]:
        return _UNKNOWN
    moments = [created_at(item) for item in first.items]
    if first.next_cursor is None:
        return Ends(min(moments), max(moments), rising=True, one_page=True)
    last = await first_page(fetch, falling, fitting=True)
    fitting, _ = split_invalid(last.items)
    newest = created_at(fitting[0]) if fitting else moments[0]
    return Ends(
        moments[0],
        newest if newest > moments[0] else None,
        rising=moments[0] < moments[-1],
        one_page=False,
    )


async def first_page(
    fetch: Fetch[Any], paging: PageStrategy[Any, T], *, fitting: bool = False
) -> Page[T]:
    """Return the first page with items, or the last page; if ``fitting``, with items that fit."""
    page: Page[T] = Page(items=())
    rows: tuple[T, ...] = ()
    async with aclosing(walk(fetch, paging, Limits())) as pages:
        async for page in pages:
            items, _ = split_invalid(page.items)
            if items or (page.items and not fitting):
                return evolve(page, items=items)
            rows = rows or page.items
    return evolve(page, items=rows)


async def oldest_of(
    fetch: Fetch[Any], rising: PageStrategy[Any, T], created_at: Callable[[T], datetime]
) -> datetime | None:
    """Return the creation time of the oldest item of a listing; ``None`` if the listing is empty.

    Reads one page, or all pages if the service does not sort from old to new.
    """
    first: datetime | None = None
    oldest: datetime | None = None
    async with aclosing(walk(fetch, rising, Limits())) as pages:
        async for page in pages:
            for moment in map(created_at, split_invalid(page.items)[0]):
                first = first or moment
                oldest = min(oldest or moment, moment)
                if moment > first:
                    return oldest
    return oldest


def halfway(oldest: datetime, newest: datetime) -> datetime:
    """Return the moment half way between two, later than the first and at most the second."""
    return newest - (newest - oldest) // 2


async def boundaries(
    fetch: Fetch[Any],
    pages: NumberedStrategy[T],
    n: int,
    created_at: Callable[[T], datetime | None],
) -> list[tuple[datetime, PageHint]]:
    """Return where to cut numbered pages into ``n`` parts, from new to old.

    Where the service gives no more than the first pages, the oldest part has all that is behind
    them. Empty if the listing is too short to be cut, or is not sorted by creation.
    """
    first = await first_page(fetch, pages)
    size, start = pages.used_size or 1, int(first.cursor or 0)
    # By the rows that a page has, whatever size and number of pages are told.
    rows, depth = first.total_count or 0, pages.style.depth
    total = -(-(rows if depth is None else min(rows, depth)) // size)
    parts = min(n, total)
    newest = [created_at(item) for item in first.items]
    if parts < 2 or not _falls(newest):
        return []
    # The pages are counted from the first one, also where their places are offsets.
    numbers = [start + each * total // parts * pages.unit for each in range(1, parts)]
    replies = await _all_of(fetch, [pages.request_for(number) for number in numbers])
    hints: list[tuple[datetime, PageHint]] = []
    counts = {first.total_count}
    for number, reply in zip(numbers, replies, strict=True):
        body = reply.value
        moments = [created_at(item) for item in split_invalid(body.items)[0]]
        if not _falls(moments):
            return []
        counts.add(body.total_count)
        if moments[:1] and moments[0] is not None and body.number in {None, number}:
            page = start + (number - start) // pages.unit
            hints.append((moments[0], PageHint(page, size, body.total_count, start)))
    # The rows of one page may share one creation time, so only several pages show the order.
    found = [moment for moment, _ in hints]
    if len(counts) == 1 and not _falls([*newest[-1:], *found]):
        return []
    # Where rows move, they may be on a later page by now, but none is newer than the first page.
    if not _falls([*newest[:1], *sorted(found, reverse=True)]):
        return []
    # Any cut is correct: rows that moved meanwhile only change the sizes of the parts.
    return sorted(dict(hints).items(), key=lambda hint: hint[0], reverse=True)


def _falls(moments: Iterable[datetime | None]) -> bool:
    """Whether all moments are known, and none is later than the one before it."""
    known = list(moments)
    return None not in known and all(
        before is not None and after is not None and after <= before
        for before, after in pairwise(known)
    )


async def _all_of(fetch: Fetch[Any], requests: Sequence[Request]) -> list[Reply[Any]]:
    """Send independent requests side by side, and return the answers in their order."""
    slots = asyncio.Semaphore(_CONCURRENCY)

    async def one(request: Request) -> Reply[Any]:
        async with slots:
            return await fetch(request)

    return await together(map(one, requests))
