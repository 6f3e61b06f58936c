"""One time range, read page after page."""

from typing import Any

import pytest

from asyncops import DecodeError, InvalidItem, UnexpectedPage
from asyncops.http.invalid_items import InvalidRow
from asyncops.http.messages import Reply
from asyncops.http.page_body import PageBody
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


def broken(name: str, previous: float) -> Any:
    """A row that does not fit, behind an item that was created at this second."""
    item = InvalidItem(0, {"id": name}, DecodeError("no row"))
    return InvalidRow(item, f"invalid:{name}", name, at(previous))


@pytest.mark.parametrize(
    ("bounds", "given"),
    [
        (TimeRange(at(20.25), None), ["i22", "invalid:a", "invalid:b"]),
        (TimeRange(None, at(20)), ["invalid:a", "invalid:b", "i19", "invalid:c"]),
        (TimeRange(at(21.5), at(22.5)), ["i22", "invalid:a", "invalid:b"]),
        (TimeRange(at(10), at(15)), []),
    ],
)
def test_a_row_that_does_not_fit_is_given_by_each_range_that_may_hold_it(
    bounds: TimeRange, given: list[str]
) -> None:
    """It was created between the items before and behind it, by a second more or less."""
    part = Part(created(), Gap(range=bounds), ranged=False)
    part.owned = Owned(part.created, (part.gap,))
    first, last = page(24, 22, 20.5).value.items, page(19, 16.5).value.items
    rows = (*first[:2], broken("a", 22), first[2], broken("b", 20.5), last[0], broken("c", 19))
    part.feed(Reply(value=PageBody(items=(*rows, last[1]), next_page="t")))
    found = [item.id for item in part.give().items]
    assert [name for name in found if name not in {"i24", "i20.5", "i16.5"}] == given
