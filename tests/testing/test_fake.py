"""`FakeZoo` and `FakeChainloop`: what they hold, who finds them, whose time they live on."""

import asyncio
import inspect
import math
import os
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from asyncops import (
    AsyncOperationStatus,
    ChainloopClient,
    DecodeError,
    OperationFailed,
    RetryPolicy,
    State,
    Unauthorized,
    WaitTimeout,
    ZooClient,
)
from asyncops.client import BaseClient
from asyncops.services.zoo import ApiCallStatus, FileConversion, FileMass
from asyncops.testing import (
    ChainloopHabits,
    Fake,
    FakeChainloop,
    FakeClock,
    FakeServer,
    FakeZoo,
    ZooHabits,
)
from asyncops.testing.fake import ClientOptions
from asyncops.utils.clock import SYSTEM_CLOCK, SystemClock


async def test_a_listing_equals_what_the_fake_says_it_holds() -> None:
    with FakeZoo() as fake:
        async with fake.client() as zoo:
            assert await zoo.operations.list().collect() == fake.operations()
            failed = await zoo.operations.list(status="failed").collect()
            assert failed == fake.operations("failed") == fake.operations(ApiCallStatus.FAILED)
            assert await zoo.ml_prompts.list().collect() == fake.prompts()
    with FakeChainloop() as other:
        async with other.client() as chainloop:
            assert await chainloop.operations.list().collect() == other.operations()
            running = await chainloop.operations.list(status="running").collect()
            assert running == other.operations("running")


def test_the_usual_data_are_few_and_have_every_status() -> None:
    zoo, chainloop = FakeZoo(), FakeChainloop()
    assert {call.status for call in zoo.operations()} == set(ApiCallStatus)
    assert {prompt.status for prompt in zoo.prompts()} == set(ApiCallStatus)
    present = {operation.status for operation in chainloop.operations()}
    assert present == set(AsyncOperationStatus) - {AsyncOperationStatus.UNSPECIFIED}
    assert len(zoo.operations()) == len(zoo.prompts()) == len(chainloop.operations()) == 25


def test_the_seed_makes_the_data() -> None:
    assert FakeZoo().operations() == FakeZoo().operations() != FakeZoo(seed=1).operations()
    assert FakeChainloop().operations() != FakeChainloop(seed=1).operations()


def test_calls_of_one_instant_are_in_the_order_of_their_ids() -> None:
    """As a client has them, which merges the listings of several statuses."""
    zoo = FakeZoo(operations=0)
    ids = [UUID(int=number) for number in (4, 3, 1, 2)]
    made = [zoo.add_operation(status="queued", id=each) for each in ids]
    zoo.advance(1)
    newest = zoo.add_operation(status="queued", id=UUID(int=5))
    assert zoo.operations() == [newest, *sorted(made, key=lambda call: call.id)]


async def test_what_a_test_adds_is_listed_and_fetched() -> None:
    with FakeZoo(operations=0, prompts=0) as fake:
        assert not fake.operations()
        assert not fake.prompts()
        call = fake.add_operation(type="file_mass", status="completed", mass=3.5, worker="w")
        prompt = fake.add_prompt(prompt="a gear", status=ApiCallStatus.QUEUED)
        assert (call.type, call.worker, prompt.prompt) == ("file_mass", "w", "a gear")
        async with fake.client() as zoo:
            assert await zoo.operations.list().collect() == [call]
            assert await zoo.ml_prompts.list().collect() == [prompt]
            result = await zoo.operations.get(call.id)
            assert isinstance(result, FileMass)
            assert result.mass == 3.5


async def test_fields_are_given_as_python_values() -> None:
    chosen = UUID("f135d675-c44a-4e2e-9638-87d941fa1872")
    with FakeZoo(operations=0) as fake:
        begun = fake.clock.now() - timedelta(hours=1)
        call = fake.add_operation(
            id=chosen,
            type="file_conversion",
            status="completed",
            started_at=begun,
            outputs={"part.stl": b"\x00\xff"},
        )
        assert (call.id, call.started_at) == (chosen, begun)
        async with fake.client() as zoo:
            result = await zoo.operations.get(chosen)
            assert isinstance(result, FileConversion)
            assert result.outputs == {"part.stl": b"\x00\xff"}


async def test_an_added_operation_lives_on_the_clock_or_stays_as_it_is() -> None:
    with FakeZoo(operations=0) as fake:
        held = fake.add_operation(status="queued")
        doomed = fake.add_operation(lifetime=40, fails=True, error="no solid body")
        assert doomed.status == "queued"
        async with fake.client() as zoo:
            with pytest.raises(OperationFailed, match="no solid body"):
                await zoo.operations.wait(doomed.id)
            with pytest.raises(WaitTimeout):
                await zoo.operations.wait(held.id, timeout=600)
        assert sum(fake.clock.slept) >= 640
        fake.advance(10**6)
        assert fake.operations("queued") == [held]


async def test_chainloop_operations_come_and_go() -> None:
    with FakeChainloop(operations=0) as fake:
        first = fake.add_operation(kind="evidence_evaluation", status="completed")
        second = fake.add_operation(
            resource_type="evidence", resource_id="e1", status="FAILED", error_message="too old"
        )
        assert fake.operations() == [second, first]
        assert fake.operations("unspecified") == fake.operations()
        assert fake.operations(resource_type="evidence", resource_id="e1") == [second]
        assert fake.operations(kind="evidence_evaluation", status="completed") == [first]
        assert (second.state, second.error) == (State.FAILED, "too old")
        fake.remove_operation(second)
        async with fake.client() as chainloop:
            assert await chainloop.operations.list().collect() == [first]
        fake.remove_operation(first.id)
        with pytest.raises(KeyError):
            fake.remove_operation(first)


def test_a_slip_in_what_is_added_is_an_error_of_the_test() -> None:
    zoo, chainloop = FakeZoo(), FakeChainloop()
    with pytest.raises(TypeError, match="no field 'typ'; did you mean 'type'"):
        zoo.add_operation(typ="file_mass")
    with pytest.raises(TypeError, match=r"no field 'zzzzzz'; there are .*, user_id"):
        zoo.add_prompt(zzzzzz=1)
    with pytest.raises(TypeError, match="did you mean 'kind'"):
        chainloop.add_operation(kid="report_export")
    with pytest.raises(ValueError, match="status must be one of"):
        zoo.add_operation(status="done")
    with pytest.raises(ValueError, match="status must be one of"):
        chainloop.operations("done")
    with pytest.raises(ValueError, match="resource_id"):
        chainloop.operations(resource_type="evidence")
    with pytest.raises(ValueError, match="clock"):
        zoo.add_operation(created_at="2026-01-01T00:00:00Z")
    with pytest.raises(DecodeError, match="worker"):
        zoo.add_operation(worker=5)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        pytest.param({"clock": 3}, "clock must have .* time, monotonic and sleep, got int", id="3"),
        pytest.param({"seed": "one"}, "'seed' must be <class 'int'>", id="seed"),
        pytest.param({"latency": "1"}, "latency must be a number of seconds", id="latency"),
        pytest.param({"latency": -1}, "latency must be a finite number of seconds", id="negative"),
        pytest.param({"rate_limit": math.nan}, "rate_limit must be finite and above 0", id="nan"),
        pytest.param({"rate_limit": 0}, "rate_limit must be finite and above 0", id="0"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_once(
    wrong: dict[str, Any], complaint: str
) -> None:
    """By name, by each fake: a request would stumble over them later."""
    for fake in (FakeZoo, FakeChainloop, FakeServer):
        with pytest.raises((ValueError, TypeError), match=complaint):
            fake(**wrong)


def test_habits_of_another_service_are_refused() -> None:
    habits: Any = ZooHabits()
    with pytest.raises(TypeError, match="habits must be a ChainloopHabits, got ZooHabits"):
        FakeChainloop(habits=habits)
    with pytest.raises(TypeError, match="chainloop must be a ChainloopHabits, got ZooHabits"):
        FakeServer(chainloop=habits)
    habits = ChainloopHabits()
    with pytest.raises(TypeError, match="habits must be a ZooHabits, got ChainloopHabits"):
        FakeZoo(habits=habits)


async def test_they_are_fakes_of_their_descriptions() -> None:
    """What a fake of any described service has, they have."""
    with FakeZoo(operations=3) as zoo, FakeChainloop(operations=3) as chainloop:
        assert isinstance(zoo, Fake)
        assert isinstance(chainloop, Fake)
        zoo.advance(100)
        chainloop.advance(100)
        call, operation = zoo.operations()[1], chainloop.operations()[1]
        zoo.move("operations", call.id, status="queued")
        zoo.change("operations", call.id, worker="w")
        chainloop.move("operations", operation.id, status="running")
        chainloop.remove("operations", chainloop.operations()[2].id)
        async with zoo.client() as first, chainloop.client() as second:
            [queued] = await first.operations.list(status="queued").collect()
            assert (queued.id, queued.worker) == (call.id, "w")
            assert await first.operations.list().collect() == zoo.operations()
            [running] = await second.operations.list(status="running").collect()
            assert (running.id, running.state) == (operation.id, State.RUNNING)
            assert len(await second.operations.list().collect()) == 2
            zoo.expire_tokens()
            zoo.garbage()
            with pytest.raises(DecodeError):
                await first.ml_prompts.list()


async def test_clients_made_without_arguments_find_the_installed_fakes() -> None:
    before = dict(os.environ)
    with FakeZoo() as zoo, FakeChainloop() as chainloop, zoo.installed(), chainloop.installed():
        assert zoo.url != chainloop.url
        assert zoo.token != chainloop.token
        async with ZooClient() as first, ChainloopClient() as second:
            assert await first.operations.list(status="failed").collect()
            assert await second.operations.list(status="failed").collect()
        assert (zoo.count(), chainloop.count()) == (2, 2)
        assert zoo.requests[0].path == "/async/operations"
        assert chainloop.count("/v1/operations") == 2
    assert os.environ == before


async def test_an_outer_address_is_back_when_the_fake_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZOO_BASE_URL", "https://zoo.example")
    with FakeZoo() as fake, fake.installed():
        assert ZooClient().base_url == fake.url
    assert ZooClient("token").base_url == "https://zoo.example"


async def test_clients_without_a_clock_sleep_on_the_installed_one() -> None:
    made_before = ZooClient("fake-zoo-token")
    with FakeZoo() as fake, fake.installed() as same:
        assert same is fake
        fake.throttle(retry_after=90)
        async with ZooClient() as zoo:
            await zoo.operations.list(status="failed")
        assert 90 <= fake.clock.slept[0] < 120
        assert made_before.clock.time() == SYSTEM_CLOCK.time() == fake.clock.time()
        assert SystemClock().time() != fake.clock.time()
    assert SYSTEM_CLOCK.time() != fake.clock.time()
    assert not vars(SYSTEM_CLOCK)
    await made_before.close()


def test_one_clock_may_serve_both() -> None:
    clock = FakeClock()
    zoo, chainloop = FakeZoo(clock=clock, operations=0), FakeChainloop(clock=clock, operations=0)
    zoo.add_operation(lifetime=5, fails=False)
    chainloop.add_operation(lifetime=5, fails=False)
    zoo.advance(5)
    assert len(zoo.operations("completed")) == len(chainloop.operations("completed")) == 1


async def test_in_real_time_nothing_but_the_address_changes() -> None:
    with FakeZoo(clock=SystemClock()) as fake, fake.installed():
        assert not vars(SYSTEM_CLOCK)
        async with ZooClient() as zoo:
            assert (await zoo.operations.list(status="completed")).items
        with pytest.raises(TypeError, match="real time"):
            fake.advance(1)


async def test_a_client_of_the_fake_takes_every_option() -> None:
    taken = set(inspect.signature(BaseClient).parameters)
    assert taken == set(ClientOptions.__annotations__)
    with FakeZoo() as fake:
        fake.fail(500)
        async with fake.client(retry=RetryPolicy(attempts=1), token="wrong") as zoo:
            with pytest.raises(Exception, match="went wrong"):
                await zoo.operations.list(status="failed")
            with pytest.raises(Unauthorized):
                await zoo.operations.list(status="failed")
        fake.token = "rotated"
        async with fake.client() as zoo:
            await zoo.operations.list(status="failed")
        assert [request.authorized for request in fake.requests] == [False, False, True]


async def test_habits_and_limits_reach_the_service() -> None:
    zoo_fake = FakeZoo(habits=ZooHabits(max_limit=2), rate_limit=1, prompts=5)
    chainloop_fake = FakeChainloop(habits=ChainloopHabits(page_base=0), arrivals=1, latency=0.001)
    with zoo_fake, chainloop_fake:
        async with zoo_fake.client() as zoo:
            assert len(await zoo.ml_prompts.list().collect()) == 5
        assert zoo_fake.clock.slept
        chainloop_fake.advance(10)
        async with chainloop_fake.client() as chainloop:
            pages = [page async for page in chainloop.operations.list(page_size=20).pages()]
        assert [len(page.items) for page in pages] == [20, 15]
        assert chainloop_fake.requests[-1].query["pagination.page"] == "1"


async def test_a_watch_sees_what_the_test_does() -> None:
    with FakeZoo(operations=0) as fake:
        async with fake.client() as zoo, zoo.operations.watch() as changes:
            call = fake.add_operation(lifetime=30, fails=True)
            async for change in changes:
                if change.failed:
                    assert change.id == str(call.id)
                    break


def test_a_fake_leaves_no_thread_and_its_address_is_gone() -> None:
    fake = FakeZoo()
    with fake:
        assert "asyncops-fake-server" in {thread.name for thread in threading.enumerate()}
    assert "asyncops-fake-server" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(RuntimeError, match="not running"):
        _ = fake.url
    assert repr(fake) == "FakeZoo()"


def test_a_loop_of_ones_own_may_use_it() -> None:
    """No loop runs where the fake was started; each ``asyncio.run`` makes a client of its own."""
    with FakeChainloop() as fake, fake.installed():

        async def count() -> int:
            async with ChainloopClient() as chainloop:
                return len(await chainloop.operations.list().collect())

        assert asyncio.run(count()) == asyncio.run(count()) == 25
