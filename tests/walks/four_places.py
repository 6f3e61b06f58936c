"""The four places that poll, driven by one script of answers: wait, wait_many, watch, taskiq."""

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace

import pytest
from attrs import define, field, frozen
from taskiq import Context, InMemoryBroker, NoResultError, TaskiqMessage

from asyncops import AsyncOpsError, Checkpoint, PollPolicy, State
from asyncops.many_waits import wait_many
from asyncops.messages import Reply, Request
from asyncops.pager import Pager
from asyncops.paging import TokenPaging
from asyncops.pending import Source
from asyncops.progress import Meter
from asyncops.rounds import Rounds
from asyncops.surveys import Subject
from asyncops.taskiq import look_once
from asyncops.testing import FakeClock
from asyncops.waiting import wait_for_one
from asyncops.watching import Watch
from tests.walks.lives import Job, JobPage, pending

__all__ = ["PLACES", "Answer", "Script", "at_every_place", "job"]

Answer = Job | AsyncOpsError


@define
class Script:
    """A service that gives one answer in each poll; the last one again and again.

    Attributes:
        answers: One for each poll, which all requests of this poll get.
        policy: How often to poll.
        told: The kinds of the changes, where a watch told of any.
        clock: What time is measured by; only sleeps move it.
    """

    answers: Sequence[Answer]
    policy: PollPolicy
    told: list[str] = field(factory=list)
    clock: FakeClock = field(factory=FakeClock)

    async def get(self, _: str = "job") -> Job:
        """The answer of this poll."""
        answer = self.answers[min(len(self.clock.slept), len(self.answers) - 1)]
        if isinstance(answer, AsyncOpsError):
            raise answer
        return answer

    async def page(self, _: Request, __: Meter) -> Reply[JobPage]:
        """The answer of this poll, as a listing of one."""
        return Reply(value=JobPage((await self.get(),), None))


@frozen
class _Strategy:
    def __call__(self, start: Checkpoint) -> TokenPaging[Job]:
        return TokenPaging(Request(path="/"), None if start.cursor is None else str(start.cursor))


async def wait(script: Script) -> Job:
    """``wait`` for one operation."""
    rounds = Rounds.checked(script.policy, None, script.clock)
    return await wait_for_one(script.get, rounds, name="job", on_poll=None, raise_on_failure=True)


async def wait_for_many(script: Script) -> Job:
    """``wait_many`` for one operation."""
    source = Source(clock=script.clock, listings=(), get=script.get)
    async with wait_many(pending(source, ["job"]), poll=script.policy) as finished:
        async for _, result in finished:
            if isinstance(result, AsyncOpsError):
                raise result
            return result
    raise AssertionError


async def watch(script: Script) -> Job | None:
    """``watch`` until an operation ends; None where the time was up before."""
    listing = Pager(script.page, _Strategy(), query="", identity=lambda job: job.id)
    subject = Subject(query="", unfinished=(), recent=(listing,), mark=lambda job: job.state.value)
    async with Watch(subject, clock=script.clock, poll=script.policy) as changes:
        async for change in changes:
            script.told.append(change.kind.value)
            if change.kind == "finished":
                return change.after
    return None


async def taskiq(script: Script) -> Job:
    """``look_once``, sent again until it gives the operation."""
    message = TaskiqMessage(task_id="1", task_name="look", labels={}, args=[], kwargs={})
    put_off: list[TaskiqMessage] = [message]

    async def later(message: TaskiqMessage, delay: float) -> None:
        put_off.append(message)
        await script.clock.sleep(delay)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asyncops.taskiq.looks.time", SimpleNamespace(time=script.clock.time))
        while True:
            context = Context(put_off.pop(), InMemoryBroker())
            try:
                return await look_once(context, script.get(), later=later, poll=script.policy)
            except NoResultError:
                continue


PLACES: list[Callable[[Script], Awaitable[Job | None]]] = [wait, wait_for_many, watch, taskiq]

at_every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
"""Runs a test at each of the four."""


def job(state: State, status: str = "", **more: object) -> Job:
    """An operation in a state, by the service's word for it."""
    return Job(id="job", state=state, status=status, **more)  # type: ignore[arg-type]
