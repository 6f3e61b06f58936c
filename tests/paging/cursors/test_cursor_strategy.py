"""Following cursors: every item once, in order, and no way to walk in circles."""

import warnings
from itertools import count

import pytest
from attrs import frozen
from hypothesis import example, given
from hypothesis import strategies as st

from asyncops.errors import APIError, ListingMoved, PaginationError, RepeatedToken
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.styles import NextURL, Token

LISTING = Request(path="/x", params=(("sort_by", "created_at_ascending"), ("limit", "7")))


@frozen
class Body:
    items: tuple[int, ...]
    next_page: str | None = None


class Service:
    """Pages by token; ``leads_to`` names for each page the index of the next, or its end."""

    def __init__(
        self,
        pages: list[list[int]],
        *,
        tokens: list[str] | None = None,
        loop_to: int | None = None,
        end: str | None = None,
    ) -> None:
        self.pages = pages
        self.tokens = tokens or [f"t{number}" for number in range(1, len(pages))]
        self.after_last = end if loop_to is None else self.tokens[loop_to - 1]
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Reply[Body]:
        self.asked.append(request)
        token = dict(request.params).get("page_token")
        index = 0 if token is None else self.tokens.index(token) + 1
        last = index == len(self.pages) - 1
        body = Body(tuple(self.pages[index]), self.after_last if last else self.tokens[index])
        return Reply(value=body, request_id=f"r{index}", headers={"Date": "today"})


def walk(service: Service, paging: PageStrategy[Body, int], pages: list[Page[int]]) -> None:
    """Read to the end, putting each page that is given out into ``pages``."""
    for _ in range(1000):
        while (page := paging.take()) is not None:
            pages.append(page)
        request = paging.next_request()
        if request is None:
            return
        paging.feed(service.answer(request))
    raise AssertionError("the walk does not end")


def read(service: Service, cursor: str | None = None) -> list[Page[int]]:
    pages: list[Page[int]] = []
    walk(service, CursorStrategy(LISTING, Token(), cursor), pages)
    return pages


@st.composite
def splits(draw: st.DrawFn) -> list[list[int]]:
    """Items 0, 1, 2... on pages of any sizes, empty ones among them."""
    sizes = draw(st.lists(st.integers(0, 4), min_size=1, max_size=40))
    numbers = count()
    return [[next(numbers) for _ in range(size)] for size in sizes]


@given(splits(), st.sampled_from([None, ""]))
@example([*[[]] * 40, [0]], None)
def test_every_item_comes_once_in_order_at_one_request_a_page(
    split: list[list[int]], end: str | None
) -> None:
    service = Service(split, end=end)
    pages = read(service)
    assert [list(page.items) for page in pages] == split
    assert len(service.asked) == len(split)


@given(splits(), st.data())
def test_tokens_are_sent_on_as_they_came(split: list[list[int]], data: st.DataObject) -> None:
    size = len(split) - 1
    tokens = data.draw(
        st.lists(st.text(min_size=1), min_size=size, max_size=size, unique=True), label="tokens"
    )
    service = Service(split, tokens=tokens)
    pages = read(service)
    assert [request.params for request in service.asked] == [
        LISTING.params,
        *((*LISTING.params, ("page_token", token)) for token in tokens),
    ]
    assert [page.cursor for page in pages] == [None, *tokens]
    assert [page.next_cursor for page in pages] == [*tokens, None]


@given(splits(), st.data())
def test_a_walk_from_any_token_reads_exactly_the_rest(
    split: list[list[int]], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(split) - 1))
    service = Service(split)
    pages = read(service, cursor=f"t{start}" if start else None)
    assert [list(page.items) for page in pages] == split[start:]
    assert len(service.asked) == len(split) - start


def test_a_page_carries_what_came_around_it() -> None:
    (page,) = read(Service([[1]]))
    assert (page.request_id, page.status, page.headers) == ("r0", 200, {"Date": "today"})
    assert (page.total_count, page.total_pages) == (None, None)


@given(st.integers(2, 30), st.data())
def test_a_circle_of_any_length_ends_before_its_page_is_given(
    size: int, data: st.DataObject
) -> None:
    target = data.draw(st.integers(1, size - 1), label="page that the last one leads back to")
    service = Service([[number] for number in range(size)], loop_to=target)
    paging: CursorStrategy[int] = CursorStrategy(LISTING, Token())
    pages: list[Page[int]] = []
    with pytest.raises(RepeatedToken):
        walk(service, paging, pages)
    assert [page.items for page in pages] == [(number,) for number in range(size - 1)]
    assert paging.take() is None
    assert len(service.asked) == size


def test_a_token_that_leads_to_itself_ends_at_once() -> None:
    service = Service([[0], [1]], loop_to=1)
    with pytest.raises(RepeatedToken):
        read(service)
    assert len(service.asked) == 2


def test_a_circle_back_to_the_token_of_the_start_ends_too() -> None:
    service = Service([[0], [1], [2]], loop_to=1)
    with pytest.raises(RepeatedToken):
        read(service, cursor="t1")
    assert len(service.asked) == 2


def test_neither_the_token_nor_the_query_is_in_the_error() -> None:
    service = Service([[0], [1]], tokens=["secret-token"], loop_to=1)
    with pytest.raises(PaginationError) as caught:
        read(service)
    assert "secret-token" not in f"{caught.value} {caught.value!r}"


def test_an_empty_listing_is_one_empty_page() -> None:
    assert [page.items for page in read(Service([[]]))] == [()]


def test_a_page_is_given_once_and_a_request_may_be_asked_for_again() -> None:
    service = Service([[0], [1]])
    paging: CursorStrategy[int] = CursorStrategy(LISTING, Token())
    assert paging.take() is None
    assert paging.next_request() == paging.next_request() == LISTING
    paging.feed(service.answer(LISTING))
    assert paging.take() is not None
    assert paging.take() is None
    second = paging.next_request()
    assert second == paging.next_request()
    assert second is not None
    paging.feed(service.answer(second))
    assert paging.next_request() is paging.next_request() is None


@pytest.mark.parametrize("status", [400, 404, 410, 422, 500])
def test_no_refusal_of_a_token_is_made_good(status: int) -> None:
    paging: CursorStrategy[int] = CursorStrategy(LISTING, Token(), "old")
    paging.next_request()
    assert not paging.recover(APIError.of(status)("x", status=status))
    assert paging.next_request() == LISTING.with_params([("page_token", "old")])


@pytest.mark.parametrize(
    ("url", "warns"),
    [
        ("/x?offset=40&limit=20", True),
        ("/x?startIndex=40", True),
        ("/x?offset=a3f", False),
        ("/x?cursor=40", False),
        (None, False),
    ],
)
def test_urls_that_count_rows_are_warned_of(url: str | None, warns: bool) -> None:
    """Rows that are removed take others out of sight then, and no answer tells."""
    paging: CursorStrategy[int] = CursorStrategy(LISTING, NextURL(), id_of_item=str)
    paging.next_request()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        paging.feed(Reply(value=Body((1,), url)))
    assert [each.category for each in caught] == [ListingMoved] * warns


@pytest.mark.filterwarnings("ignore::asyncops.ListingMoved")
def test_rows_that_urls_count_come_once_where_others_come_in_front_of_them() -> None:
    paging: CursorStrategy[int] = CursorStrategy(LISTING, NextURL(), id_of_item=str)
    found: list[int] = []
    for items, url in [((3, 2), "/x?offset=2"), ((2, 1), "/x?offset=4"), ((1, 0), None)]:
        paging.next_request()
        paging.feed(Reply(value=Body(items, url)))
        page = paging.take()
        assert page is not None
        found += page.items
    assert found == [3, 2, 1, 0]
