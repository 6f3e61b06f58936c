"""The pages of the benchmarks: whole, in order, and with a window what lies in it."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from benchmarks.listings import KEY_ORDERS, TokenListing


def walked(listing: TokenListing, rows: range, *, ascending: bool) -> list[dict[str, Any]]:
    """Every row, page by page, as a client follows the tokens."""
    found: list[dict[str, Any]] = []
    token: str | None = "page-0"
    while token is not None:
        at = int(token.removeprefix("page-"), 16)
        page = json.loads(listing.page(at, rows, ascending=ascending))
        found += page["items"]
        token = page["next_page"]
    return found


LISTINGS = [
    TokenListing(pages=4, size=7),
    TokenListing(pages=3, size=10, stride=6, rank=2),
    TokenListing(pages=3, size=5, keys="shuffled", digits=9),
]


@pytest.mark.parametrize("listing", LISTINGS)
def test_each_row_comes_once_and_in_order_from_either_end(listing: TokenListing) -> None:
    rows = listing.between(None, None)
    newest = walked(listing, rows, ascending=False)
    times = [row["created_at"] for row in newest]
    assert len({row["id"] for row in newest}) == len(newest) == listing.pages * listing.size
    assert times == sorted(set(times), reverse=True)
    assert walked(listing, rows, ascending=True) == newest[::-1]


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("ascending", [True, False])
def test_a_window_holds_the_rows_between_its_bounds(listing: TokenListing, ascending: bool) -> None:
    newest = walked(listing, listing.between(None, None), ascending=False)
    times = [datetime.fromisoformat(row["created_at"]) for row in newest]
    step = timedelta(milliseconds=1)
    for first, last in ((0, 3), (2, 12), (5, 5)):
        for after, before in ((times[last], times[first]), (times[last] + step, times[first])):
            rows = listing.between(after, before)
            pairs = zip(newest, times, strict=True)
            wanted = [row for row, time in pairs if after <= time <= before]
            got = walked(listing, rows, ascending=ascending)
            assert got == (wanted[::-1] if ascending else wanted)


def test_keys_are_in_alphabetical_order_or_in_none_and_the_rows_are_the_same() -> None:
    pages = {keys: json.loads(TokenListing(pages=2, keys=keys).page()) for keys in KEY_ORDERS}
    orders = {keys: [[*row] for row in page["items"]] for keys, page in pages.items()}
    assert all(each == sorted(each) for each in orders["alphabetical"])
    assert len({*map(tuple, orders["shuffled"])}) > 90
    assert pages["alphabetical"] == pages["shuffled"] == pages["model"]
