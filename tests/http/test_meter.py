"""What a walk reports: what it gave, and what that cost; against listings in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from asyncops import Checkpoint, ServerError
from asyncops.http.messages import Request
from asyncops.http.meter import OnPage, WalkReport
from asyncops.kit import ListOptions
from asyncops.listing.pager import Pager
from asyncops.listing.walk import Walk
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.limits import Limits
from asyncops.paging.styles import Token
from asyncops.testing import FakeClock
from tests.laws.listings import TokenListing
from tests.laws.rows import others


def pager_of(
    listing: TokenListing,
    on_page: OnPage | None = None,
    *,
    resume: Checkpoint | None = None,
    clock: FakeClock | None = None,
) -> Pager[str]:
    def strategy(start: Checkpoint) -> CursorStrategy[str]:
        return CursorStrategy(
            Request(path="/"),
            Token(),
            None if start.cursor is None else str(start.cursor),
        )

    return Pager(
        listing.fetch,
        strategy,
        query="tokens",
        identity=str,
        resume=resume,
        limits=Limits(clock=clock or FakeClock()),
        on_page=on_page,
    )


async def iterated(pager: Pager[str]) -> list[str]:
    return [item async for item in pager]


async def concurrent(pager: Pager[str]) -> list[str]:
    async with pager.concurrent(4) as walk:
        return [item async for item in walk]


async def paged(pager: Pager[str]) -> list[str]:
    return [item async for page in pager.pages() for item in page.items]


async def collected(pager: Pager[str]) -> list[str]:
    return await pager.collect()


Way = Callable[[Pager[str]], Awaitable[list[str]]]
ways = pytest.mark.parametrize("way", [iterated, concurrent, paged, collected])


@ways
async def test_each_page_is_reported_once_in_order(way: Way) -> None:
    """Whichever way a listing is walked."""
    reports: list[WalkReport] = []
    listing = TokenListing(total=25, size=10)
    assert len(await way(pager_of(listing, reports.append))) == 25
    assert [(report.pages, report.items) for report in reports] == [(1, 10), (2, 20), (3, 25)]
    assert reports[-1].requests == listing.requests == 3


async def test_a_page_is_reported_before_its_items_are_given() -> None:
    """And not before the consumer asks for it, though it may have been fetched ahead."""
    told: list[object] = []
    async for item in pager_of(TokenListing(total=4, size=2), lambda _: told.append("page")):
        told.append(item)
        for _ in range(5):
            await asyncio.sleep(0)
    assert told == ["page", "0", "1", "page", "2", "3"]


async def test_a_first_page_alone_is_no_walk() -> None:
    """Awaiting a pager tells nobody; nor does asking for no items at all."""
    reports: list[WalkReport] = []
    pager = pager_of(TokenListing(total=4, size=2), reports.append)
    await pager
    await pager.collect(max_items=0)
    assert not reports


class Stop(Exception):
    """What a callback raises."""


def stop_at(page: int) -> OnPage:
    def on_page(report: WalkReport) -> None:
        if report.pages == page:
            raise Stop

    return on_page


@ways
async def test_what_the_callback_raises_ends_the_walk(way: Way) -> None:
    """As it is, and nothing is left under way."""
    listing = TokenListing(total=100, size=10, stall_from=4)
    with pytest.raises(Stop):
        await way(pager_of(listing, stop_at(2)))
    assert not others()
    assert listing.stalled == 0


async def items_until_stopped(walk: AsyncIterator[str]) -> list[str]:
    given: list[str] = []
    with pytest.raises(Stop):
        async for item in walk:
            given.append(item)  # noqa: PERF401 - kept when it fails
    return given


@given(size=st.integers(1, 5), page=st.integers(1, 4), together=st.booleans())
async def test_a_walk_that_the_callback_ended_can_be_gone_on_with(
    size: int, page: int, together: bool
) -> None:
    """The page that it was told of counts as not given."""
    listing = TokenListing(total=20, size=size)
    pager = pager_of(listing, stop_at(page))
    async with pager.concurrent(1 + together) as walk:
        given = await items_until_stopped(walk)
        assert walk.report.pages == page
        rest = await iterated(pager_of(listing, resume=walk.checkpoint))
    assert given + rest == [str(at) for at in range(20)]
    assert len(given) == size * (page - 1)


async def started(walk: Walk[str], items: int) -> None:
    for _ in range(items):
        await anext(walk)


@pytest.mark.parametrize("together", [False, True])
async def test_a_walk_left_early_reports_what_it_has_sent(together: bool) -> None:
    """A page that was being fetched ahead, and nobody has seen, is a request."""
    listing = TokenListing(total=100, size=10, stall_from=3)
    pager = pager_of(listing)
    walk = pager.concurrent(4) if together else pager.__aiter__()
    if isinstance(walk, Walk):
        await started(walk, 15)
        # One turn of the event loop to make the task for the page ahead, and one to begin it.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await walk.aclose()
        left = walk
    else:
        async with walk as left:
            await started(left, 15)
            await asyncio.sleep(0)
    expected = WalkReport(pages=2, items=20, requests=3)
    assert left.report == expected
    assert listing.requests == 3


async def test_a_walk_that_failed_still_reports() -> None:
    """The request that failed included."""
    walk = aiter(pager_of(TokenListing(total=100, size=10, fail_at=3)))
    with pytest.raises(ServerError):
        await started(walk, 100)
    assert walk.report == WalkReport(pages=2, items=20, requests=3)


async def test_a_walk_that_went_on_reports_its_own_part() -> None:
    """Items that were given before are not counted again."""
    listing = TokenListing(total=30, size=10)
    first = aiter(pager_of(listing))
    await started(first, 15)
    rest = aiter(pager_of(listing, resume=first.checkpoint))
    assert len([item async for item in rest]) == 15
    assert rest.report == WalkReport(pages=2, items=15, requests=2)
    await first.aclose()


async def test_walks_of_one_pager_are_counted_apart() -> None:
    """Each iteration is independent of every other, here as well."""
    pager = pager_of(TokenListing(total=20, size=10))
    first, second = aiter(pager), aiter(pager)
    assert len([item async for item in first]) == 20
    assert second.report == WalkReport()
    assert len([item async for item in second]) == 20
    assert first.report == second.report == WalkReport(pages=2, items=20, requests=2)


async def test_time_runs_from_the_first_request_to_the_end() -> None:
    """On the clock of the walk, the consumer's own work included, and not beyond."""
    clock = FakeClock()
    walk = aiter(pager_of(TokenListing(total=20, size=10), clock=clock))
    clock.advance(5)
    assert walk.report.elapsed == 0
    async for _ in walk:
        clock.advance(0.5)
    clock.advance(5)
    assert walk.report.elapsed == 10
    assert evolve(walk.report, elapsed=0.0) == WalkReport(pages=2, items=20, requests=2)


async def not_awaited(_: WalkReport) -> None:
    """Nobody would run this."""


class NotAwaited:
    async def __call__(self, report: WalkReport) -> None:
        raise AssertionError(report)


@pytest.mark.parametrize(
    "on_page", [not_awaited, NotAwaited(), 3], ids=["async", "async object", "no function"]
)
def test_a_callback_is_a_plain_function(on_page: Any) -> None:
    with pytest.raises(TypeError, match="on_page must be a plain function"):
        ListOptions(on_page=on_page)
