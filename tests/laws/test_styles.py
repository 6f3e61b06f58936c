"""Whatever the style of paging, a walk is the rows."""

import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops import Checkpoint, DepthExceeded, ListingMoved, PaginationError, TooManyPages
from asyncops.http.messages import Request
from asyncops.paging.limits import Limits
from asyncops.paging.styles import Offset, Pages
from tests.laws.styles import CURSORS, Row, Service, counted, services, unmoved

SIZE = st.integers(1, 8) | st.integers(2, 8) | st.none()


def ids(rows: list[Row]) -> list[str]:
    return [row.id for row in rows]


@settings(max_examples=60)
@given(services(), SIZE)
async def test_a_walk_is_the_rows(service: Service, size: int | None) -> None:
    with unmoved(service.style):
        assert ids(await service.pager(size=size).collect()) == service.rows


@settings(max_examples=40)
@given(services(most=14), SIZE)
async def test_a_walk_goes_on_after_any_item(service: Service, size: int | None) -> None:
    with unmoved(service.style):
        walk = aiter(service.pager(size=size))
        places = [walk.checkpoint]
        places += [Checkpoint.from_json(walk.checkpoint.to_json()) async for _ in walk]
        assert len(places) == len(service.rows) + 1
        for given_rows, checkpoint in enumerate(places):
            rest = await service.pager(size=size, resume=checkpoint).collect()
            assert ids(rest) == service.rows[given_rows:]


@settings(max_examples=40)
@given(services(), SIZE, st.integers(2, 5), st.booleans())
async def test_side_by_side_the_rows_are_the_same(
    service: Service, size: int | None, n: int, ordered: bool
) -> None:
    with unmoved(service.style):
        async with service.pager(size=size).concurrent(n, ordered=ordered) as walk:
            found = [row.id async for row in walk]
    assert (found if ordered else sorted(found)) == (
        service.rows if ordered else sorted(service.rows)
    )


@settings(max_examples=40)
@given(services(counted(total=True)), SIZE, st.integers(0, 4), st.integers(1, 5))
async def test_a_walk_from_a_page_in_the_middle_reads_the_rest(
    service: Service, size: int | None, page: int, n: int
) -> None:
    """And the check at its end finds that nothing has moved."""
    style = service.style
    used = min((style.size and size) or service.default, service.cap)
    first = int(not service.zero) if isinstance(style, Pages) and style.first is None else 0
    first = style.first or first if isinstance(style, Pages) else 0
    cursor = first + page if isinstance(style, Pages) else page * used
    start = Checkpoint(query="rows", cursor=cursor)
    async with service.pager(size=size, resume=start).concurrent(n) as walk:
        assert [row.id async for row in walk] == service.rows[page * used :]


@settings(max_examples=40)
@given(services(), SIZE, st.integers(0, 12))
async def test_no_more_items_than_wanted(service: Service, size: int | None, most: int) -> None:
    with unmoved(service.style):
        found = await service.pager(size=size, limits=Limits(max_items=most)).collect()
    assert ids(found) == service.rows[:most]


@settings(max_examples=40)
@given(services(CURSORS), SIZE)
async def test_a_circle_ends_with_an_error(service: Service, size: int | None) -> None:
    service.loop = bool(service.rows)
    service.rows = service.rows or ["r0"]
    service.loop = True
    with pytest.raises(PaginationError):
        await service.pager(size=size).collect()
    assert len(service.requests) <= 2 * len(service.rows) + 2


@settings(max_examples=40)
@given(services(counted(total=True)), SIZE, st.data())
async def test_rows_that_move_cost_none_that_stayed(
    service: Service, size: int | None, data: st.DataObject
) -> None:
    """Removals and insertions between any two requests, one request at a time."""
    stayed = set(service.rows)
    changes = data.draw(
        st.lists(st.tuples(st.integers(1, 8), st.booleans(), st.integers(0, 30)), max_size=4)
    )

    def change(request: int) -> None:
        for number, (at, removes, row) in enumerate(changes):
            if at == request and removes and service.rows:
                gone = service.rows.pop(row % len(service.rows))
                stayed.discard(gone)
            elif at == request and not removes:
                service.rows.insert(0, f"new{number}")

    service.between = change
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ListingMoved)
        found = ids(await service.pager(size=size).collect())
    assert len(found) == len(set(found))
    if not caught:
        assert stayed <= set(found)


@pytest.mark.parametrize("echoed", [None, "size"])
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("cap", [100, 50])
async def test_rows_removed_on_the_way_pull_none_out_of_sight(
    echoed: str | None, concurrency: int, cap: int
) -> None:
    """A thousand rows, five of them removed behind the third page."""
    style = Pages(total="total", used_size=echoed)
    service = Service(style, "items", [f"r{number:03}" for number in range(1000)], cap=cap)
    stayed = service.rows[5:]

    def remove(request: int) -> None:
        if request == 3:
            del service.rows[:5]

    service.between = remove
    pager = service.pager(size=100)
    if concurrency == 1:
        found = ids(await pager.collect())
    else:
        async with pager.concurrent(concurrency) as walk:
            found = [row.id async for row in walk]
    assert set(stayed) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("sign", ["total", "more", "next"])
@pytest.mark.parametrize("concurrency", [1, 3])
async def test_offsets_go_on_behind_a_page_that_is_shorter_than_asked_for(
    sign: str, concurrency: int
) -> None:
    places: dict[str, Any] = {sign: "meta.sign"}
    service = Service(Offset(**places), "items", [f"r{number}" for number in range(10)], cap=2)
    async with service.pager(size=5).concurrent(concurrency) as walk:
        assert [row.id async for row in walk] == service.rows


@pytest.mark.parametrize("style", [Pages(total="total"), Offset(total="total")])
async def test_the_check_at_the_end_of_a_walk_from_the_middle_finds_its_page(
    style: Pages | Offset,
) -> None:
    service = Service(style, "items", [f"r{number}" for number in range(20)])
    start = Checkpoint(query="rows", cursor=4 if isinstance(style, Offset) else 3)
    async with service.pager(size=2, resume=start).concurrent(4) as walk:
        assert [row.id async for row in walk] == service.rows[4:]


class Endless(Service):
    """A service whose pages are all empty, and each says that another one follows."""

    def answer(self, asked: dict[str, Any], size: int) -> tuple[Any, CIMultiDict[str]]:
        return {"asked": asked, "size": size, "items": [], "more": True}, CIMultiDict()


async def test_empty_pages_are_followed_up_to_the_limit_of_pages() -> None:
    service = Endless(Pages(more="more"), "items", [])
    with pytest.raises(TooManyPages):
        await service.pager(size=2, limits=Limits(max_pages=40)).collect()
    assert len(service.requests) == 40


@pytest.mark.parametrize("style", [Pages(total="total", depth=12), Offset(more="more", depth=12)])
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("size", [3, 4, 5])
async def test_a_cap_on_depth_ends_a_walk_with_an_error_that_has_its_place(
    style: Pages | Offset, concurrency: int, size: int
) -> None:
    service = Service(style, "items", [f"r{number}" for number in range(30)])
    async with service.pager(size=size).concurrent(concurrency) as walk:
        found: list[str] = []
        with pytest.raises(DepthExceeded, match="gives the first 12 items") as caught:
            async for row in walk:
                found.append(row.id)  # noqa: PERF401 - those before the error count
    # Offsets without a total overlap by a row.
    assert 12 <= len(found) < 12 + size
    assert found == service.rows[: len(found)]
    assert all(_first_row(style, request, size) < 12 for request in service.requests)
    assert caught.value.checkpoint is not None
    asked = len(service.requests)
    with pytest.raises(DepthExceeded):
        await service.pager(size=size, resume=caught.value.checkpoint).collect()
    assert len(service.requests) <= asked + 1


def _first_row(style: Pages | Offset, request: Request, size: int) -> int:
    number = int(dict(request.params)[style.param])
    return number if isinstance(style, Offset) else (number - 1) * size


@pytest.mark.parametrize(
    ("style", "rows"),
    [
        *((Pages(total="total", depth=12), rows) for rows in (0, 11)),
        *((Offset(more="more", depth=12), rows) for rows in (0, 11, 12)),
    ],
)
async def test_a_listing_that_says_that_it_ends_there_is_whole(
    style: Pages | Offset, rows: int
) -> None:
    service = Service(style, "items", [f"r{number}" for number in range(rows)])
    assert ids(await service.pager(size=4).collect()) == service.rows


@pytest.mark.parametrize(
    "style", [Pages(ends="empty page", depth=12), Pages(total="total", depth=12)]
)
async def test_without_a_word_an_end_at_the_depth_is_none(style: Pages) -> None:
    """A count that is the cap itself is no word: it may be capped as well, as GitHub's are."""
    service = Service(style, "items", [f"r{n}" for n in range(12)])
    with pytest.raises(DepthExceeded):
        await service.pager(size=4).collect()


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("rows", [12, 13, 15])
async def test_a_page_that_the_depth_has_cut_short_is_no_end(rows: int, concurrency: int) -> None:
    """Whether more follows may be told of the page that was asked for, not of the one that came."""
    style = Offset(more="more", depth=11)
    service = Service(style, "items", [f"r{n}" for n in range(rows)], cut=11)
    async with service.pager(size=4).concurrent(concurrency) as walk:
        with pytest.raises(DepthExceeded):
            [row async for row in walk]
