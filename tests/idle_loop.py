"""An event loop whose time passes only while it has nothing to do.

For tests in which all that happens, happens in this loop: both ends of each connection are in it. A
time limit then ends what would not have come, however slow the machine is, and takes no time.
"""

import asyncio
import time
from collections.abc import Callable
from selectors import DefaultSelector, SelectorKey
from typing import Any, TypeVar, TypeVarTuple

__all__ = ["IdleLoop"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# Seconds for the system to carry bytes from one socket of this process to another.
_SETTLED = 0.01

# Seconds of one turn of the loop, longer than the clock's resolution: who sets a timer a moment too
# early, as a rate limiter does by the last digits of a float, would meet the same moment for ever.
_TURN = 1e-8


class IdleLoop(asyncio.SelectorEventLoop):
    """Moves its clock to the next timer as soon as nothing else is left to do.

    While a thread is at work for it, as one that looks a name up, time passes as it does elsewhere.
    """

    def __init__(self) -> None:
        self._idle_clock = _IdleClock()
        super().__init__(self._idle_clock)

    def time(self) -> float:
        """Seconds on the loop's own clock."""
        return self._idle_clock.now

    def run_in_executor(
        self, executor: Any, func: Callable[[*Ts], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """Run a function in a thread, while which time passes."""
        work = super().run_in_executor(executor, func, *args)
        self._idle_clock.threads += 1
        work.add_done_callback(self._idle_clock.end_of_thread)
        return work

    async def shutdown_default_executor(self, *_: object) -> None:
        """Wait for the threads, without the limit that would pass at once."""
        await super().shutdown_default_executor()


class _IdleClock(DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = time.monotonic()
        self.threads = 0

    def end_of_thread(self, _: object) -> None:
        self.threads -= 1

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        self.now += _TURN
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self.threads:
            began = time.monotonic()
            events = super().select(timeout)
            self.now += time.monotonic() - began
            return events
        events = super().select(min(timeout, _SETTLED))
        if not events:
            self.now += timeout
        return events
