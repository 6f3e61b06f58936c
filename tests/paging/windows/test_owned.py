"""Which items of a page a part of a listing gives."""

from typing import Any

import pytest

from asyncops import DecodeError, InvalidItem
from asyncops.http.invalid_items import InvalidRow
from asyncops.paging.windows.owned import Owned
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import at, created, page


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
    first, last = page(24, 22, 20.5).value.items, page(19, 16.5).value.items
    rows = (*first[:2], broken("a", 22), first[2], broken("b", 20.5), last[0], broken("c", 19))
    owned = Owned(created(), (Gap(range=bounds),))
    found = [item.id for item in owned.of((*rows, last[1]), in_order=True)]
    assert [name for name in found if name not in {"i24", "i20.5", "i16.5"}] == given


def test_in_no_order_each_range_gives_it() -> None:
    owned = Owned(created(descending=None), (Gap(range=TimeRange(at(1), at(2)), given=("i1.5",)),))
    rows = (*page(1.5, 1, 9).value.items, broken("a", 9))
    assert [item.id for item in owned.of(rows, in_order=False)] == ["i1", "invalid:a"]


def test_what_has_no_gaps_gives_all() -> None:
    items = page(3, None, 1).value.items
    assert Owned(created()).of(items, in_order=True) is items


@pytest.mark.parametrize("seconds", [(16, 12, 13), (13, 12, 9), (13, 14, 12), (16, 12, 9)])
def test_a_page_may_reach_beyond_a_range_at_either_end(seconds: tuple[float, ...]) -> None:
    owned = Owned(created(), (Gap(range=TimeRange(at(10), at(15)), given=("i14",)),))
    found = [item.created_at for item in owned.of(page(*seconds).value.items, in_order=True)]
    assert found == [at(each) for each in seconds if each in {12, 13}]
