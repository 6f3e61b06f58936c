"""Pagers walked with several requests under way: bounds, places to go on from, and endings."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import chain
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    BadRequest,
    Checkpoint,
    DeadlineExceeded,
    Pager,
    PaginationError,
    ServerError,
    TooManyPages,
)
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.paging.concurrent import ConcurrentRunner
from asyncops.paging.counted.listing import NumberedListing as CountedListing
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.limits import Limits
from asyncops.paging.statuses.listing import SortedListing
from asyncops.paging.strategy import OneAtATime
from asyncops.paging.styles import Token
from asyncops.services.zoo import ApiCallStatus
from asyncops.testing import FakeClock
from tests.laws.listings import CHAINLOOP, NumberedBody, NumberedListing, TokenListing
from tests.laws.simulated import NAMES, Body, Call, Service


@define
class Wire:
    """A service in memory, whose answers take a random number of turns of the loop."""

    service: Service
    size: int = 3
    dice: random.Random = field(factory=lambda: random.Random(1))
    under_way: int = 0
    highest: int = 0
    requests: int = 0
    fail_at: int | None = None
    failure: Exception = field(factory=lambda: ServerError("down", status=503))

    async def fetch(self, request: Request, meter: Meter) -> Reply[Body]:
        """Answer as a client's ``fetch`` would."""
        self.requests += 1
        meter.requests += 1
        turn = self.requests
        self.under_way += 1
        self.highest = max(self.highest, self.under_way)
        try:
            for _ in range(self.dice.randint(1, 6)):
                await asyncio.sleep(0)
            if turn == self.fail_at:
                raise self.failure
            return self.service.answer(request, self.size)
        finally:
            self.under_way -= 1


def wire_of(seconds: list[int], statuses: int = 5) -> Wire:
    service = Service()
    for at, second in enumerate(seconds):
        service.add(second, at % statuses)
    return Wire(service)


def pager(
    wire: Wire,
    statuses: tuple[ApiCallStatus, ...] = tuple(ApiCallStatus),
    resume: Checkpoint | None = None,
    limits: Limits | None = None,
    descending: bool = True,
) -> Pager[Call]:
    request = Request(path="/calls")
    listing: SortedListing[Call] = SortedListing(request, NAMES, descending, statuses)
    return Pager(
        wire.fetch,
        listing.sequential,
        query=repr(listing.terms),
        identity=lambda call: call.id,
        concurrent_strategy=listing.concurrent,
        resume=resume,
        limits=limits,
    )


async def ids_of(items: AsyncIterator[Call]) -> list[int]:
    return [call.id.int async for call in items]


seconds = st.lists(st.integers(0, 8), max_size=25)
choices = st.sampled_from([tuple(ApiCallStatus), (ApiCallStatus.QUEUED,)])


async def leg(
    listing: Pager[Call], dice: random.Random, n: int, most: int
) -> tuple[list[int], Checkpoint]:
    """So many items at the most, one page after the other or many at once; and the place then."""
    given: list[int] = []
    if dice.random() < 0.3:
        walk = aiter(listing)
        async for call in walk:
            given.append(call.id.int)
            if len(given) == most:
                break
        await walk.aclose()
        return given, walk.checkpoint
    async with listing.concurrent(n, ordered=dice.random() < 0.5) as walk:
        async for call in walk:
            given.append(call.id.int)
            if len(given) == most:
                break
    return given, walk.checkpoint


@settings(max_examples=120, deadline=None)
@given(
    moments=seconds,
    statuses=choices,
    n=st.integers(1, 12),
    descending=st.booleans(),
    seed=st.integers(0, 1 << 32),
)
def test_walks_go_on_after_any_item(
    moments: list[int],
    statuses: tuple[ApiCallStatus, ...],
    n: int,
    descending: bool,
    seed: int,
) -> None:
    """Leg after leg, each its own way, the places through JSON: each call in one of them."""
    wire = wire_of(moments, statuses=len(statuses))
    dice = wire.dice = random.Random(seed)
    names = {status.value for status in statuses}
    expected = sorted(call.id.int for call in wire.service.calls.values() if call.status in names)

    async def check() -> None:
        given: list[int] = []
        place: Checkpoint | None = None
        for most in [*dice.choices(range(1, 9), k=4), 1_000]:
            listing = pager(wire, statuses, place, descending=descending)
            more, place = await leg(listing, dice, n, most)
            place = Checkpoint.from_json(place.to_json())
            given += more
            assert wire.under_way == 0
        assert wire.highest <= max(n, 1)
        assert sorted(given) == expected

    asyncio.run(check())


@settings(max_examples=150, deadline=None)
@given(
    moments=st.lists(st.integers(0, 8), min_size=1, max_size=25),
    statuses=choices,
    ordered=st.booleans(),
    fail_at=st.integers(1, 12),
    seed=st.integers(0, 1 << 32),
)
def test_an_error_carries_the_place_from_which_the_rest_follows(
    moments: list[int],
    statuses: tuple[ApiCallStatus, ...],
    ordered: bool,
    fail_at: int,
    seed: int,
) -> None:
    """Nothing is lost, nothing comes twice."""
    wire = wire_of(moments)
    wire.dice, wire.fail_at = random.Random(seed), fail_at
    names = {status.value for status in statuses}
    expected = sorted(call.id.int for call in wire.service.calls.values() if call.status in names)

    async def check() -> None:
        given: list[int] = []
        try:
            async with pager(wire, statuses).concurrent(ordered=ordered) as walk:
                async for call in walk:
                    given.append(call.id.int)  # noqa: PERF401 - kept when it fails
        except ServerError as error:
            place = error.checkpoint
            with pytest.raises(PaginationError, match="broken off") as refused:
                await anext(walk)
            assert refused.value.checkpoint == walk.checkpoint
            given += await ids_of(aiter(pager(wire, statuses, place)))
        assert sorted(given) == expected
        assert wire.under_way == 0

    asyncio.run(check())


@pytest.mark.parametrize("n", [1, 2, 5], ids="{} at once".format)
async def test_never_more_requests_are_under_way(n: int) -> None:
    """Though there are ten streams to ask."""
    wire = wire_of(list(range(200)))
    async with pager(wire).concurrent(n) as walk:
        assert len(await ids_of(walk)) == 200
    assert wire.highest == n


async def test_a_walk_that_was_left_says_so() -> None:
    """Ended, it would look complete."""
    wire = wire_of(list(range(100)))
    async with pager(wire).concurrent() as walk:
        first = await anext(walk)
    assert wire.under_way == 0
    with pytest.raises(PaginationError, match="broken off"):
        await anext(walk)
    rest = await ids_of(aiter(pager(wire, resume=walk.checkpoint)))
    assert len(rest) == 99
    assert first.id.int not in rest


async def test_a_walk_that_came_to_its_end_stays_there() -> None:
    """After it was left, too."""
    async with pager(wire_of([1, 2, 3])).concurrent() as walk:
        assert len(await ids_of(walk)) == 3
    assert await ids_of(walk) == []


async def test_an_error_of_the_body_passes_and_ends_all_requests() -> None:
    """As it was raised, not in a group."""
    wire = wire_of(list(range(100)))
    with pytest.raises(KeyError, match="mine"):
        async with pager(wire).concurrent() as walk:
            await anext(walk)
            raise KeyError("mine")
    assert wire.under_way == 0


async def test_cancelling_ends_all_requests() -> None:
    """Wherever it strikes."""
    for turns in range(40):
        wire = wire_of(list(range(100)))

        async def whole(wire: Wire = wire) -> None:
            async with pager(wire).concurrent() as walk:
                await ids_of(walk)

        task = asyncio.create_task(whole())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert wire.under_way == 0
    assert len(asyncio.all_tasks()) == 1


async def test_what_is_no_error_of_ours_surfaces_too() -> None:
    """A walk must not wait for an answer that never comes."""
    wire = wire_of(list(range(100)))
    wire.fail_at, wire.failure = 5, ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        async with pager(wire).concurrent() as walk:
            await ids_of(walk)
    assert wire.under_way == 0


async def test_a_service_that_refuses_the_other_direction_is_walked_in_its_own() -> None:
    """As one after the other, though the walk from the far end was refused."""
    wire = wire_of(list(range(100)), statuses=1)

    async def fetch(request: Request, meter: Meter) -> Reply[Body]:
        if set(NAMES.oldest_first) <= set(request.params):
            raise BadRequest("only descending is supported", status=400)
        return await wire.fetch(request, meter)

    listing = pager(wire, (ApiCallStatus.QUEUED,))
    listing._fetch = fetch
    async with listing.concurrent() as walk:
        assert await ids_of(walk) == list(range(99, -1, -1))


async def test_a_request_cancelled_from_outside_is_an_error() -> None:
    """Such as by somebody who closes a session under it."""
    wire = wire_of(list(range(100)))

    async def fetch(request: Request, meter: Meter) -> Reply[Body]:
        if wire.requests == 5:
            raise asyncio.CancelledError
        return await wire.fetch(request, meter)

    listing = pager(wire)
    listing._fetch = fetch
    with pytest.raises(PaginationError, match="cancelled") as raised:
        async with listing.concurrent() as walk:
            await ids_of(walk)
    assert raised.value.checkpoint is not None


async def test_too_many_pages_are_an_error_with_a_place() -> None:
    """What was asked for before is given out."""
    wire = wire_of(list(range(100)), statuses=1)
    listing = pager(wire, (ApiCallStatus.QUEUED,), limits=Limits(max_pages=10))
    given: list[int] = []
    with pytest.raises(TooManyPages, match="10 pages") as raised:
        async with listing.concurrent(ordered=False) as walk:
            async for call in walk:
                given.append(call.id.int)  # noqa: PERF401 - kept when it fails
    assert wire.requests == 10
    assert len(given) == 28
    rest = await ids_of(aiter(pager(wire, (ApiCallStatus.QUEUED,), raised.value.checkpoint)))
    assert sorted(given + rest) == list(range(100))


async def test_a_walk_has_a_deadline() -> None:
    """The consumer's own work counts."""
    clock = FakeClock()
    listing = pager(wire_of(list(range(100))), limits=Limits(deadline=5.0, clock=clock))
    with pytest.raises(DeadlineExceeded):
        async with listing.concurrent() as walk:
            async for _ in walk:
                clock.advance(1.0)


async def test_a_listing_that_names_only_its_next_page_is_walked_page_by_page() -> None:
    """One page is fetched while one is in use."""
    listing = TokenListing(total=25, size=10)
    plain: Pager[str] = Pager(
        listing.fetch,
        lambda _: CursorStrategy(Request(path="/"), Token()),
        query="plain",
        identity=str,
    )
    async with plain.concurrent(4) as walk:
        first = await anext(walk)
        await asyncio.sleep(0)
        assert listing.requests == 2
        assert [first, *[item async for item in walk]] == [str(at) for at in range(25)]


async def test_a_failing_listing_that_is_walked_page_by_page_gives_what_came() -> None:
    """And the place of the rest."""
    listing = TokenListing(total=25, size=10, fail_at=3)
    plain: Pager[str] = Pager(
        listing.fetch,
        lambda _: CursorStrategy(Request(path="/"), Token()),
        query="plain",
        identity=str,
    )
    given: list[str] = []
    with pytest.raises(AsyncOpsError) as raised:
        async with plain.concurrent(4) as walk:
            async for item in walk:
                given.append(item)  # noqa: PERF401 - kept when it fails
    assert len(given) == 20
    assert raised.value.checkpoint is not None
    assert raised.value.checkpoint.cursor == "20"


@pytest.mark.parametrize("n", [0, -1], ids=str)
def test_the_number_of_requests_is_checked_before_anything_is_sent(n: int) -> None:
    """By its name."""
    with pytest.raises(ValueError, match="n must be at least 1"):
        pager(wire_of([])).concurrent(n)


async def test_closing_the_pages_of_a_runner_ends_its_requests() -> None:
    """Also one whose answer nobody has waited for yet."""
    listing = TokenListing(9, 3, stall_from=2)

    async def fetch(request: Request) -> Reply[Any]:
        return await listing.fetch(request, Meter())

    paging: CursorStrategy[str] = CursorStrategy(Request(path="/"), Token())
    runner = ConcurrentRunner(fetch, OneAtATime(paging), 4, Limits())
    pages = runner.pages()
    assert (await anext(pages)).items == ("0", "1", "2")
    await asyncio.sleep(0)
    assert listing.stalled == 1
    await pages.aclose()
    assert listing.stalled == 0


async def test_the_next_request_goes_out_before_another_answer_is_worked_on() -> None:
    """Answers that have come together: else the next requests would go out together as well."""
    listing, log = NumberedListing(total=60, size=5), list[str]()
    first, later = asyncio.Event(), asyncio.Event()

    async def fetch(request: Request, meter: Meter) -> Reply[NumberedBody]:
        number = int(dict(request.params)["pagination.page"])
        log.append(f"asked {number}")
        if number:
            await (first if number <= 4 else later).wait()
        log.append(f"answered {number}")
        return await listing.fetch(request, meter)

    numbered: CountedListing[str] = CountedListing(
        Request(path="/"), 5, PageBase(), str, style=CHAINLOOP
    )
    pages: Pager[str] = Pager(
        fetch,
        numbered.sequential,
        query="numbers",
        identity=str,
        concurrent_strategy=numbered.concurrent,
    )
    async with pages.concurrent(4) as walk:
        await anext(walk)
        await asyncio.sleep(0)
        assert log[2:] == ["asked 1", "asked 2", "asked 3", "asked 4"]
        first.set()
        await asyncio.sleep(0)
        both = [[f"answered {number}", f"asked {number + 4}"] for number in range(1, 5)]
        assert log[6:] == list(chain.from_iterable(both))
        later.set()
        assert len([item async for item in walk]) == 59
