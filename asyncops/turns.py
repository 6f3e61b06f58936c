"""One task at a time takes the steps of an iteration; any other one may end it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, ConfigurationError

__all__ = ["Turns", "busy"]

R = TypeVar("R")


def busy(what: str) -> ConfigurationError:
    """The error for a task that iterates over what another task is waiting for.

    Args:
        what: What both iterate over, such as ``walk``.
    """
    return ConfigurationError(
        f"this {what} is being iterated by another task; make one {what} for each task, or let "
        "one task iterate over it and hand the items on through an asyncio.Queue"
    )


@define(eq=False)
class Turns:
    """The steps of one iteration that are being taken.

    Attributes:
        what: What is iterated over, for the text of an error.
        shared: Whether several tasks may wait for a step each; else the second one is refused.
    """

    what: str
    shared: bool = False
    _steps: "dict[asyncio.Task[Any] | None, asyncio.Timeout]" = field(factory=dict, init=False)
    _idle: asyncio.Event = field(factory=asyncio.Event, init=False)
    _closing: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    @property
    def taken(self) -> bool:
        """Whether a step is being taken."""
        return bool(self._steps)

    async def take(
        self, step: Callable[[], Awaitable[R]], refusal: Callable[[], AsyncOpsError]
    ) -> R:
        """Take one step.

        Args:
            step: What to do. Held only meanwhile: what iterates must not be part of a circle,
                so that its requests end as soon as nobody holds it.
            refusal: Makes the error for a step that another task has ended.

        Raises:
            ConfigurationError: Another task is taking one.
            AsyncOpsError: The ``refusal``: :meth:`close` was called meanwhile.
        """
        if self._steps and not self.shared:
            raise busy(self.what)
        task, scope = asyncio.current_task(), asyncio.timeout(None)
        self._idle.clear()
        try:
            async with scope:
                self._steps[task] = scope
                return await step()
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            self._steps.pop(task, None)
            if not self._steps:
                self._idle.set()
        raise refusal()

    async def close(self, finish: Callable[[], Awaitable[None]] | None = None) -> None:
        """End the steps of other tasks, wait until they are over, then finish.

        It may be called by several tasks, and a cancellation does not cut it short: it is raised
        once all is over.

        Args:
            finish: What is left to do then; called by one task at a time.
        """
        now = asyncio.get_running_loop().time()
        current, cancelled = asyncio.current_task(), False
        for task, scope in self._steps.items():
            if task is not current and not scope.expired():
                scope.reschedule(now)
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
