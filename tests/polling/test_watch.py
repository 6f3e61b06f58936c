"""What a watch does besides telling changes: its pace, its errors, its costs, its end."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    ConfigurationError,
    DeadlineExceeded,
    DecodeError,
    Forbidden,
    PoolTimeout,
    RateLimited,
    ServerError,
    TransportError,
    Unauthorized,
)
from asyncops.checkpoints import WatchCheckpoint
from asyncops.polling.change import Change
from asyncops.polling.policy import Poll, PollPolicy
from asyncops.polling.watch import Watch
from asyncops.testing import FakeClock
from tests.laws.changing import EPOCH, LIFE, SHAPES, Op, Shape, World
from tests.laws.rows import others, steps
from tests.until import until

NOW = EPOCH + timedelta(days=1)
PACE = PollPolicy(initial=1, factor=2, cap=8, timeout=None, jitter=0)
# Answers: a poll of every status takes five or more.
MOVING = 40


def watching(world: World, clock: FakeClock | None = None, **options: Any) -> Watch[Op]:
    options.setdefault("poll", PACE)
    return Watch(world.target(), clock=clock or FakeClock(NOW), **options)


def short(change: Change[Op]) -> tuple[str, str | None]:
    return change.kind.value, change.id


def mover(world: World, data: st.DataObject) -> Callable[[], None]:
    """Some operations come and some move, before each of the first answers."""

    def move() -> None:
        if len(world.requests) > MOVING:
            return
        for _ in range(data.draw(st.integers(0, 3))):
            if data.draw(st.booleans()):
                world.add(world.newest + data.draw(st.integers(0, 2)))
            elif world.ops:
                world.step(data.draw(st.sampled_from(sorted(world.ops))))

    return move


def check_told(
    world: World, before: dict[str, str], told: dict[str | None, list[Change[Op]]]
) -> None:
    """Each was told of once, in the order of its life, and to its end."""
    for id_, op in world.ops.items():
        kinds = [change.kind.value for change in told[id_]]
        path = [LIFE.index(change.after.status) for change in told[id_] if change.after]
        assert kinds.count("created") == (id_ not in before)
        assert kinds[1:].count("created") == 0
        was_alive = before.get(id_, "queued") in LIFE[:3]
        assert kinds.count("finished") == (op.state.ended and was_alive)
        moves = zip(pairwise(path), kinds[1:], strict=False)
        assert all(a < b or kind == "finished" for (a, b), kind in moves)
        assert not path or LIFE[path[-1]] == op.status


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=25)
@given(data=st.data())
def test_what_moves_during_a_poll_is_told_once_all_the_same(
    shape: Shape, data: st.DataObject
) -> None:
    """Each that is new is created once, moves forward, and ends once: without any overlap."""
    world = World(shape, data.draw(st.booleans()), data.draw(st.integers(1, 3)))
    for second, status in data.draw(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(LIFE)))):
        world.add(second, status)
    before = {id_: op.status for id_, op in world.ops.items()}

    clock, quiet = FakeClock(NOW), 0

    def end_soon(_: Poll) -> None:
        """Three polls after the last move, the time is up."""
        nonlocal quiet
        quiet += len(world.requests) > MOVING
        if quiet > 3:
            clock.advance(10_000)

    async def run() -> dict[str | None, list[Change[Op]]]:
        told = defaultdict(list)
        poll = PollPolicy(timeout=10_000)
        async with watching(world, clock, overlap=0, poll=poll, on_poll=end_soon) as changes:
            world.between = mover(world, data)
            async for change in changes:
                told[change.id].append(change)
        return told

    check_told(world, before, asyncio.run(run()))


async def test_a_watch_polls_less_often_while_nothing_happens_and_again_when_something_does() -> (
    None
):
    """1, 2, 4, 8, 8 seconds; after a change 1 again."""
    world, clock = World(), FakeClock(NOW)
    polls: list[Poll] = []

    def on_poll(poll: Poll) -> None:
        polls.append(poll)
        if poll.number == 6:
            world.add(5)

    async with watching(world, clock, on_poll=on_poll) as changes:
        change = await anext(changes)
        assert clock.slept == [1, 2, 4, 8, 8, 8]
        assert (change.kind, change.id, change.seen_at) == ("created", "op0000", clock.now())
        world.step("op0000")
        assert (await anext(changes)).kind == "updated"
        assert clock.slept[6:] == [1]
    assert [poll.number for poll in polls] == list(range(1, 9))
    assert [poll.open for poll in polls[-2:]] == [1, 1]
    assert polls[6].elapsed == pytest.approx(31)
    assert polls[6].next_in == 1


async def test_the_time_a_consumer_takes_counts_towards_the_delay() -> None:
    """Polls wait for it; then the next one is due at once."""
    world, clock = World(), FakeClock(NOW)
    async with watching(world, clock) as changes:
        world.add(1)
        world.add(2)
        await anext(changes)
        requests = len(world.requests)
        clock.advance(100)
        await steps(50)
        await anext(changes)
        assert len(world.requests) == requests
        world.add(3)
        await anext(changes)
        assert clock.slept == [1]


async def test_a_policy_with_a_timeout_ends_the_iteration_then() -> None:
    """Quietly, at that time; what its last poll saw is given first."""
    world, clock = World(), FakeClock(NOW)
    polls: list[Poll] = []
    poll = PollPolicy(initial=4, factor=1, timeout=10, jitter=0)
    async with watching(world, clock, poll=poll, on_poll=polls.append) as changes:
        world.add(1)
        assert [short(change) async for change in changes] == [("created", "op0000")]
    assert clock.slept == [4, 4, 2]
    assert [poll.next_in for poll in polls] == [4, 4, None]


PASSING: list[AsyncOpsError] = [
    ServerError("down", status=503),
    ServerError("odd gateway", status=522),
    RateLimited("slow down", status=429),
    PoolTimeout("busy"),
    DeadlineExceeded("too slow"),
    TransportError("lost", retryable=True),
]
LASTING: list[AsyncOpsError] = [
    Unauthorized("who?", status=401),
    Forbidden("no", status=403),
    ServerError("never heard of", status=501),
    DecodeError("not JSON"),
    ConfigurationError("closed"),
    TransportError("bad certificate"),
]


def failing(error: AsyncOpsError, times: int) -> Callable[[], None]:
    left = times

    def fail() -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise error

    return fail


@pytest.mark.parametrize("error", PASSING, ids=repr)
async def test_what_may_pass_is_told_once_and_the_watch_goes_on(error: AsyncOpsError) -> None:
    """``interrupted`` with the error; ``recovered`` and what happened meanwhile."""
    world, clock = World(), FakeClock(NOW)
    polls: list[Poll] = []
    async with watching(world, clock, on_poll=polls.append) as changes:
        world.between = failing(error, 3)
        world.add(1, "failed")
        first = await anext(changes)
        assert (first.kind, first.error, first.id) == ("interrupted", error, None)
        assert [short(await anext(changes)) for _ in range(3)] == [
            ("recovered", None),
            ("created", "op0000"),
            ("finished", "op0000"),
        ]
    assert [poll.error for poll in polls] == [None, error, error, error, None]
    assert clock.slept == [1, 2, 4, 8]


@pytest.mark.parametrize("error", LASTING, ids=repr)
async def test_what_will_not_pass_is_raised_with_the_place_to_go_on_from(
    error: AsyncOpsError,
) -> None:
    """Another watch that goes on from there misses nothing; nor does the same one."""
    world = World()
    world.add(1)
    async with watching(world) as changes:
        world.step("op0000")
        world.between = failing(error, 1)
        with pytest.raises(type(error)) as caught:
            await anext(changes)
        assert caught.value is error
        assert error.watch_checkpoint == changes.checkpoint
        assert error.checkpoint is None
        async with watching(world, resume=error.watch_checkpoint) as later:
            assert short(await anext(later)) == ("updated", "op0000")
        assert short(await anext(changes)) == ("updated", "op0000")


async def test_a_first_poll_that_fails_for_good_is_raised_on_entering() -> None:
    """Before anything was seen there is nothing to go on from."""
    world = World(between=failing(Forbidden("no", status=403), 1))
    with pytest.raises(Forbidden) as caught:
        await watching(world).__aenter__()
    assert caught.value.watch_checkpoint is None


@pytest.mark.parametrize("error", PASSING, ids=repr)
async def test_an_outage_on_entering_is_raised(error: AsyncOpsError) -> None:
    """Else all that happens until it is over would be taken for stock; entering again works."""
    world = World(between=failing(error, 1))
    changes = watching(world)
    with pytest.raises(type(error)) as caught:
        await changes.__aenter__()
    assert caught.value is error
    assert changes.checkpoint is error.watch_checkpoint is None
    async with changes:
        world.add(1)
        assert short(await anext(changes)) == ("created", "op0000")


async def test_iterating_on_after_an_error_waits_for_the_next_poll() -> None:
    """However often it is raised: nobody spins."""
    world, clock = World(), FakeClock(NOW)
    async with watching(world, clock) as changes:
        world.between = failing(Forbidden("no", status=403), 4)
        for _ in range(4):
            with pytest.raises(Forbidden):
                await anext(changes)
        world.add(1)
        await anext(changes)
    assert clock.slept == [1, 2, 4, 8, 8]


@pytest.mark.parametrize(
    "error", [*PASSING, *(e for e in LASTING if not isinstance(e, ConfigurationError))], ids=repr
)
async def test_one_operation_that_cannot_be_read_does_not_blind_the_watch(
    error: AsyncOpsError,
) -> None:
    """It stays as it was, the hook is told why, and what became of it is told later."""
    world = World("all in one")
    old = world.add(0).id
    for second in range(30):
        world.add(1000 + second, "completed")
    polls: list[Poll] = []

    def fail() -> None:
        if world.requests[-1] == old:
            raise error

    async with watching(world, overlap=5, on_poll=polls.append) as changes:
        world.between = fail
        world.step(old)
        new = world.add(2000, "failed").id
        assert [short(await anext(changes)) for _ in range(2)] == [
            ("created", new),
            ("finished", new),
        ]
        assert (polls[-1].error, polls[-1].open) == (error, 1)
        world.between = lambda: None
        assert short(await anext(changes)) == ("updated", old)
        assert (polls[-1].error, polls[-1].open) == (None, 1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("at_start", [True, False])
async def test_one_date_in_the_future_does_not_hide_what_comes_later(
    shape: Shape, at_start: bool
) -> None:
    """It is told once, and the watermark stays with the dates that can be true."""
    world = World(shape)
    world.add(0, "completed")
    if at_start:
        world.misdate(10**9, "completed")
    async with watching(world, overlap=5) as changes:
        if not at_start:
            world.misdate(10**9, "completed")
            assert [(await anext(changes)).kind.value for _ in range(2)] == ["created", "finished"]
        for second in range(100, 500, 100):
            new = world.add(second, "completed").id
            told = [short(await anext(changes)) for _ in range(2)]
            assert told == [("created", new), ("finished", new)]
        place = changes.checkpoint
    assert place is not None
    assert place.watermark is not None
    assert place.watermark <= EPOCH.timestamp() + 400


async def test_where_all_dates_are_in_the_future_stock_is_not_the_whole_history() -> None:
    """As with a clock that is some minutes behind: what it says takes the place of the dates."""
    world, clock = World("all in one", page_size=2), FakeClock(EPOCH + timedelta(seconds=900))
    for second in range(1000):
        world.add(second, "completed")
    target = world.target(lookback=20)
    async with Watch(target, clock=clock, poll=PACE, overlap=10) as changes:
        new = world.add(1001, "completed").id
        assert (await anext(changes)).id == new
    assert len(world.requests) < 200


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("first", [0, 5])
async def test_a_larger_overlap_on_resuming_brings_nothing_back(shape: Shape, first: int) -> None:
    """It counts from the floor of the checkpoint on, also for one that comes late."""
    world = World(shape)
    for second in range(100):
        world.add(second, "completed")
    poll = PollPolicy(timeout=9)
    async with watching(world, overlap=first, poll=poll) as changes:
        for second in range(100, 130):
            world.add(second, "completed")
        assert len([change async for change in changes]) == 60
    place = WatchCheckpoint.from_json(changes.checkpoint.to_json() if changes.checkpoint else "")
    async with watching(world, resume=place, overlap=60, poll=poll) as changes:
        assert [change async for change in changes] == []
        world.add(200, "completed")
    async with watching(world, resume=place, overlap=60, poll=PollPolicy(timeout=99)) as changes:
        told = [(await anext(changes)).id for _ in range(2)]
        for second in (210, 220):
            world.add(second, "completed")
            told += [(await anext(changes)).id for _ in range(2)]
        late = world.add(170, "completed").id
        assert [short(await anext(changes)) for _ in range(2)] == [
            ("created", late),
            ("finished", late),
        ]
    assert len(set(told)) == 3


async def test_what_slips_through_the_pages_once_has_not_vanished() -> None:
    """Where it cannot be asked for by its id, two polls in a row have to lack it."""
    world = World("numbered")
    op = world.add(1)
    missing = [True, False, True, False, True, True]
    polls: list[Poll] = []

    def on_poll(poll: Poll) -> None:
        polls.append(poll)
        world.ops.clear()
        if poll.number <= len(missing) and not missing[poll.number - 1]:
            world.ops[op.id] = op

    async with watching(world, on_poll=on_poll) as changes:
        assert short(await anext(changes)) == ("vanished", op.id)
    assert [poll.open for poll in polls] == [1, 1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("status", "finished_at"), [("canceled", None), ("aborted", EPOCH)])
async def test_what_ends_in_a_new_status_is_told_once_and_not_asked_for_again(
    shape: Shape, status: str, finished_at: datetime | None
) -> None:
    """Requests a poll are what they were before, and the checkpoint does not grow."""
    world = World(shape, page_size=100)
    for second in range(60):
        world.add(second)
    requests: list[int] = []
    sizes: list[int] = []

    def on_poll(poll: Poll) -> None:
        requests.append(len(world.requests))
        sizes.append(len((changes.checkpoint or WatchCheckpoint(query="")).to_json()))
        if poll.number == 3:
            for id_ in world.ops:
                world.put(id_, status, finished_at)

    poll = PollPolicy(initial=1, factor=1, timeout=9.5, jitter=0)
    changes = watching(world, poll=poll, on_poll=on_poll)
    async with changes:
        told = [change async for change in changes]
    assert {change.kind.value for change in told} == {"finished"}
    assert sorted(change.id or "" for change in told) == sorted(world.ops)
    assert all(change.failed for change in told)
    costs = [after - before for before, after in pairwise(requests)]
    listings = {"by status": 5, "numbered": 4, "all in one": 1}[shape]
    assert costs[-3:] == [listings] * 3
    assert sizes[-1] <= sizes[1]
    assert all(each.alive == () for each in [changes.checkpoint] if each)


async def test_a_cancelled_poll_has_no_effect() -> None:
    """Nothing is lost, nothing is left running, and iterating again polls again."""
    world = World()
    world.add(1)
    async with watching(world) as changes:
        world.step("op0000")
        world.add(2)
        place, asked = changes.checkpoint, len(world.requests)
        task = asyncio.create_task(_next(changes))
        await until(lambda: len(world.requests) >= asked + 2, task, every=0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert changes.checkpoint == place
        assert [short(await anext(changes)) for _ in range(2)] == [
            ("updated", "op0000"),
            ("created", "op0001"),
        ]
    assert not others()


async def test_leaving_ends_the_poll_of_another_task() -> None:
    """It is told why, at once, whether it polls or waits."""
    world, clock = World(), FakeClock(auto_advance=False)
    async with watching(world, clock) as changes:
        waiting = [asyncio.create_task(_next(changes)) for _ in range(2)]
        await steps(20)
        assert len(clock.slept) == 1, "only one of them polls"
    for task in waiting:
        with pytest.raises(ConfigurationError, match="was left"):
            await task
    assert not others()


async def _next(changes: Watch[Op]) -> Change[Op]:
    return await anext(changes)


async def test_several_tasks_share_the_changes() -> None:
    """Each change goes to one of them."""
    world = World()
    async with watching(world) as changes:
        for second in range(10):
            world.add(second)
        got = await asyncio.gather(*(_next(changes) for _ in range(10)))
        assert sorted(str(change.id) for change in got) == sorted(world.ops)


async def test_a_watch_is_used_inside_of_one_async_with() -> None:
    """Anything else would look as if nothing happened."""
    changes = watching(World())
    with pytest.raises(ConfigurationError, match="enter this"):
        await anext(changes)
    async with changes:
        with pytest.raises(ConfigurationError, match="only once"):
            await changes.__aenter__()
    with pytest.raises(ConfigurationError, match="was left"):
        await anext(changes)
    with pytest.raises(ConfigurationError, match="only once"):
        await changes.__aenter__()


async def test_bad_arguments_are_named_before_anything_is_sent() -> None:
    world = World()
    checkpoint = WatchCheckpoint(query="another")
    for error, options in (
        (TypeError, {"poll": 5}),
        (TypeError, {"resume": "{}"}),
        (ValueError, {"resume": checkpoint}),
        (ValueError, {"overlap": -1}),
    ):
        with pytest.raises(error, match=next(iter(options))):
            watching(world, **options)
    assert not world.requests


@pytest.mark.parametrize(
    ("shape", "cost"), [("by status", 5), ("numbered", 4), ("all in one", 1)], ids=SHAPES
)
async def test_a_poll_that_sees_nothing_new_costs_one_page_of_each_listing(
    shape: Shape, cost: int
) -> None:
    """However long the history is: no page is asked for that is not used."""
    world = World(shape, page_size=50)
    for second in range(500):
        world.add(second * 10, "completed" if second % 2 else "failed")
    costs = []

    def on_poll(_: Poll) -> None:
        costs.append(len(world.requests))
        world.requests.clear()

    poll = PollPolicy(timeout=30)
    async with watching(world, poll=poll, on_poll=on_poll) as changes:
        assert [change async for change in changes] == []
    assert len(costs) > 3
    assert set(costs[1:]) == {cost}


@pytest.mark.parametrize("shape", ["by status", "all in one"])
@pytest.mark.parametrize("alive", [3, 60])
async def test_few_are_asked_for_by_their_ids_and_many_looked_for_in_the_listing(
    shape: Shape, alive: int
) -> None:
    """Never at more than two requests for each that has ended."""
    world = World(shape, page_size=20)
    for second in range(alive):
        world.add(second, "in_progress")
    for second in range(200):
        world.add(1000 + second * 10, "completed")
    async with watching(world) as changes:
        world.requests.clear()
        for id_ in sorted(world.ops)[:alive]:
            world.step(id_)
        got = [await anext(changes) for _ in range(alive)]
    assert {change.kind.value for change in got} == {"finished"}
    asked = Counter(request.startswith("op") for request in world.requests)
    assert asked[True] == (3 if alive == 3 else 0)
    assert asked[False] <= (5 if alive == 3 else 25)


async def test_what_is_too_deep_for_a_listing_is_asked_for_by_its_id() -> None:
    """The pages that were read in vain are no more than the ids."""
    world = World(page_size=1)
    for second in range(15):
        world.add(second, "in_progress")
    for second in range(300):
        world.add(1000 + second * 100, "completed")
    async with watching(world) as changes:
        world.requests.clear()
        for id_ in sorted(world.ops)[:15]:
            world.step(id_)
        assert (await anext(changes)).kind == "finished"
    assert len(world.requests) < 15 * 3 + 10


@pytest.mark.parametrize("lookback", [100.0, None])
async def test_where_unfinished_ones_are_not_listed_apart_stock_goes_back_so_far(
    lookback: float | None,
) -> None:
    """Older ones that are alive are not known, and those that are cost no more pages later."""
    world, clock = World("all in one", page_size=10), FakeClock(start=EPOCH)
    clock.advance(10_000)
    for second in range(0, 10_000, 20):
        world.add(second, "in_progress" if second in {8000, 9940} else "completed")
    target = world.target(lookback)
    async with Watch(target, clock=clock, poll=PACE, from_start=True) as changes:
        known = [await anext(changes)]
        if lookback is None:
            known.append(await anext(changes))
        seconds = [change.after.second for change in known if change.after]
        assert seconds == ([9940] if lookback else [8000, 9940])
        checkpoint = changes.checkpoint
    assert checkpoint is not None
    assert len(checkpoint.ended) < 10


@pytest.mark.parametrize("shape", SHAPES)
async def test_one_that_ended_long_ago_and_goes_on_is_told_and_so_is_its_next_end(
    shape: Shape,
) -> None:
    """Also where no listing has the unfinished alone, at no request more; not beyond lookback."""
    world = World(shape, page_size=50, reopens=True)
    ids = [world.add(second, "failed").id for second in (1000, 50_000, 86_000, 86_300)]
    clock = FakeClock(NOW)
    async with Watch(world.target(lookback=50_000.0), clock=clock, poll=PACE) as changes:
        for end in ("completed", "failed"):
            for id_ in ids:
                world.put(id_, "queued")
            seen = ids[1:] if shape == "all in one" else ids
            assert [short(await anext(changes)) for _ in seen] == [
                ("reopened", id_) for id_ in seen
            ]
            for id_ in ids:
                world.put(id_, end)
            assert [short(await anext(changes)) for _ in seen] == [
                ("finished", id_) for id_ in seen
            ]
    assert len([each for each in world.requests if each == "all"]) <= len(clock.slept) + 2


async def test_a_checkpoint_whose_newest_date_is_in_the_future_does_not_pass_it_on() -> None:
    """One of an earlier release: its watermark goes on to the last poll, and no further."""
    world = World()
    place = WatchCheckpoint(query=world.target().query, watermark=0.0, newest=NOW.timestamp() * 2)
    async with watching(world, resume=place) as changes:
        for second in (86_400, 86_401):
            new = world.add(second, "completed").id
            assert [(await anext(changes)).id for _ in range(2)] == [new, new]
        assert changes.checkpoint is not None
        assert NOW.timestamp() <= (changes.checkpoint.watermark or 0) < NOW.timestamp() + 60
