"""Moments, and ranges of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.utils.moments import (
    TimeRange,
    http_date,
    micros,
    moment,
    next_moment,
    rounded,
    shifted,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
TICK, SECOND = timedelta(microseconds=1), timedelta(seconds=1)


def test_a_moment_is_told_to_the_microsecond() -> None:
    assert moment(micros(NOON + TICK)) == NOON + TICK
    assert next_moment(NOON) == NOON + TICK
    with pytest.raises(ValueError, match="no moment"):
        moment(1 << 70)


def test_a_moment_beyond_the_calendar_is_none() -> None:
    assert shifted(NOON, -SECOND) == NOON - SECOND
    assert shifted(LAST, SECOND) is None
    assert next_moment(LAST) is None


def test_a_moment_is_rounded_to_a_step_either_way() -> None:
    assert rounded(NOON + TICK, SECOND) == rounded(NOON, SECOND, up=True) == NOON
    assert rounded(NOON + TICK, SECOND, up=True) == NOON + SECOND
    assert rounded(LAST, SECOND, up=True) == LAST


def test_a_range_ends_before_its_end() -> None:
    part = TimeRange(NOON, NOON + TICK)
    assert part.holds(NOON)
    assert not part.holds(NOON + TICK)
    assert not part.whole
    assert TimeRange().holds(NOON)
    assert TimeRange().whole


def test_a_service_may_take_in_all_of_the_steps_of_both_bounds() -> None:
    asked = TimeRange(NOON + TICK, NOON + TICK)
    assert asked.taken_in(SECOND) == TimeRange(NOON + TICK - SECOND, NOON + 2 * SECOND + TICK)
    assert TimeRange(NOON, NOON).taken_in(SECOND) == TimeRange(NOON - SECOND, NOON + SECOND + TICK)
    assert TimeRange(None, LAST).taken_in(SECOND) == TimeRange()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Thu, 26 Nov 2026 08:00:00 GMT", datetime(2026, 11, 26, 8, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 10:00:00 +0200", datetime(2026, 11, 26, 8, tzinfo=UTC)),
        ("Thu, 26 Nov 2026 08:00:00 -0000", datetime(2026, 11, 26, 8, tzinfo=UTC)),
        ("Thu Nov 26 08:00:00 2026", datetime(2026, 11, 26, 8, tzinfo=UTC)),
        ("1 Jan 99999999999 00:00:00", None),
        ("Thu, 99 Nov 2026 08:00:00 GMT", None),
        ("26\xa0Nov 2026 08:00:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_date_of_a_header_is_in_utc(text: str, wanted: datetime | None) -> None:
    assert http_date(text) == wanted


@given(st.text())
def test_no_text_breaks_the_reading_of_a_date(text: str) -> None:
    http_date(text)
