"""A range of creation times, as it is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.kit import Window
from asyncops.kit.windowed import window_params

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("window", "after", "before", "params"),
    [
        (Window("a", "b"), None, None, ()),
        (Window("a", "b"), NOON, None, (("a", "2026-01-02T12:00:00Z"),)),
        (Window("a", "b"), None, LATER, (("b", "2026-01-02T13:00:00Z"),)),
        (
            Window("a", "b", form="gt:{}", times="seconds"),
            NOON,
            LATER,
            (("a", "gt:1767355200"), ("b", "gt:1767358800")),
        ),
        (Window("a"), NOON, LATER, (("a", "2026-01-02T12:00:00Z"),)),
        (
            Window("created", form="{}..{}"),
            NOON,
            LATER,
            (("created", "2026-01-02T12:00:00Z..2026-01-02T13:00:00Z"),),
        ),
        (
            Window("created", form="{}..{}"),
            NOON,
            None,
            (("created", "2026-01-02T12:00:00Z..2100-01-01T00:00:00Z"),),
        ),
        (
            Window("created", form="{}..{}"),
            None,
            NOON,
            (("created", "1970-01-01T00:00:00Z..2026-01-02T12:00:00Z"),),
        ),
        (
            Window("a", "b", unfiltered=timedelta(days=7)),
            None,
            None,
            (("a", "1970-01-01T00:00:00Z"),),
        ),
        (
            Window("a", "b", unfiltered=timedelta(days=7)),
            NOON,
            None,
            (("a", "2026-01-02T12:00:00Z"),),
        ),
    ],
)
def test_a_range_of_times_is_written_as_the_window_says(
    window: Window,
    after: datetime | None,
    before: datetime | None,
    params: tuple[tuple[str, str], ...],
) -> None:
    assert window_params(window, after, before) == params


@pytest.mark.parametrize("form", ["{}", "{}..{}"])
@pytest.mark.parametrize(("times", "unit"), [("seconds", 1), ("milliseconds", 1000)])
@given(
    low=st.datetimes(timezones=st.just(UTC)),
    high=st.datetimes(timezones=st.just(UTC)),
)
def test_a_range_in_whole_numbers_holds_all_of_it(
    form: str, times: Any, unit: int, low: datetime, high: datetime
) -> None:
    """The earliest time is cut and the latest rounded up, so that no operation is left out."""
    window = Window("a", None if ".." in form else "b", form=form, times=times)
    params = window_params(window, low, high)
    after, before = "..".join(str(value) for _, value in params).split("..")
    step = timedelta(seconds=1) / unit
    for sent, wanted in ((int(after) * step, low), (-int(before) * step, -(high - EPOCH))):
        away = (wanted - EPOCH if isinstance(wanted, datetime) else wanted) - sent
        assert timedelta() <= away < step


@pytest.mark.parametrize(
    ("form", "times", "value"),
    [
        ("{}", "seconds", 1767355200),
        ("{}", "milliseconds", 1767355200000),
        ("{}", "rfc3339", "2026-01-02T12:00:00Z"),
        ("gt:{}", "seconds", "gt:1767355200"),
    ],
)
def test_a_bound_in_a_body_is_json(form: str, times: Any, value: object) -> None:
    window = Window("a", "b", form=form, times=times)
    assert window_params(window, NOON, None, in_body=True) == (("a", value),)
