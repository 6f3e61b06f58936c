"""The four places that poll, driven by one script of answers: wait, wait_many, watch, taskiq."""

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace

import pytest
from attrs import define, field, frozen
from taskiq import Context, InMemoryBroker, NoResultError, TaskiqMessage

from asyncops import AsyncOpsError, Checkpoint, Poll, PollPolicy, State
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.listing.pager import Pager
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.styles import Token
from asyncops.polling.pending import Source
from asyncops.polling.policy import BlockedPolicy, OnBlocked
from asyncops.polling.snapshot import WatchTarget
from asyncops.polling.wait import wait_for_one
from asyncops.polling.wait_many import wait_many
from asyncops.polling.wait_schedule import PollSchedule
from asyncops.polling.watch import Watch
from asyncops.taskiq import poll_once
from asyncops.testing import FakeClock
from tests.laws.lives import Job, JobPage, pending

__all__ = [
    "PLACES",
    "Answer",
    "Place",
    "Script",
    "at_every_place",
    "job",
    "taskiq",
    "wait",
    "wait_for_many",
    "watch",
]

Answer = Job | AsyncOpsError


@define
class Script:
    """A service that gives one answer in each poll; the last one again and again.

    Attributes:
        answers: One for each poll, which all requests of this poll get.
        policy: How often to poll.
        on_blocked: What a wait does about an operation that waits for a person.
        told: The kinds of the changes, where a watch told of any.
        polls: The polls, of all places but taskiq.
        clock: What time is measured by; only sleeps move it.
    """

    answers: Sequence[Answer]
    policy: PollPolicy
    on_blocked: OnBlocked = "wait"
    told: list[str] = field(factory=list)
    polls: list[Poll] = field(factory=list)
    clock: FakeClock = field(factory=FakeClock)

    async def get(self, _: str = "job") -> Job:
        """The answer of this poll."""
        answer = self.answers[min(len(self.clock.slept), len(self.answers) - 1)]
        if isinstance(answer, AsyncOpsError):
            raise answer
        return answer

    async def page(self, _: Request, meter: Meter) -> Reply[JobPage]:
        """The answer of this poll, as a listing of one."""
        meter.requests += 1
        return Reply(value=JobPage((await self.get(),), None))


@frozen
class _Strategy:
    def __call__(self, start: Checkpoint) -> CursorStrategy[Job]:
        return CursorStrategy(
            Request(path="/"),
            Token(),
            None if start.cursor is None else str(start.cursor),
        )


async def wait(script: Script) -> Job:
    """``wait`` for one operation."""
    schedule = PollSchedule.checked(script.policy, None, script.clock)
    return await wait_for_one(
        script.get,
        schedule,
        name="job",
        on_poll=script.polls.append,
        raise_on_failure=True,
        blocked=BlockedPolicy.checked(script.on_blocked),
    )


async def wait_for_many(script: Script) -> Job:
    """``wait_many`` for one operation."""
    source = Source(clock=script.clock, listings=(), get=script.get)
    waiting = wait_many(
        pending(source, ["job"]),
        poll=script.policy,
        on_poll=script.polls.append,
        on_blocked=script.on_blocked,
    )
    async with waiting as finished:
        ((_, result),) = [pair async for pair in finished]
    if isinstance(result, AsyncOpsError):
        raise result
    return result


async def watch(script: Script) -> Job | None:
    """``watch`` until an operation ends; None where the time was up before."""
    listing = Pager(script.page, _Strategy(), query="", identity=lambda job: job.id)
    target = WatchTarget(
        query="", unfinished=(), recent=(listing,), mark=lambda job: job.state.value
    )
    watch = Watch(target, clock=script.clock, poll=script.policy, on_poll=script.polls.append)
    async with watch as changes:
        async for change in changes:
            script.told.append(change.kind.value)
            if change.kind == "finished":
                return change.after
    return None


async def taskiq(script: Script) -> Job:
    """``poll_once``, sent again until it gives the operation."""
    message = TaskiqMessage(task_id="1", task_name="poll", labels={}, args=[], kwargs={})
    put_off: list[TaskiqMessage] = [message]

    async def later(message: TaskiqMessage, delay: float) -> None:
        put_off.append(message)
        await script.clock.sleep(delay)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asyncops.taskiq.wait_once.time", SimpleNamespace(time=script.clock.time))
        while True:
            context = Context(put_off.pop(), InMemoryBroker())
            try:
                return await poll_once(
                    context,
                    script.get(),
                    later=later,
                    poll=script.policy,
                    on_blocked=script.on_blocked,
                )
            except NoResultError:
                continue


Place = Callable[[Script], Awaitable[Job | None]]

PLACES: list[Place] = [wait, wait_for_many, watch, taskiq]

at_every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
"""Runs a test at each of the four."""


def job(state: State, status: str = "", **more: object) -> Job:
    """An operation in a state, by the service's word for it."""
    return Job(id="job", state=state, status=status, **more)  # type: ignore[arg-type]
