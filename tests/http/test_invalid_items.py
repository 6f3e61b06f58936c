"""Rows that do not fit, among the items of a page."""

from asyncops.errors import DecodeError
from asyncops.http.invalid_items import (
    InvalidItem,
    InvalidRow,
    identified,
    is_invalid_id,
    split_invalid,
)

ITEM = InvalidItem(3, {"id": 5}, DecodeError("no text"))


def test_its_id_is_no_item_s() -> None:
    (row,) = identified([ITEM], {})
    assert is_invalid_id(row.id)
    assert not is_invalid_id("1f")
    assert row.created_at is None


def test_a_page_is_split_into_items_and_rows_that_do_not_fit() -> None:
    row = InvalidRow(ITEM, "invalid:1f")
    assert split_invalid(("a", row, "b")) == (("a", "b"), (row,))
    items = ("a", "b")
    assert split_invalid(items)[0] is items


def test_what_was_sent_is_not_shown_and_does_not_count_for_the_hash() -> None:
    assert "5" not in repr(ITEM)
    assert hash(ITEM) == hash(InvalidItem(3, {"id": 6}, DecodeError("another")))
    assert InvalidItem(3, {"id": 6}, DecodeError("no text")) != ITEM
