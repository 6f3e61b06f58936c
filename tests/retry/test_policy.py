"""Whether and when to try again: policy, backoff, and what may be repeated."""

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asyncops.errors import (
    APIError,
    AttemptTimeout,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    PoolTimeout,
    RateLimited,
    RepeatedToken,
    TransportError,
)
from asyncops.retry.policy import RetryPolicy, backoff, is_retryable

FRACTION = st.floats(0, 1, exclude_max=True)
SECONDS = st.floats(0, 1e300)
HUGE = 10**400
PROMISED = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530}


def short(value: float) -> str:
    return str(value)[:6]


class TestPolicy:
    def test_the_defaults_are_those_that_are_promised(self) -> None:
        assert RetryPolicy() == RetryPolicy(
            attempts=3, base=0.5, cap=20.0, max_retry_after=120.0, quota=500, statuses=PROMISED
        )

    @pytest.mark.parametrize("value", [0, -1, -HUGE], ids=short)
    def test_there_is_at_least_one_attempt(self, value: int) -> None:
        with pytest.raises(ValueError, match="attempts"):
            RetryPolicy(attempts=value)

    def test_the_quota_may_be_nothing_but_not_less(self) -> None:
        assert RetryPolicy(quota=0).quota == 0
        with pytest.raises(ValueError, match="quota"):
            RetryPolicy(quota=-1)

    @pytest.mark.parametrize("name", ["attempts", "quota"])
    @pytest.mark.parametrize("value", [True, False, 1.0, math.nan, "3", None, b"3", [3]])
    def test_a_count_is_a_whole_number(self, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"^{name} "):
            RetryPolicy(**{name: value})

    @pytest.mark.parametrize("name", ["base", "cap", "max_retry_after"])
    @pytest.mark.parametrize("value", [-0.1, -1, math.nan, math.inf, -math.inf, HUGE], ids=short)
    def test_a_time_is_finite_and_not_negative(self, name: str, value: Any) -> None:
        with pytest.raises(ValueError, match=f"^{name} "):
            RetryPolicy(**{name: value})

    @pytest.mark.parametrize("name", ["base", "cap", "max_retry_after"])
    @pytest.mark.parametrize("value", [True, "1", None, b"1", 1j])
    def test_a_time_is_a_number(self, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"^{name} "):
            RetryPolicy(**{name: value})

    @pytest.mark.parametrize("value", [{200}, {304}, {399}, {600}, {0}, {-1}, {503, 99}], ids=str)
    def test_only_the_statuses_of_errors_can_be_retried(self, value: set[int]) -> None:
        with pytest.raises(ValueError, match=r"^statuses must be from 400 to 599"):
            RetryPolicy(statuses=value)

    @pytest.mark.parametrize(
        "value", [503, None, "503", b"503", {"503"}, {503.0}, {True}, {None}, [[503]]], ids=str
    )
    def test_statuses_are_whole_numbers(self, value: Any) -> None:
        with pytest.raises(TypeError, match=r"^statuses must "):
            RetryPolicy(statuses=value)

    @pytest.mark.parametrize("value", [[503, 429], (429, 503), {429, 503}, {503: 1, 429: 1}])
    def test_statuses_are_kept_as_a_set(self, value: Any) -> None:
        assert RetryPolicy(statuses=value).statuses == frozenset({429, 503})
        assert hash(RetryPolicy(statuses=value)) == hash(RetryPolicy(statuses=[503, 429]))

    def test_nothing_at_all_is_a_fine_wait(self) -> None:
        policy = RetryPolicy(base=0, cap=0, max_retry_after=0)
        assert backoff(policy, 1, None) == 0

    def test_a_policy_is_a_frozen_value(self) -> None:
        assert hash(RetryPolicy()) == hash(RetryPolicy(attempts=3))
        policy: Any = RetryPolicy()
        with pytest.raises(AttributeError):
            policy.attempts = 5


class TestBackoff:
    @given(FRACTION, st.integers(1, 10**6), SECONDS, SECONDS)
    @example(0.999, 10**6, 1e300, 1e300)
    def test_full_jitter_is_between_nothing_and_the_doubled_base(
        self, drawn: float, attempt: int, base: float, cap: float
    ) -> None:
        delay = backoff(RetryPolicy(base=base, cap=cap), attempt, None, lambda: drawn)
        doubled = base * 2.0 ** (attempt - 1) if attempt < 64 else math.inf
        assert 0 <= delay <= min(cap, doubled)

    @pytest.mark.parametrize(
        ("attempt", "longest"), [(1, 0.5), (2, 1), (3, 2), (6, 16), (7, 20), (99, 20)]
    )
    def test_each_failure_doubles_the_longest_wait_up_to_the_cap(
        self, attempt: int, longest: float
    ) -> None:
        policy = RetryPolicy()
        assert backoff(policy, attempt, ConnectionFailed("x"), lambda: 1.0) == longest
        assert backoff(policy, attempt, ConnectionFailed("x"), lambda: 0.5) == longest / 2
        assert backoff(policy, attempt, ConnectionFailed("x"), lambda: 0.0) == 0

    @pytest.mark.parametrize(("attempt", "longest"), [(1, 1), (2, 2), (5, 16), (6, 20)])
    def test_throttling_doubles_the_base(self, attempt: int, longest: float) -> None:
        error = RateLimited("x", status=429)
        assert backoff(RetryPolicy(), attempt, error, lambda: 1.0) == longest

    def test_an_overloaded_gateway_is_not_throttling(self) -> None:
        error = APIError.of(503)("x", status=503)
        assert backoff(RetryPolicy(), 1, error, lambda: 1.0) == 0.5

    @given(st.floats(0, 120), FRACTION, st.integers(1, 9))
    def test_a_wait_that_was_asked_for_is_kept_and_little_is_added(
        self, asked: float, drawn: float, attempt: int
    ) -> None:
        error = APIError.of(503)("x", status=503, retry_after=asked)
        delay = backoff(RetryPolicy(base=0, cap=0), attempt, error, lambda: drawn)
        assert asked <= delay <= asked + 0.1 * max(asked, 1)

    def test_clients_that_were_told_the_same_do_not_come_back_at_once(self) -> None:
        error = RateLimited("x", status=429, retry_after=30.0)
        assert len({backoff(RetryPolicy(), 1, error) for _ in range(20)}) > 1

    def test_the_draw_is_random_unless_given(self) -> None:
        delays = {backoff(RetryPolicy(), 1, None) for _ in range(20)}
        assert len(delays) > 1
        assert all(0 <= delay <= 0.5 for delay in delays)


def lost(*, retryable: bool, sent: bool) -> list[TransportError]:
    kinds = [TransportError, ConnectionFailed, AttemptTimeout, PoolTimeout, DeadlineExceeded]
    return [kind("x", retryable=retryable, sent=sent) for kind in kinds]


class TestWhatIsTriedAgain:
    @pytest.mark.parametrize("sent", [True, False])
    def test_a_lost_connection_of_a_safe_request(self, *, sent: bool) -> None:
        assert all(is_retryable(error, safe=True) for error in lost(retryable=True, sent=sent))

    def test_another_request_only_when_nothing_was_sent(self) -> None:
        assert all(is_retryable(error, safe=False) for error in lost(retryable=True, sent=False))
        assert not any(is_retryable(error, safe=False) for error in lost(retryable=True, sent=True))

    @pytest.mark.parametrize("safe", [True, False])
    @pytest.mark.parametrize("sent", [True, False])
    def test_nothing_that_is_not_marked_as_worth_it(self, *, safe: bool, sent: bool) -> None:
        assert not any(is_retryable(error, safe=safe) for error in lost(retryable=False, sent=sent))

    @pytest.mark.parametrize("status", range(300, 600))
    def test_the_promised_statuses_of_safe_requests_and_none_of_others(self, status: int) -> None:
        error = APIError.of(status)("x", status=status)
        assert is_retryable(error, safe=True) == (status in PROMISED)
        assert not is_retryable(error, safe=False)

    @pytest.mark.parametrize("status", range(300, 600))
    def test_of_what_may_be_repeated_only_what_was_refused_for_its_rate(self, status: int) -> None:
        error = APIError.of(status)("x", status=status)
        assert is_retryable(error, safe=False, repeatable=True) == (status == 429)
        error.sent = False
        assert not is_retryable(error, safe=False, repeatable=True)

    @pytest.mark.parametrize("status", range(400, 600))
    def test_the_statuses_are_those_that_are_given(self, status: int) -> None:
        error = APIError.of(status)("x", status=status)
        assert is_retryable(error, safe=True, statuses=frozenset({418})) == (status == 418)
        assert not is_retryable(error, safe=False, statuses=frozenset({status}))

    @pytest.mark.parametrize(
        "error",
        [
            DecodeError("x"),
            ConfigurationError("x"),
            RepeatedToken("x"),
            ValueError("x"),
            TimeoutError(),
            KeyboardInterrupt(),
            None,
        ],
        ids=repr,
    )
    def test_nothing_else(self, error: BaseException | None) -> None:
        assert not is_retryable(error, safe=True)
