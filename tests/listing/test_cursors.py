"""The arguments by which a caller names the page to begin with."""

from typing import Any

import pytest

from asyncops.listing.cursors import number_argument, token_argument, url_argument
from asyncops.sharding.range_cursor import RangeCursor


def test_the_beginning_and_a_page_of_the_right_kind_are_taken() -> None:
    """As they are."""
    assert token_argument("page_token", None) is None
    assert number_argument("page", None) is None
    assert token_argument("page_token", "t") == "t"
    assert number_argument("page", 0) == 0
    assert url_argument("cursor", None) is None
    assert url_argument("cursor", "page=2&q=http%3A//x") == "page=2&q=http%3A//x"
    assert url_argument("cursor", "next=/a/b?c") == "next=/a/b?c"


@pytest.mark.parametrize("url", ["https://a.example/r?page=2&api_key=s", "/r?page=2", "?page=2"])
def test_the_url_of_a_page_is_taken_for_its_query(url: str) -> None:
    assert url_argument("cursor", url) == "page=2"


@pytest.mark.parametrize(
    ("check", "value", "kind", "text"),
    [
        (token_argument, 3, TypeError, "a page token .*, got a whole number: .*give a next_cursor"),
        (token_argument, "", ValueError, "must not be empty"),
        (
            token_argument,
            RangeCursor(1, (), 0, 0).encode(),
            ValueError,
            "a shard of numbered pages",
        ),
        (url_argument, 3, TypeError, "a page token"),
        (url_argument, "https://a.example/r", ValueError, "has no query"),
        (url_argument, "https://[", ValueError, "has no query"),
        (number_argument, "3", TypeError, "a page number, got a string: .*give a next_cursor"),
        (number_argument, -1, ValueError, "at least 0"),
    ],
)
def test_another_kind_is_refused_by_the_name_of_the_argument(
    check: Any, value: object, kind: type[Exception], text: str
) -> None:
    """And with where such a value belongs."""
    with pytest.raises(kind, match=f"^mine .*{text}"):
        check("mine", value)
