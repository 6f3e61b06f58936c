"""The end of tasks."""

import asyncio
from collections.abc import Collection
from typing import Any

__all__ = ["cancel_all"]


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
