"""The end of tasks."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def cancel_all(tasks: "Collection[asyncio.Task[Any]]") -> None:
    """Cancel tasks and wait until all of them have ended, even if cancelled meanwhile."""
    cancelled = False
    for task in tasks:
        task.cancel()
    while pending := [task for task in tasks if not task.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError:
            # The caller closes what the tasks use, so they have to end first.
            cancelled = True
    for task in tasks:
        if not task.cancelled():
            # asyncio reports an error that was never retrieved.
            task.exception()
    if cancelled:
        raise asyncio.CancelledError


async def together(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run coroutines side by side and return their results in order; an error ends all others."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await cancel_all(tasks)
