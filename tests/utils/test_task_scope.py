"""Who waits, and who is woken."""

import asyncio

from asyncops.utils.task_scope import Waiters
from tests.laws.rows import steps


async def test_whoever_gives_up_waiting_is_forgotten() -> None:
    """However often it happens."""
    waiters = Waiters()
    waiting = [asyncio.ensure_future(waiters.wait()) for _ in range(9)]
    await steps(2)
    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)
    assert not waiters._futures


async def test_whoever_is_woken_and_cancelled_at_once_passes_the_call_on() -> None:
    """Otherwise it would be lost."""
    waiters = Waiters()
    first, second = (asyncio.ensure_future(waiters.wait()) for _ in range(2))
    await steps(2)
    waiters.wake()
    first.cancel()
    await asyncio.wait_for(second, 60)
    assert first.cancelled()
