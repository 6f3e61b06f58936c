"""One iteration over a listing: what it says of itself, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from asyncops import Checkpoint, Page, PaginationError
from asyncops.listing.position import Position
from asyncops.listing.progress import Progress
from asyncops.listing.walk import Pages, Walk, walk_pages
from asyncops.paging.prefetch import PageSource
from asyncops.paging.strategy import Remaining
from asyncops.testing import FakeClock


def pages_of(count: int, *, stalls: bool = False) -> Pages[str]:
    """So many pages of two items, which may be followed by one that never comes."""
    position: Position[str] = Position(Checkpoint(query="calls#1"), str)
    progress = Progress("calls", FakeClock())

    async def generate() -> AsyncGenerator[Page[str], None]:
        for number in range(count):
            last = number + 1 == count and not stalls
            yield Page(
                items=(f"{number}a", f"{number}b"),
                cursor=f"t{number}",
                next_cursor=None if last else f"t{number + 1}",
            )
        if stalls:
            await asyncio.Event().wait()

    return Pages(PageSource(generate()), position, progress, Remaining())


async def test_a_walk_gives_items_and_knows_its_place_after_each() -> None:
    walk = Walk(pages_of(2))
    assert repr(walk) == "<Walk of calls: not begun, 0 items given>"
    assert [await anext(walk) for _ in range(3)] == ["0a", "0b", "1a"]
    assert (walk.checkpoint.cursor, walk.checkpoint.seen) == ("t1", ("1a",))
    assert repr(walk) == "<Walk of calls: under way, 3 items given>"
    assert [item async for item in walk] == ["1b"]
    assert repr(walk) == "<Walk of calls: ended, 4 items given>"
    assert await anext(walk, None) is None


async def test_pages_that_were_closed_do_not_look_complete() -> None:
    pages = pages_of(3)
    await anext(pages)
    await pages.aclose()
    with pytest.raises(PaginationError, match=r"go on with list\(resume=") as caught:
        await anext(pages)
    assert caught.value.checkpoint == pages.checkpoint
    assert repr(pages) == "<Pages of calls: broken off, 1 pages given>"


async def test_whoever_waits_for_an_item_is_told_that_the_walk_was_closed() -> None:
    walk = Walk(pages_of(1, stalls=True))
    assert [await anext(walk) for _ in range(2)] == ["0a", "0b"]

    async def wait() -> str:
        return await anext(walk)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    await walk.aclose()
    with pytest.raises(PaginationError):
        await waiting


async def test_requests_have_ended_before_the_last_wanted_page_is_given() -> None:
    """With ``max_items``: whoever stops at the last item leaves no request behind."""
    ended: list[str] = []

    async def generate() -> AsyncGenerator[Page[str], None]:
        try:
            for number in range(3):
                yield Page(items=(f"{number}a",), cursor=f"t{number}", next_cursor="more")
        finally:
            ended.append("requests")

    position: Position[str] = Position(Checkpoint(query="calls#1"), str)
    progress = Progress("calls", FakeClock())
    walk = walk_pages(PageSource(generate()), position, progress, Remaining(2))
    assert (await anext(walk)).page.items == ("0a",)
    assert ended == []
    assert (await anext(walk)).page.items == ("1a",)
    assert ended == ["requests"]
    await walk.aclose()
