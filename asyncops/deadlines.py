"""Time limits for many things at once that all may take equally long."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Self

__all__ = ["Deadlines", "Receiving", "Scope", "polling", "receiving"]


class Deadlines:
    """``asyncio.timeout`` for many scopes with one timer between them.

    Each scope may take the same time, so they are over in the order in which they began: a timer
    for the oldest one is enough. A timer for each would be most of what a scope costs.

    Args:
        seconds: How long each scope may take.
    """

    __slots__ = ("_ends", "_paused", "_timer", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds: float = seconds
        self._ends: dict[Scope, float] = {}
        self._paused: set[Scope] = set()
        self._timer: asyncio.TimerHandle | None = None

    def scope(self) -> "Scope":
        """A scope, whose time begins when it is entered."""
        return Scope(self)

    def end_all(self) -> None:
        """Let every scope that is open run out now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for scope in (*self._ends, *self._paused):
            scope.run_out()
        self._ends.clear()
        self._paused.clear()

    def opened(self, scope: "Scope") -> None:
        """Let a scope's time begin."""
        loop = asyncio.get_running_loop()
        self._ends[scope] = end = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_at(end, self._end_the_oldest)

    def closed(self, scope: "Scope") -> None:
        """Forget a scope."""
        self._ends.pop(scope, None)
        self._paused.discard(scope)

    def paused(self, scope: "Scope") -> float | None:
        """Let a scope's time stand still; the seconds it had left, None where it was over."""
        end = self._ends.pop(scope, None)
        if end is None:
            return None
        self._paused.add(scope)
        return max(0.0, end - asyncio.get_running_loop().time())

    def _end_the_oldest(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._ends:
            scope, end = next(iter(self._ends.items()))
            if end > now:
                self._timer = loop.call_at(end, self._end_the_oldest)
                return
            del self._ends[scope]
            scope.run_out()


class Scope:
    """One of them, a context manager: what it holds is cancelled when its time is over.

    Its time may stand still meanwhile; one that was paused has a timer of its own from then on.

    Raises:
        TimeoutError: On leaving, if that is what it was left by.

    Attributes:
        expired: Whether its time was over.
    """

    __slots__ = ("_cancelling", "_deadlines", "_left", "_task", "_timer", "expired")

    _task: "asyncio.Task[object]"

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._cancelling = 0
        self._left: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.expired: bool = False

    def pause(self) -> None:
        """Let its time stand still until :meth:`resume`."""
        if self._timer is not None:
            self._left = max(0.0, self._timer.when() - asyncio.get_running_loop().time())
            self._stop()
        else:
            self._left = self._deadlines.paused(self)

    def resume(self) -> None:
        """Let its time go on, with what was left of it."""
        if self._left is not None and not self.expired:
            self._timer = asyncio.get_running_loop().call_later(self._left, self.run_out)
        self._left = None

    def run_out(self) -> None:
        """Cancel what it holds."""
        if self.expired:
            return
        self._stop()
        self.expired = True
        self._task.cancel()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a time limit needs a task")
        self._task, self._cancelling = task, task.cancelling()
        self._deadlines.opened(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()
        self._deadlines.closed(self)
        # Somebody else may have cancelled the task too, and that must go on.
        if (
            self.expired
            and self._task.uncancel() <= self._cancelling
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error


class Receiving:
    """The time limit of a poll, which stands still while large answers to it are coming.

    Args:
        limit: The limit, entered already.
    """

    def __init__(self, limit: asyncio.Timeout) -> None:
        self._limit = limit
        self._answers = 0
        self._left: float | None = None
        self._ended = False

    def begun(self) -> None:
        """One more answer is coming."""
        self._answers += 1
        end = self._limit.when()
        if end is not None and not self._ended and not self._limit.expired():
            self._left = end - asyncio.get_running_loop().time()
            self._limit.reschedule(None)

    def over(self) -> None:
        """One of them is there, or will not come."""
        self._answers -= 1
        if self._left is not None and not self._answers and not self._ended:
            self._limit.reschedule(asyncio.get_running_loop().time() + self._left)
            self._left = None

    def end(self) -> None:
        """Leave the limit as it is: it can be moved no more once it is left."""
        self._ended = True


_of_this_poll: ContextVar[Receiving | None] = ContextVar("_of_this_poll", default=None)


def receiving() -> Receiving | None:
    """The limit of the poll that the calling task works for; None where it works for none."""
    return _of_this_poll.get()


@contextmanager
def polling(limit: asyncio.Timeout) -> Iterator[None]:
    """Let ``limit`` be that of the poll whose requests are made in the body.

    A context variable, since the requests are made by whatever the poll is of, in tasks of its own
    too, and only the one that brings a large answer has to know.
    """
    poll = Receiving(limit)
    token = _of_this_poll.set(poll)
    try:
        yield
    finally:
        poll.end()
        _of_this_poll.reset(token)
