"""Going on: with other page sizes, over and over, after errors, in listings that grew behind."""

import asyncio
import warnings
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    Checkpoint,
    ListingMoved,
    PaginationError,
    ServerError,
    UnexpectedPage,
)
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.listing.pager import Pager
from asyncops.listing.walk import Walk
from asyncops.models import Page
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.statuses.cursor import MergeCursor
from asyncops.paging.statuses.sequential import StatusMerge
from asyncops.paging.statuses.stream import StatusStream
from asyncops.paging.styles import Token
from tests.laws.listings import TokenListing
from tests.laws.simulated import LIFE, Body, Call, Service, streams
from tests.laws.test_moving import Moving, pager, service_of


def tokens(listing: TokenListing, resume: Checkpoint | None = None) -> Pager[str]:
    def strategy(start: Checkpoint) -> CursorStrategy[str]:
        return CursorStrategy(
            Request(path="/"),
            Token(),
            start.cursor if isinstance(start.cursor, str) else None,
        )

    return Pager(listing.fetch, strategy, query="tokens", identity=str, resume=resume)


@given(
    total=st.integers(1, 700),
    legs=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 450)), min_size=1, max_size=5),
)
def test_a_token_walk_goes_on_with_any_other_page_size(
    total: int, legs: list[tuple[int, int]]
) -> None:
    """Each leg with a limit of its own, broken off anywhere: every item once."""

    async def check() -> list[str]:
        taken: list[str] = []
        resume: Checkpoint | None = None
        for size, wanted in legs:
            walk = aiter(tokens(TokenListing(total, size), resume))
            taken += await some(walk, wanted)
            resume = Checkpoint.from_json(walk.checkpoint.to_json())
            await walk.aclose()
        return taken + [item async for item in tokens(TokenListing(total, 7), resume)]

    assert asyncio.run(check()) == [str(number) for number in range(total)]


async def some(walk: Walk[str], wanted: int) -> list[str]:
    taken: list[str] = []
    while len(taken) < wanted and (item := await anext(walk, None)) is not None:
        taken.append(item)
    return taken


def merged(service: Service, size: int, resume: Checkpoint | None) -> Pager[Call]:
    def rows() -> list[StatusStream]:
        return streams(LIFE, "created_at_descending")

    async def fetch(request: Request, meter: Meter) -> Reply[Body]:
        return service.answer(request, size)

    def strategy(start: Checkpoint) -> StatusMerge[Call]:
        return StatusMerge(
            rows(),
            lambda call: call.created_at.timestamp(),
            lambda call: call.id,
            descending=True,
            cursor=None if start.cursor is None else MergeCursor.decode(str(start.cursor), LIFE),
        )

    return Pager(fetch, strategy, query="merged", identity=lambda call: call.id, resume=resume)


@settings(max_examples=200, deadline=None)
@given(
    population=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), max_size=40),
    legs=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 12)), min_size=1, max_size=6),
    chance=st.randoms(use_true_random=False),
)
def test_a_merged_walk_goes_on_over_and_over_while_calls_move(
    population: list[tuple[int, int]],
    legs: list[tuple[int, int]],
    chance: Random,
) -> None:
    """Without a limit of its own, so that its pages never begin where they did before."""
    service = Service()
    for second, status in population:
        service.add(second, status)

    async def check() -> list[Call]:
        taken: list[Call] = []
        resume: Checkpoint | None = None
        for size, wanted in legs:
            walk = aiter(merged(service, size, resume))
            for _ in range(wanted):
                call = await anext(walk, None)
                if call is None:
                    break
                taken.append(call)
            resume = Checkpoint.from_json(walk.checkpoint.to_json())
            await walk.aclose()
            for _ in range(3 if service.calls else 0):
                service.move(chance.randrange(99), chance.choice(LIFE[3:]))
        return taken + [call async for call in merged(service, 3, resume)]

    ids = [call.id for call in asyncio.run(check())]
    assert len(ids) == len(set(ids)) == len(population)


@pytest.mark.parametrize("added", [3, 50, 250, 400])
@pytest.mark.parametrize("in_front", [True, False], ids=["new rows first", "new rows last"])
async def test_a_listing_that_grew_is_gone_on_with_wherever_it_grew(
    added: int, in_front: bool
) -> None:
    """Rows added in front push the place on; rows added behind do not, and none is skipped."""
    service = service_of(600, 50)
    walk = aiter(pager(service))
    taken = [await anext(walk) for _ in range(275)]
    resume = Checkpoint.from_json(walk.checkpoint.to_json())
    await walk.aclose()
    if in_front:
        service.insert(added)
    else:
        service.rows += [f"late {number}" for number in range(added)]
    rest = await pager(service, resume).collect()
    old = [row for row in [*taken, *rest] if row.isdigit()]
    assert old == [str(number) for number in range(600)]
    assert len(rest) == len(set(rest))


async def test_each_walk_that_loses_rows_says_so() -> None:
    """Not only the first one of a program."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            service = service_of(200, 4)
            shrinking(service)
            await pager(service).collect()
    assert len({id(each) for each in caught}) >= 3


async def test_as_an_error_the_warning_carries_the_checkpoint() -> None:
    """Where warnings are errors, the walk can still be gone on with."""
    service = service_of(200, 4)
    shrinking(service)
    with pytest.raises(ListingMoved) as caught:
        await pager(service).collect()
    assert caught.value.checkpoint is not None


def shrinking(service: Moving) -> None:
    """From the sixth request on, a row vanishes before each answer."""

    def change() -> None:
        if service.requests > 5:
            service.remove(0)

    service.before_answer = change


async def test_a_page_number_is_not_taken_for_one_of_another_size() -> None:
    """The service cuts its pages anew between two walks: an error, not other rows."""
    service = service_of(40, 5)
    walk = aiter(pager(service))
    for _ in range(12):
        await anext(walk)
    resume = walk.checkpoint
    await walk.aclose()
    service.size = 10
    with pytest.raises(UnexpectedPage, match="from 5 to 10"):
        await pager(service, resume).collect()


async def test_a_walk_that_was_broken_off_does_not_look_complete() -> None:
    """Iterating on says so, and where to go on."""
    listing = TokenListing(9, 3)
    listing.fail_at = 2
    walk = aiter(tokens(listing))
    taken = [await anext(walk) for _ in range(3)]
    with pytest.raises(ServerError):
        await anext(walk)
    with pytest.raises(PaginationError, match="broken off") as caught:
        await anext(walk)
    listing.fail_at = None
    rest = tokens(listing, caught.value.checkpoint)
    assert [*taken, *[item async for item in rest]] == [str(number) for number in range(9)]


async def test_an_error_while_collecting_leads_back_to_the_start() -> None:
    """What was collected until then was not given out."""
    listing = TokenListing(9, 3)
    listing.fail_at = 3
    with pytest.raises(ServerError) as caught:
        await tokens(listing).collect()
    listing.fail_at = None
    assert len(await tokens(listing, caught.value.checkpoint).collect()) == 9


async def test_a_cancellation_while_the_walk_is_closed_stays_one() -> None:
    """Even where the page being fetched takes its time to be cancelled."""
    closing = asyncio.Event()

    async def slow_to_end(request: Request, meter: Meter) -> Reply[Body]:
        if request.params:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.02)
        return Reply(value=Body((), "t1"))

    async def leave() -> None:
        listing: Pager[Call] = Pager(
            slow_to_end,
            lambda _: CursorStrategy(Request(path="/"), Token()),
            query="slow",
            identity=lambda call: call.id,
        )
        pages = listing.pages()
        first: Page[Call] = await anext(pages)
        assert first.items == ()
        # One turn of the event loop to make the task for the page ahead, and one to begin it.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        closing.set()
        await pages.aclose()

    task = asyncio.ensure_future(leave())
    await closing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_mismatch_says_what_has_to_be_the_same() -> None:
    """Rather than two digests alone."""
    with pytest.raises(ValueError, match="filters, the order and, for numbered pages, the page"):
        tokens(TokenListing(1, 1), Checkpoint(query="else"))
    assert not issubclass(ListingMoved, AsyncOpsError)
