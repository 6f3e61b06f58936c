"""One listing of each of many accounts: bounds, errors, and ends."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    ConfigurationError,
    ListingMoved,
    PaginationError,
    ServerError,
)
from asyncops.http.messages import Request
from asyncops.http.meter import Meter
from asyncops.listing.fan_out import FanOut, fan_out
from asyncops.listing.pager import Pager
from tests.laws.rows import Row, RowListing, others, steps

Found = list[tuple[str, Row | AsyncOpsError]]


def accounts_of(sizes: Iterable[int], page: int = 2) -> dict[str, RowListing]:
    return {
        f"account {number}": RowListing.of(f"{number}/", range(size), page)
        for number, size in enumerate(sizes)
    }


def walked(accounts: dict[str, RowListing], concurrency: int = 3) -> FanOut[str, Row]:
    return fan_out(accounts, RowListing.pager, concurrency=concurrency)


async def take(found: FanOut[str, Row], taken: Found, most: int = 1000) -> None:
    """Keep each pair at once, so that an error does not cost those before it."""
    while len(taken) < most and (pair := await anext(found, None)) is not None:
        taken.append(pair)


@given(
    sizes=st.lists(st.integers(0, 9), max_size=7),
    page=st.integers(1, 4),
    concurrency=st.integers(1, 4),
    failing=st.dictionaries(st.integers(0, 6), st.integers(0, 8), max_size=2),
    pauses=st.lists(st.integers(0, 4), min_size=1, max_size=5),
)
def test_every_item_of_every_account_comes_under_its_name_and_in_its_order(
    *,
    sizes: list[int],
    page: int,
    concurrency: int,
    failing: dict[int, int],
    pauses: list[int],
) -> None:
    """An account that fails gives its error behind its items, with the place to go on from."""

    async def check() -> None:
        accounts = accounts_of(sizes, page)
        for number, row in failing.items():
            if number < len(sizes) and row < sizes[number]:
                accounts[f"account {number}"].fail_at = row
        taken: Found = []
        async with walked(accounts, concurrency) as found:
            async for pair in found:
                taken.append(pair)
                assert sum(each.under_way for each in accounts.values()) <= concurrency
                await steps(pauses[len(taken) % len(pauses)])
        for name, account in accounts.items():
            results = [result for each, result in taken if each == name]
            if account.fail_at is not None:
                error = results.pop()
                assert isinstance(error, ServerError)
                assert error.checkpoint is not None
                account.fail_at = None
                results += [row async for row in account.pager(error.checkpoint)]
            assert results == account.rows
        assert not others()

    asyncio.run(check())


async def test_no_more_listings_are_walked_at_once_than_allowed_and_no_fewer() -> None:
    """The others have not been asked for anything."""
    accounts = accounts_of([9] * 6)
    for each in accounts.values():
        each.stall = True
    async with walked(accounts, 4):
        await steps(20)
        assert [each.under_way for each in accounts.values()] == [1, 1, 1, 1, 0, 0]


async def test_a_slow_consumer_holds_two_pages_of_each_listing_and_no_more() -> None:
    """One in use or waiting for its turn, and one fetched ahead."""
    accounts = accounts_of([20] * 5)
    given = dict.fromkeys(accounts, 0)
    async with walked(accounts, 3) as found:
        async for name, _ in found:
            given[name] += 1
            await steps(50)
            for each, account in accounts.items():
                assert account.requests <= given[each] // account.size + 2


async def test_a_quick_account_does_not_wait_for_a_slow_one() -> None:
    """Items come as they are there."""
    accounts = accounts_of([4, 4])
    accounts["account 0"].stall = True
    taken: Found = []
    async with walked(accounts) as found:
        await take(found, taken, 4)
    assert {name for name, _ in taken} == {"account 1"}


async def test_a_slow_account_leaves_the_rest_of_the_room_to_the_others() -> None:
    """All others are walked to their ends beside it."""
    accounts = accounts_of([3] * 9)
    accounts["account 0"].stall = True
    taken: Found = []
    async with walked(accounts, 2) as found:
        await take(found, taken, 24)
    assert len({name for name, _ in taken}) == 8


@given(after=st.integers(0, 50), concurrency=st.integers(1, 4), stalling=st.integers(0, 4))
def test_a_cancellation_at_any_moment_leaves_nothing_behind(
    after: int, concurrency: int, stalling: int
) -> None:
    """No task, no request."""

    async def check() -> None:
        accounts = accounts_of([7] * 5)
        accounts[f"account {stalling}"].stall = True

        async def consume() -> None:
            async with walked(accounts, concurrency) as found:
                await take(found, [])

        task = asyncio.ensure_future(consume())
        await steps(after)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert not others()
        assert not any(each.under_way for each in accounts.values())

    asyncio.run(check())


@pytest.mark.parametrize("leave", ["break", "exception"])
async def test_leaving_early_ends_every_walk(leave: str) -> None:
    """Awaited."""
    accounts = accounts_of([9, 9, 9])

    async def body() -> None:
        async with walked(accounts) as found:
            async for _ in found:
                for each in accounts.values():
                    each.stall = True
                await steps(3)
                if leave == "exception":
                    raise ZeroDivisionError
                break

    if leave == "exception":
        with pytest.raises(ZeroDivisionError):
            await body()
    else:
        await body()
    assert not others()
    assert not any(each.under_way for each in accounts.values())


async def test_a_wait_that_times_out_costs_no_item() -> None:
    """The next one to ask gets what comes."""
    accounts = accounts_of([3])
    accounts["account 0"].barrier = barrier = asyncio.Barrier(2)
    taken: Found = []
    async with walked(accounts) as found:
        for _ in range(3):
            waiting = asyncio.ensure_future(anext(found))
            await steps(5)
            waiting.cancel()
            await asyncio.wait([waiting])
        accounts["account 0"].barrier = None
        await barrier.wait()
        await take(found, taken)
    assert [row for _, row in taken] == accounts["account 0"].rows


@pytest.mark.parametrize("kind", [ValueError, TypeError])
def test_what_walk_raises_is_raised_before_anything_is_sent(kind: type[Exception]) -> None:
    """A mistake in the query is not an account's failure."""
    accounts = accounts_of([1, 1])

    def walk(_: RowListing) -> Pager[Row]:
        raise kind("limit must be at least 1")

    with pytest.raises(kind, match="limit"):
        fan_out(accounts, walk)


def test_walk_has_to_give_a_pager_and_concurrency_to_be_a_number() -> None:
    """Said at once."""
    accounts = accounts_of([1])

    def wrong(_: RowListing) -> Any:
        return [1, 2]

    with pytest.raises(TypeError, match="walk must give a Pager, got list"):
        fan_out(accounts, wrong)
    with pytest.raises(ValueError, match="concurrency must be at least 1"):
        walked(accounts, 0)
    clients: Any = list(accounts.values())
    with pytest.raises(TypeError, match="clients must be a mapping of clients by name, got list"):
        fan_out(clients, RowListing.pager)
    pager: Any = accounts["account 0"].pager()
    with pytest.raises(TypeError, match="walk must be a function that gives a Pager, got Pager"):
        fan_out(accounts, pager)


async def test_what_is_no_error_of_an_account_ends_all() -> None:
    """A bug is raised as it is, also a second time, though other accounts never answer."""
    accounts = accounts_of([1, 1])
    accounts["account 0"].stall = True
    pager = accounts["account 1"].pager()

    async def broken(*_: object, **__: object) -> Any:
        raise ZeroDivisionError

    bad: Pager[Row] = Pager(broken, pager._strategy, query="rows", identity=str)
    pagers = {"good": accounts["account 0"].pager(), "bad": bad}
    async with fan_out(pagers, lambda each: each) as found:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await anext(found)
    assert not others()


async def test_a_warning_that_was_made_an_error_is_that_of_its_account() -> None:
    """With the place to go on from; the others are walked to their ends."""
    accounts = accounts_of([5, 5])
    listing = accounts["account 1"]

    async def moved(request: Request, meter: Meter) -> Any:
        if listing.requests == 1:
            raise ListingMoved("rows may be missing")
        return await listing.fetch(request, meter)

    bad: Pager[Row] = Pager(moved, listing.pager()._strategy, query="rows", identity=str)
    pagers = {"good": accounts["account 0"].pager(), "bad": bad}
    taken: Found = []
    async with fan_out(pagers, lambda each: each) as found:
        await take(found, taken)
    assert [row for name, row in taken if name == "good"] == accounts["account 0"].rows
    *rows, error = (row for name, row in taken if name == "bad")
    assert rows == listing.rows[:2]
    assert isinstance(error, PaginationError)
    assert isinstance(error.__cause__, ListingMoved)
    assert error.checkpoint is not None
    assert [row async for row in listing.pager(error.checkpoint)] == listing.rows[2:]


async def test_it_is_iterated_inside_of_its_async_with_only() -> None:
    """Outside it would look complete, even in the middle of a page."""
    found = walked(accounts_of([4]))
    with pytest.raises(ConfigurationError, match="enter this"):
        await anext(found)
    async with found:
        await anext(found)
    with pytest.raises(ConfigurationError, match="was left"):
        await anext(found)


async def test_no_accounts_have_no_items() -> None:
    """And no error."""
    async with walked({}) as found:
        assert [pair async for pair in found] == []


async def test_a_page_is_shared_by_all_tasks_that_wait_for_it() -> None:
    """Though the first of them takes one item and does not come back."""
    accounts = accounts_of([4], page=4)
    async with asyncio.timeout(5), walked(accounts) as found:
        pairs = await asyncio.gather(*(anext(found) for _ in range(4)))
    assert [row for _, row in pairs] == accounts["account 0"].rows


@given(consumers=st.integers(2, 4))
def test_several_tasks_may_share_the_items(consumers: int) -> None:
    """Each item goes to one of them, and all of them see the end."""

    async def check() -> None:
        accounts = accounts_of([5, 7, 3, 0])
        async with walked(accounts) as found:

            async def consume() -> list[Any]:
                rows = []
                async for _, row in found:
                    rows.append(row)
                    await steps(1)
                return rows

            parts = await asyncio.gather(*(consume() for _ in range(consumers)))
        rows = [row for account in accounts.values() for row in account.rows]
        assert sorted(row.id for part in parts for row in part) == sorted(row.id for row in rows)

    asyncio.run(check())
