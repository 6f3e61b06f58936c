"""The clock of a client, which a test may replace."""

import asyncio
import time as system_time
from typing import Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """The time of a client, given to it as ``clock=``.

    ::

        ZooClient("token", clock=asyncops.testing.FakeClock())
    """

    def time(self) -> float:
        """Wall-clock time, in seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back, from an arbitrary start."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""
        ...


class SystemClock:
    """The clocks of the machine, and ``asyncio.sleep``."""

    # Without a frame of their own, since each request asks for the time several times.
    time: "staticmethod[[], float]" = staticmethod(system_time.time)
    monotonic: "staticmethod[[], float]" = staticmethod(system_time.monotonic)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)


SYSTEM_CLOCK = SystemClock()
