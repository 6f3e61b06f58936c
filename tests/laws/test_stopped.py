"""Concurrent walks that are stopped: the walk that goes on makes the check which they could not."""

import warnings
from typing import Any

import pytest
from attrs import asdict, field, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncops import AsyncOpsError, Checkpoint, ListingMoved, ServerError, TransportError
from asyncops.checkpoints import Reference
from asyncops.paging.styles import Offset, Pages
from tests.laws.styles import Service, counted, services
from tests.laws.test_counted_orders import CHANGES, SIZE, Change, Moving, Slow


@frozen
class Stop:
    """A walk that is stopped: its requests at once, whether in order, and the rows it gives."""

    n: int
    ordered: bool
    taken: int


STOPS = st.lists(
    st.builds(Stop, st.sampled_from([1, 2, 3, 5]), st.booleans(), st.integers(0, 25)),
    min_size=1,
    max_size=3,
)
PAGES = counted(total=True).filter(lambda style: isinstance(style, Pages))
TAPES = st.lists(st.integers(0, 9), min_size=20, max_size=60)


@frozen
class Walks:
    """Walks over one listing, each of which goes on where the one before was stopped."""

    found: list[str] = field(factory=list)
    warned: list[str] = field(factory=list)

    async def walk(
        self, service: Service, size: int | None, stop: Stop, resume: Checkpoint | None = None
    ) -> Checkpoint:
        """Walk to the stop, and return the place."""
        pager = service.pager(size=size, resume=resume)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ListingMoved)
            async with pager.concurrent(stop.n, ordered=stop.ordered) as rows:
                while len(self.found) < stop.taken and (row := await anext(rows, None)) is not None:
                    self.found.append(row.id)
                place = Checkpoint.from_json(rows.checkpoint.to_json())
        self.warned.extend(str(each.message) for each in caught)
        return place

    async def finish(self, service: Service, size: int | None, resume: Checkpoint | None) -> None:
        """Walk page after page to the end."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ListingMoved)
            rows = await service.pager(size=size, resume=resume).collect()
        self.found.extend(row.id for row in rows)
        self.warned.extend(str(each.message) for each in caught)


def slow(service: Service, tape: list[int], *, descending: bool = True) -> Slow:
    """The service, whose answers are made and arrive in any order."""
    return Slow(**{**asdict(service, recurse=False), "descending": descending}, tape=iter(tape))


def added_and_gone(service: Service, changes: list[Change]) -> bool:
    """Whether a row that was added is gone again, which leaves no trace."""
    made = len(service.requests)
    new = {
        f"new{number}"
        for number, (at, kind, _) in enumerate(changes)
        if kind != "remove" and at < made
    }
    return not new <= set(service.rows)


@settings(max_examples=300, deadline=None)
@given(
    services(counted(total=True), most=40),
    SIZE,
    CHANGES,
    TAPES,
    STOPS,
    st.booleans(),
    st.booleans(),
)
async def test_a_row_that_stayed_comes_once_or_the_last_walk_warns(
    service: Service,
    size: int | None,
    changes: list[Change],
    tape: list[int],
    stops: list[Stop],
    at_once: bool,
    descending: bool,
) -> None:
    listing, walks, place = slow(service, tape, descending=descending), Walks(), None
    moving = Moving(listing, changes)
    for stop in stops:
        place = await walks.walk(listing, size, stop, place)
    if at_once:
        await walks.walk(listing, size, Stop(3, True, 1_000), place)
    else:
        await walks.finish(listing, size, place)
    assert len(walks.found) == len(set(walks.found))
    lost = moving.stayed.difference(walks.found)
    assert not lost or walks.warned or added_and_gone(listing, changes)


@settings(max_examples=100, deadline=None)
@example(
    Service(Pages(total="total", number="number", first=None), "items", ["r0"], zero=False),
    *(1, [], [Stop(1, True, 1)], 8),
)
@given(services(counted(total=True), most=40), SIZE, TAPES, STOPS, st.integers(0, 20))
async def test_of_a_listing_that_only_grows_meanwhile_none_warns(
    service: Service, size: int | None, tape: list[int], stops: list[Stop], grown: int
) -> None:
    listing, walks, place = slow(service, tape), Walks(), None
    rows = list(listing.rows)
    for stop in stops:
        place = await walks.walk(listing, size, stop, place)
        if walks.found:
            listing.rows = [f"new{len(listing.rows)}.{n}" for n in range(grown)] + listing.rows
    await walks.finish(listing, size, place)
    old = [row for row in walks.found if row in rows]
    assert sorted(old) == sorted(rows)
    assert old == rows or not all(stop.ordered for stop in stops)
    assert not walks.warned


@settings(max_examples=100, deadline=None)
@given(services(PAGES, most=40), SIZE, TAPES, STOPS, st.integers(0, 20))
async def test_nor_where_new_rows_come_last(
    service: Service, size: int | None, tape: list[int], stops: list[Stop], grown: int
) -> None:
    """The last row that there was at first tells, whichever walk comes to it."""
    listing, walks, place = slow(service, tape, descending=False), Walks(), None
    rows = list(listing.rows)
    for stop in stops:
        place = await walks.walk(listing, size, stop, place)
        listing.rows += [f"new{len(listing.rows)}.{n}" for n in range(grown)]
    await walks.finish(listing, size, place)
    assert sorted(row for row in walks.found if row in rows) == sorted(rows)
    assert not walks.warned


@pytest.mark.parametrize("more", [None, "more"])
async def test_a_last_page_that_another_has_followed_meanwhile_is_no_reason_to_warn(
    more: str | None,
) -> None:
    """Also where nobody knows whether pages count from 0 or from 1."""
    style = Pages(total="total", more=more, number="number", first=None)
    rows = [f"r{n}" for n in range(8)]
    listing = Slow(style, "items", [*rows], default=1, cap=1, zero=False, descending=False)
    walks = Walks()
    place = await walks.walk(listing, None, Stop(1, True, 8))
    listing.rows.append("new")
    await walks.finish(listing, None, place)
    assert (walks.found, walks.warned) == ([*rows, "new"], [])


@pytest.mark.parametrize("taken", [1, 5, 6, 12])
@pytest.mark.parametrize("further", [0, 1, 5])
@pytest.mark.parametrize("gone", [{0}, {4}, {11}, {19}, {0, 19}, {4, 19}])
async def test_a_row_that_goes_as_one_comes_while_nobody_walks_is_told_of(
    taken: int, further: int, gone: set[int]
) -> None:
    """New rows come last, so that the total stays as it was; also where the last row goes too."""
    rows = [f"r{n}" for n in range(20)]
    listing, walks = Slow(Pages(total="total"), "items", rows, descending=False), Walks()
    place = await walks.walk(listing, 5, Stop(1, True, taken))
    stayed = [row for n, row in enumerate(rows) if n not in gone]
    listing.rows = [*stayed, *(f"new{n}" for n in gone)]
    # A walk that is stopped as well hands on what it has not met.
    place = await walks.walk(listing, 5, Stop(1, True, taken + further), place)
    await walks.finish(listing, 5, place)
    assert set(walks.found) >= {*stayed} or walks.warned


@pytest.mark.parametrize("grown", [5, 9, 10, 11, 20])
@pytest.mark.parametrize("taken", range(1, 6))
async def test_rows_of_a_first_page_are_found_however_far_new_ones_push_them(
    taken: int, grown: int
) -> None:
    listing, walks = Slow(Pages(total="total"), "items", [f"r{n}" for n in range(20)]), Walks()
    rows = list(listing.rows)
    place = await walks.walk(listing, 5, Stop(1, True, taken))
    listing.rows[:0] = [f"new{n}" for n in range(grown)]
    await walks.finish(listing, 5, place)
    assert [row for row in walks.found if row in rows] == rows
    assert not walks.warned


def rolling(style: Pages | Offset) -> Slow:
    """As it is walked with three requests at once, a row comes and the last one goes."""
    rows = [f"r{number}" for number in range(40)]
    # The second page of a pair is answered first, and the row is added in between.
    tape = [0, 0, *[5, 0, 0, 0] * 10]
    listing = Slow(style, "items", rows, default=4, cap=4, tape=iter(tape))

    def change(request: int) -> None:
        if request == 3:
            listing.rows = ["new", *listing.rows[:-1]]

    listing.between = change
    return listing


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("style", [Pages(total="total"), Offset(total="total")])
async def test_it_warns_also_where_several_walks_follow(style: Any, n: int) -> None:
    """Nor do they ask for more than a page besides those of the listing."""
    listing, walks = rolling(style), Walks()
    place = await walks.walk(listing, None, Stop(3, True, 20))
    lost = set(listing.rows[1:]).difference(walks.found, listing.rows[20:])
    assert lost
    for taken in (24, 28):
        place = await walks.walk(listing, None, Stop(n, True, taken), place)
        assert not walks.warned
    before = len(listing.requests)
    await walks.finish(listing, None, place)
    assert lost.isdisjoint(walks.found)
    assert walks.warned == [
        "rows were added and removed, in an order that cannot be told: rows may be missing"
    ]
    assert len(listing.requests) - before <= 6


@pytest.mark.parametrize("error", [TransportError("lost"), ServerError("down", status=503)])
@pytest.mark.parametrize("n", [None, 1, 3])
async def test_a_check_that_fails_is_told_of_alike_however_the_walk_goes(
    n: int | None, error: AsyncOpsError
) -> None:
    """Each item has come by then, so that it is no error of the walk."""
    listing = Slow(Pages(total="total"), "items", [f"r{n}" for n in range(40)], default=4, cap=4)
    place = await Walks().walk(listing, None, Stop(3, True, 30))
    walks, check = Walks(), len(listing.requests) + 3

    def fail(request: int) -> None:
        if request == check:
            raise error

    listing.between = fail
    if n is None:
        await walks.finish(listing, None, place)
    else:
        await walks.walk(listing, None, Stop(n, True, 1_000), place)
    assert walks.found == listing.rows[30:]
    assert [f"could not be checked: {error}" in text for text in walks.warned] == [True]
    listing.requests.clear()
    check = 3
    with warnings.catch_warnings():
        warnings.simplefilter("error", ListingMoved)
        with pytest.raises(ListingMoved, match=f"could not be checked: {error}"):
            if n is None:
                await listing.pager(resume=place).collect()
            else:
                async with listing.pager(resume=place).concurrent(n) as walk:
                    async for _ in walk:
                        pass


async def test_what_it_needs_is_one_page_of_ids() -> None:
    listing = Slow(Pages(total="total"), "items", [f"r{n}" for n in range(40)], default=4, cap=4)
    place = await Walks().walk(listing, None, Stop(3, True, 30))
    assert isinstance(place.unsure, Reference)
    assert place.unsure.ids == ("r0", "r1", "r2", "r3")
    assert "r0" not in repr(place)
