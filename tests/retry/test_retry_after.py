"""``Retry-After`` in every spelling that services and hostile peers send."""

import math
from datetime import UTC, datetime
from email.utils import format_datetime, formatdate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops.retry.retry_after import parse_retry_after

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
TEXT = st.text(max_size=60)
DATE_LIKE = st.from_regex(
    r"((Mon|Thu), )?[0-9]{1,3}[ -](Jan|Feb|Foo)[ -][0-9]{1,7} [0-9]{1,3}:[0-9]{1,3}(:[0-9]{1,3})?"
    r"( (GMT|UTC|EST|[+-][0-9]{1,7}|[A-Z]))?",
    fullmatch=True,
)
NUMBER_LIKE = st.from_regex(r"\s?[+-]?[0-9_]{1,400}(\.[0-9]*)?([eE][+-]?[0-9]{1,5})?\s?")


def parse(value: str, *, now: float = NOW, **more: str) -> float | None:
    headers = {name.replace("_", "-"): text for name, text in more.items()}
    return parse_retry_after(CIMultiDict({"retry-after": value, **headers}), now)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("007", 7.0),
        ("120", 120.0),
        ("1.5", 1.5),
        ("2.", 2.0),
        (" 3 ", 3.0),
        ("1e9", 1e9),
        ("1E+3", 1000.0),
        ("1000000000", 1e9),
        ("9" * 30, 1e30),
    ],
)
def test_seconds_are_read_as_they_are_sent(value: str, seconds: float) -> None:
    assert parse(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "-1",
        "-0",
        "+1",
        "inf",
        "Infinity",
        "-inf",
        "nan",
        "NaN",
        "1_000",
        "1,5",
        "1 000",
        "5s",
        "0x10",
        ".5",
        "1e",
        "1e-3",
        "1e400",
        "\u0663",
        "\u00b2",
        "\uff17",
        "1\u0663",
        "soon",
        "7, 8",
        "\x00",
        "5\x1f",
        "\x1c5",
        "\u00a05",
        "1\n2",
        "Fri, 01 Jan 100000 00:00:00 GMT",
        "Fri, 32 Jan 2026 00:00:00 GMT",
        "Thu, 01 Jan 2026 25:00:00 GMT",
        "Thu, 01 Jan 2026 00:00:10 +999999",
        "Thu, 01 Foo 2026 00:00:10 GMT",
        "2026-01-01T00:00:10Z",
        "9" * 400,
    ],
)
def test_what_is_not_understood_means_ordinary_backoff(value: str) -> None:
    assert parse(value) is None


@pytest.mark.parametrize("digits", [33, 40, 300])
def test_a_number_above_the_cap_is_carried_however_long(digits: int) -> None:
    assert parse("9" * digits) == float("9" * digits)


def test_leading_zeros_do_not_hide_a_number() -> None:
    assert parse("0" * 40 + "5") == 5.0


def test_no_header_asks_for_nothing() -> None:
    assert parse_retry_after({}, NOW) is None


def test_a_date_is_so_many_seconds_from_now() -> None:
    assert parse(formatdate(NOW + 90, usegmt=True)) == 90.0


@pytest.mark.parametrize("skew", [-86_400.0, -1.0, 3600.0, 1e9])
def test_a_date_is_read_by_the_answers_own_clock(skew: float) -> None:
    value, date = formatdate(NOW + 15, usegmt=True), formatdate(NOW, usegmt=True)
    assert parse(value, now=NOW + skew, date=date) == 15.0


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 01 Jan 100000 00:00:00 GMT", "é"])
def test_a_date_header_that_is_not_one_is_passed_over(date: str) -> None:
    assert parse(formatdate(NOW + 15, usegmt=True), date=date) == 15.0


@pytest.mark.parametrize("ahead", [-1e9, -1.0, 0.0])
def test_a_date_that_has_passed_means_ordinary_backoff(ahead: float) -> None:
    assert parse(formatdate(NOW + ahead, usegmt=True)) is None


@pytest.mark.parametrize(
    "value",
    [
        "Thu, 01 Jan 2026 00:00:10 GMT",
        "Thursday, 01-Jan-26 00:00:10 GMT",
        "Thu Jan  1 00:00:10 2026",
        "Thu, 01 Jan 2026 01:00:10 +0100",
        "Thu, 01 Jan 2026 00:00:10 -0000",
    ],
)
def test_the_three_forms_of_an_http_date_and_offsets(value: str) -> None:
    assert parse(value) == 10.0


def test_a_far_date_is_carried_as_its_value() -> None:
    assert parse("Thu, 31 Dec 9999 23:59:59 GMT") == 253_402_300_799.0 - NOW


@pytest.mark.parametrize(("value", "seconds"), [("1500", 1.5), ("0", 0.0), ("250.5", 0.2505)])
def test_milliseconds_win_over_seconds(value: str, seconds: float) -> None:
    assert parse("9", retry_after_ms=value) == seconds
    assert parse_retry_after(CIMultiDict({"Retry-After-Ms": value}), NOW) == seconds


@pytest.mark.parametrize("value", ["", "-1", "nan", "inf", "1_000", "\u0663", "5\x1f"])
def test_milliseconds_that_are_not_understood_leave_the_seconds(value: str) -> None:
    assert parse("9", retry_after_ms=value) == 9.0


@given(st.one_of(TEXT, DATE_LIKE, NUMBER_LIKE), st.one_of(TEXT, DATE_LIKE), NUMBER_LIKE | TEXT)
@example("Thu, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "")
@example("5\x1f", "5\x1f", "5\x1f")
@example("1" * 5000, "1" * 5000, "1" * 5000)
def test_any_text_gives_nothing_or_a_finite_wait(value: str, date: str, ms: str) -> None:
    seconds = parse(value, date=date, retry_after_ms=ms)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_http_date_is_read(moment: datetime) -> None:
    second = moment.replace(microsecond=0)
    assert parse(format_datetime(second, usegmt=True), now=-1.0) == second.timestamp() + 1
