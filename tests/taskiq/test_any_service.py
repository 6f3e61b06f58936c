"""Tasks that work with services that asyncops does not know: described here, faked on sockets."""

from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from taskiq import AsyncTaskiqTask, Context, InMemoryBroker, TaskiqDepends, TaskiqMessage

from asyncops import OperationBlocked, OperationCancelled, PollPolicy, WaitTimeout
from asyncops.polling.policy import OnBlocked
from asyncops.taskiq import accounts_of, client_of, install, poll_once
from asyncops.testing import Fake
from tests.testing.contracts.farms import CursorsClient, HeadersClient

STEADY = PollPolicy(initial=2, factor=2, cap=10, timeout=60, jitter=0)


class Polling:
    """A worker in memory with a task that waits for a batch, and the fake of its service."""

    def __init__(self, fake: Fake[CursorsClient]) -> None:
        self.fake = fake
        self.broker = InMemoryBroker(await_inplace=True)
        self.put_off: list[tuple[TaskiqMessage, float]] = []
        install(self.broker, fake.client)

    async def later(self, message: TaskiqMessage, delay: float) -> None:
        self.put_off.append((message, delay))

    async def outcome_of(self, id_: int, on_blocked: OnBlocked = "wait") -> Any:
        """What the last of all polls gives, or its error."""

        async def end_of(
            batch: int,
            service: CursorsClient = TaskiqDepends(client_of(CursorsClient)),
            context: Context = TaskiqDepends(),
        ) -> str:
            ended = await poll_once(
                context,
                service.batches.get(batch),
                later=self.later,
                poll=STEADY,
                on_blocked=on_blocked,
            )
            return f"{ended.id} {ended.status}"

        task: Any = self.broker.register_task(end_of, "end_of")
        sent: AsyncTaskiqTask[Any] = await task.kiq(id_)
        delays: list[float] = []
        while self.put_off:
            message, delay = self.put_off.pop()
            delays.append(delay)
            self.fake.advance(delay)
            await self.broker.kick(self.broker.formatter.dumps(message))
        result = await sent.wait_result(timeout=90)
        return result.error or (result.return_value, delays)


@pytest.fixture
async def polling(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Polling]:
    async with Fake(CursorsClient) as fake:
        time = SimpleNamespace(time=fake.clock.time)
        monkeypatch.setattr("asyncops.taskiq.wait_once.time", time)
        polling = Polling(fake)
        await polling.broker.startup()
        yield polling
        await polling.broker.shutdown()


async def test_an_operation_whose_id_is_a_number_is_polled_to_its_end(polling: Polling) -> None:
    batch = polling.fake.add("batches", lifetime=20, fails=False)
    polling.fake.fail(503)
    result, delays = await polling.outcome_of(batch.id)
    assert result == f"{batch.id} done"
    assert delays == [2, 4, 8, 10][: len(delays)]
    assert polling.fake.count(f"/batches/{batch.id}") > len(delays)


async def test_each_end_is_the_error_that_it_is_for_a_wait(polling: Polling) -> None:
    stopped = polling.fake.add("batches", status="stopped")
    error = await polling.outcome_of(stopped.id)
    assert isinstance(error, OperationCancelled)
    held = polling.fake.add("batches", status="held")
    error = await polling.outcome_of(held.id, "raise")
    assert isinstance(error, OperationBlocked)
    assert error.operation.id == held.id
    error = await polling.outcome_of(held.id)
    assert isinstance(error, WaitTimeout)
    assert f"{held.id} was still blocked" in str(error)


async def test_accounts_of_any_service_are_given_by_name() -> None:
    async def jobs(
        team: str,
        farms: Mapping[str, HeadersClient] = TaskiqDepends(accounts_of(HeadersClient)),
    ) -> list[str]:
        listed = [await farm.jobs(team, 7).list().collect() for farm in farms.values()]
        return [*farms, *(job.id for each in listed for job in each)]

    async with Fake(HeadersClient, rows=3) as north, Fake(HeadersClient, rows=2, seed=1) as south:
        broker = InMemoryBroker()
        install(broker, {"north": north.client, "south": south.client})
        await broker.startup()
        sent: Any = await broker.register_task(jobs).kiq("blue")
        result = await sent.wait_result(timeout=90)
        await broker.shutdown()
        ids = [job.id for fake in (north, south) for job in fake.items("jobs", "blue", "7")]
    assert result.return_value == ["north", "south", *ids]
