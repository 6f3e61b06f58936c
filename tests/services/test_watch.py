"""``watch`` against the fake server, over real sockets, on a clock that only the watch moves."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, assert_type

import pytest
from attrs import evolve

from asyncops import (
    ChainloopClient,
    ConfigurationError,
    Forbidden,
    RetryPolicy,
    State,
    ZooClient,
)
from asyncops.checkpoints import WatchCheckpoint
from asyncops.models import Operation
from asyncops.polling.change import Change, ChangeKind
from asyncops.polling.policy import Poll, PollPolicy
from asyncops.polling.watch import Watch
from asyncops.services.chainloop import AsyncOperation
from asyncops.services.zoo import AsyncApiCall, MlPrompt
from asyncops.testing import ChainloopHabits, FakeServer, Fault, ZooHabits
from tests import raw_json
from tests.habits import OLD_ZOO
from tests.wire.kit import strays

ENDED = {"completed", "failed", "ASYNC_OPERATION_STATUS_COMPLETED", "ASYNC_OPERATION_STATUS_FAILED"}

Rows = Callable[[FakeServer], list[dict[str, Any]]]
WATCHED: list[tuple[str, Rows]] = [
    ("calls", raw_json.zoo_operations),
    ("prompts", raw_json.ml_prompts),
    ("chainloop", raw_json.chainloop_operations),
]


@asynccontextmanager
async def clients(server: FakeServer) -> AsyncIterator[Callable[..., Watch[Any]]]:
    """A function from a name and options to a watch."""
    options: dict[str, Any] = {
        "base_url": server.url,
        "clock": server.clock,
        "retry": RetryPolicy(attempts=1),
    }
    async with (
        ZooClient(server.token, **options) as zoo,
        ChainloopClient(server.token, **options) as chainloop,
    ):
        watches: dict[str, Callable[..., Watch[Any]]] = {
            "calls": zoo.operations.watch,
            "prompts": zoo.ml_prompts.watch,
            "chainloop": chainloop.operations.watch,
        }
        yield lambda name, **options: watches[name](**options)


async def test_changes_have_their_types() -> None:
    """Without a cast or an annotation of the caller's."""
    poll = PollPolicy(timeout=1)
    async with FakeServer() as server:
        options: dict[str, Any] = {"base_url": server.url, "clock": server.clock}
        async with (
            ZooClient(server.token, **options) as zoo,
            ChainloopClient(server.token, **options) as chainloop,
        ):
            async with zoo.operations.watch(poll=poll) as calls:
                async for change in calls:
                    assert_type(change, Change[AsyncApiCall])
            async with zoo.ml_prompts.watch(poll=poll) as prompts:
                async for other in prompts:
                    assert_type(other.after, MlPrompt | None)
            async with chainloop.operations.watch(poll=poll) as operations:
                async for third in operations:
                    assert_type(third.before, AsyncOperation | None)


@pytest.mark.parametrize(("name", "rows"), WATCHED, ids=lambda value: str(value)[:9])
@pytest.mark.parametrize("habits", ["usual", "odd"])
async def test_all_that_happens_in_five_minutes_is_told_once_through_restarts_and_outages(
    name: str, rows: Rows, habits: str
) -> None:
    """Operations arrive, live and end; every seventh change a new watch goes on from the last."""
    options: dict[str, Any] = {"arrivals": 0.4, "chainloop_operations": 45, "operations": 45}
    if habits == "odd":
        options["zoo"] = evolve(OLD_ZOO, max_limit=25, ignores_sort_direction=True, empty_pages=1)
        options["chainloop"] = ChainloopHabits(max_page_size=15, oversize="clamp")
    async with FakeServer(prompts=45, **options) as server, clients(server) as watch:
        before = {row["id"]: row["status"] for row in rows(server)}
        server.script(*(Fault(503, on=60 + 45 * n, times=3) for n in range(6)))
        told: dict[str, list[str]] = defaultdict(list)
        outages: list[str] = []
        place: str | None = None
        poll = PollPolicy(initial=3)
        ends = server.clock.time() + 300
        while server.clock.time() < ends:
            resume = None if place is None else WatchCheckpoint.from_json(place)
            async with watch(name, resume=resume, poll=poll) as changes:
                for _ in range(7):
                    change = await anext(changes)
                    assert abs(change.seen_at.timestamp() - server.clock.time()) < 0.001
                    if change.id is None:
                        outages.append(change.kind.value)
                    else:
                        told[change.id].append(change.kind.value)
                        assert (change.before is None) or str(change.before.id) == change.id
                assert changes.checkpoint is not None
                place = changes.checkpoint.to_json()
        seen: dict[str, str] = {}

        def on_poll(poll: Poll) -> None:
            if poll.error is None:
                seen.update((row["id"], row["status"]) for row in rows(server))

        resume = WatchCheckpoint.from_json(place or "")
        poll = PollPolicy(timeout=5)
        async with watch(name, resume=resume, poll=poll, on_poll=on_poll) as rest:
            async for change in rest:
                (outages if change.id is None else told[change.id]).append(change.kind.value)
        assert len(seen) > len(before) + 100
        assert outages[:2] == ["interrupted", "recovered"]
        # The last may be under way at the end.
        assert outages == (["interrupted", "recovered"] * len(outages))[: len(outages)]
        for id_, status in seen.items():
            new = id_ not in before
            assert told[id_].count("created") == new
            ended = status in ENDED and (new or before[id_] not in ENDED)
            assert told[id_].count("finished") == ended
            assert not told[id_][1:].count("created")
            assert not told[id_][:-1].count("finished")
        assert any(kinds.count("updated") for kinds in told.values())
    assert not strays()


async def test_a_call_that_ends_long_after_newer_ones_is_asked_for_by_its_id() -> None:
    """It comes as the listing's type, failed and with its error."""
    async with FakeServer(operations=5) as server, clients(server) as watch:
        old = raw_json.create_operation(server, lifetime=1000, fails=True)["id"]
        server.advance(780)
        for _ in range(60):
            server.advance(2)
            raw_json.create_operation(server, status="failed")
        async with watch("calls") as changes:
            server.advance(90)
            while (change := await anext(changes)).kind != "finished" or change.id != old:
                pass
        assert isinstance(change.after, AsyncApiCall)
        assert change.failed
        assert change.after.error
        assert isinstance(change.before, AsyncApiCall)
        assert change.before.state is State.RUNNING
        assert server.count(f"/async/operations/{old}") == 1


async def test_a_chainloop_operation_that_is_removed_has_vanished() -> None:
    """As it was last seen; it is looked for in the whole listing first."""
    async with FakeServer(chainloop_operations=250) as server, clients(server) as watch:
        row = raw_json.create_chainloop_operation(server, status="ASYNC_OPERATION_STATUS_RUNNING")
        async with watch("chainloop") as changes:
            raw_json.remove_chainloop_operation(server, row["id"])
            while (change := await anext(changes)).kind is not ChangeKind.VANISHED:
                pass
        assert change.id == row["id"]
        assert change.after is None
        assert change.before is not None
        assert change.before.state is State.RUNNING


@pytest.mark.parametrize(
    "filters",
    [{"kind": "evidence_evaluation"}, {"resource_type": "evidence", "resource_id": "e-1"}],
    ids=str,
)
async def test_chainloops_filters_narrow_what_is_told(filters: dict[str, str]) -> None:
    """And a checkpoint belongs to them."""
    matching: dict[str, Any] = {"lifetime": 5, "kind": "evidence_evaluation", **filters}
    async with FakeServer(chainloop_operations=0) as server, clients(server) as watch:
        async with watch("chainloop", **filters, poll=PollPolicy(timeout=60)) as changes:
            raw_json.create_chainloop_operation(server, lifetime=5, kind="report_export")
            mine = raw_json.create_chainloop_operation(server, **matching)
            told = [change async for change in changes]
        assert {change.id for change in told} == {mine["id"]}
        assert told[-1].kind is ChangeKind.FINISHED
        with pytest.raises(ValueError, match="was taken from a watch of"):
            watch("chainloop", resume=changes.checkpoint)


async def test_what_is_alive_at_the_beginning_is_told_where_it_is_asked_for() -> None:
    """Oldest first, as created."""
    async with FakeServer() as server, clients(server) as watch:
        for name, rows in WATCHED:
            alive = [row["id"] for row in rows(server) if row["status"] not in ENDED]
            async with watch(name, from_start=True) as changes:
                first = [await anext(changes) for _ in alive]
            assert {change.id for change in first} == set(alive)
            made = [change.after.created_at for change in first if change.after]
            assert made == sorted(made)
            assert {change.kind for change in first} == {ChangeKind.CREATED}


async def test_without_staff_access_the_watch_says_so_on_entering() -> None:
    """The services that need it answer 403, and a second poll would not help."""
    async with FakeServer(zoo=ZooHabits(staff=False)) as server, clients(server) as watch:
        for name in ("calls", "prompts"):
            with pytest.raises(Forbidden, match="staff"):
                await watch(name).__aenter__()


async def test_a_closed_client_ends_its_watch() -> None:
    """With the error that says so."""
    async with FakeServer() as server:
        client = ZooClient(server.token, base_url=server.url, clock=server.clock)
        async with client, client.operations.watch() as changes:
            await client.close()
            with pytest.raises(ConfigurationError, match="closed"):
                await anext(changes)


async def test_a_hook_hears_of_each_poll() -> None:
    """How many are alive and have ended, and when the next poll is."""
    polls: list[Poll] = []
    async with FakeServer(operations=0) as server, clients(server) as watch:
        poll = PollPolicy(initial=2, factor=2, cap=20, timeout=40, jitter=0)
        async with watch("calls", poll=poll, on_poll=polls.append) as changes:
            raw_json.create_operation(server, lifetime=1)
            raw_json.create_operation(server, lifetime=1000)
            told: list[Change[Operation]] = [change async for change in changes]
    assert [poll.open for poll in polls] == [0, *[1] * (len(polls) - 1)]
    assert [poll.ended for poll in polls] == [0, *[1] * (len(polls) - 1)]
    assert len(told) >= 3
    assert polls[-1].next_in is None


@pytest.mark.parametrize("name", ["calls", "prompts", "chainloop"])
async def test_only_changes_of_the_statuses_that_were_asked_for_are_told(name: str) -> None:
    """Into them, within them and out of them; the checkpoint goes on behind what was not told."""
    async with (
        FakeServer(operations=0, prompts=0, chainloop_operations=0) as server,
        clients(server) as watch,
    ):
        create: Callable[..., dict[str, Any]] = {
            "calls": raw_json.create_operation,
            "prompts": raw_json.create_prompt,
            "chainloop": raw_json.create_chainloop_operation,
        }[name]
        poll = PollPolicy(initial=1, cap=1, timeout=60)
        told: dict[Any, list[Change[Operation]]] = {}
        for status in (State.FAILED, State.RUNNING, None):
            async with watch(name, status=status, poll=poll) as changes:
                for fails in (True, False):
                    create(server, lifetime=20, fails=fails)
                told[status] = [change async for change in changes]
            assert changes.checkpoint is not None
            assert changes.checkpoint.alive == ()
        assert {change.kind for change in told[State.FAILED]} == {ChangeKind.FINISHED}
        assert all(change.failed for change in told[State.FAILED])
        assert len(told[State.FAILED]) == 1
        running = told[State.RUNNING]
        assert len([each for each in running if each.kind is ChangeKind.FINISHED]) == 2
        for change in running:
            states = {each.state for each in (change.before, change.after) if each is not None}
            assert State.RUNNING in states
        assert len(told[None]) > len(running) > 2
        with pytest.raises(ValueError, match="did you mean 'failed'"):
            watch(name, status="faild")


@pytest.mark.parametrize("name", ["calls", "prompts", "chainloop"])
async def test_what_leaves_the_statuses_asked_for_between_two_watches_is_told(name: str) -> None:
    """Only the checkpoint knows that it was there; of ends alone, nothing else is told."""
    async with (
        FakeServer(operations=0, prompts=0, chainloop_operations=0) as server,
        clients(server) as watch,
    ):
        create: Callable[..., dict[str, Any]] = {
            "calls": raw_json.create_operation,
            "prompts": raw_json.create_prompt,
            "chainloop": raw_json.create_chainloop_operation,
        }[name]
        async with watch(name, status=State.RUNNING) as changes:
            create(server, lifetime=20, fails=False)
            async for change in changes:
                assert change.after is not None
                if change.after.state is State.RUNNING:
                    break
        place = changes.checkpoint
        await server.clock.sleep(100)
        told = {}
        for status in (State.RUNNING, State.FAILED, State.SUCCEEDED):
            poll = PollPolicy(initial=1, cap=1, timeout=3)
            async with watch(name, status=status, resume=place, poll=poll) as changes:
                told[status] = [change.kind async for change in changes]
        finished = [ChangeKind.FINISHED]
        assert told == {State.RUNNING: finished, State.FAILED: [], State.SUCCEEDED: finished}


async def test_an_outage_is_told_whatever_statuses_were_asked_for() -> None:
    """It is about the watch itself."""
    async with FakeServer(operations=0) as server, clients(server) as watch:
        poll = PollPolicy(initial=1, cap=1, timeout=10)
        async with watch("calls", status="failed", poll=poll) as changes:
            server.script(Fault(503, times=1))
            kinds = [change.kind async for change in changes]
        assert kinds == [ChangeKind.INTERRUPTED, ChangeKind.RECOVERED]
