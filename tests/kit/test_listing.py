"""How a service lists."""

from datetime import timedelta
from typing import Any

import pytest

from asyncops.kit import After, ByStatus, DescriptionError, Order, Pages, Token, Window
from asyncops.kit.listing import Listing


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"path": "runs"}, "Listing: path must begin with one slash"),
        ({"path": "//runs"}, "Listing: path must begin with one slash"),
        ({"path": "/runs#top"}, "Listing: path must hold neither # nor white space"),
        ({"items": "data..items"}, "Listing: items: .*is no place in an answer"),
        ({"paging": "token"}, "Listing: paging must be Token, NextURL, After, Pages or Offset"),
        ({"paging": Token}, "Listing: paging must be Token"),
        ({"method": "PUT"}, "Listing: method must be 'GET' or 'POST', got 'PUT'"),
        ({"order": "newest"}, "Listing: order must be Order or None, got 'newest'"),
        ({"window": "created"}, "Listing: window must be Window or None"),
        ({"by_status": "status"}, "Listing: by_status must be ByStatus or None"),
    ],
)
def test_a_wrong_listing_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        Listing(**{"path": "/runs", "paging": Token(), **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"by": {"end": "ended_at"}}, "Order: by= names further orders, so param="),
        (
            {"newest": "created_desc"},
            "Order: newest= and oldest= are values of a parameter: name it",
        ),
        ({"oldest": None}, "Order: newest= and oldest= are values of a parameter: name it"),
        ({"param": "sort", "newest": "x", "oldest": "x"}, "Order: newest= and oldest= are alike"),
    ],
)
def test_a_wrong_order_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        Order(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"after": ""}, "Window: after must be the name of a parameter"),
        ({"form": "created"}, "Window: form= holds one {} for a bound or two for both"),
        ({"form": "{}{}{}"}, "Window: form= holds one {} for a bound or two"),
        ({"form": "{}..{}", "before": "b"}, "Window: form= takes both bounds, so before="),
        ({"before": "a"}, "Window: after= and before= name the same parameter"),
        ({"times": "iso"}, "Window: times must be 'rfc3339', 'seconds' or 'milliseconds'"),
        ({"resolution": timedelta()}, "Window: resolution must be above 0, such as timedelta"),
        ({"before": ""}, "Window: before must be the name of a parameter"),
        ({"unfiltered": 7}, "Window: unfiltered must be timedelta or None, got 7"),
        ({"resolution": 1}, "Window: resolution must be above 0, such as timedelta"),
    ],
)
def test_a_wrong_window_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        Window(**{"after": "a", **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"param": ""}, "ByStatus: param must be the name of a parameter"),
        ({"form": "status:"}, "ByStatus: form must hold one {} for the status, got 'status:'"),
        ({"many": "all"}, "ByStatus: many must be 'no', 'comma', 'repeat' or 'list'"),
    ],
)
def test_a_wrong_filter_by_status_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        ByStatus(**fields)


def test_a_listing_is_a_value() -> None:
    """Equal ones share what is worked out once."""
    one = Listing(
        "/runs", paging=Token(), headers={"X": "y"}, order=Order(param="s", by={"a": "b"})
    )
    other = Listing(
        "/runs", paging=Token(), headers={"X": "y"}, order=Order(param="s", by={"a": "b"})
    )
    assert one == other
    assert hash(one) == hash(other)
    assert Window("a", form="{}..{}").both
    assert not Window("a", "b").both


SORTED = Order(param="sort_by")


def test_the_kinds_of_listings() -> None:
    assert Listing("/a", paging=Pages(total="n")).is_counted
    assert not Listing("/a", paging=Token()).is_counted
    assert Listing("/a", paging=Token(), order=SORTED).is_sorted
    assert Listing("/a", paging=After(), order=SORTED).is_sorted
    assert not Listing("/a", paging=Token()).is_sorted
    assert not Listing("/a", paging=Pages(total="n"), order=SORTED).is_sorted
    assert not Listing("/a", paging=Token(), order=None).is_sorted
