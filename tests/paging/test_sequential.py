"""The loop between a strategy and the wire, and its bounds."""

import pytest

from asyncops import DeadlineExceeded, TooManyPages
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.limits import Limits
from asyncops.paging.sequential import walk, with_limits, within_deadline
from asyncops.paging.styles import Token
from asyncops.testing import FakeClock
from tests.laws.listings import TokenBody, TokenListing

REQUEST = Request(path="/")


async def walked(listing: TokenListing, limits: Limits) -> list[str]:
    async def fetch(request: Request) -> Reply[TokenBody]:
        return await listing.fetch(request, Meter())

    paging: CursorStrategy[str] = CursorStrategy(REQUEST, Token())
    return [item async for page in walk(fetch, paging, limits) for item in page.items]


async def test_every_page_is_walked_to_at_one_request_each() -> None:
    listing = TokenListing(7, 3)
    assert await walked(listing, Limits(max_pages=3)) == [str(number) for number in range(7)]
    assert listing.requests == 3


async def test_one_page_more_than_allowed_is_an_error_and_not_asked_for() -> None:
    listing = TokenListing(7, 3)
    with pytest.raises(TooManyPages, match="after 2 pages"):
        await walked(listing, Limits(max_pages=2))
    assert listing.requests == 2


async def test_nothing_is_asked_for_when_the_time_is_over() -> None:
    clock = FakeClock()
    limits = Limits(deadline=5.0, clock=clock)
    listing = TokenListing(1, 1)

    async def fetch(request: Request) -> Reply[TokenBody]:
        return await listing.fetch(request, Meter())

    assert within_deadline(fetch, Limits()) is fetch
    in_time = within_deadline(fetch, limits)
    clock.advance(4.9)
    assert (await in_time(REQUEST)).value.items == ("0",)
    clock.advance(0.1)
    with pytest.raises(DeadlineExceeded, match="longer than 5 s"):
        await in_time(REQUEST)
    assert listing.requests == 1


async def test_a_timeout_of_the_caller_s_own_stays_one() -> None:
    async def fetch(_: Request) -> Reply[TokenBody]:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await within_deadline(fetch, Limits(deadline=60))(REQUEST)


async def test_requests_that_are_no_walk_keep_to_the_bounds_together() -> None:
    listing = TokenListing(9, 3)

    async def fetch(request: Request) -> Reply[TokenBody]:
        return await listing.fetch(request, Meter())

    limited = with_limits(fetch, Limits(max_pages=2))
    await limited(REQUEST)
    await limited(REQUEST)
    with pytest.raises(TooManyPages, match="more than 2 requests"):
        await limited(REQUEST)
    assert listing.requests == 2
