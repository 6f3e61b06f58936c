"""Fields of a page, from the body and from the headers."""

import pytest
from multidict import CIMultiDict

from asyncops.errors import DecodeError
from asyncops.http.messages import Reply
from asyncops.http.page_body import PageBody, PagePlaces, fill_from_headers
from asyncops.http.places import Header, Link

PLACES = PagePlaces(
    "data.items",
    next_page=Link("next"),
    more=Header("X-More"),
    number="page",
    page_size=Header("X-Per-Page"),
    total_count=Header("X-Total"),
)


def filled(headers: dict[str, str]) -> PageBody[int]:
    reply: Reply[PageBody[int]] = Reply(
        value=PageBody((1,)), headers=CIMultiDict(headers), request_id="r"
    )
    fill_from_headers(reply, PLACES.in_headers())
    return reply.value


def test_places_are_in_the_body_or_in_the_headers() -> None:
    assert PLACES.in_body() == {"number": ("page",)}
    assert PLACES.in_headers().keys() == {"next_page", "more", "page_size", "total_count"}


def test_headers_become_the_fields_of_a_page() -> None:
    page = filled(
        {"link": "</2>; rel=next", "x-more": "True", "X-Per-Page": "20", "X-Total": " 41 "}
    )
    assert page == PageBody((1,), "/2", True, None, None, 20, 41, 3)


@pytest.mark.parametrize(
    ("text", "more"), [("1", True), ("false", False), ("0", False), ("", None)]
)
def test_a_flag_in_a_header(text: str, more: bool | None) -> None:
    assert filled({"X-More": text}).more is more


def test_headers_that_are_missing_say_nothing() -> None:
    assert filled({}) == filled({"X-Total": "", "Link": "</1>; rel=prev"}) == PageBody((1,))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("X-Total", "many", "a whole number"),
        ("X-Total", "-1", "a whole number"),
        ("X-More", "maybe", "a flag"),
    ],
)
def test_a_header_with_another_text_is_named(name: str, text: str, kind: str) -> None:
    with pytest.raises(
        DecodeError, match=f"Expected {kind}, got '{text}' in the header {name}"
    ) as caught:
        filled({name: text})
    assert (caught.value.path, caught.value.request_id) == (f"header {name}", "r")
