"""Messages without meaning: what a dead worker held is looked for on a quiet queue too."""

import asyncio
import logging
from typing import Any

import pytest
from taskiq import AckableMessage, BrokerMessage, InMemoryBroker, TaskiqEvents, TaskiqState
from taskiq_redis import RedisStreamBroker

from asyncops.taskiq import heartbeat
from tests.taskiq.kit import until


class Counting(InMemoryBroker):
    """Counts what is sent; the queue may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self.away = False

    async def kick(self, message: BrokerMessage) -> None:
        self.sent += 1
        if self.away:
            raise ConnectionRefusedError
        await super().kick(message)


async def test_it_beats_from_the_start_to_the_end_of_the_worker() -> None:
    broker = Counting()
    heartbeat(broker, every=0.001)
    for _ in range(2):
        await broker.startup()

        async def beaten(before: int = broker.sent) -> bool:
            return broker.sent >= before + 3

        await until(beaten)
        await broker.shutdown()
        at_the_end = broker.sent
        await asyncio.sleep(0.01)
        assert broker.sent == at_the_end


async def test_a_worker_that_did_not_start_can_be_shut_down() -> None:
    """What else is to be closed would stay open."""
    broker = Counting()

    def fail(_: TaskiqState) -> None:
        raise ConnectionRefusedError

    broker.add_event_handler(TaskiqEvents.WORKER_STARTUP, fail)
    heartbeat(broker)
    with pytest.raises(ConnectionRefusedError):
        await broker.startup()
    await broker.shutdown()
    assert not broker.sent


async def test_it_outlasts_a_queue_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    """And says so."""
    broker = Counting()
    broker.away = True
    heartbeat(broker, every=0.001)
    await broker.startup()

    async def beaten() -> bool:
        return broker.sent >= 3

    await until(beaten)
    await broker.shutdown()
    messages = [each for each in caplog.records if each.name == "asyncops.taskiq"]
    assert len(messages) >= 3
    assert {each.levelno for each in messages} == {logging.WARNING}


@pytest.mark.parametrize(("every", "error"), [(0, ValueError), (-1, ValueError), ("1", TypeError)])
def test_a_pause_that_is_none_is_refused(every: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="every"):
        heartbeat(InMemoryBroker(), every=every)


@pytest.mark.parametrize("beating", [False, True])
async def test_what_a_dead_worker_held_comes_to_another_one(redis_url: str, beating: bool) -> None:
    """With a heartbeat; without it a queue where nothing new arrives is never looked through."""

    def broker() -> RedisStreamBroker:
        made = RedisStreamBroker(redis_url, consumer_id="0", idle_timeout=20, xread_block=50)
        made.is_worker_process = True
        return made

    dead, alive = broker(), broker()
    if beating:
        heartbeat(alive, every=0.05)
    await dead.startup()
    await dead.kick(BrokerMessage(task_id="1", task_name="copy", message=b"held", labels={}))
    held = await anext(aiter(dead.listen()))
    assert held.data == b"held"
    await alive.startup()
    inbox = alive.listen()

    async def takes_over() -> AckableMessage:
        async for message in inbox:
            if message.data == held.data:
                return message
            await _acknowledged(message)
        raise AssertionError("a queue has no end")

    taking = asyncio.create_task(takes_over())
    await asyncio.wait({taking}, timeout=60 if beating else 0.3)
    assert taking.done() == beating
    # redis may drop a cancellation that comes together with an answer; wait_for would then hang.
    while not taking.done():
        taking.cancel()
        await asyncio.wait({taking}, timeout=1)
    if beating:
        assert taking.result().data == b"held"
    await inbox.aclose()
    await alive.shutdown()
    await dead.shutdown()


async def _acknowledged(message: AckableMessage) -> None:
    acknowledging = message.ack()
    assert acknowledging is not None
    await acknowledging
