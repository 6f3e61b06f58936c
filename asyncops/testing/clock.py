"""A clock that moves only when told to."""

import asyncio
import math
from datetime import UTC, datetime
from threading import Lock

from asyncops.utils.checks import check_methods, check_type
from asyncops.utils.clock import Clock
from asyncops.utils.moments import micros, moment

_NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
# A monotonic clock of a machine that has been up for a while: code that takes 0.0 for
# "never" should not be helped by a fake that starts there.
_UPTIME_NS = 1_000_000_000_000

_Waiter = tuple[int, asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class FakeClock:
    """An `asyncops.utils.clock.Clock` for tests; may be shared by threads and event loops.

    Args:
        start: The first instant, aware.
        auto_advance: Whether a ``sleep`` moves the clock by itself, at once. If not, a sleep
            ends when somebody calls ``advance`` past its end.

    Attributes:
        slept: Every sleep asked for, in seconds, in order.
    """

    def __init__(self, start: datetime = _NEW_YEAR, *, auto_advance: bool = True) -> None:
        check_type("start", start, datetime)
        if start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        self.slept: list[float] = []
        self._auto_advance = auto_advance
        self._start_ns = micros(start) * 1000
        self._elapsed_ns = 0
        self._waiters: list[_Waiter] = []
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"FakeClock(now={self.now().isoformat()})"

    def time(self) -> float:
        """Seconds since the epoch."""
        return (self._start_ns + self._elapsed_ns) / 1e9

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        return (_UPTIME_NS + self._elapsed_ns) / 1e9

    def now(self) -> datetime:
        """The same instant as ``time()``, as an aware datetime in UTC."""
        return moment((self._start_ns + self._elapsed_ns) // 1000)

    def advance(self, seconds: float) -> None:
        """Move the clock, and wake the sleeps that end on the way.

        Raises:
            ValueError: ``seconds`` is negative or not finite.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"seconds must be finite, and a clock does not go back; got {seconds}")
        with self._lock:
            self._elapsed_ns += round(seconds * 1e9)
            due = [waiter for waiter in self._waiters if waiter[0] <= self._elapsed_ns]
            self._waiters = [waiter for waiter in self._waiters if waiter[0] > self._elapsed_ns]
        for _, loop, future in due:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, future)

    async def sleep(self, seconds: float) -> None:
        """Sleep on this clock. Other tasks get a turn in any case."""
        self.slept.append(seconds)
        if self._auto_advance or seconds <= 0:
            self.advance(max(seconds, 0.0))
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._lock:
            waiter = (self._elapsed_ns + round(seconds * 1e9), loop, future)
            self._waiters.append(waiter)
        try:
            await future
        finally:
            with self._lock:
                self._waiters = [other for other in self._waiters if other is not waiter]


def clock_of(given: Clock | None) -> Clock:
    """Return the clock that a fake was given, or else one of its own."""
    if given is None:
        return FakeClock()
    check_methods("clock", given, Clock, "time, monotonic and sleep")
    return given


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
