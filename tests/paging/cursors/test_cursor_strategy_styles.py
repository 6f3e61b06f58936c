"""How each style sends a cursor, finds the next one and notices a circle."""

import json
from typing import Any

import pytest
from attrs import frozen

from asyncops.errors import DecodeError, PaginationError, RepeatedToken, UnexpectedPage
from asyncops.http.invalid_items import InvalidItem, InvalidRow
from asyncops.http.messages import Request
from asyncops.http.page_body import PageBody
from asyncops.paging.cursors.cursor_strategy import Cursors, CursorStyle
from asyncops.paging.styles import After, NextURL, Token

FIRST = Request(path="/x", params=(("sort", "new"),))


@frozen
class Item:
    id: int


ITEMS = (Item(1), Item(2))


def asked(style: CursorStyle, cursor: str | None, first: Request = FIRST) -> Request:
    return Cursors(style).request(first, cursor)


@pytest.mark.parametrize(
    ("style", "cursor", "target"),
    [
        (Token(), None, "/x?sort=new"),
        (Token(first=""), None, "/x?sort=new&page_token="),
        (Token(param="page[after]"), "t", "/x?sort=new&page%5Bafter%5D=t"),
        (NextURL(), None, "/x?sort=new"),
        (NextURL(), "sort=old&page=2", "/x?sort=old&page=2"),
        (After(), None, "/x?sort=new"),
        (After(param="after_id"), "7", "/x?sort=new&after_id=7"),
    ],
)
def test_each_style_writes_its_cursor_into_the_request(
    style: CursorStyle, cursor: str | None, target: str
) -> None:
    assert asked(style, cursor).target == target


def test_a_cursor_goes_to_its_place_in_a_json_body() -> None:
    post = Request(method="POST", path="/graphql", body=b'{"variables": {"limit": 5}}')
    request = asked(After(param="variables.cursor"), "7", post)
    assert json.loads(request.body or b"") == {"variables": {"limit": 5, "cursor": "7"}}


def page(items: tuple[Any, ...] = ITEMS, **fields: Any) -> PageBody[Any]:
    return PageBody(items, **fields)


EMPTY = After(more=None, ends="empty page")


@pytest.mark.parametrize(
    ("style", "body", "cursor"),
    [
        (Token(), page(next_page="t"), "t"),
        (Token(), page((), next_page="t"), "t"),
        (Token(), page(next_page=""), None),
        (Token(), page(), None),
        (Token(more="m"), page(next_page="t", more=False), None),
        (Token(more="m"), page(next_page="t", more=True), "t"),
        (Token(more="m"), page(next_page="t"), "t"),
        (Token(more="m"), page(), None),
        (NextURL(), page(next_page="https://a.example/x?c=1"), "c=1"),
        (NextURL(), page(next_page=""), None),
        (NextURL(), page(), None),
        (After(), page(more=True), "2"),
        (After(), page(more=False), None),
        (After(), page(), "2"),
        (After(), page(()), None),
        (After(last="last_id"), page(more=True, last="9"), "9"),
        (After(last="last_id"), page((), more=True, last="9"), "9"),
        (After(last="last_id"), page(more=False, last="9"), None),
        (EMPTY, page(), "2"),
        (EMPTY, page(()), None),
    ],
)
def test_the_next_cursor(style: CursorStyle, body: PageBody[Any], cursor: str | None) -> None:
    sent = Cursors(style)
    sent.request(FIRST, None)
    assert sent.next(body) == cursor


@pytest.mark.parametrize(
    ("style", "body"),
    [
        (Token(more="m"), page(more=True)),
        (After(), page((), more=True)),
        (After(last="last_id"), page(more=True)),
    ],
)
def test_more_without_a_way_to_ask_for_it_is_an_error(
    style: CursorStyle, body: PageBody[Any]
) -> None:
    with pytest.raises(PaginationError, match="another page follows, but not how to ask for it"):
        Cursors(style).next(body)


def test_the_same_token_is_the_end_only_where_that_is_declared() -> None:
    sent = Cursors(Token(ends_by="same token"))
    sent.request(FIRST, "t")
    assert sent.next(page(next_page="t")) is None
    assert sent.next(page(next_page="u")) == "u"
    sent = Cursors(Token())
    sent.request(FIRST, "t")
    with pytest.raises(RepeatedToken):
        sent.check(sent.next(page(next_page="t")))


def test_the_same_query_in_another_order_is_a_circle() -> None:
    sent = Cursors(NextURL())
    sent.request(FIRST, None)
    sent.check("page=2&a=1")
    sent.request(FIRST, "page=2&a=1")
    for circle in ("a=1&page=2", "sort=new", ""):
        with pytest.raises(RepeatedToken, match="only the query is followed"):
            sent.check(circle)
    sent.check("page=3&a=1")
    sent.check(None)


def test_an_invalid_row_at_the_end_of_a_page_still_has_its_id() -> None:
    error = DecodeError("x")
    row = InvalidRow(InvalidItem(1, {"id": "b", "created_at": 5}, error), "invalid:1", "b")
    assert Cursors(After()).next(page((Item(1), row), more=True)) == "b"
    nameless = InvalidRow(InvalidItem(1, {"created_at": 5}, error), "invalid:1")
    with pytest.raises(UnexpectedPage, match="no id"):
        Cursors(After()).next(page((Item(1), nameless), more=True))
