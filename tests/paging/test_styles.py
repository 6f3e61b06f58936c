"""Five styles of paging, checked when they are declared."""

from typing import Any

import attrs
import pytest

from asyncops.http.places import Header, Link
from asyncops.models.description_error import DescriptionError
from asyncops.paging.styles import After, NextURL, Offset, Pages, Paging, Token

GOOD: list[Paging] = [
    Token(),
    Token("meta.next.token", "page[after]", first="", more="meta.more", ends_by="same token"),
    NextURL(),
    NextURL(Link("next"), size="limit", most=100),
    After(),
    After(param="after_id", last="last_id", before="before_id", size=None),
    After(more=None, ends="empty page"),
    Pages(total="total_count", most=100, depth=1000),
    Pages(total="total_count", most=100, depth=100),
    Pages(ends="empty page", most=99, depth=100),
    Pages(first=None, number="meta.page", pages="meta.pages"),
    Pages(total=Header("X-Total"), next=Header("X-Next-Page"), number=Header("X-Page")),
    Pages(size=None, next=Link()),
    Offset(total="data.total", used_size="data.limit"),
    Offset(size=None, more="has_more"),
    Offset(ends="empty page"),
]


@pytest.mark.parametrize("style", GOOD)
def test_a_style_is_frozen_data(style: Paging) -> None:
    assert attrs.evolve(style) == style
    assert hash(attrs.evolve(style)) == hash(style)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        style.size = "x"  # type: ignore[misc]


@pytest.mark.parametrize("kind", [Pages, Offset])
def test_counted_pages_are_not_made_without_a_sign_of_the_end(kind: Any) -> None:
    with pytest.raises(DescriptionError, match=rf"^{kind.__name__}: nothing tells .* total="):
        kind()
    with pytest.raises(DescriptionError, match="nothing tells the end"):
        kind(number="page", used_size="size", depth=1000, most=10)
    for sign in ({"total": "t"}, {"pages": "p"}, {"next": "n"}, {"more": "m"}):
        assert kind(**sign).ends is None
    assert kind(ends="empty page").total is None


BAD: list[tuple[type[Any], dict[str, object], str]] = [
    (Token, {"next": "a..b"}, r"next: 'a\.\.b' is no place"),
    (Token, {"next": None}, "next must be a place"),
    (Token, {"param": ""}, "param must be the name of a parameter"),
    (Token, {"param": None}, "param must be the name of a parameter, got NoneType"),
    (Token, {"param": " page"}, "param must be the name of a parameter"),
    (Token, {"first": "x"}, "first must be None or '', got 'x'"),
    (Token, {"ends_by": "empty"}, "ends_by must be 'no token' or 'same token', got 'empty'"),
    (Token, {"more": "m["}, r"more: 'm\[' is no place"),
    (Token, {"most": 10}, "Token: most= is sent as the page size, so size= has to name"),
    (NextURL, {"most": 10}, "NextURL: most= is sent"),
    (After, {"most": 10, "size": None}, "After: most= is sent"),
    (After, {"more": None}, "After: nothing tells the end: give more= or ends='empty page'"),
    (After, {"last": 5}, "last must be a place, .* got int"),
    (After, {"ends": "short page"}, "ends must be None or 'empty page', got 'short page'"),
    (Pages, {"total": "t", "first": 2}, "first must be 0, 1 or None, got 2"),
    (Pages, {"total": "t", "first": True}, "first must be 0, 1 or None, got True"),
    (Pages, {"total": "t", "first": None}, "first=None is learned .* give number="),
    (Pages, {"total": "t", "size": None, "most": 5}, "Pages: most= is sent"),
    (
        Pages,
        {"ends": "empty page", "most": 100, "depth": 100},
        "Pages: only a page without items tells the end, and depth=100 leaves none behind",
    ),
    (Pages, {"total": "t", "most": 0}, "most must be at least 1, got 0"),
    (Pages, {"total": "t", "depth": "9"}, "depth must be a whole number, got str"),
    (Pages, {"total": "t", "number": "a."}, r"number: 'a\.' is no place"),
    (Offset, {"total": "t", "used_size": "[x]"}, r"used_size: '\[x\]' is no place"),
    (Offset, {"total": "t", "size": ""}, "size must be the name of a parameter"),
]


@pytest.mark.parametrize(("kind", "fields", "message"), BAD)
def test_a_style_that_cannot_be_right_names_the_field_and_the_fix(
    kind: Any, fields: dict[str, object], message: str
) -> None:
    name = kind.__name__
    with pytest.raises(DescriptionError, match=f"^{name}: {message.removeprefix(f'{name}: ')}"):
        kind(**fields)
