"""The event loop of these tests, whose time passes only while it has nothing to do."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tests.idle_loop import IdleLoop


async def test_time_never_stands_still() -> None:
    """A timer that was set a moment too early is set again, and has to come to its end."""
    loop = asyncio.get_running_loop()
    end, turns, ended = loop.time() + 5e-8, 0, asyncio.Event()

    def turn() -> None:
        nonlocal turns
        turns += 1
        if loop.time() >= end or turns > 100:
            ended.set()
        else:
            loop.call_at(loop.time(), turn)

    turn()
    await ended.wait()
    assert loop.time() >= end
    assert turns < 20


def test_threads_that_are_slow_to_end_take_no_time() -> None:
    """The loop's end waits for them, which from Python 3.12 on has a limit."""
    with ThreadPoolExecutor() as threads, closing(IdleLoop()) as loop:
        loop.set_default_executor(threads)
        threads.submit(time.sleep, 0.05)
        loop.run_until_complete(loop.shutdown_default_executor(300))
