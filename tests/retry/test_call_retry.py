"""One call's retry, driven through tenacity on a clock that moves by itself."""

import asyncio
import errno
import random
import sys
from collections.abc import Awaitable, Callable

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import APIError, AsyncOpsError, ConnectionFailed, DecodeError, RateLimited
from asyncops.retry.budget import RetryQuota
from asyncops.retry.call_retry import CallRetry
from asyncops.retry.policy import RetryPolicy
from asyncops.retry.throttle import Throttle
from asyncops.testing import FakeClock
from asyncops.utils.clock import Clock

LOST = ConnectionFailed("lost", retryable=True)
DOWN = APIError.of(503)("down", status=503)
THROTTLED = RateLimited("slow down", status=429)


@define
class ScriptedCall:
    """A call without a request."""

    clock: Clock
    deadline: float
    safe: bool
    repeatable: bool = False

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


class Rig:
    """What the calls of one client share, and a service that answers by a script."""

    def __init__(self, policy: RetryPolicy | None = None, *, draw: float = 1.0) -> None:
        self.policy = policy or RetryPolicy()
        self.quota = RetryQuota(self.policy.quota)
        self.throttle = Throttle()
        self.clock = FakeClock()
        self.draw = draw
        self.sent = 0
        self.last: CallRetry | None = None

    async def call(
        self,
        attempt: Callable[[], Awaitable[object]],
        *,
        safe: bool = True,
        deadline: float = 120.0,
    ) -> object:
        call = ScriptedCall(self.clock, self.clock.monotonic() + deadline, safe)
        self.last = CallRetry(call, self.policy, self.quota, self.throttle, draw=lambda: self.draw)
        return await self.last.run(attempt)

    async def play(self, *script: object, safe: bool = True, deadline: float = 120.0) -> object:
        """Call a service whose n-th answer is the n-th of the script; its last one stays."""
        answers = list(script)

        async def attempt() -> object:
            self.sent += 1
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            await asyncio.sleep(0)
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return await self.call(attempt, safe=safe, deadline=deadline)


@given(st.integers(1, 12), st.integers(0, 14))
def test_a_call_is_sent_as_often_as_the_policy_says(attempts: int, failures: int) -> None:
    rig = Rig(RetryPolicy(attempts=attempts, base=0))
    if failures < attempts:
        assert asyncio.run(rig.play(*[LOST] * failures, "ok")) == "ok"
    else:
        with pytest.raises(ConnectionFailed) as caught:
            asyncio.run(rig.play(LOST))
        assert caught.value is LOST
    assert rig.sent == min(attempts, failures + 1)
    assert rig.last is not None


async def test_the_waits_are_those_of_the_backoff() -> None:
    rig = Rig(RetryPolicy(attempts=8))
    with pytest.raises(ConnectionFailed):
        await rig.play(LOST)
    assert rig.clock.slept == [0.5, 1, 2, 4, 8, 16, 20]


@pytest.mark.parametrize("safe", [True, False])
async def test_what_cannot_help_is_not_tried_again(*, safe: bool) -> None:
    for error in (DecodeError("x"), APIError.of(404)("x", status=404), ValueError("x")):
        rig = Rig()
        with pytest.raises(type(error)):
            await rig.play(error, safe=safe)
        assert (rig.sent, rig.clock.slept, rig.quota.tokens) == (1, [], 500)


async def test_a_call_that_is_not_safe_is_sent_again_only_when_it_was_not_sent() -> None:
    rig = Rig()
    with pytest.raises(ConnectionFailed):
        await rig.play(LOST, "ok", safe=False)
    assert rig.sent == 1
    assert await rig.play(ConnectionFailed("x", retryable=True, sent=False), "ok", safe=False)


async def test_a_cancelled_call_is_not_tried_again() -> None:
    rig = Rig()
    with pytest.raises(asyncio.CancelledError):
        await rig.play(asyncio.CancelledError(), "ok")
    assert rig.sent == 1


@given(st.floats(0, 60), st.integers(2, 20), st.floats(0, 1))
def test_no_sleep_goes_past_the_deadline(deadline: float, attempts: int, drawn: float) -> None:
    rig = Rig(RetryPolicy(attempts=attempts, quota=10_000), draw=drawn)
    end = rig.clock.monotonic() + deadline
    with pytest.raises(ConnectionFailed):
        asyncio.run(rig.play(LOST, deadline=deadline))
    assert rig.clock.monotonic() <= end


async def test_a_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    rig = Rig()
    error = APIError.of(503)("x", status=503, retry_after=60.0)
    with pytest.raises(APIError) as caught:
        await rig.play(error, "ok", deadline=50.0)
    assert caught.value is error
    assert (rig.sent, rig.clock.slept, rig.quota.tokens) == (1, [], 500)


async def test_a_wait_that_the_service_asks_for_is_kept() -> None:
    rig = Rig(draw=0.0)
    assert await rig.play(RateLimited("x", status=429, retry_after=120.0), "ok", deadline=500)
    assert rig.clock.slept == [120.0]


@pytest.mark.parametrize("asked", [120.001, 1e9, 1e308])
async def test_a_wait_above_the_cap_ends_the_call_at_once_with_its_value(asked: float) -> None:
    rig = Rig()
    with pytest.raises(RateLimited) as caught:
        await rig.play(RateLimited("x", status=429, retry_after=asked), "ok", deadline=1e12)
    assert caught.value.retry_after == asked
    assert (rig.sent, rig.clock.slept, rig.quota.tokens) == (1, [], 500)
    assert rig.throttle.delay(rig.clock.monotonic()) == 0


@pytest.mark.parametrize(
    ("error", "cost"), [(LOST, 14), (DOWN, 14), (THROTTLED, 5)], ids=["lost", "503", "429"]
)
async def test_a_retry_costs_and_a_success_pays_it_back(error: AsyncOpsError, cost: int) -> None:
    rig = Rig()
    with pytest.raises(type(error)):
        await rig.play(error)
    assert rig.quota.tokens == 500 - 2 * cost
    assert await rig.play(error, "ok") == "ok"
    assert rig.quota.tokens == 500 - 2 * cost
    assert await rig.play("ok") == "ok"
    assert rig.quota.tokens == 500 - 2 * cost + 1


async def test_without_quota_a_failure_is_final_at_once() -> None:
    rig = Rig(RetryPolicy(quota=13))
    with pytest.raises(ConnectionFailed):
        await rig.play(LOST, "ok")
    assert (rig.sent, rig.clock.slept, rig.quota.tokens) == (1, [], 13)
    assert await rig.play(THROTTLED, "ok") == "ok"


@pytest.mark.parametrize("error", [LOST, DOWN, THROTTLED], ids=["lost", "503", "429"])
async def test_in_a_full_outage_calls_hardly_add_requests(error: AsyncOpsError) -> None:
    rig = Rig(RetryPolicy(quota=500), draw=0.0)
    for _ in range(1000):
        with pytest.raises(type(error)):
            await rig.play(error)
    assert rig.quota.tokens < 14
    rig.sent = 0
    for _ in range(1000):
        with pytest.raises(type(error)):
            await rig.play(error)
    assert rig.sent < 1100


async def test_one_that_is_throttled_closes_the_gate_for_all() -> None:
    rig = Rig()
    start = rig.clock.monotonic()
    with pytest.raises(RateLimited):
        await rig.play(RateLimited("x", status=429, retry_after=40.0), deadline=30.0)
    assert rig.throttle.delay(start) == pytest.approx(44.0)


async def test_other_failures_leave_the_gate_open() -> None:
    rig = Rig()
    with pytest.raises(APIError):
        await rig.play(DOWN)
    assert rig.throttle.delay(rig.clock.monotonic()) == 0


async def test_many_calls_at_once_each_get_their_own_answer() -> None:
    rig = Rig(RetryPolicy(attempts=4, quota=10**6))
    dice = random.Random(5)

    async def one(number: int) -> object:
        return await rig.play(*[LOST] * dice.randrange(4), number, deadline=1e9)

    assert await asyncio.gather(*map(one, range(300))) == list(range(300))


async def test_where_no_file_can_be_opened_the_error_of_the_call_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that is out of files can import nothing: waits outlast that as any other outage."""

    class Exhausted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "tenacity":
                raise OSError(errno.EMFILE, "Too many open files", name)

    for name in [each for each in sys.modules if each.partition(".")[0] == "tenacity"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Exhausted(), *sys.meta_path])

    async def attempt() -> None:
        raise LOST

    with pytest.raises(ConnectionFailed) as caught:
        await Rig().call(attempt)
    assert caught.value is LOST
