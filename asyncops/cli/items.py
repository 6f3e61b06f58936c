"""The operations that a query gives: a walk, cut to a span of time and to a number."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Generic, Self, TypeVar

from attrs import define, field, frozen

from asyncops.iterating import Walk
from asyncops.models import Checkpoint, Operation, known_time
from asyncops.progress import OnPage, WalkReport

__all__ = ["Arrivals", "Items", "When", "Window"]

T = TypeVar("T", bound=Operation)


@frozen
class When:
    """A moment as somebody gave it.

    Attributes:
        text: Their words: ``2h`` or ``2026-11-01``.
        at: What these meant when they were read; aware.
    """

    text: str
    at: datetime


@define(eq=False)
class Window:
    """A span of creation times, and whether a listing has gone past it.

    The order is what came, not what was asked for: a listing that is not in one order is read to
    its end.

    Attributes:
        since: The first moment in it; None for no beginning.
        until: The first moment behind it; None for no end.
    """

    since: datetime | None = None
    until: datetime | None = None
    _last: datetime | None = field(default=None, init=False)
    _direction: int = field(default=0, init=False)
    _mixed: bool = field(default=False, init=False)

    @property
    def open(self) -> bool:
        """Whether all moments are in it."""
        return self.since is None and self.until is None

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment is in it; an unknown one is not, unless all are."""
        if moment is None:
            return self.open
        return not self._before(moment) and not self._behind(moment)

    def passed(self, moment: datetime | None) -> bool:
        """Whether nothing in the window can come after what was created then."""
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


@define(eq=False)
class Arrivals:
    """How many items have arrived with the pages of a walk.

    Attributes:
        then: Told of each page too.
    """

    then: OnPage | None = None
    count: int = field(default=0, init=False)

    def turn(self, report: WalkReport) -> None:
        """One more page has come."""
        self.count = report.items
        if self.then is not None:
            self.then(report)


class Items(AsyncIterator[T], Generic[T]):
    """Operations, one by one or page by page, with a checkpoint after each.

    Args:
        walk: What they are taken from.
        arrivals: Told of the walk's pages.
        window: When they may have been created.
        most: How many are given at the most; None for all.
    """

    def __init__(self, walk: Walk[T], arrivals: Arrivals, window: Window, most: int | None) -> None:
        self._walk = walk
        self._arrivals = arrivals
        self._window = window
        self._left = most
        self._taken = 0
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
        """What is left of the page at hand, or of the first one after it that holds any.

        Returns:
            The operations; none of them at the end.
        """
        found: list[T] = []
        while not (self._ended or self._left == 0):
            item = await anext(self._walk, None)
            if item is None:
                self._ended = True
                break
            if self._admits(item):
                found.append(item)
            if found and self._taken == self._arrivals.count:
                # The next one has yet to come, and these need not wait for it.
                break
        return found

    def _admits(self, item: T) -> bool:
        self._taken += 1
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
        """Whether the number was reached, so that there may be more."""
        return self._left == 0

    @property
    def checkpoint(self) -> Checkpoint:
        """The place after the item last given."""
        return self._walk.checkpoint

    @property
    def report(self) -> WalkReport:
        """How far the walk has come and what it has cost."""
        return self._walk.report
