"""The pause of all calls after a 429."""

import math

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import DeadlineExceeded, RateLimited
from asyncops.retry.throttle import Throttle
from asyncops.testing import FakeClock
from asyncops.utils.clock import Clock


@define
class TimedCall:
    clock: Clock
    deadline: float
    safe: bool = True
    repeatable: bool = False

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


@given(st.lists(st.floats(-1e6, 1e6)), st.floats(-1e6, 1e6))
def test_it_opens_at_the_latest_moment_it_was_told(moments: list[float], now: float) -> None:
    throttle = Throttle()
    assert throttle.delay(now) == 0
    for moment in moments:
        throttle.close_until(moment)
    latest = max(moments, default=-math.inf)
    assert throttle.opens_at == latest
    assert throttle.delay(now) == max(0.0, latest - now)
    assert throttle.delay(latest) == 0 or not moments


async def test_a_call_waits_until_it_opens() -> None:
    clock, throttle = FakeClock(), Throttle()
    call = TimedCall(clock, clock.monotonic() + 60)
    await throttle.wait(call)
    assert clock.slept == []
    throttle.close_until(clock.monotonic() + 40)
    await throttle.wait(call)
    assert sum(clock.slept) == pytest.approx(40)
    assert throttle.delay(clock.monotonic()) == 0


async def test_a_call_whose_time_ends_before_fails_without_waiting() -> None:
    """With a copy of the answer that closed it, which says how long it still is."""
    clock, throttle = FakeClock(), Throttle()
    reason = RateLimited("slow down", status=429, retry_after=90.0)
    throttle.close_until(clock.monotonic() + 90, reason)
    clock.advance(30)
    with pytest.raises(RateLimited) as caught:
        await throttle.wait(TimedCall(clock, clock.monotonic() + 60))
    assert clock.slept == []
    assert not caught.value.sent
    assert caught.value.retry_after == pytest.approx(60)
    assert (reason.sent, reason.retry_after) == (True, 90)


async def test_without_a_reason_that_is_a_matter_of_the_deadline() -> None:
    clock, throttle = FakeClock(), Throttle()
    throttle.close_until(clock.monotonic() + 90)
    with pytest.raises(DeadlineExceeded, match=r"90\.0 s more") as caught:
        await throttle.wait(TimedCall(clock, clock.monotonic() + 60))
    assert not caught.value.sent
