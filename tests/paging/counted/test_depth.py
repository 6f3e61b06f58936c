"""Where a walk meets the end of what a service gives of a listing."""

import pytest

from asyncops import DepthExceeded
from asyncops.http.page_body import PageBody
from asyncops.paging.counted.depth import Depth
from asyncops.paging.counted.numbering import Numbering, PageBase
from asyncops.paging.styles import Offset


def depth_of(most: int, used_size: int = 5) -> Depth:
    style = Offset(total="total", depth=most, most=5)
    return Depth(most, Numbering(style, 5, PageBase(), used_size))


def page(rows: int, count: int) -> PageBody[int]:
    return PageBody(items=tuple(range(rows)), total_count=count)


@pytest.mark.parametrize(
    ("number", "rows", "count", "more"),
    [
        (0, 5, 10, True),
        (5, 5, 9, False),
        # Ten are given, and there are more; or the count may be cut short as well.
        (5, 5, 11, False),
        (5, 5, 10, False),
        # Without a count, a page that is cut short by it looks like the last one.
        (8, 2, 0, False),
    ],
)
def test_rows_may_follow_the_last_one_that_is_given(
    number: int, rows: int, count: int, more: bool
) -> None:
    depth = depth_of(10)
    exceeded = number + rows == 10 and count != 9
    assert depth.goes_on(number, page(rows, count), more) is (more or exceeded)
    if exceeded:
        with pytest.raises(DepthExceeded, match="the first 10 items"):
            depth.check(number)
    else:
        depth.check(number)


def test_no_page_behind_the_last_one_that_is_given_is_asked_for() -> None:
    depth = depth_of(10)
    depth.check(9)
    with pytest.raises(DepthExceeded):
        depth.check(10)


def test_pages_are_counted_as_far_as_they_are_given() -> None:
    assert depth_of(10).end(30) == 10
    assert depth_of(12).end(30) == 15
    assert depth_of(10).end(7) == 7
    assert depth_of(10, used_size=0).end(30) == 30


def test_a_page_that_would_be_cut_short_begins_earlier() -> None:
    depth = depth_of(12)
    assert depth.overlap(1, 6) == 1
    assert depth.overlap(1, 9) == 2
    assert depth_of(3).overlap(1, 2) == 2
