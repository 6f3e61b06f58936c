"""Moments, and ranges of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.utils.moments import TimeRange, http_date, micros, moment, next_moment, rounded

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_a_moment_is_told_to_the_microsecond() -> None:
    assert moment(micros(NOON + TICK)) == NOON + TICK
    assert next_moment(NOON) == NOON + TICK
    assert next_moment(datetime.max.replace(tzinfo=UTC)) is None
    with pytest.raises(ValueError, match="no moment"):
        moment(1 << 70)


def test_a_moment_is_rounded_to_a_step_either_way() -> None:
    second, last = timedelta(seconds=1), datetime.max.replace(tzinfo=UTC)
    assert rounded(NOON + TICK, second) == rounded(NOON, second, up=True) == NOON
    assert rounded(NOON + TICK, second, up=True) == NOON + second
    assert rounded(last, second, up=True) == last


def test_a_range_ends_before_its_end() -> None:
    part = TimeRange(NOON, NOON + TICK)
    assert part.holds(NOON)
    assert not part.holds(NOON + TICK)
    assert not part.whole
    assert TimeRange().holds(NOON)
    assert TimeRange().whole


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
