"""An ``async with`` that owns tasks, and what they bring to the one who iterates over it."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

from asyncops.errors import AsyncOpsError, ConfigurationError
from asyncops.tasks import end

__all__ = ["Crew", "Waiters"]

T_co = TypeVar("T_co", covariant=True)


class Waiters:
    """Tasks that wait to be woken, first come, first served."""

    __slots__ = ("_futures",)

    def __init__(self) -> None:
        self._futures: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait to be woken. What for is to be looked at again then: another may have been first."""
        future = asyncio.get_running_loop().create_future()
        self._futures.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future in self._futures:
                self._futures.remove(future)
            elif not future.cancelled():
                # Woken and cancelled at once: the call was meant for somebody who can answer it.
                self.wake()
            raise

    def wake(self) -> None:
        """Wake the one that has waited longest, if any waits."""
        while self._futures:
            future = self._futures.popleft()
            if not future.done():
                future.set_result(None)
                return

    def wake_all(self) -> None:
        """Wake all."""
        while self._futures:
            self.wake()


class Crew(ABC, AsyncIterator[T_co]):
    """Tasks that work while the ``async with`` lasts, and are over when it is left.

    It is entered once. Iterated outside of its ``async with``, it raises, since it would
    otherwise look as if it had come to its end.
    """

    def __init__(self) -> None:
        self._arrivals = Waiters()
        self._failure: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._running = 0
        self._open = False
        self._left = False

    async def __aenter__(self) -> Self:
        if self._open or self._left:
            raise ConfigurationError("this can be entered only once; make a new one")
        self._open = True
        self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open, self._left = False, True
        try:
            await end(self._tasks)
        finally:
            await self._close()

    @abstractmethod
    def _start(self) -> None:
        """Start the tasks."""

    async def _close(self) -> None:
        """Close what the tasks have used."""

    def _spawn(self, work: Callable[[], Awaitable[None]]) -> None:
        self._running += 1
        self._tasks.append(asyncio.create_task(self._run(work)))

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except BaseException as error:
            # Whoever waits for what this task was to bring would wait forever.
            if isinstance(error, asyncio.CancelledError):
                self._fail(AsyncOpsError("a task of this was cancelled from outside"))
            else:
                self._fail(error)
            raise
        finally:
            self._running -= 1
            if not self._running:
                self._arrivals.wake_all()

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = error
        self._arrivals.wake_all()

    def _check_open(self) -> None:
        if not self._open:
            raise ConfigurationError(
                "this was left, and its tasks with it; iterate inside of its `async with`"
                if self._left
                else "enter this with `async with` first, then iterate"
            )

    async def _arrival(self) -> bool:
        """Wait until a task has brought something; False where none is left that could.

        Raises:
            BaseException: What a task has failed with.
        """
        if self._failure is not None:
            raise self._failure
        if not self._running:
            return False
        await self._arrivals.wait()
        return True
