"""The cursor of a walk over time ranges."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.paging.cursors.encoding import encode_cursor
from asyncops.paging.windows.window_cursor import Gap, WindowCursor
from asyncops.utils.moments import TimeRange

MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
GAPS = st.builds(
    Gap,
    range=st.builds(TimeRange, MOMENTS, MOMENTS),
    given=st.lists(st.text(max_size=3), max_size=3).map(tuple),
    cursor=st.none() | st.text(max_size=5) | st.integers(0, 9),
)
CURSORS = st.builds(
    WindowCursor,
    gaps=st.lists(GAPS, min_size=1, max_size=3).map(tuple),
    filtered=st.booleans(),
    cursor=st.none() | st.text(max_size=5) | st.integers(0, 9),
)


@given(CURSORS)
def test_it_is_read_as_it_was_written(cursor: WindowCursor) -> None:
    assert WindowCursor.fits(cursor.encode())
    assert WindowCursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "window1.",
        "window1.%%",
        encode_cursor("window1.", {"gaps": []}),
        encode_cursor("window1.", {"gaps": [{"range": {"oldest": "2026-01-01T00:00:00"}}]}),
        encode_cursor("window1.", {"gaps": [{"range": {"oldest": 3}}]}),
    ],
)
def test_another_text_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no place in a walk over time ranges"):
        WindowCursor.decode(text)


def test_it_shows_neither_ids_nor_cursors() -> None:
    gap = Gap(range=TimeRange(datetime(2026, 1, 1, tzinfo=UTC)), given=("secret",), cursor="token")
    assert "secret" not in repr(WindowCursor(gaps=(gap,), cursor="token"))
    assert "token" not in repr(WindowCursor(gaps=(gap,), cursor="token"))
