"""What is asked of a service for a range, and whether it filters."""

from datetime import UTC, datetime

import pytest

from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import Item, at, created

MOST = datetime.max.replace(tzinfo=UTC)


def test_a_range_is_asked_for_with_a_margin_within_the_callers_bounds() -> None:
    part = TimeRange(at(10), at(20))
    assert created().asked(part) == TimeRange(at(9), at(21))
    assert created(both_ends=False).asked(part) == TimeRange(at(9), None)
    bounded = created(bounds=TimeRange(at(9.5), at(20.5)))
    assert bounded.asked(part) == TimeRange(at(9.5), at(20.5))
    assert bounded.asked(TimeRange()) == bounded.bounds
    assert created().asked(TimeRange(None, MOST)) == TimeRange()


@pytest.mark.parametrize(
    ("second", "ignored"), [(8.9, True), (9, False), (21, False), (21.1, True), (15, False)]
)
def test_an_item_outside_by_more_than_the_margin_shows_that_nothing_is_filtered(
    second: float, ignored: bool
) -> None:
    for seconds in ([second], [15, second, 16]):
        moments = [at(each) for each in seconds]
        assert created().is_ignored(TimeRange(at(10), at(20)), moments) is ignored
    own = created(bounds=TimeRange(at(10), at(20)))
    assert not own.is_ignored(TimeRange(at(10), at(20)), [at(second)])


@pytest.mark.parametrize("descending", [True, False])
def test_items_of_one_answer_are_in_order_but_for_the_margin(descending: bool) -> None:
    listing: CreatedFilter[Item] = created(descending=descending)
    seconds = [30, 29.5, 30.5, 20]
    moments = [at(each if descending else -each) for each in seconds]
    assert listing.is_sorted(moments)
    assert not listing.is_sorted([*moments, at(22 if descending else -22)])
    assert not listing.is_sorted(sorted(moments, reverse=not descending))
    assert listing.is_sorted([])


@pytest.mark.parametrize(
    ("second", "ignored"), [(9.1, True), (9.3, False), (21.9, False), (22.1, True)]
)
def test_a_latest_time_within_a_step_of_the_bounds_is_sent_as_the_end_of_it(
    second: float, ignored: bool
) -> None:
    assert created().is_ignored(TimeRange(at(10.2), at(20.8)), [at(second)]) is ignored
