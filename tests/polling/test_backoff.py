import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import APIError, RateLimited
from asyncops.polling.backoff import PollBackoff, next_delay
from asyncops.polling.policy import PollPolicy
from asyncops.retry.retry_after import MAX_RETRY_AFTER

STEADY = PollPolicy(initial=2, factor=2, cap=16, jitter=0)


def limited(seconds: float) -> RateLimited:
    return RateLimited("slow down", status=429, retry_after=seconds)


def test_delays_grow_until_there_is_news() -> None:
    backoff = PollBackoff(STEADY)
    quiet = [backoff.delay(None, news=False) for _ in range(5)]
    assert quiet == [2, 4, 8, 16, 16]
    assert backoff.delay(None, news=True) == 2
    assert backoff.delay(None, news=False) == 4


@given(asked=st.floats(0, 1e9), left=st.floats(0, 1e9) | st.just(math.inf))
def test_a_retry_after_counts_within_bounds_and_never_past_the_deadline(
    asked: float, left: float
) -> None:
    delay = next_delay(STEADY, 1, limited(asked), left=left)
    longest = 3600.0 if math.isinf(left) else math.inf
    expected = min(max(2, min(asked, MAX_RETRY_AFTER, longest)), left)
    assert delay == pytest.approx(expected)


def test_an_error_that_asks_for_nothing_is_polled_after_as_usual() -> None:
    assert next_delay(STEADY, 3, APIError("down", status=503), left=60) == 8
