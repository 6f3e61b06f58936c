"""Where a time range is cut."""

from asyncops.paging.windows.part import Part
from asyncops.paging.windows.splitting import cuts, halves
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import at, created, page


def test_a_part_without_order_is_cut_at_the_middle_of_its_items() -> None:
    part = Part(created(descending=None), Gap(range=TimeRange(at(0), at(50))))
    part.feed(page(40, 3, 2, 1, 30, token="a"))
    part.give()
    early, late = halves(part, part.created)
    assert (early.range, late.range) == (TimeRange(at(0), at(3)), TimeRange(at(3), at(50)))
    assert (set(early.given), set(late.given)) == ({"i2", "i1"}, {"i40", "i3", "i30"})


def test_a_part_that_has_given_none_of_its_items_is_cut_where_the_others_are_left_out() -> None:
    """All that the service gives is in the margin: at the middle, or at the end that is known."""
    between = Part(created(descending=None), Gap(range=TimeRange(at(0), at(50))))
    assert not halves(between, between.created)
    between.feed(page(50, 51, 50.5, token="a"))
    between.give()
    ranges = [gap.range for gap in halves(between, between.created)]
    assert ranges == [TimeRange(at(0), at(25)), TimeRange(at(25), at(50))]
    before = Part(created(descending=None), Gap(range=TimeRange(None, at(50))))
    before.feed(page(50, 51, token="a"))
    before.give()
    ranges = [gap.range for gap in halves(before, before.created)]
    assert ranges == [TimeRange(None, at(49)), TimeRange(at(49), at(50))]


def test_a_part_is_not_cut_shorter_than_the_margin() -> None:
    part = Part(created(descending=None), Gap(range=TimeRange(at(0), at(1.5))))
    assert not halves(part, part.created)
    part.feed(page(1, token="a"))
    part.give()
    assert not halves(part, part.created)


def test_what_is_left_is_cut_evenly_or_by_what_has_been_read() -> None:
    part = Part(created(), Gap(range=TimeRange(at(0), at(120))))
    part.feed(page(120, 110, 100, token="a"))
    assert list(cuts(part, 4, ordered=False, first=at(120))) == [at(80), at(60), at(40), at(20)]
    tail = Part(created(), Gap(range=TimeRange(None, at(120))))
    tail.feed(page(120, 119, 100, token="a"))
    assert list(cuts(tail, 2, ordered=False, first=at(200))) == [at(50), at(0)]


def test_in_order_pieces_are_of_two_pages_with_the_margins_that_are_read_with_them() -> None:
    """Rows every ten seconds, three on a page: six rows lie within 55 seconds at the most."""
    part = Part(created(), Gap(range=TimeRange(at(0), at(220))))
    part.feed(page(220, 210, 200, token="a"))
    assert list(cuts(part, 2, ordered=True, first=at(220))) == [at(147), at(94)]


def test_an_empty_first_page_says_nothing_about_where_to_cut() -> None:
    part = Part(created(descending=None))
    part.feed(page(token="a"))
    assert part.can_be_cut
    assert list(cuts(part, 2, ordered=False, first=None)) == []
