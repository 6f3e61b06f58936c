"""The rows that a walk over counted pages has read."""

import pytest

from asyncops import ListingMoved
from asyncops.paging.counted.known_rows import KnownRows, warn_moved


def test_a_row_without_an_identity_is_never_taken_for_another() -> None:
    drift = KnownRows()
    assert drift.fresh(["", "a"]) == (True, True)
    assert drift.fresh(["", "a"]) == (True, False)
    assert drift.early(["", "a", "b"]) == (False, False, True)


def test_each_page_is_taken_whatever_the_count() -> None:
    rows = KnownRows()
    assert [rows.step(number, 9 - number, 3, ["a"]) for number in range(3)] == [0, 0, 0]
    assert rows.count is None


def test_the_same_warning_is_given_each_time() -> None:
    for _ in range(2):
        with pytest.warns(ListingMoved, match="rows went"):
            warn_moved("rows went")
