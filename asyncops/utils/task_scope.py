"""An ``async with`` that owns tasks, and gives their results by iteration."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self, TypeVar

from asyncops.errors import AsyncOpsError, ConfigurationError
from asyncops.utils.tasks import cancel_all

T_co = TypeVar("T_co", covariant=True)


class Waiters:
    """A queue of waiting tasks, first come, first served."""

    __slots__ = ("_futures",)

    def __init__(self) -> None:
        self._futures: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait to be woken; check the condition again afterwards, as another task may be faster."""
        future = asyncio.get_running_loop().create_future()
        self._futures.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future in self._futures:
                self._futures.remove(future)
            elif not future.cancelled():
                # Woken and cancelled in the same moment: wake the next task instead.
                self.wake()
            raise

    def wake(self) -> None:
        """Wake the task that has waited longest, if any waits."""
        while self._futures:
            future = self._futures.popleft()
            if not future.done():
                future.set_result(None)
                return

    def wake_all(self) -> None:
        """Wake all waiting tasks."""
        while self._futures:
            self.wake()


class TaskScope(ABC, AsyncIterator[T_co]):
    """Tasks that run inside of an ``async with`` and have ended when it is left.

    A scope is entered once. Iterating outside of the ``async with`` raises an error; ending the
    iteration instead would look as if all results had come.
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

    async def __aexit__(self, *_: object) -> None:
        self._open, self._left = False, True
        try:
            await cancel_all(self._tasks)
        finally:
            await self._close()

    @abstractmethod
    def _start(self) -> None:
        """Start the tasks."""

    async def _close(self) -> None:
        """Release the resources of the tasks, after their end."""

    def _spawn(self, work: Callable[[], Awaitable[object]]) -> None:
        self._running += 1
        self._tasks.append(asyncio.create_task(self._run(work)))

    async def _run(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except BaseException as error:
            # A task that iterates would wait forever for the result of this one.
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
        """Wait for a result of a task; return False if no task is running.

        Raises:
            BaseException: The error of a task that failed.
        """
        if self._failure is not None:
            raise self._failure
        if not self._running:
            return False
        await self._arrivals.wait()
        return True
