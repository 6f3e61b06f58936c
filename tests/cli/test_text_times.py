"""Times as people write and read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.cli.text import BadTimeError, ago, clock_time, duration, moment, span

NOW = datetime(2026, 11, 22, 14, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("500ms", 0.5),
        ("10m", 600),
        ("10min", 600),
        ("1.5h", 5400),
        ("1h30m", 5400),
        (" 1H 30M ", 5400),
        ("2d", 172_800),
        ("1w", 604_800),
        (12.5, 12.5),
    ],
)
def test_a_duration_is_read_in_seconds(text: str | float, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "m",
        "10 x",
        "-5m",
        "0",
        "0s",
        "1h 30",
        "1e5",
        "1_000",
        "٣m",
        "9999w",
        "nan",
        "1" * 400,
        "1" * 5000 + "!",
        "1 " * 5000 + "!",
        "1m" * 5000 + "!",
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Also what Python's own float() would take, what has no length, and what has no end."""
    with pytest.raises(BadTimeError):
        duration(text)


def test_a_refusal_shows_what_was_written_and_what_can_be() -> None:
    with pytest.raises(BadTimeError, match=r"'soon' is no duration; write 90s, 10m"):
        duration("soon")
    with pytest.raises(BadTimeError) as caught:
        duration("x" * 1000)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("1d12h", NOW - timedelta(hours=36)),
        ("now", NOW),
        ("2026-11-01T08:00Z", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("2026-11-01t08:00:30z", datetime(2026, 11, 1, 8, 0, 30, tzinfo=UTC)),
        ("2026-11-01 08:00z", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("2026-11-01t08:00:30,5+02:00", datetime(2026, 11, 1, 6, 0, 30, 500_000, tzinfo=UTC)),
        ("2026-11-01T08:00:30.5+02:00", datetime(2026, 11, 1, 6, 0, 30, 500_000, tzinfo=UTC)),
        ("2026-11-01 08:00", datetime(2026, 11, 1, 8).astimezone(UTC)),
        ("2026-11-01", datetime(2026, 11, 1).astimezone(UTC)),
        ("20261101", datetime(2026, 11, 1).astimezone(UTC)),
    ],
)
def test_a_moment_is_a_time_or_so_long_ago(text: str, expected: datetime) -> None:
    """Dates and times without a zone are this machine's own."""
    assert moment(text, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026", "2026-13-01", "2026-02-30", "10 x", "9999w", "0001-01-01T00:00+23:00"],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """A bare number is refused as well: it may be meant as a year."""
    with pytest.raises(BadTimeError, match="is no time"):
        moment(text, now=NOW)


def test_a_moment_that_is_one_already_stays_one() -> None:
    there = datetime(2026, 11, 1, 10, tzinfo=timezone(timedelta(hours=2)))
    assert moment(there) == there


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_a_usage_error(text: str) -> None:
    """No other error comes of it, and a moment is aware."""
    for read in (duration, moment):
        try:
            value = read(text)
        except BadTimeError:
            continue
        assert not isinstance(value, datetime) or value.tzinfo is not None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"),
        (0.9, "now"),
        (12, "12s ago"),
        (59.9, "59s ago"),
        (60, "1m ago"),
        (3 * 3600 + 59 * 60, "3h ago"),
        (86_400 * 3.9, "3d ago"),
        (-12, "in 12s"),
        (-7200, "in 2h"),
    ],
)
def test_how_long_ago(seconds: float, text: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.35, "0.35s"),
        (8.2, "8.2s"),
        (12.4, "12s"),
        (59.6, "1m"),
        (185, "3m05s"),
        (900, "15m"),
        (7620, "2h07m"),
        (7200, "2h"),
        (172_799, "47h59m"),
        (273_600, "3d04h"),
        (-12, "-12s"),
    ],
)
def test_a_span_has_two_units_at_most(seconds: float, text: str) -> None:
    assert span(seconds) == text


@given(st.floats(min_value=0.01, max_value=1e8))
def test_a_span_read_again_is_about_as_long(seconds: float) -> None:
    """Within half of the last digit below an hour, and within one part in forty above."""
    shown = span(seconds)
    assert len(shown) <= 8
    if shown != "0s":
        assert duration(shown) == pytest.approx(
            seconds, rel=1 / 40 if seconds >= 3599 else 0, abs=0.006 if seconds < 10 else 0.51
        )


def test_a_clock_time_has_a_date_where_that_is_not_today() -> None:
    here = NOW.astimezone()
    assert clock_time(NOW, NOW) == f"{here:%H:%M:%S}"
    later = NOW + timedelta(days=2)
    assert clock_time(later, NOW) == f"{later.astimezone():%Y-%m-%d %H:%M:%S}"
