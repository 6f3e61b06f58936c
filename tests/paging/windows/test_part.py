"""One time range, read page after page."""

import pytest

from asyncops import UnexpectedPage
from asyncops.paging.windows.owned import Owned
from asyncops.paging.windows.part import Part
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import at, created, page


def test_only_items_of_its_range_are_given_and_none_twice() -> None:
    part = Part(created(), Gap(range=TimeRange(at(10), at(20)), given=("i19",)))
    part.feed(page(20.5, 19, 18, 10, token="a"))
    assert [item.id for item in part.give().items] == ["i18", "i10"]
    part.feed(page(9.5, token="b"))
    assert part.request is not None
    part.feed(page(7.5, token="c"))
    assert part.ignored


def test_it_ends_behind_its_range() -> None:
    part = Part(created(), Gap(range=TimeRange(at(10), None)), ranged=False)
    part.owned = Owned(part.created, (part.gap,))
    part.feed(page(12, 11, token="a"))
    part.feed(page(8, token="b"))
    assert part.request is None


def test_what_is_left_is_told_by_time() -> None:
    part = Part(created(), ranged=False)
    assert part.rest(part.given) == Gap()
    part.feed(page(30, 22, 21, token="a"))
    part.feed(page(21, 20.5, token="b"))
    part.give()
    rest = part.rest(part.given, by_cursor=True)
    assert rest.cursor == "a"
    assert rest.given == ("i22", "i21")
    assert rest.range.oldest is None
    part.give()
    assert part.rest(part.given).given == ("i21", "i21", "i20.5")


def test_an_order_that_is_none_is_an_error_only_where_it_counts() -> None:
    plain = Part(created(), ranged=False)
    plain.feed(page(10, 30, token="a"))
    assert not plain.sorted
    assert not plain.restart()
    ranged = Part(created(), Gap(range=TimeRange(None, at(40))))
    with pytest.raises(UnexpectedPage, match="not sorted by created_at"):
        ranged.feed(page(10, 30, token="a"))


def test_items_without_a_time_lead_nowhere() -> None:
    part = Part(created(), ranged=False)
    part.feed(page(None, token="a"))
    assert [item.id for item in part.give().items] == ["iNone"]
    assert not part.restart()
