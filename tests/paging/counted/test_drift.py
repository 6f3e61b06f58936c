"""Where a walk over numbered pages goes when the count of rows changes."""

import warnings

import pytest

from asyncops import Checkpoint, ListingMoved
from asyncops.paging.counted.drift import Drift


def keys(number: int, size: int = 5) -> list[int]:
    return list(range(number * size, (number + 1) * size))


def walked(pages: int) -> Drift:
    """One that has read so many pages of five rows of a hundred."""
    drift = Drift()
    for number in range(pages):
        assert drift.step(number, 100, 5, keys(number)) == 0
        assert all(drift.fresh(keys(number)))
    return drift


def test_rows_that_come_are_known_by_their_ids_alone() -> None:
    drift = walked(3)
    assert drift.step(3, 102, 5, [13, 14, 15, 16, 17]) == 0
    assert drift.fresh([13, 14, 15, 16, 17]) == (False, False, True, True, True)


@pytest.mark.parametrize(("removed", "back"), [(1, -1), (5, -1), (6, -2)])
def test_rows_that_vanish_send_the_walk_back_by_as_many_pages_as_they_filled(
    removed: int, back: int
) -> None:
    assert walked(4).step(4, 100 - removed, 5, keys(4)) == back


def test_a_count_that_is_not_said_sends_the_walk_nowhere_and_is_told_of_once() -> None:
    drift = walked(2)
    drift.finish()
    assert drift.step(2, 0, 5, keys(2)) == 0
    assert drift.count == 100
    with pytest.warns(ListingMoved, match="rows may be missing"):
        drift.finish()
    drift.finish()


@pytest.mark.parametrize(("rows", "known"), [([1, 2], []), ([], [1, 2])])
def test_a_listing_of_one_page_may_leave_out_its_count(rows: list[int], known: list[int]) -> None:
    drift = Drift()
    drift.fresh(known)
    drift.step(0, 0, 5, rows)
    assert not drift.unsure


def test_an_empty_page_without_a_count_where_rows_were_counted_may_hide_rows() -> None:
    drift = Drift()
    drift.step(0, 7, 5, keys(0))
    drift.fresh(keys(0))
    drift.step(1, 0, 5, [])
    assert drift.unsure


@pytest.mark.parametrize(("number", "unsure"), [(1, True), (0, False)])
def test_a_walk_goes_on_unsure_behind_a_page_that_left_out_its_count(
    number: int, unsure: bool
) -> None:
    drift = Drift.since(Checkpoint(query="", cursor=number, seen=("a", "b")))
    assert drift.step(number, 100, 5, keys(1)) == 0
    assert drift.unsure is unsure


def test_a_walk_that_always_has_to_go_back_says_that_it_gives_up() -> None:
    drift = walked(4)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        steps = [drift.step(4, 99 - number, 5, keys(4)) for number in range(12)]
    assert steps[0] == -1
    assert steps[-1] == 0
    assert {each.category for each in caught} == {ListingMoved}


def test_a_walk_that_goes_on_knows_what_was_given_before() -> None:
    drift = Drift.since(Checkpoint(query="q", cursor=3, seen=("a",), total_count=40))
    assert drift.count == 40
    assert drift.fresh(["a", "b"]) == (False, True)


def follow(drift: Drift, start: int, rows: list[int], counts: dict[int, int]) -> list[int]:
    """The pages that are read until one is taken; each after so many rows were added behind all."""
    pages = [start]
    while True:
        page = rows[pages[-1] * 5 : pages[-1] * 5 + 5]
        count = len(rows) + sum(rise for at, rise in counts.items() if at < len(pages))
        step = drift.step(pages[-1], count, 5, page)
        if not step:
            return pages
        pages.append(pages[-1] + step)
        assert len(pages) < 100, "the search does not come to an end"


@pytest.mark.parametrize("in_front", range(0, 40, 3))
@pytest.mark.parametrize("counts", [{}, {1: 7}, {2: -6}, {3: -30, 4: 20}])
def test_the_known_rows_are_found_wherever_rows_came(in_front: int, counts: dict[int, int]) -> None:
    """Forty came, some of them behind the known rows, and the search goes on as others move."""
    drift = Drift.since(Checkpoint(query="q", cursor=4, seen=("18", "19"), total_count=100))
    drift._known = dict.fromkeys(range(10, 20))
    rows = [*range(1000, 1000 + in_front), *range(100), *range(2000, 2040 - in_front)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pages = follow(drift, 4, rows, counts)
    last = rows[pages[-1] * 5 : pages[-1] * 5 + 5]
    assert set(last) & set(range(10, 20))
    assert len(pages) <= 14, "each page between is read once"


@pytest.mark.parametrize("counts", [{}, dict.fromkeys(range(1, 60, 2), -6)])
def test_known_rows_that_are_gone_are_told_of(counts: dict[int, int]) -> None:
    drift = Drift.since(Checkpoint(query="q", cursor=4, seen=("gone",), total_count=100))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pages = follow(drift, 4, list(range(140)), counts)
    assert {each.category for each in caught} == {ListingMoved}
    assert pages[-1] == 3, "nothing is left out"
