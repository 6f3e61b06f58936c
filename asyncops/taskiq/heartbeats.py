"""Messages without meaning, for brokers that look after dead workers only when one comes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from taskiq import AsyncBroker, SendTaskError, TaskiqEvents, TaskiqState

from asyncops.checks import seconds
from asyncops.tasks import end

__all__ = ["heartbeat"]

_log = logging.getLogger("asyncops.taskiq")

_BEATING = "asyncops.heartbeat"


def heartbeat(broker: AsyncBroker, *, every: float = 30.0) -> None:
    """Have each worker of a broker send an empty task, as it starts and again and again.

    ``RedisStreamBroker`` of taskiq-redis takes over what a dead worker held only after it has
    received something new. On a queue that is otherwise quiet that would be never.

    Args:
        broker: The broker, before it starts. Called once for each.
        every: Seconds between two of them, above 0. What a dead worker held is taken over at most
            so long after the broker's ``idle_timeout``, where a worker is free.

    Raises:
        TypeError: ``every`` is no number.
        ValueError: ``every`` is not finite or not above 0.
    """
    pause = seconds("every", every, positive=True)
    beat = broker.register_task(_beat, "asyncops:heartbeat")

    async def start(state: TaskiqState) -> None:
        state[_BEATING] = asyncio.create_task(_keep_beating(beat.kiq, pause))

    async def stop(state: TaskiqState) -> None:
        # Nothing, where another handler failed as the worker started.
        beating = state.pop(_BEATING, None)
        await end([] if beating is None else [beating])

    broker.add_event_handler(TaskiqEvents.WORKER_STARTUP, start)
    broker.add_event_handler(TaskiqEvents.WORKER_SHUTDOWN, stop)


async def _beat() -> None:
    """Nothing is done: that the message came is what matters."""


async def _keep_beating(beat: Callable[[], Awaitable[object]], pause: float) -> None:
    while True:
        try:
            await beat()
        except SendTaskError:
            _log.warning("a heartbeat could not be sent; the next one is tried in %g s", pause)
        await asyncio.sleep(pause)
