"""A consumer that takes its time: what was fetched and not yet given out stays bounded."""

import asyncio

import pytest

from tests.soak.march import KINDS, listing

SIZE = 20
PAGES_HELD = {
    "every status, most completed": 6,
    "every status, as many of each": 6,
    # An early status that others wait for is read up to 64 pages ahead.
    "every status, most queued": 65,
}


async def turn(item: int) -> None:
    """Now and then, time enough for whatever is under way to get done."""
    if item % (SIZE * 5) == 1:
        await asyncio.sleep(0.003)
    else:
        await asyncio.sleep(0)


async def pause() -> None:
    """Time for whatever is under way: many turns, since one may be lost to a busy machine."""
    for _ in range(50):
        await asyncio.sleep(0.002)


@pytest.mark.parametrize("kind", ["tokens", "numbers"])
@pytest.mark.parametrize("pages", [False, True], ids=["items", "pages"])
async def test_one_page_is_in_use_and_one_is_fetched_ahead(kind: str, pages: bool) -> None:
    """Counted at the server, at every item."""
    given = 0
    async with listing(kind, 2_000, SIZE) as (pager, bulk):
        if pages:
            async for page in pager.pages():
                await asyncio.sleep(0.002)
                assert len(bulk.sent) <= given // SIZE + 2
                given += len(page.items)
        else:
            async for _ in pager:
                await turn(given)
                assert len(bulk.sent) <= given // SIZE + 2
                given += 1
    assert given == 2_000


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_more_is_fetched_however_long_the_consumer_takes(kind: str) -> None:
    async with listing(kind, 2_000, SIZE) as (pager, bulk):
        walk = pager.pages()
        await anext(walk)
        await pause()
        held = len(bulk.sent)
        await pause()
        assert len(bulk.sent) == held
        await walk.aclose()
    assert held <= PAGES_HELD.get(kind, 2)


@pytest.mark.parametrize(("kind", "bound"), PAGES_HELD.items())
async def test_a_merged_walk_holds_a_bounded_number_of_pages(kind: str, bound: int) -> None:
    given, held = 0, 0
    async with listing(kind, 10_000, SIZE) as (pager, bulk):
        async for _ in pager:
            await turn(given)
            given += 1
            held = max(held, len(bulk.sent) * SIZE - given)
    assert given == 10_000
    assert held <= bound * SIZE
