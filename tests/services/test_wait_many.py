"""``wait_many`` against the fake server: many lives, both services, and what it costs."""

import asyncio
import random
from typing import Any, assert_type
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOperation,
    AsyncOpsError,
    ChainloopClient,
    MlPrompt,
    NotFound,
    State,
    WaitTimeout,
)
from asyncops.models import Id
from asyncops.polling.policy import Poll, PollPolicy
from asyncops.polling.wait_many import wait_many
from asyncops.services.zoo import AsyncApiCallOutput
from asyncops.testing import ChainloopHabits, FakeServer, Fault, ZooHabits
from tests import raw_json
from tests.services.test_wait import RESOURCE, chainloop_of, zoo_of
from tests.until import until
from tests.wire.kit import strays

ENDS = {"completed": State.SUCCEEDED, "failed": State.FAILED}


def lifetimes(seed: int, number: int) -> list[float]:
    chance = random.Random(seed)
    return [chance.uniform(0, 90) for _ in range(number)]


async def test_rounds_over_three_hundred_cost_far_less_than_a_request_for_each() -> None:
    """A few pages a round, and one request for each result."""
    async with FakeServer() as server, zoo_of(server) as zoo:
        ids = [raw_json.create_operation(server, lifetime=each)["id"] for each in lifetimes(1, 300)]
        costs: list[int] = []

        def hook(_: Poll) -> None:
            costs.append(server.count() - sum(costs))

        async with zoo.operations.wait_many(ids, on_poll=hook) as finished:
            results = dict([pair async for pair in finished])
        assert set(results) == set(ids)
        assert len(costs) > 50
        assert max(costs) < 60
        assert sum(costs) - 300 < 12 * len(costs)
        singles = server.count() - server.count("/async/operations")
        assert singles <= 300 + len(costs)
        states = {row["id"]: row["status"] for row in raw_json.zoo_operations(server)}
        for id_, result in results.items():
            assert not isinstance(result, AsyncOpsError)
            assert (str(result.id), result.state) == (id_, ENDS[states[str(id_)]])


async def test_without_staff_access_each_is_asked_for_by_itself() -> None:
    """The listing was asked for once."""
    async with FakeServer(zoo=ZooHabits(staff=False)) as server, zoo_of(server) as zoo:
        ids = [raw_json.create_operation(server, lifetime=each)["id"] for each in lifetimes(2, 30)]
        async with zoo.operations.wait_many(ids) as finished:
            assert len([pair async for pair in finished]) == 30
        assert server.count("/async/operations") == 1


async def test_prompts_are_all_in_their_listing() -> None:
    """Which says all that there is to them, so that none is asked for by itself."""
    async with FakeServer() as server, zoo_of(server) as zoo:
        # Never is one open alone: it would be asked for by itself, at the same price.
        ids = [raw_json.create_prompt(server, lifetime=20 + each // 10)["id"] for each in range(50)]
        async with zoo.ml_prompts.wait_many(ids) as finished:
            assert sorted([str(id_) async for id_, _ in finished]) == sorted(ids)
        assert server.count() == server.count("/ml-prompts")


async def test_a_zoo_that_answers_in_the_other_order_is_read_all_the_same() -> None:
    """With empty pages in between, too."""
    habits = ZooHabits(ignores_sort_direction=True, max_limit=20, empty_pages=1)
    async with FakeServer(zoo=habits, operations=200) as server, zoo_of(server) as zoo:
        calls = [
            raw_json.create_operation(server, lifetime=each)["id"] for each in lifetimes(3, 60)
        ]
        prompts = [raw_json.create_prompt(server, lifetime=each)["id"] for each in lifetimes(4, 60)]
        both = wait_many(zoo.operations.pending(calls), zoo.ml_prompts.pending(prompts))
        async with both as finished:
            pairs = [pair async for pair in finished]
        assert sorted(str(id_) for id_, _ in pairs) == sorted([*calls, *prompts])
        assert not [result for _, result in pairs if isinstance(result, AsyncOpsError)]


@pytest.mark.parametrize("base", [0, 1])
async def test_both_services_are_waited_for_at_once(base: int) -> None:
    """Each result has the type of its service."""
    habits = ChainloopHabits(page_base=1 if base else 0, max_page_size=25, oversize="clamp")
    async with (
        FakeServer(chainloop=habits) as server,
        zoo_of(server) as zoo,
        chainloop_of(server) as chainloop,
    ):
        calls = [
            raw_json.create_operation(server, lifetime=each)["id"] for each in lifetimes(5, 40)
        ]
        prompts = [raw_json.create_prompt(server, lifetime=each)["id"] for each in lifetimes(6, 40)]
        others = [
            raw_json.create_chainloop_operation(server, lifetime=each)["id"]
            for each in lifetimes(7, 40)
        ]
        missing, nowhere = uuid4(), "nowhere"
        waiting = wait_many(
            zoo.operations.pending([*map(UUID, calls), missing]),
            zoo.ml_prompts.pending(prompts),
            chainloop.operations.pending([*others, nowhere]),
        )
        found: dict[str, object] = {}
        async with waiting as finished:
            async for id_, result in finished:
                assert_type(id_, Id)
                assert_type(result, AsyncApiCallOutput | MlPrompt | AsyncOperation | AsyncOpsError)
                assert str(id_) not in found
                found[str(id_)] = result
        assert isinstance(found.pop(str(missing)), NotFound)
        assert isinstance(found.pop(nowhere), NotFound)
        assert sorted(found) == sorted([*calls, *prompts, *others])
        assert all(isinstance(found[id_], MlPrompt) for id_ in prompts)
        assert all(isinstance(found[id_], AsyncOperation) for id_ in others)
        rows = [*raw_json.zoo_operations(server), *raw_json.ml_prompts(server)]
        states = {row["id"]: ENDS[row["status"]] for row in rows if row["id"] in found}
        assert all(getattr(found[id_], "state", None) is states[id_] for id_ in states)


async def test_operations_of_one_resource_need_its_listing_only() -> None:
    """One page a round, however long the whole listing is."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        ids = [
            raw_json.create_chainloop_operation(server, lifetime=each, **RESOURCE)["id"]
            for each in lifetimes(8, 20)
        ]
        for _ in range(500):
            raw_json.create_chainloop_operation(server, lifetime=0)
        polls: list[Poll] = []
        waiting = chainloop.operations.wait_many(ids, **RESOURCE, on_poll=polls.append)
        async with waiting as finished:
            assert sorted([id_ async for id_, _ in finished]) == sorted(ids)
        # And page 0, which is refused once.
        assert server.count() == len(polls) + 1


async def test_rows_that_are_removed_meanwhile_are_missed_by_nobody_else() -> None:
    """One that was waited for comes as an error, and no warning is given."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        ids = [
            raw_json.create_chainloop_operation(server, lifetime=each)["id"]
            for each in lifetimes(9, 250)
        ]
        strangers = [
            raw_json.create_chainloop_operation(server, lifetime=0)["id"] for _ in range(60)
        ]
        gone = raw_json.create_chainloop_operation(server, lifetime=500)["id"]

        def hook(poll: Poll) -> None:
            if strangers:
                raw_json.remove_chainloop_operation(server, strangers.pop())
            if poll.number == 5:
                raw_json.remove_chainloop_operation(server, gone)

        async with chainloop.operations.wait_many([*ids, gone], on_poll=hook) as finished:
            results = dict([pair async for pair in finished])
        assert isinstance(results.pop(gone), NotFound)
        assert sorted(results) == sorted(ids)
        assert all(isinstance(result, AsyncOperation) for result in results.values())


class Thinning(ChainloopClient):
    """A client that sees the newest rows go before each of its first requests."""

    server: FakeServer
    strangers: list[str]

    async def fetch(self, *args: Any, **options: Any) -> Any:
        """As ever."""
        for _ in range(min(30, len(self.strangers))):
            raw_json.remove_chainloop_operation(self.server, self.strangers.pop())
        return await super().fetch(*args, **options)


async def test_rows_that_go_while_a_listing_is_read_cost_no_page_twice() -> None:
    """What they hid is seen by the next poll, and is not taken for missing."""
    async with (
        FakeServer(chainloop_operations=0) as server,
        Thinning(server.token, base_url=server.url, clock=server.clock) as chainloop,
    ):
        oldest = raw_json.create_chainloop_operation(server, lifetime=60)["id"]
        # One that can only be asked by its listing.
        chainloop.operations._bound.usable = lambda: False
        chainloop.server = server
        chainloop.strangers = [
            raw_json.create_chainloop_operation(server, lifetime=0)["id"] for _ in range(700)
        ]
        polls: list[Poll] = []
        async with chainloop.operations.wait_many([oldest], on_poll=polls.append) as finished:
            ((id_, result),) = [pair async for pair in finished]
        assert id_ == oldest
        assert isinstance(result, AsyncOperation)
        refused, *asked = server.requests
        assert refused.status == 400
        pages = [int(request.query["pagination.page"]) for request in asked]
        assert sum(page == 1 for page in pages) == len(polls)
        assert len(set(by_poll(pages))) == len(pages)


def by_poll(pages: list[int]) -> list[tuple[int, int]]:
    """Each page with the number of the poll that asked for it."""
    number, numbered = 0, []
    for page in pages:
        number += page == 1
        numbered.append((number, page))
    return numbered


async def test_no_more_requests_are_under_way_than_allowed() -> None:
    """Over all groups, counted in connections, of which each carries one at a time."""
    async with FakeServer(latency=0.001) as server, zoo_of(server) as zoo:
        server.script(Fault(403, path="/ml-prompts", on=1), Fault(403, path="/async", on=1))
        calls = [raw_json.create_operation(server, lifetime=0)["id"] for _ in range(60)]
        prompts = [raw_json.create_prompt(server, lifetime=0)["id"] for _ in range(60)]
        groups = (zoo.operations.pending(calls), zoo.ml_prompts.pending(prompts))
        async with wait_many(*groups, concurrency=5) as finished:
            assert len([pair async for pair in finished]) == 120
        assert server.connections == 5


async def test_a_timeout_comes_for_each_that_is_open() -> None:
    """And the iteration ends."""
    async with FakeServer() as server, zoo_of(server) as zoo:
        done = [raw_json.create_operation(server, lifetime=9)["id"] for _ in range(5)]
        stuck = [raw_json.create_operation(server, status="in_progress")["id"] for _ in range(5)]
        async with zoo.operations.wait_many([*done, *stuck], timeout=60) as finished:
            results = dict([pair async for pair in finished])
        late = [id_ for id_, result in results.items() if isinstance(result, WaitTimeout)]
        assert sorted(map(str, late)) == sorted(stuck)
        for id_ in late:
            assert f"operation {id_} was still running after 60.0 s" in str(results[id_])


async def test_an_id_that_is_no_id_fails_before_anything_is_sent() -> None:
    """Named by its position."""
    async with FakeServer() as server, zoo_of(server) as zoo, chainloop_of(server) as chainloop:
        for method in (zoo.operations, zoo.ml_prompts):
            with pytest.raises(ValueError, match=r"ids\[1\] must be a UUID"):
                method.pending([uuid4(), "a/b"])
            with pytest.raises(ValueError, match=r"ids\[0\] must be a UUID"):
                method.wait_many([""])
        with pytest.raises(ValueError, match=r"ids\[1\] must be an id of letters"):
            chainloop.operations.wait_many(["x", ""])
        with pytest.raises(ValueError, match="resource_id goes with resource_type"):
            chainloop.operations.pending(["x"], resource_id="y")
        one: Any = str(uuid4())
        with pytest.raises(TypeError, match="several ids"):
            zoo.operations.wait_many(one)
        assert server.count() == 0


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 1000),
    faults=st.lists(
        st.tuples(st.integers(1, 60), st.integers(1, 12), st.sampled_from([500, 503, 429, None])),
        max_size=4,
    ),
)
async def test_every_end_comes_once_through_every_outage(
    seed: int, faults: list[tuple[int, int, int | None]]
) -> None:
    """The retries of single requests have nothing to do with it."""
    async with FakeServer(operations=50, prompts=50, chainloop_operations=50) as server:
        async with zoo_of(server) as zoo, chainloop_of(server) as chainloop:
            server.script(
                *(
                    Fault(status, on=on, times=times, drop=status is None)
                    for on, times, status in faults
                )
            )
            calls = [
                raw_json.create_operation(server, lifetime=each)["id"]
                for each in lifetimes(seed, 15)
            ]
            prompts = [
                raw_json.create_prompt(server, lifetime=each)["id"] for each in lifetimes(seed, 15)
            ]
            others = [
                raw_json.create_chainloop_operation(server, lifetime=each)["id"]
                for each in lifetimes(seed, 15)
            ]
            waiting = wait_many(
                zoo.operations.pending(calls),
                zoo.ml_prompts.pending(prompts),
                chainloop.operations.pending(others),
                poll=PollPolicy(timeout=None),
            )
            async with waiting as finished:
                pairs = [pair async for pair in finished]
        assert sorted(str(id_) for id_, _ in pairs) == sorted([*calls, *prompts, *others])
        for _, result in pairs:
            assert not isinstance(result, AsyncOpsError)
            assert result.state.ended


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(after=st.floats(0, 0.01))
def test_random_cancels_leave_no_task_and_no_request_behind(after: float) -> None:
    """And the client works on."""

    async def check() -> None:
        async with zoo_of(server) as zoo:

            async def use() -> None:
                while True:
                    async with zoo.operations.wait_many([*done, *stuck], timeout=30) as finished:
                        assert len([pair async for pair in finished]) == 25

            task = asyncio.ensure_future(use())
            await asyncio.sleep(after)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled(), task.exception()
            await until(lambda: not strays())
            assert (await zoo.operations.get(done[0])).state.ended

    with FakeServer(latency=0.001) as server:
        done = [raw_json.create_operation(server, lifetime=0)["id"] for _ in range(15)]
        stuck = [raw_json.create_operation(server, status="in_progress")["id"] for _ in range(10)]
        asyncio.run(check())
