"""A walk, cut to a window of time and to a number of items."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Generic, Self, TypeVar

from attrs import define, field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.cli.text.times import moment
from asyncops.listing.walk import Walk
from asyncops.models import Operation, known_time

__all__ = ["Items", "When", "Window"]

T = TypeVar("T", bound=Operation)


@frozen
class When:
    """A moment as the user wrote it.

    Attributes:
        text: The words: ``2h`` or ``2026-11-01``.
        at: The moment that they named when they were read; aware.
    """

    text: str
    at: datetime

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the words."""
        return cls(text, moment(text))


@define(eq=False)
class Window:
    """A span of creation times, and whether a listing has gone past it.

    The order is learned from the items that came: a listing whose items are in no order is read to
    its end.

    Attributes:
        since: The first moment in the window; `None` means no beginning.
        until: The first moment after the window; `None` means no end.
    """

    since: datetime | None = None
    until: datetime | None = None
    _last: datetime | None = field(default=None, init=False)
    _direction: int = field(default=0, init=False)
    _mixed: bool = field(default=False, init=False)

    @property
    def open(self) -> bool:
        """Whether every moment is in the window."""
        return self.since is None and self.until is None

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment is in the window; an unknown moment is only in an open one."""
        if moment is None:
            return self.open
        return not self._before(moment) and not self._behind(moment)

    def passed(self, moment: datetime | None) -> bool:
        """Whether the listing has left the window for good, given the creation time of an item."""
        if moment is None:
            return False
        if self._last is not None and moment != self._last:
            direction = 1 if moment > self._last else -1
            self._mixed |= self._direction not in {0, direction}
            self._direction = direction
        self._last = moment
        if self._mixed or self._direction == 0:
            return False
        return self._before(moment) if self._direction < 0 else self._behind(moment)

    def _before(self, moment: datetime) -> bool:
        return self.since is not None and moment < self.since

    def _behind(self, moment: datetime) -> bool:
        return self.until is not None and moment >= self.until


class Items(AsyncIterator[T], Generic[T]):
    """Operations, one by one or page by page, with a checkpoint after each.

    Args:
        walk: The walk that gives the operations.
        window: When they may have been created.
        most: The largest number to give; `None` means no limit.
    """

    def __init__(self, walk: Walk[T], window: Window, most: int | None) -> None:
        self._walk = walk
        self._window = window
        self._left = most
        self._taken = 0
        # The items of the pages that have come.
        self._there = 0
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not (self._ended or self._left == 0):
            item = await anext(self._walk)
            if self._admits(item):
                return item
        raise StopAsyncIteration

    async def batch(self) -> list[T]:
        """The rest of the current page, or the next page that has an operation in the window.

        Returns:
            The operations; an empty list at the end.
        """
        found: list[T] = []
        while not (self._ended or self._left == 0):
            item = await anext(self._walk, None)
            if item is None:
                self._ended = True
                break
            if self._admits(item):
                found.append(item)
            if found and self._taken == self._there:
                # The next one has yet to come, and these need not wait for it.
                break
        return found

    def _admits(self, item: T) -> bool:
        self._taken += 1
        if self._taken > self._there:
            self._there = self._walk.report.items
        window = self._window
        if not window.open:
            moment = known_time(item.created_at)
            self._ended = window.passed(moment)
            if not window.holds(moment):
                return False
        if self._left is not None:
            self._left -= 1
        return True

    @property
    def cut(self) -> bool:
        """Whether the largest number was reached, so that the listing may go on."""
        return self._left == 0

    @property
    def checkpoint(self) -> Checkpoint:
        """The place after the item last given."""
        return self._walk.checkpoint
