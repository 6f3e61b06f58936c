"""An iteration that only one task at a time advances, and that any task may end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, ConfigurationError
from asyncops.utils.task_scope import Waiters

R = TypeVar("R")


def busy(what: str) -> ConfigurationError:
    """Return the error for a second task that iterates over an object.

    Args:
        what: The kind of the object, such as ``walk``.
    """
    return ConfigurationError(
        f"this {what} is being iterated by another task; make one {what} for each task, or let "
        "one task iterate over it and hand the items on through an asyncio.Queue"
    )


@define(eq=False)
class IterationGuard:
    """The steps of one iteration that are under way.

    Attributes:
        what: The kind of the iterated object, for the text of an error.
        shared: Whether several tasks may each wait for a step; otherwise the second one is refused.
    """

    what: str
    shared: bool = False
    # The task of each step, and whether close() has cancelled it.
    _steps: "dict[asyncio.Task[Any] | None, bool]" = field(factory=dict, init=False)
    # Those who wait for the end of all steps: only when one closes is there any.
    _idle: Waiters | None = field(default=None, init=False)
    _closing: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    @property
    def taken(self) -> bool:
        """Whether a step is under way."""
        return bool(self._steps)

    async def take(
        self, step: Callable[[], Awaitable[R]], refusal: Callable[[], AsyncOpsError]
    ) -> R:
        """Take one step.

        Args:
            step: The step. No reference to it is kept: without a reference cycle, the requests of
                an iterator end as soon as the program drops it.
            refusal: Makes the error for a step that another task has ended.

        Raises:
            ConfigurationError: Another task is taking a step.
            AsyncOpsError: The ``refusal``, if :meth:`close` was called during the step.
        """
        if self._steps and not self.shared:
            raise busy(self.what)
        task = asyncio.current_task()
        before = task.cancelling() if task is not None else 0
        self._steps[task] = False
        try:
            return await step()
        except asyncio.CancelledError:
            # A cancellation by somebody else goes on, also where it came together with a close.
            if not self._end(task) or (task is not None and task.cancelling() > before):
                raise
        finally:
            self._end(task)
        raise refusal()

    async def close(self, finish: Callable[[], Awaitable[None]] | None = None) -> None:
        """End the steps of other tasks, wait for their end, then call ``finish``.

        Several tasks may call this. A cancellation meanwhile is raised after ``finish``.

        Args:
            finish: Releases what the iteration has used; called by one task at a time.
        """
        current, cancelled = asyncio.current_task(), False
        for task, cancelled_before in self._steps.items():
            if task is not None and task is not current and not cancelled_before:
                self._steps[task] = True
                task.cancel()
        self._idle = self._idle or Waiters()
        while self._steps and current not in self._steps:
            try:
                await self._idle.wait()
            except asyncio.CancelledError:
                cancelled = True
        if finish is not None:
            async with self._closing:
                await finish()
        if cancelled:
            raise asyncio.CancelledError

    def _end(self, task: "asyncio.Task[Any] | None") -> bool:
        """Forget the step of a task; return whether it was cancelled here, which is taken back."""
        cancelled = self._steps.pop(task, False)
        if cancelled and task is not None:
            task.uncancel()
        if self._idle is not None and not self._steps:
            self._idle.wake_all()
        return cancelled
