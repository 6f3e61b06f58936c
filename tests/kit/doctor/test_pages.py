"""The claims of how pages follow each other: each lie is told."""

from typing import Any

import pytest

from asyncops.kit import After, Client, Header, Offset, Order, Pages, Token
from asyncops.kit.doctor.pages import CHECKS
from tests.kit.doctor.farms import (
    PLAIN,
    TOKENS,
    assert_told,
    examined,
    farm,
    lies,
    of_ignoring,
)

CLAIMS = {each.claim for each in CHECKS}

# What the service does, what the description says, and the claim that is told with its fix.
LIES: dict[str, tuple[type[Client], type[Client], str, str]] = {
    "more items of a page than the service gives": (
        farm(TOKENS),
        farm(Token("next", "page", size="limit", most=500)),
        "size",
        "size: asked for 500 items by limit, got 20, and more follow; write most=20",
    ),
    "a place of the next token that is none": (
        farm(TOKENS),
        farm(Token("following", "page", size="limit", most=20)),
        "paging",
        "paging: no next page behind 3 of at least 20 items; name the right place as next=",
    ),
    "a parameter of the token that is none": (
        farm(TOKENS),
        farm(Token("next", "page_token", size="limit", most=20)),
        "paging",
        "check next= and param=",
    ),
    "pages that are counted from 0": (
        farm(Pages(total="total", first=0, most=20)),
        farm(Pages(total="total", most=20)),
        "first",
        "first: page 0 holds items that page 1 does not; write first=0",
    ),
    "a total that is that of the page": (
        farm(Offset(total="total", more="more", used_size="limit", most=20)),
        farm(Offset(total="limit", more="more", most=20)),
        "total",
        "total: it counts the items of the page; leave total= out",
    ),
    "a total that is none": (
        farm(Offset(total="total", more="more", most=20)),
        farm(Offset(total=Header("X-Total"), more="more", most=20)),
        "total",
        "name the place of the count as total=",
    ),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_told_with_its_fix(lie: str) -> None:
    served, held, claim, text = LIES[lie]
    assert claim in CLAIMS
    await assert_told(held, served, claim, text)


async def test_a_size_that_is_ignored_is_told() -> None:
    held = farm(Token("next", "page", size="per_page", most=100), **PLAIN)
    assert str((await of_ignoring(held, most=60))["size"]) == (
        "size: asked for 3 items by per_page, got 60; "
        "name the right parameter as size=, or write size=None"
    )


async def test_a_token_that_is_ignored_is_told() -> None:
    held = farm(Token("next", "token", size="limit", most=20), **PLAIN)
    assert str((await of_ignoring(held))["paging"]) == (
        "paging: the service gave out a page token that was used before; check next= and param="
    )


async def test_numbers_of_pages_that_are_ignored_are_told() -> None:
    """Without a number in the answers, which would be an error of its own."""
    held = farm(Pages(param="p", total="total", most=20), **PLAIN)
    found = await of_ignoring(held, paging=Pages(total="total", most=20))
    assert str(found["paging"]) == (
        "paging: the next page holds the same items; name the right parameter in place of p"
    )


async def test_a_page_that_holds_the_whole_listing_is_not_taken_for_a_short_one() -> None:
    """Where only an empty page tells the end, something may follow each page."""
    ends: Any = {"ends": "empty page", "most": 100}
    for paging in (Offset(**ends), Pages(size="limit", **ends)):
        assert "size" not in lies(await examined(farm(paging)))
    served, held = Offset(ends="empty page", most=20), Offset(**ends)
    assert lies(await examined(farm(held), farm(served)))["size"].endswith("write most=20")


async def test_a_flag_that_is_not_where_it_should_be_is_told() -> None:
    """Of a listing that is shorter than a page: the walk goes on until nothing comes."""
    served, held = (
        farm(After(more=more, most=100), order=Order()) for more in ("more", "has_more")
    )
    assert lies(await examined(held, served)) == {
        "end": "end: nothing follows a page of 60 items, and has_more does not say so; "
        "name the right place in place of has_more"
    }
    ends = After(more=None, ends="empty page", most=100)
    assert lies(await examined(farm(ends, order=Order()))) == {}
