"""Where to cut a listing: a look at its ends, or at some of its pages."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar

from attrs import evolve, frozen

from asyncops.invalid import parted
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.numbered import NumberedPaging
from asyncops.paging import Paging
from asyncops.shards import Landmark, Shard
from asyncops.tasks import end
from asyncops.walks import Fetch, Limits, walk

__all__ = ["SHARDS", "Cut", "Ends", "boundaries", "ends_of", "halfway", "oldest_of"]

T = TypeVar("T")

Cut = Callable[[Fetch[Any], int], Awaitable[list[Shard]]]
"""Cuts a listing into so many shards at the most, with the requests that this takes."""

SHARDS = 8
_CONCURRENCY = 8


@frozen
class Ends:
    """The two ends of a listing of page tokens, as far as they can be told.

    Attributes:
        oldest: Of its items, one that is among the oldest.
        newest: The newest; None where the service seems to know one direction only.
        rising: Whether it is certain that nothing in it is older than ``oldest``.
        one_page: Whether one page holds all of it.
    """

    oldest: datetime
    newest: datetime | None
    rising: bool
    one_page: bool


# Of a listing in which nothing says when it was created: it is not cut.
_UNKNOWN = Ends(datetime.min.replace(tzinfo=UTC), None, rising=False, one_page=False)


async def ends_of(
    fetch: Fetch[Any],
    rising: Paging[Any, T],
    falling: Paging[Any, T],
    created_at: Callable[[T], datetime],
) -> Ends | None:
    """The ends of a listing, which are read in either direction; None where it is empty."""
    first = await _first_page(fetch, rising, fitting=True)
    if not first.items:
        return None
    if not parted(first.items)[0]:
        return _UNKNOWN
    moments = [created_at(item) for item in first.items]
    if first.next_cursor is None:
        return Ends(min(moments), max(moments), rising=True, one_page=True)
    last = await _first_page(fetch, falling, fitting=True)
    newest = created_at(last.items[0]) if last.items else moments[0]
    return Ends(
        moments[0],
        newest if newest > moments[0] else None,
        rising=moments[0] < moments[-1],
        one_page=False,
    )


async def _first_page(
    fetch: Fetch[Any], paging: Paging[Any, T], *, fitting: bool = False
) -> Page[T]:
    """The first page that has items, or the last one; with ``fitting``, that has items that fit."""
    page: Page[T] = Page(items=())
    rows: tuple[T, ...] = ()
    async with aclosing(walk(fetch, paging, Limits())) as pages:
        async for page in pages:
            items, _ = parted(page.items)
            if items or (page.items and not fitting):
                return evolve(page, items=items)
            rows = rows or page.items
    return evolve(page, items=rows)


async def oldest_of(
    fetch: Fetch[Any], rising: Paging[Any, T], created_at: Callable[[T], datetime]
) -> datetime | None:
    """When the oldest item of a listing was created; None where it is empty.

    One page, unless the service does not go from old to new: then all of them.
    """
    first: datetime | None = None
    oldest: datetime | None = None
    async with aclosing(walk(fetch, rising, Limits())) as pages:
        async for page in pages:
            for moment in map(created_at, parted(page.items)[0]):
                first = first or moment
                oldest = min(oldest or moment, moment)
                if moment > first:
                    return oldest
    return oldest


def halfway(oldest: datetime, newest: datetime) -> datetime:
    """A moment half way between two, later than the first and no later than the second."""
    return newest - (newest - oldest) // 2


async def boundaries(
    fetch: Fetch[Any],
    pages: NumberedPaging[T],
    n: int,
    created_at: Callable[[T], datetime | None],
) -> list[tuple[datetime, Landmark]]:
    """Where to cut numbered pages into ``n`` parts: moments, from new to old, and their places.

    None of them where the listing is too short to be cut, or is not sorted by creation.
    """
    first = await _first_page(fetch, pages)
    total, start = first.total_pages or 0, int(first.cursor or 0)
    parts = min(n, total)
    newest = [created_at(item) for item in first.items]
    if parts < 2 or not first.total_count or not _falls(newest):
        return []
    numbers = [start + each * total // parts for each in range(1, parts)]
    replies = await _all_of(fetch, [pages.request_for(number) for number in numbers])
    marks: list[tuple[datetime, Landmark]] = []
    counts = {first.total_count}
    for number, reply in zip(numbers, replies, strict=True):
        body = reply.value
        moments = [created_at(item) for item in parted(body.items)[0]]
        if not _falls(moments):
            return []
        counts.add(body.total_count)
        size = body.page_size or len(body.items)
        if moments[:1] and moments[0] is not None and body.number == number:
            marks.append((moments[0], Landmark(number, size, body.total_count, start)))
    # Rows of one page may all have been created together: only several pages show the order.
    found = [moment for moment, _ in marks]
    if len(counts) == 1 and not _falls([*newest[-1:], *found]):
        return []
    # Where rows move, those of one page may be on the next by now, but none is newer than all.
    if not _falls([*newest[:1], *sorted(found, reverse=True)]):
        return []
    # A cut is as good wherever it is: rows that moved meanwhile only make parts of other sizes.
    return sorted(dict(marks).items(), key=lambda mark: mark[0], reverse=True)


def _falls(moments: Iterable[datetime | None]) -> bool:
    """Whether all are known, and none is later than the one before it."""
    known = list(moments)
    return None not in known and all(
        before is not None and after is not None and after <= before
        for before, after in pairwise(known)
    )


async def _all_of(fetch: Fetch[Any], requests: Sequence[Request]) -> list[Reply[Any]]:
    """The answers to requests that do not hang on each other, in their order."""
    slots = asyncio.Semaphore(_CONCURRENCY)

    async def one(request: Request) -> Reply[Any]:
        async with slots:
            return await fetch(request)

    tasks = [asyncio.create_task(one(request)) for request in requests]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await end(tasks)
