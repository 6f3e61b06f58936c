"""How often to poll, and what a failed poll means."""

import asyncio
import math
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops import (
    APIError,
    AsyncOpsError,
    AttemptTimeout,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    Forbidden,
    NotFound,
    PoolTimeout,
    RateLimited,
    RepeatedToken,
    ServerError,
    Unauthorized,
    UnexpectedPage,
)
from asyncops.polling.policy import PollPolicy
from asyncops.polling.wait_schedule import PollSchedule
from asyncops.retry.policy import may_pass
from asyncops.testing import FakeClock
from asyncops.utils.checks import plain_hook

SECONDS = st.floats(0.001, 1e5)


@given(SECONDS, st.floats(1, 1e6), SECONDS, st.floats(0, 1), st.integers(1, 10**9))
def test_no_delay_is_longer_than_the_cap_or_undefined(
    initial: float, factor: float, cap: float, jitter: float, polls: int
) -> None:
    """However many polls there were."""
    policy = PollPolicy(initial=initial, factor=factor, cap=cap, jitter=jitter)
    assert 0 <= policy.delay(polls) <= policy.delay(polls, lambda: 0.0) <= cap
    assert policy.delay(polls, lambda: 1.0) >= 0


def test_delays_grow_to_the_cap_however_slowly() -> None:
    """A factor next to 1 gets there too."""
    policy = PollPolicy(factor=1.01, jitter=0)
    delays = [policy.delay(polls) for polls in range(1, 400)]
    assert delays[0] == 1.0
    assert all(after >= before for before, after in pairwise(delays))
    assert delays[-1] == 20.0


def test_jitter_only_shortens() -> None:
    """By its share at the most."""
    policy = PollPolicy(initial=10, jitter=0.2)
    assert policy.delay(1, lambda: 0.0) == 10
    assert policy.delay(1, lambda: 1.0) == pytest.approx(8)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionFailed("lost", retryable=True), True),
        (ConnectionFailed("TLS", sent=False), False),
        (DeadlineExceeded("too long"), True),
        (PoolTimeout("full", sent=False), True),
        (RateLimited("slow down", status=429), True),
        (ServerError("down", status=500), True),
        (ServerError("down", status=529), True),
        (ServerError("not implemented", status=501), False),
        (AttemptTimeout("too long"), True),
        (UnexpectedPage("asked for page 4, the answer is page 3"), True),
        (APIError("took too long", status=408), True),
        (NotFound("no", status=404), False),
        (Unauthorized("no", status=401), False),
        (Forbidden("no", status=403), False),
        (DecodeError("what"), False),
        (ConfigurationError("closed"), False),
        (RepeatedToken("circle"), False),
    ],
    ids=repr,
)
def test_what_may_pass_is_told_from_what_does_not(error: AsyncOpsError, passes: bool) -> None:
    """A poll is made up for where the service or the network may be better next time."""
    assert may_pass(error) is passes


def test_a_refusal_to_other_calls_may_pass_too() -> None:
    """The gate of a client closes and opens again."""
    error = RateLimited("slow down", status=429)
    error.sent = False
    assert may_pass(error)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("initial", [0, -1, math.nan, math.inf]),
        ("factor", [0.99, 0, math.nan, math.inf, 10**400]),
        ("cap", [0, -1, math.nan, math.inf]),
        ("timeout", [0, -1, math.nan, math.inf]),
        ("jitter", [-0.1, 1.1, math.nan]),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(name: str, bad: list[float]) -> None:
    """By the name of what is wrong."""
    for value in bad:
        with pytest.raises(ValueError, match=f"{name} must be"):
            PollPolicy(**{name: value})
    for odd in ("1", True):
        options: dict[str, Any] = {name: odd}
        with pytest.raises(TypeError, match=f"{name} must be a number"):
            PollPolicy(**options)
    assert PollPolicy(timeout=None).timeout is None


async def test_the_last_poll_is_when_the_time_is_up_and_no_later() -> None:
    """And there is none after it."""
    clock = FakeClock()
    schedule = PollSchedule.checked(PollPolicy(jitter=0), 10.0, clock)
    starts: list[float] = []

    async def ask() -> int:
        starts.append(schedule.elapsed)
        return 1

    delay: float | None = 0.0
    while delay is not None:
        await schedule.poll(ask)
        delay = schedule.next_in()
        if delay is not None:
            await clock.sleep(delay)
    assert starts == pytest.approx([0, 1, 2.5, 4.75, 8.125, 10])
    assert schedule.number == 6


@pytest.mark.parametrize("overran", [0.0, 1.0, 1000.0])
async def test_a_poll_that_begins_too_late_is_still_made_and_is_the_last(overran: float) -> None:
    """A sleep may be longer than it was to be."""
    clock = FakeClock()
    schedule = PollSchedule.checked(PollPolicy(jitter=0), 10.0, clock)

    async def ask() -> int:
        await asyncio.sleep(0)
        return schedule.number

    assert await schedule.poll(ask) == 1
    assert schedule.next_in() == 1.0
    clock.advance(10.0 + overran)
    assert await schedule.poll(ask) == 2
    assert schedule.next_in() is None
    assert not schedule.unanswered


async def test_a_poll_that_begins_too_late_has_its_own_end() -> None:
    """Of the timeout, where that is the shorter."""
    clock = FakeClock()
    schedule = PollSchedule.checked(PollPolicy(), 0.005, clock)

    async def ask(hang: bool) -> None:
        await asyncio.sleep(60 if hang else 0)

    await schedule.poll(partial(ask, False))
    clock.advance(1000)
    assert isinstance(await schedule.poll(partial(ask, True)), DeadlineExceeded)
    assert schedule.unanswered


async def test_news_begin_the_delays_anew() -> None:
    """And a service that asks to wait is left alone for so long."""
    schedule = PollSchedule.checked(PollPolicy(jitter=0, timeout=None), None, FakeClock())
    throttled = RateLimited("slow down", status=429, retry_after=33.0)
    asked = [False, False, True, False]
    assert [schedule.next_in(news=news) for news in asked] == [1.0, 1.5, 1.0, 1.5]
    assert schedule.next_in(error=throttled) == 33.0
    assert schedule.next_in(error=ServerError("down", status=500)) == pytest.approx(3.375)


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf])
def test_a_timeout_that_is_no_span_of_time_is_refused(timeout: float) -> None:
    """Before anything is sent."""
    with pytest.raises(ValueError, match="timeout must be"):
        PollSchedule.checked(PollPolicy(), timeout, FakeClock())


def test_what_is_no_policy_or_no_hook_is_refused() -> None:
    """A coroutine function would never be awaited."""
    number: Any = 5

    async def hook(_: object) -> None:
        raise AssertionError

    class Hook:
        async def __call__(self, _: object) -> None:
            raise AssertionError

    with pytest.raises(TypeError, match="poll must be a PollPolicy"):
        PollSchedule.checked(number, None, FakeClock())
    for bad in (number, hook, Hook(), Hook().__call__, partial(hook), partial(Hook())):
        with pytest.raises(TypeError, match="on_poll must be a plain function"):
            plain_hook("on_poll", bad, takes="Poll")
    plain: list[Any] = [None, print, [].append, partial(print), Hook]
    for good in plain:
        assert plain_hook("on_poll", good, takes="Poll") is good
