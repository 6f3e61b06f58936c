"""Time limits of one length over one timer, and the cancelling of the body of one."""

import asyncio
from types import TracebackType
from typing import Self

from attrs import define, field


class TimeLimits:
    """Time limits of the same length, with one timer for all of them.

    They expire in the order in which they began, so a timer for the oldest is enough. With
    ``asyncio.timeout``, each limit has a timer of its own, which is most of its cost.

    Args:
        seconds: The length of each limit; ``None`` means no limit.

    Attributes:
        seconds: The length.
        ends: The limits whose time goes on, and when it is over.
        stopped: Those whose time stands still.
    """

    __slots__ = ("_timer", "ends", "seconds", "stopped")

    def __init__(self, seconds: float | None) -> None:
        self.seconds: float | None = seconds
        self.ends: dict[TimeLimit, float] = {}
        self.stopped: set[TimeLimit] = set()
        self._timer: asyncio.TimerHandle | None = None

    def end_all(self) -> None:
        """Let every open limit expire now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for limit in (*self.ends, *self.stopped):
            limit.expire()
        self.ends.clear()
        self.stopped.clear()

    def opened(self, limit: "TimeLimit", seconds: float, loop: asyncio.AbstractEventLoop) -> None:
        """Start the time of a limit."""
        self.ends[limit] = end = loop.time() + seconds
        if self._timer is None:
            self._timer = loop.call_at(end, self._expire_oldest)

    def paused(self, limit: "TimeLimit") -> float | None:
        """Stop the time of a limit; return the seconds left, or ``None`` if none were counted."""
        end = self.ends.pop(limit, None)
        if end is None:
            return None
        self.stopped.add(limit)
        return max(0.0, end - asyncio.get_running_loop().time())

    def _expire_oldest(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self.ends:
            limit, end = next(iter(self.ends.items()))
            if end > now:
                self._timer = loop.call_at(end, self._expire_oldest)
                return
            del self.ends[limit]
            limit.expire()


@define(eq=False)
class TimeLimit:
    """A time limit as a context manager: its body is cancelled when the time is over.

    The time begins when it is entered.

    Raises:
        TimeoutError: On leaving, if the body ended by that.

    Attributes:
        limits: The limits that it is one of.
        expired: Whether the time was over.
        task: The task that has entered it.
    """

    limits: TimeLimits
    expired: bool = field(default=False, init=False)
    task: "asyncio.Task[object]" = field(init=False)
    _cancelling: int = field(default=0, init=False)
    _pauses: int = field(default=0, init=False)
    _left: float | None = field(default=None, init=False)
    # Only a limit that was paused has a timer of its own.
    _timer: asyncio.TimerHandle | None = field(default=None, init=False)

    def pause(self) -> None:
        """Stop the time until :meth:`resume` has been called as often as this."""
        self._pauses += 1
        if self._pauses > 1:
            return
        if self._timer is not None:
            self._left = max(0.0, self._timer.when() - asyncio.get_running_loop().time())
            self._stop()
        else:
            self._left = self.limits.paused(self)

    def resume(self) -> None:
        """Let the time go on, with the seconds that were left."""
        self._pauses -= 1
        if self._pauses:
            return
        if self._left is not None and not self.expired:
            self._timer = asyncio.get_running_loop().call_later(self._left, self.expire)
        self._left = None

    def expire(self) -> None:
        """Cancel the body."""
        if self.expired:
            return
        self._stop()
        self.expired = True
        self.task.cancel()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a time limit needs a task")
        self.task, self._cancelling = task, task.cancelling()
        limits = self.limits
        if limits.seconds is not None:
            limits.opened(self, limits.seconds, loop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._stop()
        # A task that is left over from the body may still resume this.
        self._left = None
        if self.limits.ends.pop(self, None) is None:
            self.limits.stopped.discard(self)
        # A cancellation by somebody else goes on, also where it came together with the limit's.
        if (
            self.expired
            and self.task.uncancel() <= self._cancelling
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error
