"""The next page, fetched while the one before is in use."""

import asyncio
from collections.abc import AsyncGenerator

from asyncops import Page
from asyncops.paging.prefetch import PageSource
from tests.laws.rows import others


class Walk:
    """Two pages; writes down how many were begun, in which tasks, and whether it was closed."""

    def __init__(self) -> None:
        self.begun = 0
        self.tasks: set[asyncio.Task[object] | None] = set()
        self.closed = False

    async def pages(self, *, stalls: bool = False) -> AsyncGenerator[Page[int], None]:
        try:
            for number in range(2):
                self.begun += 1
                self.tasks.add(asyncio.current_task())
                if stalls and number:
                    await asyncio.Event().wait()
                yield Page(items=(number,))
        finally:
            self.closed = True


async def turns() -> None:
    """Let the event loop go round often enough for a task to be made and to begin."""
    for _ in range(2):
        await asyncio.sleep(0)


async def test_a_page_is_fetched_ahead_where_it_is_wanted() -> None:
    walk = Walk()
    source = PageSource(walk.pages(), prefetch=True)
    assert (await source.take() or Page(items=())).items == (0,)
    await turns()
    assert walk.begun == 2
    assert (await source.take() or Page(items=())).items == (1,)
    assert await source.take() is None
    await source.aclose()


async def test_a_consumer_that_never_waits_fetches_by_itself() -> None:
    """A task for it would cost two turns of the event loop for each page."""
    walk = Walk()
    source = PageSource(walk.pages(), prefetch=True)
    while await source.take() is not None:
        pass
    await turns()
    assert walk.begun == 2
    assert walk.tasks == {asyncio.current_task()}


async def test_closing_before_the_page_is_asked_for_asks_for_none() -> None:
    walk = Walk()
    source = PageSource(walk.pages(), prefetch=True)
    await source.take()
    await source.aclose()
    await turns()
    assert walk.begun == 1
    assert not others()


async def test_elsewhere_nothing_is() -> None:
    walk = Walk()
    source = PageSource(walk.pages())
    await source.take()
    await turns()
    assert walk.begun == 1
    await source.aclose()
    assert walk.closed


async def test_closing_ends_the_page_that_is_being_fetched() -> None:
    walk = Walk()
    source = PageSource(walk.pages(stalls=True), prefetch=True)
    await source.take()
    await turns()
    assert walk.begun == 2
    await source.aclose()
    assert walk.closed
    assert not others()
