"""The pager: awaited, iterated, collected, broken off and gone on with."""

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import ref

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops import Checkpoint, DeadlineExceeded, PaginationError, ServerError, TooManyPages
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.listing.pager import Pager, start_of
from asyncops.listing.walk import Walk
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.limits import Limits
from asyncops.paging.styles import NextURL, Token
from asyncops.testing import FakeClock
from asyncops.utils.clock import SYSTEM_CLOCK
from tests.laws.listings import CHAINLOOP, NumberedListing, TokenBody, TokenListing
from tests.laws.rows import Row, RowBody, RowListing


def token_pager(
    listing: TokenListing,
    *,
    cursor: str | None = None,
    resume: Checkpoint | None = None,
    max_pages: int = 100,
    deadline: float | None = None,
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
        cursor=cursor,
        resume=resume,
        limits=Limits(max_pages=max_pages, deadline=deadline, clock=clock or SYSTEM_CLOCK),
    )


def numbered_pager(listing: NumberedListing, resume: Checkpoint | None = None) -> Pager[str]:
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

    return Pager(listing.fetch, strategy, query="numbers", identity=str, resume=resume)


def others() -> set["asyncio.Task[object]"]:
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def test_awaiting_gives_the_first_page_alone() -> None:
    """One request, and no task left behind."""
    listing = TokenListing(10, 3)
    page = await token_pager(listing)
    assert page.items == ("0", "1", "2")
    assert page.next_cursor == "3"
    assert listing.requests == 1
    assert not others()


async def test_nothing_is_sent_before_it_is_awaited_or_iterated() -> None:
    """Making a pager, or asking it for an iterator, costs nothing."""
    listing = TokenListing(10, 3)
    pager = token_pager(listing)
    aiter(pager)
    pager.pages()
    await asyncio.sleep(0)
    assert listing.requests == 0


async def test_iterating_gives_every_item_with_as_many_requests_as_pages() -> None:
    """In the service's order."""
    listing = TokenListing(10, 3)
    assert [item async for item in token_pager(listing)] == [str(n) for n in range(10)]
    assert listing.requests == 4


async def test_each_iteration_is_independent() -> None:
    """Two at once over one pager do not take items from each other."""
    pager = token_pager(TokenListing(7, 2))
    first, second = aiter(pager), aiter(pager)
    taken = [await anext(first), await anext(first), await anext(first), await anext(second)]
    assert taken == ["0", "1", "2", "0"]
    assert len([item async for item in pager]) == 7
    await first.aclose()
    await second.aclose()


async def test_a_slow_consumer_holds_one_page_ahead_and_no_more() -> None:
    """The page in use and the next one."""
    listing = TokenListing(100, 2)
    seen = 0
    async for _ in token_pager(listing).pages():
        seen += 1
        for _ in range(20):
            await asyncio.sleep(0)
        assert listing.requests <= seen + 1


async def test_a_page_that_was_used_is_not_held_while_the_next_one_is_fetched() -> None:
    """Where the consumer waits for nothing else, a walk needs the memory of one page."""
    listing = RowListing.of("row", range(6))
    made: list[ref[Row]] = []
    held: list[int] = []

    async def fetch(request: Request, meter: Meter) -> Reply[RowBody]:
        held.append(sum(row() is not None for row in made))
        reply = await listing.fetch(request, meter)
        rows = tuple(map(evolve, reply.value.items))
        made.extend(map(ref, rows))
        return evolve(reply, value=RowBody(rows, reply.value.next_page))

    pager: Pager[Row] = Pager(
        fetch, listing.pager()._strategy, query="rows", identity=lambda row: row.id
    )
    async for row in pager:
        del row
    assert held == [0, 0, 0]


async def test_the_next_page_is_on_its_way_while_one_is_used() -> None:
    """That is what makes a walk faster than a loop of one's own."""
    listing = TokenListing(6, 3)
    walk = aiter(token_pager(listing))
    await anext(walk)
    # One turn of the event loop to make the task, and one to begin it.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert listing.requests == 2
    await walk.aclose()


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param("break", id="break"),
        pytest.param("raise", id="exception in the body"),
        pytest.param("aclose", id="aclose"),
    ],
)
async def test_leaving_early_ends_the_page_being_fetched(leave: str) -> None:
    """No task stays behind, whichever way the loop is left."""
    listing = TokenListing(100, 2)
    listing.stall_from = 2
    pager = token_pager(listing)
    walk = aiter(pager)

    async def consume() -> None:
        async for _ in walk:
            await asyncio.sleep(0)
            if leave == "break":
                break
            if leave == "raise":
                raise ZeroDivisionError
            await walk.aclose()

    if leave == "raise":
        with pytest.raises(ZeroDivisionError):
            await consume()
    elif leave == "aclose":
        # Going on would look as if the listing had come to its end.
        with pytest.raises(PaginationError, match="closing"):
            await consume()
    else:
        await consume()
    await walk.aclose()
    assert not others()
    assert listing.stalled == 0


async def test_a_dropped_iterator_ends_its_fetch() -> None:
    """A plain ``break`` is enough: the event loop closes the generator."""
    listing = TokenListing(100, 2)
    listing.stall_from = 2
    async for _ in token_pager(listing):
        await asyncio.sleep(0)
        break
    for _ in range(10):
        await asyncio.sleep(0)
    assert not others()


async def test_cancelling_the_consumer_cancels_the_fetch() -> None:
    """And the cancellation is not swallowed."""
    listing = TokenListing(100, 2)
    listing.stall_from = 1
    task = asyncio.ensure_future(token_pager(listing).collect())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not others()


@pytest.mark.parametrize(
    ("wanted", "requests"), [(0, 0), (1, 1), (3, 1), (4, 2), (9, 3), (10, 4), (50, 4)]
)
async def test_collecting_some_fetches_no_page_too_many(wanted: int, requests: int) -> None:
    """``max_items`` bounds the requests too."""
    listing = TokenListing(10, 3)
    items = await token_pager(listing).collect(max_items=wanted)
    assert items == [str(n) for n in range(min(wanted, 10))]
    assert listing.requests == requests


async def test_collecting_without_a_bound_gives_all() -> None:
    """A list of everything."""
    assert len(await token_pager(TokenListing(10, 3)).collect()) == 10


@pytest.mark.parametrize("wanted", [-1, True, "3"])
async def test_a_bad_bound_is_refused(wanted: int) -> None:
    """By name."""
    with pytest.raises((ValueError, TypeError), match="max_items"):
        await token_pager(TokenListing(1, 1)).collect(max_items=wanted)


def test_whether_the_order_is_kept_is_true_or_false() -> None:
    wrong: Any = 0
    with pytest.raises(TypeError, match="ordered must be True or False, got int"):
        token_pager(TokenListing(1, 1)).concurrent(2, ordered=wrong)


async def test_too_many_pages_end_the_walk_with_its_checkpoint() -> None:
    """The bound is an error, never a silent end."""
    listing = TokenListing(10, 2)
    walk = aiter(token_pager(listing, max_pages=2))
    taken = [await anext(walk) for _ in range(4)]
    with pytest.raises(TooManyPages, match="2 pages") as caught:
        await anext(walk)
    rest = token_pager(listing, resume=caught.value.checkpoint)
    assert [*taken, *[item async for item in rest]] == [str(n) for n in range(10)]


@pytest.mark.parametrize("empty", [11, 40])
async def test_empty_pages_are_followed_up_to_max_pages_alone(empty: int) -> None:
    """Each has a fresh token; a filter may leave many of them empty."""

    async def fetch(request: Request, meter: Meter) -> Reply[TokenBody]:
        number = int(dict(request.params).get("page_token", "0"))
        last = number == empty
        return Reply(value=TokenBody(("a",) if last else (), None if last else str(number + 1)))

    def listing(max_pages: int) -> Pager[str]:
        return Pager(
            fetch,
            lambda _: CursorStrategy(Request(path="/"), Token()),
            query="q",
            identity=str,
            limits=Limits(max_pages=max_pages),
        )

    assert await listing(empty + 1).collect() == ["a"]
    with pytest.raises(TooManyPages, match=f"after {empty} pages"):
        await listing(empty).collect()


async def test_a_failed_page_costs_nothing_of_the_page_before() -> None:
    """The page fetched ahead fails, and the error waits until the items before it are used."""
    listing = TokenListing(10, 3)
    listing.fail_at = 3
    taken: list[str] = []

    async def consume() -> None:
        async for item in token_pager(listing):
            taken.append(item)
            await asyncio.sleep(0)

    with pytest.raises(ServerError) as caught:
        await consume()
    assert taken == [str(n) for n in range(6)]
    listing.fail_at = None
    rest = token_pager(listing, resume=caught.value.checkpoint)
    assert [*taken, *[item async for item in rest]] == [str(n) for n in range(10)]


async def test_a_walk_has_a_deadline_of_its_own() -> None:
    """Over all its pages and the consumer's own work; the checkpoint leads on."""
    clock = FakeClock()
    walk = aiter(token_pager(TokenListing(99, 3), deadline=60, clock=clock))
    taken = [await anext(walk)]
    clock.advance(61)

    with pytest.raises(DeadlineExceeded, match="the walk took longer than 60 s") as caught:
        await take_all(walk, taken)
    rest = token_pager(TokenListing(99, 3), resume=caught.value.checkpoint)
    assert [*taken, *[item async for item in rest]] == [str(n) for n in range(99)]


async def test_a_walks_deadline_ends_a_request_that_hangs() -> None:
    """In real time, too."""
    listing = TokenListing(9, 3)
    listing.stall_from = 2
    with pytest.raises(DeadlineExceeded):
        await token_pager(listing, deadline=0.05).collect()
    assert listing.stalled == 0


async def take_all(walk: Walk[str], taken: list[str]) -> None:
    while (item := await anext(walk, None)) is not None:
        taken.append(item)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: token_pager(TokenListing(11, 3)), id="tokens"),
        pytest.param(lambda: numbered_pager(NumberedListing(11, 3)), id="numbers from 0"),
        pytest.param(lambda: numbered_pager(NumberedListing(11, 3, base=1)), id="numbers from 1"),
    ],
)
async def test_an_error_before_the_first_page_leads_back_to_the_start(
    make: Callable[[], Pager[str]],
) -> None:
    """The checkpoint is always there."""
    walk = aiter(make())
    assert walk.checkpoint.seen == ()
    assert walk.checkpoint.cursor is None


@given(total=st.integers(1, 20), size=st.integers(1, 6), data=st.data())
def test_going_on_from_any_item_gives_exactly_the_rest_of_a_token_listing(
    total: int, size: int, data: st.DataObject
) -> None:
    """Also when the checkpoint went through JSON, and was taken twice over."""
    cuts = sorted(data.draw(st.lists(st.integers(0, total), min_size=1, max_size=3)))
    asyncio.run(
        check_resuming(
            lambda resume: token_pager(TokenListing(total, size), resume=resume), total, cuts
        )
    )


@given(
    total=st.integers(1, 20),
    size=st.integers(1, 6),
    base=st.sampled_from([0, 1]),
    data=st.data(),
)
def test_going_on_from_any_item_gives_exactly_the_rest_of_a_numbered_listing(
    total: int, size: int, base: int, data: st.DataObject
) -> None:
    """Whatever the base, which the second walk does not know at first."""
    cuts = sorted(data.draw(st.lists(st.integers(0, total), min_size=1, max_size=3)))

    def make(resume: Checkpoint | None) -> Pager[str]:
        return numbered_pager(NumberedListing(total, size, base=base), resume)

    asyncio.run(check_resuming(make, total, cuts))


async def check_resuming(
    make: Callable[[Checkpoint | None], Pager[str]], total: int, cuts: list[int]
) -> None:
    taken: list[str] = []
    resume: Checkpoint | None = None
    for cut in cuts:
        walk = aiter(make(resume))
        while len(taken) < cut:
            taken.append(await anext(walk))
        resume = Checkpoint.from_json(walk.checkpoint.to_json())
        await walk.aclose()
    taken += [item async for item in make(resume)]
    assert taken == [str(n) for n in range(total)]


async def test_at_the_end_a_checkpoint_leads_to_what_came_since() -> None:
    """Nothing twice; what the last page has gained is given."""
    listing = TokenListing(5, 3)
    walk = aiter(token_pager(listing))
    assert len([item async for item in walk]) == 5
    listing.total = 6
    resumed = token_pager(listing, resume=walk.checkpoint)
    assert [item async for item in resumed] == ["5"]


@frozen
class UrlBody:
    items: tuple[str, ...]
    next_page: str | None


@pytest.mark.filterwarnings("ignore::asyncops.ListingMoved")
@pytest.mark.parametrize("stop", range(1, 20))
@pytest.mark.parametrize("again", [0, 3, 6])
async def test_what_an_insertion_pushed_on_comes_once_where_urls_count_rows(
    stop: int, again: int
) -> None:
    """Also by a walk that goes on, and by one that goes on with that."""
    rows = [str(number) for number in range(20)]

    async def fetch(request: Request, meter: Meter) -> Reply[UrlBody]:
        meter.requests += 1
        at = int(dict(request.params).get("offset", "0"))
        more = f"https://elsewhere.example/x?offset={at + 5}" if at + 5 < len(rows) else None
        return Reply(value=UrlBody(tuple(rows[at : at + 5]), more))

    def pager(resume: Checkpoint | None = None) -> Pager[str]:
        listing: CursorListing[str] = CursorListing(Request(path="/"), NextURL(), str)
        return Pager(fetch, listing.sequential, query="urls", identity=str, resume=resume)

    found: list[str] = []
    place = None
    for part in (stop, again):
        walk = aiter(pager(place))
        found += [item for _ in range(part) if (item := await anext(walk, None)) is not None]
        place = Checkpoint.from_json(walk.checkpoint.to_json())
        await walk.aclose()
        rows[:0] = [f"new {part}", f"newer {part}"]
    found += await pager(place).collect()
    assert len(found) == len(set(found))
    assert {str(number) for number in range(20)} <= set(found)


async def test_what_an_insertion_pushed_on_is_not_given_twice_after_resuming() -> None:
    """Numbered pages moved between the two walks."""
    listing = NumberedListing(9, 3)
    walk = aiter(numbered_pager(listing))
    taken = [await anext(walk) for _ in range(4)]
    listing.inserted = 2
    rest = [item async for item in numbered_pager(listing, walk.checkpoint)]
    await walk.aclose()
    assert [*taken, *rest] == [str(n) for n in range(9)]


@pytest.mark.parametrize(
    ("resume", "cursor", "complaint"),
    [
        pytest.param(Checkpoint(query="else"), None, "another query", id="other query"),
        pytest.param(Checkpoint(query="tokens"), "x", "no page besides", id="and a page"),
        pytest.param("{}", None, "must be a Checkpoint, got str", id="not a checkpoint"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(
    resume: Checkpoint, cursor: str | None, complaint: str
) -> None:
    """Before anything is sent."""
    with pytest.raises((ValueError, TypeError), match=complaint):
        token_pager(TokenListing(1, 1), resume=resume, cursor=cursor)


async def test_a_fetch_may_be_any_awaitable_function() -> None:
    """The pager knows nothing of clients."""

    async def fetch(request: Request, meter: Meter) -> Reply[TokenBody]:
        await asyncio.sleep(0)
        return Reply(value=TokenBody(("a",), None), status=203, request_id="r")

    pager: Pager[str] = Pager(
        fetch,
        lambda _: CursorStrategy(Request(path="/"), Token()),
        query="q",
        identity=str,
    )
    page = await pager
    assert (page.items, page.status, page.request_id) == (("a",), 203, "r")


def test_a_cursor_is_checked_without_making_a_strategy() -> None:
    """So a listing is made at little cost, and refused before anything is sent."""

    def check(start: Checkpoint) -> None:
        if start.cursor == "bad":
            raise ValueError("no such page")

    def strategy(_: Checkpoint) -> CursorStrategy[str]:
        raise AssertionError("a strategy was made")

    def pager(cursor: str) -> Pager[str]:
        fetch = TokenListing(1, 1).fetch
        return Pager(fetch, strategy, query="q", identity=str, check=check, cursor=cursor)

    pager("good")
    with pytest.raises(ValueError, match="no such page"):
        pager("bad")


@pytest.mark.parametrize("silent", [True, False], ids=["never answered", "answered just then"])
@pytest.mark.parametrize("way", ["items", "pages", "concurrent"])
async def test_closing_a_walk_from_another_task_ends_its_request(silent: bool, way: str) -> None:
    """At once where no answer comes; and one that comes in that moment is given to nobody."""
    answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    listing = TokenListing(6, 3)

    async def fetch(request: Request, meter: Meter) -> Reply[TokenBody]:
        await answered
        return await listing.fetch(request, meter)

    pager: Pager[str] = Pager(fetch, token_pager(listing)._strategy, query="tokens", identity=str)
    async with pager.concurrent() as items:
        walks: dict[str, Any] = {
            "items": aiter(pager),
            "pages": pager.pages(),
            "concurrent": items,
        }
        walk = walks[way]
        other = asyncio.ensure_future(anext(walk))
        await asyncio.sleep(0.01)
        if not silent:
            answered.set_result(None)
        async with asyncio.timeout(5):
            await walk.aclose()
        with pytest.raises(PaginationError, match="its closing") as told:
            await other
    assert not others()
    rest = await token_pager(listing, resume=told.value.checkpoint).collect()
    assert rest == [str(n) for n in range(6)]


def test_a_walk_begins_in_one_place_of_its_own_query() -> None:
    start = Checkpoint(query="q")
    assert start_of("q", "t", None) == Checkpoint(query="q", cursor="t")
    assert start_of("q", None, start) is start
    with pytest.raises(ValueError, match="give no page besides it"):
        start_of("q", "t", start)
    with pytest.raises(ValueError, match="another query"):
        start_of("r", None, start)
    text: Any = "{}"
    with pytest.raises(TypeError, match="resume must be a Checkpoint"):
        start_of("q", None, text)
