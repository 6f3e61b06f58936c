"""``list(max_items=N)``: so many items in every way to walk, and not one page too many."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncops import Checkpoint, InvalidItem, Pager
from asyncops.http.messages import Request
from asyncops.paging.counted.concurrent import ConcurrentNumbered
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.limits import Limits
from asyncops.paging.statuses.listing import SortedListing
from asyncops.paging.styles import Token
from asyncops.services.zoo import ApiCallStatus
from tests.laws.broken import ROWS, Row, Service, good, listing_of
from tests.laws.listings import CHAINLOOP, NumberedListing, TokenListing
from tests.laws.simulated import NAMES
from tests.paging.test_concurrent import Wire, wire_of

WAYS = ("items", "pages", "collect", "ordered", "as they come")


def tokens(listing: TokenListing, most: int | None, resume: Checkpoint | None = None) -> Pager[str]:
    return Pager(
        listing.fetch,
        lambda start: CursorStrategy(
            Request(path="/"), Token(), None if start.cursor is None else str(start.cursor)
        ),
        query="tokens",
        identity=str,
        resume=resume,
        limits=Limits(max_items=most),
    )


def numbers(
    listing: NumberedListing, most: int | None, resume: Checkpoint | None = None
) -> Pager[str]:
    base = PageBase()

    def strategy(start: Checkpoint) -> NumberedStrategy[str]:
        number = start.cursor if isinstance(start.cursor, int) else None
        return NumberedStrategy(
            Request(path="/"),
            3,
            base,
            str,
            number,
            Drift.since(start),
            start.page_size or 0,
            style=CHAINLOOP,
        )

    return Pager(
        listing.fetch,
        strategy,
        query="numbers",
        identity=str,
        concurrent_strategy=lambda start, n, ordered, _: ConcurrentNumbered(
            strategy(start), n, ordered
        ),
        resume=resume,
        limits=Limits(max_items=most),
    )


def calls(wire: Wire, most: int | None, resume: Checkpoint | None = None) -> Pager[Any]:
    statuses = tuple(ApiCallStatus)
    listing: SortedListing[Any] = SortedListing(Request(path="/calls"), NAMES, statuses=statuses)
    return Pager(
        wire.fetch,
        listing.sequential,
        query=repr(listing.terms),
        identity=lambda call: call.id,
        concurrent_strategy=listing.concurrent,
        resume=resume,
        limits=Limits(max_items=most),
    )


async def walked(pager: Pager[Any], way: str) -> tuple[list[Any], Checkpoint | None]:
    """What is given in one of the ways, and the place after it."""
    if way == "collect":
        return await pager.collect(), None
    if way == "pages":
        pages = pager.pages()
        found = [item async for page in pages for item in page.items]
        return found, pages.checkpoint
    if way == "items":
        walk = aiter(pager)
        found = [item async for item in walk]
        assert walk.report.items == len(found)
        return found, walk.checkpoint
    async with pager.concurrent(4, ordered=way == "ordered") as walk:
        found = [item async for item in walk]
    assert walk.report.items == len(found)
    return found, walk.checkpoint


def kind_of(kind: str, total: int, size: int) -> tuple[Any, Any]:
    if kind == "tokens":
        return TokenListing(total, size), tokens
    if kind == "numbers":
        return NumberedListing(total, size), numbers
    wire = wire_of(list(range(total)))
    wire.size = size
    return wire, calls


@settings(max_examples=150)
@given(
    kind=st.sampled_from(["tokens", "numbers", "all statuses"]),
    way=st.sampled_from(WAYS),
    total=st.integers(0, 25),
    size=st.integers(1, 6),
    most=st.integers(0, 30),
)
def test_so_many_items_come_and_the_checkpoint_leads_to_the_rest(
    kind: str, way: str, total: int, size: int, most: int
) -> None:
    """In whatever way, cut wherever it falls; the place has been through JSON."""

    async def check() -> None:
        listing, make = kind_of(kind, total, size)
        given, place = await walked(make(listing, most), way)
        assert len(given) == min(most, total)
        if place is not None:
            place = Checkpoint.from_json(place.to_json())
            rest = await make(listing, None, place).collect()
            key = str if kind != "all statuses" else (lambda call: call.id.int)
            whole = await make(listing, None).collect()
            assert sorted(map(key, [*given, *rest])) == sorted(map(key, whole))
            if way != "as they come":
                assert [*given, *rest] == whole

    asyncio.run(check())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["tokens", "numbers"])
@pytest.mark.parametrize(
    ("most", "pages"), [(0, 0), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (40, 8)]
)
async def test_no_page_is_fetched_that_is_not_needed(
    kind: str, way: str, most: int, pages: int
) -> None:
    """Whatever time the consumer takes with the last one, and with many at once."""
    listing, make = kind_of(kind, 100, 5)
    pager = make(listing, most)
    given: list[Any] = []
    if way == "collect":
        given = await pager.collect()
    else:
        async for item in items_of(pager, way):
            given.append(item)
            for _ in range(20):
                await asyncio.sleep(0)
    assert len(given) == most
    assert listing.requests == pages


async def items_of(pager: Pager[Any], way: str) -> AsyncIterator[Any]:
    if way == "pages":
        async for page in pager.pages():
            for item in page.items:
                yield item
    elif way == "items":
        async for item in pager:
            yield item
    else:
        async with pager.concurrent(8, ordered=way == "ordered") as walk:
            async for item in walk:
                yield item


async def test_many_are_still_under_way_at_once() -> None:
    """As many as the items need."""
    wire = wire_of(list(range(400)), statuses=1)
    wire.size, wire.dice = 5, random.Random(3)
    statuses = (ApiCallStatus.QUEUED,)
    listing: SortedListing[Any] = SortedListing(Request(path="/calls"), NAMES, statuses=statuses)
    pager: Pager[Any] = Pager(
        wire.fetch,
        listing.sequential,
        query="q",
        identity=lambda call: call.id,
        concurrent_strategy=listing.concurrent,
        limits=Limits(max_items=100),
    )
    async with pager.concurrent(ordered=False) as walk:
        assert len([call async for call in walk]) == 100
    assert wire.highest == 2
    assert wire.requests <= 21


@pytest.mark.parametrize("kind", ["calls", "prompts", "operations"])
@settings(max_examples=60)
@example([Row(1, 1), Row(2, 2, broken="a wrong type"), Row(3, 3)], 3, [1])
@given(ROWS, st.integers(2, 4), st.lists(st.integers(1, 3), min_size=1, max_size=4))
async def test_a_row_that_does_not_fit_is_told_of_by_the_walk_that_comes_to_it(
    kind: str, rows: list[Row], size: int, legs: list[int]
) -> None:
    """Not behind the last item, and once."""
    service, told, found = Service(rows, size), list[InvalidItem](), list[str]()
    place: Checkpoint | None = None
    for most in [*legs, None]:
        pager = listing_of(kind, service).list(on_invalid=told.append, max_items=most, resume=place)
        walk = aiter(pager)
        found += [str(item.id) async for item in walk]
        place = Checkpoint.from_json(walk.checkpoint.to_json())
    assert sorted(found) == sorted(good(rows))
    known = [each.raw["id"] for each in told if isinstance(each.raw, dict) and "id" in each.raw]
    assert len(known) == len(set(known))
    assert {row.json["id"] for row in rows if row.broken and "id" in (row.json or ())} == {*known}


@pytest.mark.parametrize("n", [1, 4])
async def test_a_bound_that_is_greater_than_what_is_left_ends_with_the_listing(n: int) -> None:
    """Also where the last page has been given by another walk."""
    walk = aiter(numbers(NumberedListing(9, 3), None))
    assert len([item async for item in walk]) == 9
    async with numbers(NumberedListing(9, 3), 2, walk.checkpoint).concurrent(n) as rest:
        assert [item async for item in rest] == []


async def test_of_an_awaited_page_so_many_items_are_given() -> None:
    """A page that was cut has no next one; a whole one keeps its own."""
    listing = TokenListing(10, 4)
    page = await tokens(listing, 3)
    assert (page.items, page.next_cursor) == (("0", "1", "2"), None)
    page = await tokens(listing, 4)
    assert (len(page.items), page.next_cursor) == (4, "4")
    assert listing.requests == 2
    page = await tokens(listing, 0)
    assert (page.items, page.next_cursor, listing.requests) == ((), None, 2)


@pytest.mark.parametrize(("listed", "collected", "given"), [(5, 3, 3), (3, 5, 3), (5, None, 5)])
async def test_of_two_bounds_the_smaller_counts(
    listed: int, collected: int | None, given: int
) -> None:
    """Of the listing and of the list that is made of it."""
    pager = tokens(TokenListing(10, 2), listed)
    assert len(await pager.collect(max_items=collected)) == given


async def test_a_walk_that_is_left_within_the_last_page_goes_on_from_there() -> None:
    """Though the page was cut behind it."""
    async with aclosing(aiter(tokens(TokenListing(10, 6), 5))) as walk:
        given = [await anext(walk) for _ in range(2)]
    rest = await tokens(TokenListing(10, 6), None, walk.checkpoint).collect()
    assert [*given, *rest] == [str(n) for n in range(10)]


@pytest.mark.parametrize("wrong", [-1, True, "3", 2.0])
def test_a_bad_bound_is_refused(wrong: Any) -> None:
    """By name, at once."""
    with pytest.raises((ValueError, TypeError), match="max_items"):
        Limits(max_items=wrong)
