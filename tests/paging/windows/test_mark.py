"""How far a part of a listing has been read."""

import pytest

from asyncops.paging.windows.mark import Mark
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import Item, at, created, page


@pytest.mark.parametrize("descending", [True, False])
def test_it_holds_the_items_that_may_come_again(descending: bool) -> None:
    listing, sign, mark = created(descending=descending), -1 if descending else 1, Mark[Item]()
    for seconds in [(10, 11), (12, 12.5), (13, 12.75)]:
        rows = page(*(sign * second for second in seconds)).value.items
        mark = mark.behind(rows, [row.created_at for row in rows], "a", listing)
    assert mark.reach == at(sign * 13)
    everything = mark.given_in(TimeRange(), listing)
    assert everything == tuple(f"i{sign * second}" for second in (12, 12.5, 13, 12.75))
    begin = listing.order.range(at(sign * 12.75), None)
    assert set(mark.given_in(begin, listing)) <= {f"i{sign * 13}", f"i{sign * 12.75}"}


@pytest.mark.parametrize("descending", [True, False])
def test_items_out_of_order_by_a_margin_may_come_again(descending: bool) -> None:
    listing, sign = created(descending=descending), -1 if descending else 1
    rows = page(*(sign * second for second in (10, 12.1, 11.2, 13))).value.items
    moments = [row.created_at for row in rows]
    assert listing.is_sorted(moments)
    mark = Mark[Item]().behind(rows, moments, "a", listing)
    assert mark.given_in(TimeRange(), listing) == (f"i{sign * 12.1}", f"i{sign * 13}")


def test_a_page_without_times_leads_no_further() -> None:
    mark = Mark[Item](at(5)).behind(page(None).value.items, [], "b", created())
    assert (mark.reach, mark.tail, mark.cursor) == (at(5), (), "b")
