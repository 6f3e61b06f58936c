"""Time in the order of a listing."""

from datetime import UTC, datetime, timedelta

import pytest

from asyncops.paging.windows.time_order import TimeOrder
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import at

MOST = datetime.max.replace(tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("descending", [True, False])
def test_the_near_end_comes_first(descending: bool) -> None:
    order, (near, far) = TimeOrder(descending), (at(9), at(5)) if descending else (at(5), at(9))
    part = order.range(near, far)
    assert part == TimeRange(at(5), at(9))
    assert (order.near(part), order.far(part)) == (near, far)
    assert order.last((near, None, far)) == far
    assert order.last(()) is None
    assert order.ahead(near, far) == 4 * SECOND
    assert order.behind(near, 4 * SECOND) == far


def test_what_is_left_begins_in_front_of_a_moment_within_its_bounds() -> None:
    tick, bounds = timedelta(microseconds=1), TimeRange(at(1), at(20))
    newest_first = TimeOrder(True)
    assert newest_first.from_on(at(10), SECOND, bounds) == TimeRange(at(1), at(11) + tick)
    assert newest_first.from_on(at(19.5), SECOND, bounds) == bounds
    assert TimeOrder(False).from_on(at(10), SECOND, bounds) == TimeRange(at(9), at(20))
    assert TimeOrder(False).from_on(at(1.5), SECOND, bounds) == bounds
