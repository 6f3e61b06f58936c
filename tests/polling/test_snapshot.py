"""One poll of all that is watched."""

import math
from datetime import timedelta
from typing import Any

import pytest
from attrs import frozen

from asyncops.polling.change import Change
from asyncops.polling.policy import PollPolicy
from asyncops.polling.snapshot import Snapshot, mark_by
from asyncops.polling.watch import Watch
from asyncops.testing import FakeClock
from tests.laws.changing import EPOCH, SHAPES, Op, Shape, World

NOW = EPOCH + timedelta(days=1)


PACE = PollPolicy(initial=1, factor=2, cap=8, timeout=None, jitter=0)


def watching(world: World, clock: FakeClock | None = None, **options: Any) -> Watch[Op]:
    options.setdefault("poll", PACE)
    return Watch(world.target(), clock=clock or FakeClock(NOW), **options)


def short(change: Change[Op]) -> tuple[str, str | None]:
    return change.kind.value, change.id


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("page_size", [1, 2, 50])
async def test_a_service_that_lists_from_old_to_new_all_the_same_is_read_to_its_end(
    shape: Shape, page_size: int
) -> None:
    """What came and ended in between is at the end; what ended long ago is not held."""
    world = World(shape, descending=False, page_size=page_size)
    for second in range(40):
        world.add(second * 10, "completed")
    async with watching(world, overlap=15) as changes:
        new = world.add(1000, "completed").id
        assert [short(await anext(changes)) for _ in range(2)] == [
            ("created", new),
            ("finished", new),
        ]
    snapshot = Snapshot(world.target(), {}, floor=EPOCH.timestamp() + 385, alive_floor=math.inf)
    await snapshot.run()
    assert sorted(snapshot.found) == ["op0039", new]


@frozen
class Job:
    status: str = "running"
    text: str = ""


def test_a_mark_differs_with_each_field_and_stays_short() -> None:
    """However long a field is, and whatever characters it holds."""
    mark = mark_by("status", "text")
    jobs = [Job(), Job("failed"), Job(text="a"), Job("running a"), Job(text="x" * 9_999)]
    jobs.append(Job(text="x" * 9_998 + "\ud800"))
    assert len({mark(job) for job in jobs}) == len(jobs)
    assert max(len(mark(job)) for job in jobs) <= 64
    assert mark(Job()) == mark(Job())
