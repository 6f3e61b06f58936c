"""Ending what was started."""

import asyncio
from collections.abc import Collection
from typing import Any

__all__ = ["end"]


async def end(tasks: "Collection[asyncio.Task[Any]]") -> None:
    """Cancel tasks and wait until all of them are over, even if cancelled meanwhile."""
    cancelled = False
    for task in tasks:
        task.cancel()
    while pending := [task for task in tasks if not task.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError:
            # What they use cannot be closed while they run: first they, then the cancellation.
            cancelled = True
    for task in tasks:
        if not task.cancelled():
            # Looked at here, so that an error which nobody waits for any more is not reported.
            task.exception()
    if cancelled:
        raise asyncio.CancelledError
