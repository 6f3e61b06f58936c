"""Empty messages, for brokers that take over from dead workers only when a message comes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from taskiq import AsyncBroker, SendTaskError, TaskiqEvents, TaskiqState

from asyncops.utils.checks import seconds
from asyncops.utils.tasks import cancel_all

_log = logging.getLogger("asyncops.taskiq")

_BEATING = "asyncops.heartbeat"


def heartbeat(broker: AsyncBroker, *, every: float = 30.0) -> None:
    """Let each worker of a broker send an empty task every so many seconds.

    ``heartbeat(broker, every=30)``. ``RedisStreamBroker`` of taskiq-redis takes over the tasks of
    a dead worker only when it receives a new one, and on a quiet queue none comes.

    Args:
        broker: The broker, before it starts. Call this once for each broker.
        every: Seconds between two heartbeats, above 0. A free worker takes over the tasks of a
            dead one at most so long after the broker's ``idle_timeout``.

    Raises:
        TypeError: ``every`` is no number.
        ValueError: ``every`` is not finite or not above 0.
    """
    pause = seconds("every", every, positive=True)
    beat = broker.register_task(_beat, "asyncops:heartbeat")

    async def start(state: TaskiqState) -> None:
        state[_BEATING] = asyncio.create_task(_keep_beating(beat.kiq, pause))

    async def stop(state: TaskiqState) -> None:
        # There is no task where another handler failed as the worker started.
        beating = state.pop(_BEATING, None)
        await cancel_all([] if beating is None else [beating])

    broker.add_event_handler(TaskiqEvents.WORKER_STARTUP, start)
    broker.add_event_handler(TaskiqEvents.WORKER_SHUTDOWN, stop)


async def _beat() -> None:
    """Do nothing: the arrival of the message is enough."""


async def _keep_beating(beat: Callable[[], Awaitable[object]], pause: float) -> None:
    while True:
        try:
            await beat()
        except SendTaskError:
            _log.warning("a heartbeat could not be sent; the next one is tried in %g s", pause)
        await asyncio.sleep(pause)
