"""Counted pages in every order: of rows that come and go, none that stayed is lost silently."""

import asyncio
import warnings
from collections.abc import Container, Iterator
from typing import Any

import pytest
from attrs import asdict, define, evolve, field
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops import Checkpoint, ListingMoved, TransportError
from asyncops.http.decoding import Decode
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.paging.styles import Offset, Pages
from tests.laws.styles import Row, Service, counted, services

ORDERS = st.sampled_from([True, False, None])
SIZE = st.integers(1, 6) | st.none()
# When it happens, what, and which row goes or where the new one is.
CHANGES = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(["replace", "add", "remove"]),
        st.integers(0, 4) | st.integers(0, 30),
    ),
    min_size=1,
    max_size=6,
)
Change = tuple[int, str, int]


@define(eq=False)
class Moving:
    """Changes the rows of a service between its answers."""

    service: Service
    changes: list[Change]
    stayed: set[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.stayed = set(self.service.rows)
        self.service.between = self.change

    def change(self, request: int) -> None:
        rows = self.service.rows
        for number, (at, kind, place) in enumerate(self.changes):
            if at != request:
                continue
            if kind != "add" and rows:
                gone = rows.pop(place % len(rows))
                self.stayed.discard(gone)
            if kind != "remove":
                rows.insert(self._place_of_new(place), f"new{number}")

    def _place_of_new(self, place: int) -> int:
        rows = len(self.service.rows)
        match self.service.descending:
            case True:
                return 0
            case False:
                return rows
            case _:
                return place % (rows + 1)


@define(eq=False)
class Slow(Service):
    """A service whose answers are made, and arrive, in any order."""

    tape: Iterator[int] = field(factory=lambda: iter(()))

    async def fetch(self, request: Request, meter: Meter, *, decode: Decode[Any]) -> Reply[Any]:
        for _ in range(next(self.tape, 0)):
            await asyncio.sleep(0)
        reply = await super().fetch(request, meter, decode=decode)
        for _ in range(next(self.tape, 0)):
            await asyncio.sleep(0)
        return reply


@define(eq=False)
class Untold(Service):
    """A service that leaves the total out of some of its answers, by the number of the request."""

    untold: Container[int] = ()

    def answer(self, asked: dict[str, Any], size: int) -> tuple[Any, CIMultiDict[str]]:
        style = self.style
        if len(self.requests) - 1 in self.untold and isinstance(style, Pages | Offset):
            self.style = evolve(style, total=None, ends="empty page")
        try:
            return super().answer(asked, size)
        finally:
            self.style = style


async def walked(
    service: Service, size: int | None, n: int = 1, resume: Checkpoint | None = None
) -> tuple[list[str], bool]:
    """The ids of the rows, and whether the walk warned."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ListingMoved)
        pager = service.pager(size=size, resume=resume)
        if n == 1:
            found: list[Row] = await pager.collect()
        else:
            async with pager.concurrent(n) as walk:
                found = [row async for row in walk]
    return [row.id for row in found], bool(caught)


@settings(max_examples=40)
@given(services(counted(total=True)), SIZE, ORDERS, CHANGES)
async def test_a_row_that_stayed_comes_or_the_walk_warns(
    service: Service, size: int | None, order: bool | None, changes: list[Change]
) -> None:
    service.descending = order
    moving = Moving(service, changes)
    found, warned = await walked(service, size)
    assert len(found) == len(set(found))
    assert moving.stayed <= set(found) or warned


@settings(max_examples=40)
@given(services(counted(total=False)), SIZE, ORDERS, CHANGES)
async def test_also_without_a_total(
    service: Service, size: int | None, order: bool | None, changes: list[Change]
) -> None:
    service.descending = order
    moving = Moving(service, changes)
    found, warned = await walked(service, size)
    assert len(found) == len(set(found))
    assert moving.stayed <= set(found) or warned


@settings(max_examples=40)
@example(
    Service(Pages(total="total"), "items", [f"r{n}" for n in range(8)], default=1, cap=1),
    *(None, True, [(4, "replace", 5)], {0, 8}, 3),
)
@given(
    services(counted(total=True)),
    SIZE,
    ORDERS,
    CHANGES,
    st.sets(st.integers(0, 9)) | st.just(range(1_000)),
    st.sampled_from([1, 1, 3]),
)
async def test_also_where_answers_leave_out_the_total(
    service: Service,
    size: int | None,
    order: bool | None,
    changes: list[Change],
    untold: Container[int],
    n: int,
) -> None:
    """As GitLab's do above 10,000 rows."""
    silent = Untold(**asdict(service, recurse=False), untold=untold)
    silent.descending = order
    moving = Moving(silent, changes)
    found, warned = await walked(silent, size, n)
    assert len(found) == len(set(found))
    assert moving.stayed <= set(found) or warned


@pytest.mark.parametrize("style", [Pages(total="total"), Offset(total="total")])
async def test_also_where_the_walk_ended_behind_such_an_answer_and_another_goes_on(
    style: Pages | Offset,
) -> None:
    rows = [f"r{number}" for number in range(8)]
    silent = Untold(style, "items", rows, default=2, cap=2, untold={0})
    moving = Moving(silent, [(1, "remove", 0)])

    def broken(number: int) -> None:
        if number == 1:
            raise TransportError("lost")

    moves, silent.between = silent.between, broken
    walk = aiter(silent.pager())
    found = []
    with pytest.raises(TransportError):
        async for row in walk:
            found.append(row.id)  # noqa: PERF401 - what came before the error counts
    silent.between = moves
    rest, warned = await walked(silent, None, resume=walk.checkpoint)
    assert moving.stayed <= {*found, *rest} or warned


@pytest.mark.parametrize("sign", ["pages", "next", "more"])
@pytest.mark.parametrize("style", [Pages, Offset])
async def test_also_where_removals_leave_nothing_on_a_page_that_was_told_of(
    style: Any, sign: str
) -> None:
    declared = style(total="total", **{sign: sign})
    for gone in (0, 1):
        silent = Untold(declared, "items", ["r0", "r1", "r2"], default=2, untold=range(9))
        Moving(silent, [(1, "remove", 0)] * gone)
        assert await walked(silent, None) == (["r0", "r1", "r2"][: 3 - gone], True)
        # Where the first page is the last one, nothing can be missing.
        assert await walked(silent, 3) == (silent.rows, False)


@settings(max_examples=40)
@given(
    services(counted(total=True)),
    SIZE,
    st.sampled_from([False, None]),
    CHANGES,
    st.integers(2, 5),
    st.lists(st.integers(0, 9), max_size=40),
)
async def test_also_where_answers_come_in_any_order(
    service: Service,
    size: int | None,
    order: bool | None,
    changes: list[Change],
    n: int,
    tape: list[int],
) -> None:
    slow = Slow(**asdict(service, recurse=False), tape=iter(tape))
    slow.descending = order
    moving = Moving(slow, changes)
    found, warned = await walked(slow, size, n)
    assert len(found) == len(set(found))
    assert moving.stayed <= set(found) or warned


@settings(max_examples=40)
@given(services(counted(total=True)), SIZE, ORDERS, CHANGES, st.integers(0, 20))
async def test_also_where_another_walk_goes_on(
    service: Service, size: int | None, order: bool | None, changes: list[Change], given_out: int
) -> None:
    """It begins at a checkpoint after any item; all changes are made between the two."""
    service.descending = order
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ListingMoved)
        walk = aiter(service.pager(size=size))
        found = [row.id for _ in range(given_out) if (row := await anext(walk, None)) is not None]
        checkpoint = Checkpoint.from_json(walk.checkpoint.to_json())
        await walk.aclose()
    at = len(service.requests)
    moving = Moving(service, [(at, kind, place) for _, kind, place in changes])
    rest, warned = await walked(service, size, resume=checkpoint)
    assert len(rest) == len(set(rest))
    assert moving.stayed <= {*found, *rest} or warned


@settings(max_examples=40)
@example(
    Service(Offset(total="total"), "items", [f"r{number}" for number in range(6)]),
    *(1, False, [(2, "replace", 0)], 3, 1),
)
@example(
    Service(Pages(total="total"), "items", [f"r{number}" for number in range(15)]),
    *(3, False, [(3, "replace", 0)], 11, 1),
)
@example(
    Service(Pages(total="total"), "items", [f"r{number}" for number in range(9)]),
    *(3, None, [(1, "replace", 0)], 8, 1),
)
@given(
    services(counted(total=True)),
    SIZE,
    ORDERS,
    CHANGES,
    st.integers(0, 20),
    st.sampled_from([1, 3]),
)
async def test_what_could_not_be_told_before_a_stop_is_told_after_it(
    service: Service,
    size: int | None,
    order: bool | None,
    changes: list[Change],
    taken: int,
    n: int,
) -> None:
    """The changes are made during the first walk, or while the second one goes on."""
    service.descending = order
    moving = Moving(service, changes)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ListingMoved)
        async with service.pager(size=size).concurrent(n) as walk:
            found = [row.id for _ in range(taken) if (row := await anext(walk, None)) is not None]
            checkpoint = Checkpoint.from_json(walk.checkpoint.to_json())
    rest, warned = await walked(service, size, resume=checkpoint)
    assert moving.stayed <= {*found, *rest} or warned or caught


@pytest.mark.parametrize("order", [False, None])
@pytest.mark.parametrize("style", [Pages(total="total"), Offset(total="total")])
async def test_a_walk_warns_once_however_much_moves(style: Any, order: bool | None) -> None:
    """A row in front goes, and one comes at the end, with each of 60 answers."""
    service = Service(style, "items", [f"r{number}" for number in range(100)], descending=order)

    def change(request: int) -> None:
        if request < 60:
            service.rows = [*service.rows[1:], f"new{request}"]

    service.between = change
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ListingMoved)
        await service.pager(size=5).collect()
    assert len(caught) <= 1


@pytest.mark.parametrize("order", [False, None])
@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize("style", [Pages(total="total"), Offset(total="total")])
async def test_a_row_that_goes_as_another_comes_is_noticed(
    style: Any, n: int, order: bool | None
) -> None:
    """Row 0 goes and row 20 comes before page 2 is asked for: the total stays as it was."""
    service = Service(style, "items", [f"r{number}" for number in range(20)], descending=order)

    def change(request: int) -> None:
        if request == 1:
            service.rows = [*service.rows[1:], "r20"]

    service.between = change
    found, warned = await walked(service, 5, n)
    assert set(service.rows[:-1]) <= set(found) or warned
    assert not warned or isinstance(style, Pages)


@pytest.mark.parametrize("n", [1, 4])
async def test_a_row_that_came_and_went_again_hides_no_other(n: int) -> None:
    """Row 0 goes as one comes, which pulls row 10 out of sight. Then that one goes again."""
    rows = [f"r{number}" for number in range(40)]
    service = Service(Pages(total="total"), "items", rows, descending=False)

    def change(request: int) -> None:
        if request == 4:
            service.rows = [*service.rows[1:], "new"]
        elif request == 6:
            service.rows.remove("new")

    service.between = change
    found, warned = await walked(service, 5, n)
    assert set(service.rows) <= set(found) or warned


async def test_a_listing_that_is_emptied_as_its_last_page_is_read_ends() -> None:
    style = Pages(total="total", more="more", number="number")
    service = Service(style, "items", ["r0", "r1"], descending=False, cap=1)
    Moving(service, [(1, "remove", 0)] * 2)
    assert await walked(service, None) == (["r0"], True)


@pytest.mark.parametrize("size", [2, 4, 5, 20, 21])
@pytest.mark.parametrize("gone", [0, 3, 7])
async def test_offsets_tell_of_rows_that_go_also_where_only_an_empty_page_is_the_end(
    size: int, gone: int
) -> None:
    """And so nothing is in doubt: the walk does not warn."""
    rows = [f"r{number}" for number in range(20)]
    service = Service(Offset(ends="empty page"), "items", rows, descending=None)
    moving = Moving(service, [(2, "remove", gone), (4, "replace", 0)])
    found, warned = await walked(service, size)
    assert moving.stayed <= set(found)
    assert len(found) == len(set(found))
    assert not warned


@pytest.mark.parametrize("size", [1, 5, None])
@pytest.mark.parametrize("rows", [0, 1, 2])
async def test_a_listing_of_a_row_or_two_is_whole_without_a_warning(
    size: int | None, rows: int
) -> None:
    names = [f"r{number}" for number in range(rows)]
    service = Service(Offset(ends="empty page"), "items", names, descending=None)
    assert await walked(service, size) == (names, rows > 1 and size == 1)


async def test_the_only_row_that_goes_as_another_comes_is_noticed() -> None:
    service = Service(Offset(ends="empty page"), "items", ["r0", "r1"], descending=None, cap=1)
    Moving(service, [(1, "remove", 0)])
    found, warned = await walked(service, 5)
    assert "r1" in found or warned
