"""What may be given as a rate, and how a rate spaces requests."""

import asyncio
import sys
import threading
from typing import Any

import pytest

from asyncops.errors import ConfigurationError
from asyncops.retry.rate_limit import RateLimiter, rate_limiter


class Free:
    """A limiter that never holds anything back."""

    async def acquire(self) -> None:
        """Return at once."""


class Instant:
    """Has an ``acquire`` that is no coroutine function."""

    def acquire(self) -> Any:
        """Return at once."""


class TestRateLimiter:
    def test_none_is_no_limit_and_a_limiter_is_itself(self) -> None:
        limiter = Free()
        assert rate_limiter(None) is None
        assert rate_limiter(limiter) is limiter

    @pytest.mark.parametrize(
        "rate", [0, -1, 0.0, float("nan"), float("inf"), -float("inf"), 10**400, 5e-324]
    )
    def test_a_rate_is_finite_and_above_nothing(self, rate: float) -> None:
        with pytest.raises(ValueError, match="rate_limit must be finite and above 0"):
            rate_limiter(rate)

    @pytest.mark.parametrize("value", [True, "5", b"5", [5], object(), Free])
    def test_other_things_are_no_rate(self, value: object) -> None:
        with pytest.raises(TypeError, match="rate_limit must be a number of requests per second"):
            rate_limiter(value)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "value", [asyncio.Semaphore(3), asyncio.Lock(), threading.Lock(), Instant()]
    )
    def test_what_bounds_no_rate_is_told_from_a_limiter(self, value: RateLimiter) -> None:
        """A lock is never released, and an acquire() that is not awaited holds nothing back."""
        with pytest.raises(TypeError, match=r"async acquire\(\) .* no release\(\): give requests"):
            rate_limiter(value)

    @pytest.mark.parametrize("rate", [5, 0.25, 1e6])
    async def test_a_rate_lets_one_out_at_once(self, rate: float) -> None:
        limiter = rate_limiter(rate)
        assert isinstance(limiter, RateLimiter)
        await asyncio.wait_for(limiter.acquire(), 0.05)

    async def test_requests_are_spaced_evenly(self) -> None:
        limiter, loop = rate_limiter(500), asyncio.get_running_loop()
        assert limiter is not None
        began = loop.time()
        for number in range(10):
            await limiter.acquire()
            assert loop.time() - began >= number / 500 - 1e-6

    def test_what_is_missing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "aiolimiter", None)
        with pytest.raises(ConfigurationError, match=r"pip install 'asyncops\[rate\]'"):
            rate_limiter(5)
