"""Waiting for a condition, rather than for a time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

__all__ = ["SECONDS", "until", "until_blocking"]

SECONDS = 90.0
"""For what takes one on an idle machine: only a hang takes longer."""


async def until(
    condition: Callable[[], bool],
    *tasks: "asyncio.Future[Any]",
    every: float = 0.001,
    seconds: float = SECONDS,
) -> None:
    """Wait until a condition holds.

    Args:
        condition: What has to hold.
        tasks: What makes it hold. Where one ends before, its error is raised.
        every: Seconds between two checks; 0 gives everybody else one turn.
        seconds: How long to wait at most.
    """
    async with asyncio.timeout(seconds):
        while not condition():
            for task in tasks:
                if task.done():
                    raise AssertionError(f"ended too early, with {task.result()!r}")
            await asyncio.sleep(every)


def until_blocking(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, without an event loop; at most :data:`SECONDS`."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "the condition does not come to hold"
        time.sleep(0.01)
