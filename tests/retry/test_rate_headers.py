"""The headers that tell a limit: each way to write a time, and which answers refuse."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops.models.description_error import DescriptionError
from asyncops.retry.rate_headers import RateLimit, Times, meant_status, wait_asked_for

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
LIMIT = RateLimit("X-Left", "X-Reset", also={403})


def headers(**named: str) -> CIMultiDict[str]:
    return CIMultiDict({name.replace("_", "-"): value for name, value in named.items()})


def wait(text: str, times: Times, status: int = 429, **more: str) -> float | None:
    limit = evolve(LIMIT, times=times)
    return wait_asked_for(status, headers(x_reset=text, **more), NOW, limit)


@pytest.mark.parametrize(
    ("times", "text", "seconds"),
    [
        ("seconds", "30", 30.0),
        ("seconds", "0", 0.0),
        ("seconds", " 1.5 ", 1.5),
        ("epoch", "1767225630", 30.0),
        ("epoch", "1767225600.5", 0.5),
        ("rfc3339", "2026-01-01T00:00:30Z", 30.0),
        ("rfc3339", "2026-01-01T02:00:30+02:00", 30.0),
        ("rfc3339", "2026-01-01T00:00:00.250Z", 0.25),
        ("rfc3339", "2026-01-01T00:00:30", 30.0),
        ("duration", "6m0s", 360.0),
        ("duration", "1h2m3.5s", 3723.5),
        ("duration", "12ms", 0.012),
        ("duration", "1d", 86_400.0),
        ("duration", "250\u00b5s", 0.00025),
        ("duration", "7us", 0.000007),
        ("duration", "9ns", 9e-9),
        ("duration", "0s", 0.0),
    ],
)
def test_a_time_is_read_as_it_is_declared(times: Times, text: str, seconds: float) -> None:
    assert wait(text, times) == pytest.approx(seconds)
    assert wait(text, times, x_left="0") == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("times", "text"),
    [
        ("seconds", ""),
        ("seconds", "-1"),
        ("seconds", "soon"),
        ("seconds", "6m0s"),
        ("seconds", "1_000"),
        ("epoch", "1767225600"),
        ("epoch", "1767225599"),
        ("epoch", "nan"),
        ("epoch", "9" * 400),
        ("rfc3339", "2025-12-31T23:59:59Z"),
        ("rfc3339", "2026-13-01T00:00:00Z"),
        ("rfc3339", "30"),
        ("duration", "30"),
        ("duration", "m"),
        ("duration", "6m 0s"),
        ("duration", "-6m"),
        ("duration", "6m0"),
        ("duration", "9" * 400 + "s"),
        ("duration", "\u0663s"),
    ],
)
def test_a_time_that_is_over_or_written_otherwise_asks_for_nothing(times: Times, text: str) -> None:
    assert wait(text, times) is None


@pytest.mark.parametrize("times", ["seconds", "epoch", "rfc3339", "duration"])
@given(text=st.text() | st.from_regex(r"[0-9]{1,400}[a-z.:TZ-]{0,9}"), date=st.text())
def test_any_text_gives_seconds_or_nothing(times: Times, text: str, date: str) -> None:
    seconds = wait(text, times, date=date)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


@given(st.integers(1, 10**7))
def test_all_four_ways_say_the_same(seconds: int) -> None:
    moment = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=seconds)
    assert wait(str(seconds), "seconds") == seconds
    assert wait(str(int(NOW) + seconds), "epoch") == seconds
    assert wait(moment.isoformat(), "rfc3339") == seconds
    assert wait(f"{seconds // 60}m{seconds % 60}s", "duration") == seconds


@pytest.mark.parametrize(
    ("times", "text"), [("epoch", "1767225630"), ("rfc3339", "2026-01-01T00:00:30Z")]
)
def test_a_moment_counts_from_the_date_of_the_answer(times: Times, text: str) -> None:
    """A clock that is wrong here does no harm."""
    assert wait(text, times, date="Thu, 01 Jan 2026 00:00:20 GMT") == 10.0
    assert wait(text, times, date="Thu, 01 Jan 2026 00:00:40 GMT") is None


def test_retry_after_goes_before_the_reset() -> None:
    assert wait("30", "seconds", retry_after="7") == 7.0
    assert wait("30", "seconds", retry_after_ms="70") == 0.07
    assert wait("30", "seconds", retry_after="never") == 30.0


@pytest.mark.parametrize("left", ["1", "5000", "0.5"])
def test_a_limit_that_is_not_used_up_is_not_the_one_that_refuses(left: str) -> None:
    """Some services have several, and tell one."""
    assert wait("30", "seconds", x_left=left) is None
    assert wait("30", "seconds", x_left=left, retry_after="7") == 7.0


@pytest.mark.parametrize("status", [400, 401, 404, 408, 500, 503])
def test_other_errors_do_not_wait_for_the_reset(status: int) -> None:
    assert wait("30", "seconds", status, x_left="0") is None
    assert wait("30", "seconds", status, x_left="0", retry_after="7") == 7.0


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ({}, 403),
        ({"x_left": "1"}, 403),
        ({"x_left": "soon"}, 403),
        ({"x_reset": "30"}, 403),
        ({"x_left": "0"}, 429),
        ({"retry_after": "0"}, 429),
        ({"retry_after": "7", "x_left": "9"}, 429),
        ({"retry_after": "never"}, 403),
    ],
    ids=str,
)
def test_a_declared_status_means_a_limit_if_the_headers_say_so(
    named: dict[str, str], status: int
) -> None:
    assert meant_status(403, headers(**named), NOW, LIMIT) == status
    assert meant_status(403, headers(**named), NOW, None) == 403
    assert meant_status(404, headers(**named), NOW, LIMIT) == 404
    assert meant_status(429, headers(**named), NOW, LIMIT) == 429


def test_without_a_declaration_retry_after_alone_counts() -> None:
    named = headers(x_left="0", x_reset="30")
    assert wait_asked_for(429, named, NOW, None) is None
    assert wait_asked_for(429, headers(retry_after="7"), NOW, None) == 7.0


def test_it_is_a_frozen_value() -> None:
    assert RateLimit("A", "B", also=[403]) == RateLimit("A", "B", also={403})
    assert hash(RateLimit("A", "B")) == hash(RateLimit("A", "B", times="seconds"))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"remaining": "X Left"}, "remaining must be the name of a header"),
        ({"reset": ""}, "reset must be the name of a header"),
        (
            {"times": "minutes"},
            "times must be one of 'seconds', 'epoch', 'rfc3339', 'duration'",
        ),
        ({"also": {200}}, "also must be from 400 to 599"),
        ({"remaining": 5}, "remaining must be a string"),
        ({"also": 403}, "also must be a set of HTTP statuses"),
        ({"also": ["403"]}, "also must hold whole numbers"),
    ],
)
def test_a_field_that_cannot_be_right_is_named(fields: Any, complaint: str) -> None:
    with pytest.raises(DescriptionError, match=f"^RateLimit: {complaint}"):
        evolve(LIMIT, **fields)
