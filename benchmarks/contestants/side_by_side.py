"""The loops that one would write oneself to have many requests under way, typed: msgspec on attrs.

They know their listings: that pages have numbers, that it is sorted by creation either way, that
its items lie evenly in time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from itertools import pairwise, product
from typing import Any
from uuid import UUID

import aiohttp
from attrs import field, frozen
from msgspec.json import Decoder

from benchmarks.contestants.models import AttrsOperations, AttrsPage
from benchmarks.worker import Run, Tally

__all__ = ["both_ends", "in_order", "numbered", "windows"]

_HEADERS = {"Authorization": "Bearer token"}
_STATUSES = ("queued", "uploaded", "in_progress", "completed", "failed")
_ENDS = ("created_at_descending", "created_at_ascending")
_AT_ONCE = 16


@frozen
class _Loop:
    """One session, and what it decodes."""

    session: aiohttp.ClientSession
    url: str
    decode: Callable[[bytes], Any]
    found: set[UUID] = field(factory=set)

    async def get(self, **query: str) -> Any:
        async with self.session.get(self.url, params=query) as response:
            response.raise_for_status()
            return self.decode(await response.read())

    async def pages(self, **query: str) -> AsyncIterator[list[Any]]:
        """Follow the tokens, and give the items of each page that have not come before."""
        while True:
            page = await self.get(limit="100", **query)
            new = [item for item in page.items if item.id not in self.found]
            self.found.update(item.id for item in new)
            yield new
            if len(new) < len(page.items) or not page.next_page:
                return
            query["page_token"] = page.next_page

    async def follow(self, *, until_known: bool, **query: str) -> None:
        """Follow the tokens, to the end or until an item comes that has come before."""
        while True:
            page = await self.get(limit="100", **query)
            ids = {item.id for item in page.items}
            met = until_known and not self.found.isdisjoint(ids)
            self.found.update(ids)
            if met or not page.next_page:
                return
            query["page_token"] = page.next_page


@asynccontextmanager
async def _opened(url: str, path: str, kind: type[Any]) -> AsyncIterator[_Loop]:
    async with aiohttp.ClientSession(headers=_HEADERS) as session:
        yield _Loop(session, f"{url}{path}", Decoder(kind).decode)


async def _all(loop: _Loop, works: Iterable[Coroutine[Any, Any, None]]) -> Tally:
    loop.found.clear()
    await asyncio.gather(*works)
    return {"items": len(loop.found)}


@asynccontextmanager
async def numbered(url: str) -> AsyncIterator[Run]:
    """The first page tells how many there are, and 16 tasks take one after the other."""
    async with _opened(url, "/v1/operations", AttrsOperations) as loop:

        async def page(number: int) -> AttrsOperations:
            query = {"pagination.page": str(number), "pagination.page_size": "100"}
            found: AttrsOperations = await loop.get(**query)
            return found

        async def run() -> Tally:
            first = await page(0)
            numbers = iter(range(1, first.pagination.total_pages))

            async def work() -> int:
                found = 0
                for number in numbers:
                    found += len((await page(number)).operations)
                return found

            found = await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
            return {"items": len(first.operations) + sum(found)}

        yield run


@asynccontextmanager
async def both_ends(url: str, all_statuses: bool = False) -> AsyncIterator[Run]:
    """Two tasks for each status, which end where they meet."""
    statuses = _STATUSES if all_statuses else ("completed",)
    async with _opened(url, "/async/operations", AttrsPage) as loop:

        async def run() -> Tally:
            return await _all(
                loop,
                (
                    loop.follow(until_known=True, sort_by=end, status=status)
                    for status, end in product(statuses, _ENDS)
                ),
            )

        yield run


@asynccontextmanager
async def in_order(url: str) -> AsyncIterator[Run]:
    """Both ends of one status in order: what comes from the far one is held until they meet."""
    async with _opened(url, "/async/operations", AttrsPage) as loop:

        async def run() -> Tally:
            near, far = (loop.pages(sort_by=end, status="completed") for end in _ENDS)
            held: list[list[Any]] = []
            loop.found.clear()

            async def hold() -> None:
                held.extend([items async for items in far])

            async with asyncio.TaskGroup() as group:
                group.create_task(hold())
                given = 0
                async for items in near:
                    for _ in items:
                        given += 1
            while held:
                for _ in held.pop():
                    given += 1
            return {"items": given}

        yield run


@asynccontextmanager
async def windows(url: str, **query: str) -> AsyncIterator[Run]:
    """16 tasks, each of which has a sixteenth of the time between the first and the last item."""
    async with _opened(url, "/async/operations", AttrsPage) as loop:

        async def run() -> Tally:
            newest, oldest = await asyncio.gather(
                *(loop.get(limit="100", sort_by=end, **query) for end in _ENDS)
            )
            last, first = newest.items[0].created_at, oldest.items[0].created_at
            step = (last - first) / _AT_ONCE
            bounds = [first + step * number for number in range(_AT_ONCE + 1)]
            return await _all(
                loop,
                (
                    loop.follow(
                        until_known=False,
                        created_after=after.isoformat(),
                        created_before=before.isoformat(),
                        **query,
                    )
                    for after, before in pairwise(bounds)
                ),
            )

        yield run
