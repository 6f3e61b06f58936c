"""What a walk over time ranges has still to give."""

from asyncops.paging.windows.part import Part
from asyncops.paging.windows.remaining import remaining
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import Item, at, created, page


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
