"""``wait`` against the fake server, whose data move as the client sleeps."""

import asyncio
from typing import Any, assert_type
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOperation,
    ChainloopClient,
    ConfigurationError,
    DecodeError,
    Forbidden,
    MlPrompt,
    NotFound,
    OperationFailed,
    RetryPolicy,
    State,
    Timeout,
    Unauthorized,
    WaitTimeout,
    ZooClient,
)
from asyncops.polling.policy import Poll, PollPolicy
from asyncops.services.zoo import AsyncApiCallOutput, FileVolume
from asyncops.testing import FakeServer, Fault, ZooHabits
from tests import raw_json
from tests.until import until
from tests.wire.kit import assert_clean, strays

STEADY = PollPolicy(jitter=0)
RESOURCE: dict[str, Any] = {"resource_type": "evidence", "resource_id": "of-these-tests"}


def zoo_of(server: FakeServer, **options: Any) -> ZooClient:
    return ZooClient(server.token, base_url=server.url, clock=server.clock, **options)


def chainloop_of(server: FakeServer, **options: Any) -> ChainloopClient:
    return ChainloopClient(server.token, base_url=server.url, clock=server.clock, **options)


async def test_a_call_is_waited_for_and_comes_with_its_result() -> None:
    """With a request for each poll, and no other."""
    async with FakeServer() as server, zoo_of(server) as zoo:
        row = raw_json.create_operation(server, type="file_volume", lifetime=30, fails=False)
        polls: list[Poll] = []
        call = await zoo.operations.wait(row["id"], poll=STEADY, on_poll=polls.append)
        assert_type(call, AsyncApiCallOutput)
        assert isinstance(call, FileVolume)
        assert call.state is State.SUCCEEDED
        assert server.count(f"/async/operations/{row['id']}") == server.count() == len(polls)
        assert [poll.next_in for poll in polls[:3]] == [1.0, 1.5, 2.25]


async def test_a_prompt_is_waited_for() -> None:
    """In the same words."""
    async with FakeServer() as server, zoo_of(server) as zoo:
        row = raw_json.create_prompt(server, lifetime=12, fails=False)
        prompt = await zoo.ml_prompts.wait(row["id"])
        assert_type(prompt, MlPrompt)
        assert (str(prompt.id), prompt.state) == (row["id"], State.SUCCEEDED)


async def test_failure_carries_the_operation_and_its_error() -> None:
    """Of either service."""
    async with FakeServer() as server, zoo_of(server) as zoo, chainloop_of(server) as chainloop:
        prompt = raw_json.create_prompt(server, lifetime=5, fails=True)
        with pytest.raises(OperationFailed) as caught:
            await zoo.ml_prompts.wait(prompt["id"])
        error = caught.value
        assert isinstance(error.operation, MlPrompt)
        assert (error.operation.error or "no reason given") in str(error)
        assert_clean(error, [server.token])
        given_all_the_same = await zoo.ml_prompts.wait(prompt["id"], raise_on_failure=False)
        assert given_all_the_same == error.operation

        for fails in (False, True):
            raw_json.create_chainloop_operation(server, lifetime=5, fails=fails, **RESOURCE)
        with pytest.raises(OperationFailed, match=r"1 of 2 operations did not succeed") as both:
            await chainloop.operations.wait(**RESOURCE)
        assert both.value.operation.state is State.FAILED
        assert len(both.value.operations) == 2
        assert len(await chainloop.operations.wait(**RESOURCE, raise_on_failure=False)) == 2


async def test_a_timeout_carries_the_last_state() -> None:
    """At exactly its time."""
    async with FakeServer() as server, zoo_of(server) as zoo:
        row = raw_json.create_operation(server, status="in_progress")
        before = server.clock.monotonic()
        with pytest.raises(WaitTimeout, match=r"still running after 100\.0 s") as caught:
            await zoo.operations.wait(row["id"], timeout=100)
        assert caught.value.last is not None
        assert not isinstance(caught.value.last, tuple)
        assert caught.value.last.state is State.RUNNING
        assert server.clock.monotonic() - before == pytest.approx(100)


async def test_the_operations_of_a_resource_are_waited_for_together() -> None:
    """All kinds, or one."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        for lifetime in (5, 40, 20):
            raw_json.create_chainloop_operation(
                server, kind="evidence_evaluation", lifetime=lifetime, fails=False, **RESOURCE
            )
        raw_json.create_chainloop_operation(
            server, kind="report_export", status="ASYNC_OPERATION_STATUS_RUNNING", **RESOURCE
        )
        evaluated = await chainloop.operations.wait(**RESOURCE, kind="evidence_evaluation")
        assert_type(evaluated, tuple[AsyncOperation, ...])
        assert [each.state for each in evaluated] == [State.SUCCEEDED] * 3
        with pytest.raises(WaitTimeout, match=r"1 of 4 operations .* after 60.0 s: 1 running"):
            await chainloop.operations.wait(**RESOURCE, timeout=60)


async def test_an_operation_that_has_yet_to_begin_is_waited_for_unless_told_otherwise() -> None:
    """That none exists says nothing about how it will end."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        assert await chainloop.operations.wait(**RESOURCE, missing="ok") == ()
        # Page 0, which is refused, and page 1.
        assert server.count() == 2
        with pytest.raises(WaitTimeout, match=r"there was no operation after 30.0 s") as none:
            await chainloop.operations.wait(**RESOURCE, timeout=30)
        assert none.value.last == ()

        def begin(poll: Poll) -> None:
            if poll.number == 3:
                raw_json.create_chainloop_operation(server, lifetime=10, fails=False, **RESOURCE)

        (operation,) = await chainloop.operations.wait(**RESOURCE, on_poll=begin)
        assert operation.state is State.SUCCEEDED


async def test_the_retries_of_a_poll_are_its_own_and_an_outage_is_outlasted() -> None:
    """A poll is a call like any other; the wait is over it."""
    async with FakeServer() as server, zoo_of(server, retry=RetryPolicy(attempts=2)) as zoo:
        row = raw_json.create_operation(server, lifetime=20, fails=False)
        server.script(Fault(503, on=1), Fault(drop=True, on=4, times=4), Fault(429, on=9))
        polls: list[Poll] = []
        call = await zoo.operations.wait(row["id"], on_poll=polls.append)
        assert call.state is State.SUCCEEDED
        failed = [poll.number for poll in polls if poll.error is not None]
        # The first and the ninth request were made good within their polls.
        assert failed == [3, 4]
        assert server.count() == len(polls) + 4


async def test_a_call_that_outlasts_its_own_deadline_does_not_end_the_wait() -> None:
    """The next poll makes up for it."""
    async with (
        FakeServer() as server,
        zoo_of(server, timeout=Timeout(deadline=1.0)) as zoo,
    ):
        row = raw_json.create_operation(server, lifetime=0, fails=False)
        server.script(Fault(on=1, delay=60))
        polls: list[Poll] = []
        assert (await zoo.operations.wait(row["id"], on_poll=polls.append)).state.ended
        assert [type(poll.error).__name__ for poll in polls] == ["DeadlineExceeded", "NoneType"]


async def test_what_does_not_pass_ends_the_wait_at_its_first_sight() -> None:
    """One request, one typed error."""
    async with FakeServer() as server, zoo_of(server) as zoo:
        row = raw_json.create_operation(server, lifetime=20)
        with pytest.raises(NotFound):
            await zoo.operations.wait(uuid4())
        server.script(Fault(body=b"[]"))
        with pytest.raises(DecodeError):
            await zoo.operations.wait(row["id"])
        assert server.count() == 2
        server.token = "another"
        with pytest.raises(Unauthorized):
            await zoo.operations.wait(row["id"])
    async with FakeServer(zoo=ZooHabits(staff=False)) as server, zoo_of(server) as zoo:
        with pytest.raises(Forbidden, match="staff access"):
            await zoo.ml_prompts.wait(raw_json.ml_prompts(server)[0]["id"])
        await zoo.close()
        with pytest.raises(ConfigurationError):
            await zoo.ml_prompts.wait(uuid4())


@pytest.mark.parametrize("body", [b"<html>", b""], ids=["a page", "nothing"])
async def test_an_answer_that_is_no_json_is_outlasted_once_there_was_a_good_one(
    body: bytes,
) -> None:
    """Of a gateway, with status 200; before a good one, after the client's attempts."""
    async with FakeServer() as server, zoo_of(server, retry=RetryPolicy(attempts=4)) as zoo:
        row = raw_json.create_operation(server, lifetime=60, fails=False)
        server.script(Fault(body=body, on=2, times=5))
        told: list[Poll] = []
        await zoo.operations.wait(row["id"], poll=STEADY, on_poll=told.append)
        assert [poll.number for poll in told if poll.error is not None] == [2, 3, 4, 5, 6]
        server.script(Fault(body=body, times=100))
        before = server.count()
        with pytest.raises(DecodeError, match="not JSON"):
            await zoo.operations.wait(row["id"], poll=STEADY)
        assert server.count() - before == 4


async def test_arguments_are_checked_before_anything_is_sent() -> None:
    """Each by its name."""
    async with FakeServer() as server, zoo_of(server) as zoo, chainloop_of(server) as chainloop:
        nothing: Any = None
        for waits in (zoo.operations.wait, zoo.ml_prompts.wait):
            with pytest.raises(ValueError, match="id must be a UUID"):
                await waits("../x")
            with pytest.raises(ValueError, match="timeout must be"):
                await waits(uuid4(), timeout=0)
            with pytest.raises(TypeError, match="poll must be"):
                await waits(uuid4(), poll=nothing)
        with pytest.raises(ValueError, match="resource_id must not be empty"):
            await chainloop.operations.wait(resource_type="evidence", resource_id="")
        with pytest.raises(TypeError, match="resource_type must be a string"):
            await chainloop.operations.wait(resource_type=nothing, resource_id="x")
        assert server.count() == 0


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(after=st.floats(0, 0.006))
def test_cancelling_ends_the_poll_and_sends_nothing_else(after: float) -> None:
    """Only ``GET`` was ever sent, and the client works on."""

    async def check() -> None:
        async with zoo_of(server) as zoo:
            task = asyncio.ensure_future(
                zoo.operations.wait(row["id"], poll=PollPolicy(timeout=None))
            )
            await asyncio.sleep(after)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled(), task.exception()
            await until(lambda: not strays())
            assert (await zoo.operations.get(row["id"])).state is State.RUNNING

    with FakeServer(latency=0.001) as server:
        row = raw_json.create_operation(server, status="in_progress")
        asyncio.run(check())
        assert {request.method for request in server.requests} == {"GET"}
