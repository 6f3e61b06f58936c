"""Several listings merged: order, laziness, places to go on from, and what is refused."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops import AsyncOpsError, Checkpoint, ConfigurationError, PaginationError, ServerError
from asyncops.listing.merge import Merge, merge
from tests.laws.listings import NumberedListing, TokenListing
from tests.laws.rows import Row, RowListing, others, steps
from tests.listing.test_pager import numbered_pager, token_pager
from tests.until import until

INPUTS = st.lists(st.lists(st.integers(0, 6), max_size=9), max_size=4)


def key_of(row: Row) -> Any:
    return row.key


def listings_of(inputs: list[list[int]], size: int, reverse: bool) -> list[RowListing]:
    return [
        RowListing.of("abcd"[number], sorted(keys, reverse=reverse), size)
        for number, keys in enumerate(inputs)
    ]


def in_order(listings: Iterable[RowListing], reverse: bool) -> list[Row]:
    """What ``sorted`` makes of all of them, one listing behind the other."""
    return sorted((row for each in listings for row in each.rows), key=key_of, reverse=reverse)


def merged(
    listings: Iterable[RowListing],
    reverse: bool = False,
    resume: Iterable[Checkpoint] | None = None,
) -> Merge[Row]:
    pagers = (
        [each.pager() for each in listings]
        if resume is None
        else [each.pager(place) for each, place in zip(listings, resume, strict=True)]
    )
    return merge(*pagers, key=key_of, reverse=reverse)


def stored(places: Iterable[Checkpoint]) -> list[Checkpoint]:
    return [Checkpoint.from_json(place.to_json()) for place in places]


@given(inputs=INPUTS, size=st.integers(1, 4), reverse=st.booleans())
def test_a_merge_is_what_sorted_makes_of_all(
    inputs: list[list[int]], size: int, reverse: bool
) -> None:
    """Equal keys stay in the order of the pagers, and no page is asked for twice."""

    async def check() -> None:
        listings = listings_of(inputs, size, reverse)
        async with merged(listings, reverse) as rows:
            assert [row async for row in rows] == in_order(listings, reverse)
            assert await anext(rows, None) is None
        assert [each.requests for each in listings] == [
            max(1, -(-len(each.rows) // size)) for each in listings
        ]
        assert not others()

    asyncio.run(check())


@given(
    inputs=INPUTS, size=st.integers(1, 4), reverse=st.booleans(), legs=st.lists(st.integers(0, 12))
)
def test_going_on_from_the_checkpoints_after_any_item_gives_exactly_the_rest(
    inputs: list[list[int]], size: int, reverse: bool, legs: list[int]
) -> None:
    """Over and over, the checkpoints having been through JSON."""

    async def check() -> None:
        listings = listings_of(inputs, size, reverse)
        taken: list[Row] = []
        resume: list[Checkpoint] | None = None
        for wanted in sorted(legs):
            async with merged(listings, reverse, resume) as rows:
                await take(rows, taken, wanted)
            resume = stored(rows.checkpoints)
        async with merged(listings, reverse, resume) as rows:
            taken += [row async for row in rows]
        assert taken == in_order(listings, reverse)

    asyncio.run(check())


@given(
    totals=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    base=st.sampled_from([0, 1]),
    cut=st.integers(0, 24),
)
def test_numbered_and_token_listings_go_on_together(
    totals: tuple[int, int], base: int, cut: int
) -> None:
    """Each from a checkpoint of its own kind."""

    def both(resume: list[Checkpoint] | tuple[None, None]) -> Merge[str]:
        numbers = NumberedListing(totals[0], 3, base=base)
        return merge(
            numbered_pager(numbers, resume[0]),
            token_pager(TokenListing(totals[1], 2), resume=resume[1]),
            key=int,
        )

    async def check() -> None:
        taken: list[str] = []
        async with both((None, None)) as items:
            while len(taken) < min(cut, sum(totals)):
                taken.append(await anext(items))
            resume = stored(items.checkpoints)
        async with both(resume) as items:
            taken += [item async for item in items]
        assert taken == sorted((str(n) for total in totals for n in range(total)), key=int)

    asyncio.run(check())


async def test_a_listing_of_which_nothing_was_given_goes_on_from_where_it_began() -> None:
    """Though its first item is there already: rows before it may have come by then."""
    numbered = numbered_pager(NumberedListing(9, 3))
    async with merge(token_pager(TokenListing(9, 3)), numbered, key=int) as items:
        await anext(items)
        assert items.checkpoints[1] == aiter(numbered).checkpoint


@given(data=st.data(), inputs=INPUTS.filter(any), size=st.integers(1, 4), reverse=st.booleans())
def test_an_error_of_one_comes_after_all_that_is_before_it_and_leads_on(
    data: st.DataObject, inputs: list[list[int]], size: int, reverse: bool
) -> None:
    """With its own place; the places of the others are there as well."""

    async def check() -> None:
        listings = listings_of(inputs, size, reverse)
        failing = data.draw(st.sampled_from([each for each in listings if each.rows]))
        failing.fail_at = data.draw(st.integers(0, len(failing.rows) - 1))
        taken: list[Row] = []
        async with merged(listings, reverse) as rows:
            with pytest.raises(ServerError) as caught:
                await take(rows, taken)
        expected = in_order(listings, reverse)
        first_lost = failing.rows[failing.fail_at // size * size]
        given_of_it = failing.rows[: failing.fail_at // size * size]
        assert taken == expected[: len(taken)]
        assert [row for row in taken if row in failing.rows] == given_of_it
        assert first_lost not in taken
        failing.fail_at = None
        assert caught.value.checkpoint is not None
        alone = failing.pager(caught.value.checkpoint)
        assert [row async for row in alone] == failing.rows[len(given_of_it) :]
        async with merged(listings, reverse, rows.checkpoints) as rest:
            assert [*taken, *[row async for row in rest]] == expected

    asyncio.run(check())


async def take(rows: Merge[Row], taken: list[Row], most: int = 1000) -> None:
    """Keep each item at once, so that an error does not cost those before it."""
    while len(taken) < most and (row := await anext(rows, None)) is not None:
        taken.append(row)


async def test_an_error_costs_nothing_that_comes_before_it() -> None:
    """The item in front of the failed page is given, and so is what other listings have before."""
    one, other = RowListing.of("a", [1, 4, 9, 9]), RowListing.of("b", [2, 3, 5, 6])
    one.fail_at = 2
    taken: list[Row] = []
    async with merged([one, other]) as rows:
        with pytest.raises(ServerError):
            await take(rows, taken)
        assert [row.key for row in taken] == [1, 2, 3, 4]
        with pytest.raises(PaginationError, match=r"broken off .* from its checkpoints"):
            await anext(rows)


@given(after=st.integers(0, 40), stall=st.booleans())
def test_a_cancellation_at_any_moment_leaves_nothing_behind(after: int, stall: bool) -> None:
    """No task, no request; and the checkpoints lead on."""

    async def check() -> None:
        listings = [RowListing.of("a", range(6)), RowListing.of("b", range(6), 1)]
        listings[1].stall = stall
        taken: list[Row] = []
        rows = merged(listings)

        async def consume() -> None:
            async with rows:
                await take(rows, taken)

        task = asyncio.ensure_future(consume())
        await steps(after)
        task.cancel()
        await asyncio.wait([task])
        assert not others()
        assert not any(each.under_way for each in listings)
        listings[1].stall = False
        async with merged(listings, resume=stored(rows.checkpoints)) as rest:
            await take(rest, taken)
        assert taken == in_order(listings, False)

    asyncio.run(check())


async def test_a_wait_for_a_page_that_times_out_breaks_the_merge_but_not_its_checkpoints() -> None:
    """As with a walk: what was half done does not look complete."""
    listings = [RowListing.of("a", range(6)), RowListing.of("b", range(6))]
    async with merged(listings) as rows:
        taken = [await anext(rows) for _ in range(2)]
        for each in listings:
            each.stall = True
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.005):
                await take(rows, taken)
        with pytest.raises(PaginationError, match="broken off"):
            await anext(rows)
    for each in listings:
        each.stall = False
    async with merged(listings, resume=rows.checkpoints) as rest:
        await take(rest, taken)
    assert taken == in_order(listings, False)


async def test_the_first_pages_are_fetched_side_by_side() -> None:
    """Each waits here until all have been asked for."""
    barrier = asyncio.Barrier(3)
    listings = [RowListing.of(name, [1, 2], size=2) for name in "abc"]
    for each in listings:
        each.barrier = barrier
    async with merged(listings) as rows:
        assert (await anext(rows)).id == "a0"


async def test_one_page_of_each_is_in_use_and_one_fetched_ahead() -> None:
    """Whatever the consumer does meanwhile."""
    listings = [RowListing.of("a", range(20)), RowListing.of("b", range(50, 70))]
    async with merged(listings) as rows:
        assert [each.requests for each in listings] == [0, 0]
        start = aiter(listings[1].pager()).checkpoint
        given_of_a = 0
        async for row in rows:
            await steps(20)
            given_of_a += row.id.startswith("a")
            assert listings[0].requests <= (given_of_a + 1) // 2 + 1
            assert listings[1].requests <= (2 if row.key < 50 else 10)
            assert row.key >= 50 or rows.checkpoints[1] == start


@pytest.mark.parametrize("leave", ["break", "exception", "nothing taken"])
async def test_leaving_early_ends_what_is_being_fetched(leave: str) -> None:
    """Awaited."""
    listings = [RowListing.of("a", range(20)), RowListing.of("b", range(20))]

    async def body() -> None:
        async with merged(listings) as rows:
            if leave == "nothing taken":
                await steps(1)
                return
            async for _ in rows:
                for each in listings:
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
    assert not any(each.under_way for each in listings)


@pytest.mark.parametrize(
    ("keys", "reverse", "complaint"),
    [
        pytest.param([1, 3, 2], False, r"pagers\[1\] is not in ascending order", id="ascending"),
        pytest.param([3, 1, 2], True, r"pagers\[1\] is not in descending order", id="descending"),
        pytest.param([1, None], False, r"pagers\[1\] has an item whose key is None", id="None"),
        pytest.param([1.0, float("nan")], False, r"pagers\[1\] has .* or NaN", id="NaN"),
    ],
)
async def test_a_listing_that_has_not_the_order_is_refused(
    keys: list[Any], reverse: bool, complaint: str
) -> None:
    """By position, with a checkpoint in front of what cannot be placed."""
    listings = [RowListing.of("a", [2]), RowListing.of("b", keys)]
    taken: list[Row] = []
    async with merged(listings, reverse) as rows:
        with pytest.raises(PaginationError, match=complaint) as caught:
            await take(rows, taken)
    assert [row.key for row in taken] == sorted((row.key for row in taken), reverse=reverse)
    rest = [row async for row in listings[1].pager(caught.value.checkpoint)]
    assert [row for row in taken if row.id.startswith("b")] + rest == listings[1].rows


async def test_a_key_without_an_order_is_refused_from_the_first_item_on() -> None:
    """Also when the other listing has none to compare it with."""
    async with merged([RowListing.of("a", [None]), RowListing.of("b", [])]) as rows:
        with pytest.raises(PaginationError, match=r"pagers\[0\] .* give another key"):
            await anext(rows)


async def test_what_key_raises_is_raised_and_not_taken_for_the_end() -> None:
    """Keys that cannot be compared, or a key that fails."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    pairs: list[tuple[list[Any], list[Any]]] = [([moment], [1]), ([1, "2"], [])]
    for one, other in pairs:
        listings = [RowListing.of("a", one), RowListing.of("b", other)]
        taken: list[Row] = []
        async with merged(listings) as rows:
            with pytest.raises(TypeError):
                await take(rows, taken)
            with pytest.raises((TypeError, PaginationError)):
                await anext(rows)


async def test_two_tasks_at_once_are_refused_and_no_item_is_lost() -> None:
    """The one that was first goes on, and so may any other after it."""
    listing = RowListing.of("a", range(6))
    async with merged([listing]) as rows:
        taken: list[Row] = []
        first = asyncio.ensure_future(take(rows, taken, 5))
        await steps(1)
        with pytest.raises(
            ConfigurationError, match="this merge is being iterated by another task"
        ):
            await anext(rows)
        await first
        await take(rows, taken)
    assert taken == listing.rows


async def test_it_is_iterated_inside_of_its_async_with_only() -> None:
    """Outside it would look complete."""
    rows = merged([RowListing.of("a", range(9))])
    with pytest.raises(ConfigurationError, match="enter this"):
        await anext(rows)
    async with rows:
        await anext(rows)
    with pytest.raises(ConfigurationError, match="was left"):
        await anext(rows)


async def test_no_listings_have_no_items_and_other_things_are_no_listings() -> None:
    """The latter is said at once."""
    async with merged([]) as rows:
        assert [row async for row in rows] == []
        assert rows.checkpoints == ()
    pager: Any = RowListing.of("a", [1]).pager()
    wrongs: list[Any] = [aiter(pager), [1, 2]]
    for wrong in wrongs:
        with pytest.raises(TypeError, match=r"pagers\[1\] must be a Pager"):
            merge(pager, wrong, key=key_of)
    name: Any = "created_at"
    with pytest.raises(TypeError, match="key must be a function of an item, got str"):
        merge(pager, key=name)


async def test_a_cancellation_while_it_is_left_leaves_no_walk_open() -> None:
    """Requests that are slow to end are waited for, then the cancellation goes on."""
    listings = [RowListing.of(name, range(9)) for name in "abc"]

    async def body() -> None:
        async with merged(listings) as rows:
            await anext(rows)
            await steps(5)
            for each in listings:
                each.stall, each.linger = True, 9
            for _ in range(8):
                await anext(rows)
            await steps(5)
            assert [each.under_way for each in listings] == [1, 1, 1]

    task = asyncio.ensure_future(body())
    await until(lambda: any(each.lingering for each in listings), task, every=0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert not others()
    assert not any(each.under_way for each in listings)


async def test_a_cancellation_while_first_pages_are_slow_to_end_leaves_no_walk_open() -> None:
    """The walk whose next page is being fetched ends as well."""
    quick, slow = RowListing.of("a", range(9)), RowListing.of("b", range(9))
    slow.stall, slow.linger = True, 9

    async def body() -> None:
        async with merged([quick, slow]):
            await until(lambda: quick.requests >= 1, every=0)
            quick.stall = True
            await until(lambda: quick.requests >= 2, every=0)

    task = asyncio.ensure_future(body())
    await until(lambda: slow.lingering, task, every=0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert not others()
    assert quick.under_way == slow.under_way == 0


async def test_the_first_page_that_fails_is_told_of_at_once() -> None:
    """Though another listing never answers."""
    failing, silent = RowListing.of("a", [1]), RowListing.of("b", [1])
    failing.fail_at, silent.stall = 0, True
    async with merged([silent, failing]) as rows:
        with pytest.raises(AsyncOpsError, match="down"):
            await anext(rows)
