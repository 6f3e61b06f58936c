"""Faults in words: each method makes the service do just that, and none stays unused unnoticed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from asyncops import (
    APIError,
    AttemptTimeout,
    ConnectionFailed,
    DecodeError,
    RateLimited,
    RetryPolicy,
    ServerError,
    Timeout,
    ZooClient,
)
from asyncops.testing import FakeChainloop, FakeZoo, Fault
from tests.until import until

ONCE = RetryPolicy(attempts=1)


async def ask(zoo: ZooClient) -> int:
    return len((await zoo.operations.list(status="failed", limit=1)).items)


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        pytest.param(lambda zoo: zoo.fail(), ServerError, "unavailable", id="fail"),
        pytest.param(lambda zoo: zoo.fail(404, message="gone"), APIError, "gone", id="fail as"),
        pytest.param(lambda zoo: zoo.throttle(), RateLimited, "Too many", id="throttle"),
        pytest.param(lambda zoo: zoo.drop(), ConnectionFailed, "closed|lost|disconnect", id="drop"),
        pytest.param(lambda zoo: zoo.hang(), AttemptTimeout, "too long", id="hang"),
        pytest.param(lambda zoo: zoo.delay(9), AttemptTimeout, "too long", id="delay"),
        pytest.param(lambda zoo: zoo.garbage(), DecodeError, "not JSON", id="garbage"),
        pytest.param(lambda zoo: zoo.garbage(b"{}"), DecodeError, "items", id="another shape"),
        pytest.param(lambda zoo: zoo.script(Fault(501)), ServerError, "501", id="script"),
    ],
)
async def test_one_request_meets_the_fault_and_the_next_is_answered(
    script: Callable[[FakeZoo], None], error: type[Exception], words: str
) -> None:
    with FakeZoo() as fake:
        script(fake)
        timeout = Timeout(attempt=0.05) if error is AttemptTimeout else Timeout()
        async with fake.client(retry=ONCE, timeout=timeout) as zoo:
            with pytest.raises(error, match=words):
                await ask(zoo)
        async with fake.client(retry=ONCE) as zoo:
            assert await ask(zoo) == 1
        fake.assert_all_faults_used()


async def test_a_fault_may_wait_for_its_request_and_last() -> None:
    with FakeZoo() as fake:
        fake.fail(500, on=2, times=2, path="/async")
        fake.garbage(path="/ml-prompts")
        seen = []
        async with fake.client(retry=ONCE) as zoo:
            for _ in range(4):
                try:
                    seen.append(await ask(zoo))
                except ServerError as error:
                    seen.append(error.status)
            with pytest.raises(DecodeError):
                await zoo.ml_prompts.list()
        assert seen == [1, 500, 500, 1]


@pytest.mark.parametrize(("after", "told"), [(7, 7.0), ("3", 3.0), (None, None)])
async def test_a_throttled_request_says_when_to_come_back(
    after: float | str | None, told: float | None
) -> None:
    with FakeZoo() as fake:
        fake.throttle(after)
        async with fake.client(retry=ONCE) as zoo:
            with pytest.raises(RateLimited) as caught:
                await ask(zoo)
        assert caught.value.retry_after == told


async def test_retries_take_no_time_and_show_in_what_was_slept() -> None:
    with FakeZoo() as fake:
        fake.fail(503, times=2, retry_after=20)
        async with fake.client() as zoo:
            assert await ask(zoo) == 1
        assert [20 <= slept < 40 for slept in fake.clock.slept] == [True, True]
        assert [request.status for request in fake.requests] == [503, 503, 200]


async def test_an_outage_lasts_until_it_is_ended() -> None:
    with FakeChainloop() as fake:
        async with fake.client() as chainloop:
            fake.down()
            for _ in range(3):
                with pytest.raises(ServerError):
                    await chainloop.operations.list()
            fake.recover()
            assert (await chainloop.operations.list()).items
        # Page 0 is refused.
        assert fake.count() == 11


def test_faults_that_were_not_met_are_named() -> None:
    fake = FakeZoo()
    fake.assert_all_faults_used()
    fake.fail(503, on=3, retry_after=1)
    fake.drop(path="/ml-prompts", times=2)
    fake.down()
    with pytest.raises(AssertionError) as caught:
        fake.assert_all_faults_used()
    assert str(caught.value) == (
        "FakeZoo(): no request met Fault(status=503, on=3, retry_after=1), "
        "Fault(times=2, path='/ml-prompts', drop=True), Fault(status=503); "
        "0 requests came in all"
    )
    fake.recover()
    assert fake.unused_faults == []


async def test_a_fault_whose_request_met_another_one_is_unused() -> None:
    """Both want the first request; the second of them will never have it."""
    with FakeZoo() as fake:
        first, second = Fault(500, on=1), Fault(502, on=1)
        fake.script(first, second)
        async with fake.client(retry=ONCE) as zoo:
            with pytest.raises(ServerError):
                await ask(zoo)
        assert fake.unused_faults == [second]
        fake.recover()
        assert not fake.unused_faults


async def test_a_fault_that_was_met_once_of_many_times_is_used() -> None:
    with FakeZoo() as fake:
        fake.fail(times=100)
        async with fake.client() as zoo:
            with pytest.raises(ServerError):
                await ask(zoo)
        fake.assert_all_faults_used()


async def test_leaving_the_fake_ends_a_request_that_hangs() -> None:
    with FakeZoo() as fake:
        client = fake.client(retry=ONCE)
        fake.hang()
        asking = asyncio.create_task(ask(client))
        await until(lambda: bool(fake.requests), asking)
    with pytest.raises(ConnectionFailed):
        await asking
    await client.close()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        pytest.param({"status": "503"}, TypeError, id="status as text"),
        pytest.param({"status": 99}, ValueError, id="status too low"),
        pytest.param({"status": 1000}, ValueError, id="status too high"),
        pytest.param({"path": 5}, TypeError, id="path"),
        pytest.param({"message": 5}, TypeError, id="message"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_at_once(
    wrong: dict[str, Any], error: type[Exception]
) -> None:
    """The service would stumble over it later and answer 500, whatever was meant."""
    zoo = FakeZoo()
    with pytest.raises(error, match=next(iter(wrong))):
        zoo.fail(**wrong)
    assert not zoo.unused_faults
