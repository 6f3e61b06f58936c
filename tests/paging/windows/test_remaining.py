"""What a walk over time ranges has still to give."""

import pytest

from asyncops.paging.windows.part import Part
from asyncops.paging.windows.remaining import remaining
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import Item, at, created, page

NEW, MIDDLE, OLD = (
    Gap(range=TimeRange(at(40), None)),
    Gap(range=TimeRange(at(20), at(40))),
    Gap(range=TimeRange(None, at(20))),
)


def _apart(*gaps: Gap) -> list[Part[Item]]:
    listing = created()
    return [Part(listing, gap) for gap in gaps]


def parts(*, descending: bool | None = True) -> list[Part[Item]]:
    """Two ranges next to each other: of the first one, a page of two items was given."""
    ranges = TimeRange(at(20), at(40)), TimeRange(at(10), at(20))
    listing = created(descending=descending)
    both = [Part(listing, Gap(range=each)) for each in ranges]
    both[0].feed(page(35, 30, token="a"))
    both[0].give()
    return both


def test_ranges_that_have_given_nothing_go_with_the_one_in_front_of_them() -> None:
    (gap,) = remaining(parts())
    assert gap.range.oldest == at(10)
    assert gap.range.newest is not None
    assert at(30) <= gap.range.newest < at(40)
    assert gap.given == ("i30",)


def test_each_keeps_its_own_cursor() -> None:
    first, second = remaining(parts(), by_cursor=True)
    assert first.cursor == "a"
    assert second.range == TimeRange(at(10), at(20))


def test_ranges_in_no_order_stay_apart() -> None:
    assert len(remaining(parts(descending=None))) == 2


def test_a_range_that_has_given_all_is_left_out() -> None:
    first, second = parts()
    first.feed(page(21))
    first.give()
    assert remaining([first, second]) == (second.gap,)


def test_ranges_of_which_nothing_was_given_are_one() -> None:
    assert remaining(_apart(NEW, MIDDLE, OLD)) == (Gap(),)


def test_a_range_of_which_something_was_given_stands_by_itself() -> None:
    first, second, third = _apart(NEW, MIDDLE, OLD)
    second.feed(page(39, 30, token="a"))
    assert remaining([first, second, third]) == (Gap(),)
    second.give()
    before, rest = remaining([first, second, third])
    assert before == NEW
    assert rest.given == ("i30",)
    assert rest.range.oldest is None


@pytest.mark.parametrize(
    "gap",
    [
        Gap(range=TimeRange(at(20), at(40)), given=("i30",)),
        Gap(range=TimeRange(at(20), at(39))),
    ],
)
def test_so_does_one_that_an_earlier_walk_left_and_one_behind_what_was_given(gap: Gap) -> None:
    assert remaining(_apart(NEW, gap)) == (NEW, gap)
