"""Waiting without holding a worker: ``poll_once``, with taskiq's broker in memory."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from taskiq import (
    AsyncTaskiqTask,
    Context,
    InMemoryBroker,
    ScheduledTask,
    ScheduleSource,
    TaskiqDepends,
    TaskiqMessage,
    TaskiqScheduler,
)

from asyncops import (
    AsyncOpsError,
    NotFound,
    OperationFailed,
    PollPolicy,
    RateLimited,
    RetryPolicy,
    WaitTimeout,
    ZooClient,
)
from asyncops.taskiq import client_of, install, poll_once
from asyncops.testing import FakeServer, Fault
from tests import raw_json

STEADY = PollPolicy(initial=2, factor=2, cap=10, timeout=60, jitter=0)
PATH = "/ml-prompts/"


class Waiting:
    """A worker in memory with a task that waits for a prompt; time is the fake server's."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.broker = InMemoryBroker(await_inplace=True)
        self.delays: list[float] = []
        self.put_off: list[TaskiqMessage] = []
        self.behind: list[UUID] = []
        self.source: ScheduleSource | None = None
        install(
            self.broker,
            lambda: ZooClient(
                server.token, base_url=server.url, retry=RetryPolicy(attempts=1), clock=server.clock
            ),
        )

    async def later(self, message: TaskiqMessage, delay: float) -> None:
        self.put_off.append(message)
        self.delays.append(delay)

    async def begin(
        self,
        prompt_id: str,
        *,
        poll: PollPolicy = STEADY,
        raise_on_failure: bool = True,
    ) -> AsyncTaskiqTask[Any]:
        """The first poll."""

        async def output_of(
            prompt: UUID,
            *,
            note: str,
            zoo: ZooClient = TaskiqDepends(client_of(ZooClient)),
            context: Context = TaskiqDepends(),
        ) -> str:
            assert (type(prompt), note) == (UUID, "kept")
            ended = await poll_once(
                context,
                zoo.ml_prompts.get(prompt),
                later=self.source or self.later,
                poll=poll,
                raise_on_failure=raise_on_failure,
            )
            self.behind.append(ended.id)
            return str(ended.state)

        task: Any = self.broker.register_task(output_of, "output_of", mine="too")
        sent: AsyncTaskiqTask[Any] = await task.kiq(UUID(prompt_id), note="kept")
        return sent

    async def go_on(self) -> None:
        """Each further poll, when its time has come, until there is none."""
        while self.put_off:
            self.server.advance(self.delays[-1])
            await self.broker.kick(self.broker.formatter.dumps(self.put_off.pop()))

    @property
    def polls(self) -> int:
        return len([each for each in self.server.requests if each.path.startswith(PATH)])


@pytest.fixture
async def waiting(
    fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Waiting]:
    clock = fake_server.clock
    monkeypatch.setattr("asyncops.taskiq.wait_once.time", SimpleNamespace(time=clock.time))
    waiting = Waiting(fake_server)
    await waiting.broker.startup()
    yield waiting
    await waiting.broker.shutdown()


async def outcome(task: AsyncTaskiqTask[Any]) -> Any:
    result = await task.wait_result(timeout=90)
    return result.error or result.return_value


async def error_of(task: AsyncTaskiqTask[Any], kind: type[AsyncOpsError]) -> Any:
    error = await outcome(task)
    assert isinstance(error, kind)
    return error


async def test_each_run_polls_once_and_the_last_one_goes_on(waiting: Waiting) -> None:
    """At the policy's pace, with the same arguments and labels; the result is the first task's."""
    prompt = raw_json.create_prompt(waiting.server, lifetime=25, fails=False)
    task = await waiting.begin(prompt["id"])
    assert (waiting.polls, waiting.delays) == (1, [2])
    assert waiting.put_off[0].labels["mine"] == "too"
    assert not await task.is_ready()
    await waiting.go_on()
    assert (waiting.polls, waiting.delays) == (6, [2, 4, 8, 10, 10])
    assert str(waiting.behind[0]) == prompt["id"]
    assert len(waiting.behind) == 1
    assert await outcome(task) == "succeeded"


async def test_what_has_ended_already_is_not_put_off(waiting: Waiting) -> None:
    prompt = raw_json.create_prompt(waiting.server, status="completed")
    assert await outcome(await waiting.begin(prompt["id"])) == "succeeded"
    assert (waiting.polls, waiting.delays) == (1, [])


async def test_a_failure_ends_the_wait_with_the_operation(waiting: Waiting) -> None:
    prompt = raw_json.create_prompt(waiting.server, lifetime=5, fails=True)
    task = await waiting.begin(prompt["id"])
    await waiting.go_on()
    error = await error_of(task, OperationFailed)
    assert str(error.operation.id) == prompt["id"]
    assert not waiting.behind
    task = await waiting.begin(prompt["id"], raise_on_failure=False)
    assert await outcome(task) == "failed"


async def test_the_time_is_that_of_the_whole_wait(waiting: Waiting) -> None:
    """The last poll is when it is up, and the error says what was seen."""
    prompt = raw_json.create_prompt(waiting.server, status="in_progress")
    task = await waiting.begin(prompt["id"])
    await waiting.go_on()
    assert waiting.delays == [2, 4, 8, 10, 10, 10, 10, 6]
    error = await error_of(task, WaitTimeout)
    assert "was still running after 60.0 s" in str(error)
    assert str(error.last.id) == prompt["id"]
    assert waiting.polls == 9


async def test_without_a_timeout_it_goes_on(waiting: Waiting) -> None:
    prompt = raw_json.create_prompt(waiting.server, lifetime=5000, fails=False)
    task = await waiting.begin(prompt["id"], poll=PollPolicy(cap=600, timeout=None))
    await waiting.go_on()
    assert await outcome(task) == "succeeded"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(503, times=3, path=PATH), id="5xx"),
        pytest.param(Fault(429, times=3, path=PATH, retry_after=1), id="429"),
        pytest.param(Fault(drop=True, times=3, path=PATH), id="lost connection"),
    ],
)
async def test_a_poll_that_fails_is_made_up_for(waiting: Waiting, fault: Fault) -> None:
    """As long as it is something that may pass."""
    waiting.server.script(fault)
    prompt = raw_json.create_prompt(waiting.server, status="completed")
    task = await waiting.begin(prompt["id"])
    await waiting.go_on()
    assert await outcome(task) == "succeeded"
    assert waiting.delays == [2, 4, 8]


async def test_what_the_service_asks_to_wait_is_waited(waiting: Waiting) -> None:
    """Where the time of the wait allows it."""
    waiting.server.script(Fault(429, path=PATH, retry_after=30))
    prompt = raw_json.create_prompt(waiting.server, status="completed")
    task = await waiting.begin(prompt["id"])
    assert 30 <= waiting.delays[0] < 40
    await waiting.go_on()
    assert await outcome(task) == "succeeded"
    waiting.server.script(Fault(429, path=PATH, retry_after=90))
    await waiting.begin(prompt["id"])
    assert waiting.delays[-1] == 60


async def test_errors_to_the_end_are_told_of(waiting: Waiting) -> None:
    """With the last of them as the cause."""
    waiting.server.script(Fault(429, times=100, path=PATH, retry_after=20))
    task = await waiting.begin(raw_json.create_prompt(waiting.server)["id"])
    await waiting.go_on()
    error = await error_of(task, WaitTimeout)
    assert "the last poll, after 6" in str(error)
    assert "failed: 429" in str(error)
    assert error.last is None
    assert isinstance(error.__cause__, RateLimited)


async def test_an_error_that_does_not_pass_ends_the_wait(waiting: Waiting) -> None:
    task = await waiting.begin("f135d675-c44a-4e2e-9638-87d941fa1872")
    await error_of(task, NotFound)
    assert not waiting.delays


class Source(ScheduleSource):
    """A source that keeps its schedules by their ids, as those in Redis do."""

    def __init__(self) -> None:
        self.kept: dict[str, ScheduledTask] = {}

    async def get_schedules(self) -> list[ScheduledTask]:
        return list(self.kept.values())

    async def add_schedule(self, schedule: ScheduledTask) -> None:
        self.kept[schedule.schedule_id] = schedule

    def post_send(self, task: ScheduledTask) -> None:
        del self.kept[task.schedule_id]


async def test_a_schedule_source_brings_the_task_back(waiting: Waiting) -> None:
    """Through taskiq's own scheduler, at the right time, under the first task's id."""
    source = waiting.source = Source()
    scheduler = TaskiqScheduler(waiting.broker, [source])
    prompt = raw_json.create_prompt(waiting.server, lifetime=20, fails=False)
    task = await waiting.begin(prompt["id"])
    while source.kept:
        (scheduled,) = source.kept.values()
        assert scheduled.time is not None
        waiting.server.advance(scheduled.time.timestamp() - waiting.server.clock.time())
        await scheduler.on_ready(source, scheduled)
    assert waiting.polls > 3
    assert await outcome(task) == "succeeded"


async def test_a_poll_that_is_done_twice_is_put_off_once(waiting: Waiting) -> None:
    """A worker that dies before the message is acknowledged leaves it to another one."""
    prompt = raw_json.create_prompt(waiting.server, status="queued")
    await waiting.begin(prompt["id"])
    source = waiting.source = Source()
    message = waiting.broker.formatter.dumps(waiting.put_off.pop())
    for _ in range(2):
        await waiting.broker.kick(message)
    assert (waiting.polls, len(source.kept)) == (3, 1)
