"""The time of a call, and the limit of a poll."""

import asyncio
from typing import Any

import pytest

from asyncops.http.timeouts import CallTime, poll_limit
from asyncops.testing import FakeClock
from asyncops.utils.time_limits import TimeLimits


async def test_the_time_of_a_call_stands_still_with_that_of_its_poll() -> None:
    """Also where the poll makes the call in a task of its own."""
    clock = FakeClock(auto_advance=False)

    async def call(poll: float | None) -> float:
        with CallTime(TimeLimits(0.02), clock, clock.monotonic() + 1) as time:
            time.stop()
            time.stop()
            clock.advance(5.0)
            await asyncio.sleep(0.05)
            time.go_on()
            time.go_on()
        assert not time.expired, poll
        return time.deadline - clock.monotonic()

    assert await call(None) == 1
    with poll_limit(0.02) as limit:
        assert await asyncio.create_task(call(0.02)) == 1
    assert not limit.expired


async def test_a_poll_ends_at_its_limit() -> None:
    with pytest.raises(TimeoutError), poll_limit(0.01) as limit:
        await asyncio.get_running_loop().create_future()
    assert limit.expired


async def test_a_poll_that_is_over_leaves_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each poll of a long wait would leave one that goes on for the rest of the wait."""
    loop = asyncio.get_running_loop()
    call_at, timers = loop.call_at, list[asyncio.TimerHandle]()

    def noted(*arguments: Any, **context: Any) -> asyncio.TimerHandle:
        timers.append(call_at(*arguments, **context))
        return timers[-1]

    monkeypatch.setattr(loop, "call_at", noted)
    with poll_limit(900.0):
        pass
    assert [each.cancelled() for each in timers] == [True]
