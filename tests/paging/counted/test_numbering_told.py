"""What a service tells of its pages, and rows that say otherwise."""

from math import ceil
from typing import Any

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.errors import UnexpectedPage
from asyncops.paging.styles import Offset, Pages
from tests.laws.styles import Service

STYLES = [
    Pages(total="total", used_size="used"),
    Pages(total="total", pages="pages"),
    Pages(total="total", pages="pages", used_size="used"),
    Pages(total="total", pages="pages", used_size="used", number="page", first=None),
    Offset(total="total", used_size="used"),
    Offset(total="total", pages="pages", used_size="used"),
]
SIGNS: list[dict[str, Any]] = [
    {"total": "total"},
    {"pages": "pages"},
    {"more": "more"},
    {"next": "next"},
    {"total": "total", "more": "more"},
    {"more": "more", "pages": "pages"},
]


class Lying(Service):
    """Gives five rows of a page at most, and tells the size that it was asked for."""

    def answer(self, asked: dict[str, Any], size: int) -> Any:
        body, headers = super().answer(asked, size)
        wanted = int(asked.get(self.style.size or "", size))
        told = {"used": wanted, "pages": ceil(len(self.rows) / wanted)}
        return body | {name: value for name, value in told.items() if name in body}, headers


class Hiding(Service):
    """Counts rows that it does not show: those of the first pages and every third one."""

    def answer(self, asked: dict[str, Any], size: int) -> Any:
        body, headers = super().answer(asked, size)
        shown = [row for row in body["items"] if is_shown(row["id"])]
        return body | {"items": shown}, headers


def is_shown(id_: str) -> bool:
    number = int(id_[1:])
    return number >= 10 and number % 3 != 0


def ids(count: int) -> list[str]:
    return [f"r{number}" for number in range(count)]


async def walked(service: Service, n: int, size: int | None, rest: int = 0) -> list[str]:
    """The ids of the rows; with ``rest``, of two walks, the second of which goes on."""
    found: list[str] = []
    pager = service.pager(size=size)
    if rest:
        walk = aiter(pager)
        found = [(await anext(walk)).id for _ in range(rest)]
        pager = service.pager(size=size, resume=walk.checkpoint)
        await walk.aclose()
    async with pager.concurrent(n) as items:
        found += [row.id async for row in items]
    return found


@pytest.mark.parametrize("order", [True, False, None])
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.filterwarnings("ignore::asyncops.ListingMoved")
class TestSizes:
    @pytest.mark.parametrize("rest", [0, 3, 5, 7, 12])
    @pytest.mark.parametrize("rows", [13, 15])
    async def test_a_size_that_the_rows_contradict_is_not_believed(
        self, style: Any, n: int, order: bool | None, rows: int, rest: int
    ) -> None:
        service = Lying(style, "items", ids(rows), descending=order)
        assert await walked(service, n, 1000, rest) == service.rows

    @pytest.mark.parametrize("rest", [0, 4])
    async def test_a_listing_that_counts_rows_it_does_not_show_is_read_to_its_end(
        self, style: Any, n: int, order: bool | None, rest: int
    ) -> None:
        service = Hiding(style, "items", ids(30), descending=order)
        assert await walked(service, n, 5, rest) == [row for row in service.rows if is_shown(row)]
        if n == 1 and order and isinstance(style, Pages) and not rest:
            assert len(service.requests) <= 7


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("given", range(13))
async def test_a_walk_that_goes_on_knows_that_it_was_contradicted(
    style: Any, first: int, given: int
) -> None:
    """Of 13 rows, the second page has as many as the size of 8 would leave for it."""
    service = Lying(style, "items", ids(13), zero=first == 0)
    assert await walked(service, 1, 8, given) == service.rows


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("page", [0, 1, 2])
@pytest.mark.parametrize("n", [1, 3])
async def test_a_walk_from_a_page_in_the_middle_does_not_believe_it_either(
    style: Any, page: int, n: int
) -> None:
    """Of 13 rows, the second page has as many as the size of 8 would leave for it."""
    service = Lying(style, "items", ids(13), zero=False)
    async with service.pager(size=8, resume=place(style, page)).concurrent(n) as walk:
        assert [row.id async for row in walk] == service.rows[5 * page :]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("page", [0, 1, 2])
async def test_there_the_truth_costs_one_request_more_at_most(style: Any, page: int) -> None:
    """And the page that is the last one says so. To learn the base costs one too."""
    service = Service(style, "items", ids(13), zero=False)
    found = await service.pager(size=5, resume=place(style, page)).collect()
    assert [row.id for row in found] == service.rows[5 * page :]
    learned = getattr(style, "first", 0) is None
    assert len(service.requests) <= 3 - page + (page == 2) + learned
    first = await service.pager(size=5, resume=place(style, page))
    assert (first.next_cursor is None) == (page == 2)


def place(style: Any, page: int) -> Checkpoint:
    """A page of five rows, as a caller may name it."""
    return Checkpoint(query="rows", cursor=5 * page if isinstance(style, Offset) else page + 1)


@pytest.mark.parametrize("style", [*STYLES, Pages(total="total"), Offset(total="total")])
@pytest.mark.parametrize("rows", [0, 4, 5, 13, 15])
async def test_a_service_that_tells_the_truth_is_asked_for_no_page_more(
    style: Any, rows: int
) -> None:
    service = Service(style, "items", ids(rows))
    assert await walked(service, 1, 5) == service.rows
    assert len(service.requests) == max(1, ceil(rows / 5))


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("order", [True, False, None])
@pytest.mark.parametrize(
    ("style", "size"),
    [
        (Pages(total="total"), 5),
        (Offset(total="total"), 5),
        (Pages(total="total", size=None), None),
    ],
)
@pytest.mark.filterwarnings("ignore::asyncops.ListingMoved")
async def test_a_first_page_without_rows_does_not_end_a_listing_that_has_some(
    style: Any, size: int | None, order: bool | None, n: int
) -> None:
    service = Hiding(style, "items", ids(30), descending=order, default=5)
    assert await walked(service, n, size) == [row for row in service.rows if is_shown(row)]


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("size", [12, 1000])
@pytest.mark.parametrize(
    "style",
    [kind(**signs) for kind in (Pages, Offset) for signs in SIGNS],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::asyncops.ListingMoved")
async def test_a_first_page_without_rows_may_be_shorter_than_was_asked_for(
    style: Any, size: int, n: int
) -> None:
    """Of the first two pages no row is shown, and no page holds more than five."""
    service = Hiding(style, "items", ids(30), cap=5)
    assert await walked(service, n, size) == [row for row in service.rows if is_shown(row)]


@pytest.mark.parametrize("style", [Pages(pages="pages"), Offset(pages="pages")])
@pytest.mark.filterwarnings("ignore::asyncops.ListingMoved")
async def test_pages_of_which_none_shows_a_row_come_to_an_end(style: Any) -> None:
    service = Hiding(style, "items", ids(10), cap=5)
    assert await walked(service, 1, 12) == []


async def test_an_offset_behind_a_first_page_without_rows_needs_a_size() -> None:
    service = Hiding(Offset(total="total", size=None), "items", ids(30), default=5)
    with pytest.raises(UnexpectedPage, match="no page size is known"):
        await walked(service, 1, None)
