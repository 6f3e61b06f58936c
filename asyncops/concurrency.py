"""Walking a listing with several requests under way at once."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, PaginationError, TooManyPages
from asyncops.messages import Request
from asyncops.plans import Leaf, Plan, Wanted
from asyncops.tasks import end
from asyncops.walks import Fetch, Limits, ends_at, fetch_by

__all__ = ["CONCURRENCY", "Flights"]

T = TypeVar("T")

CONCURRENCY = 16
"""Requests under way at once, unless told otherwise."""


@define(eq=False)
class Flights(Generic[T]):
    """The requests of one walk that are under way, and what came of them.

    Each answer leads to the next request at once, whether the consumer is at work or waits.

    Attributes:
        fetch: Sends one request.
        plan: Says which.
        most: How many may be under way at once.
        limits: How long the walk may become.
        wanted: What it has still to give; nothing is asked for that this cannot take.
    """

    fetch: Fetch[Any]
    plan: Plan[Any, Any, T] = field(repr=False)
    most: int
    limits: Limits
    wanted: Wanted = field(factory=Wanted)
    _tasks: "set[asyncio.Task[None]]" = field(factory=set, init=False)
    _news: asyncio.Event = field(factory=asyncio.Event, init=False)
    _sent: int = field(default=0, init=False)
    # Items that have come and were not taken, and those of the largest page so far.
    _held: int = field(default=0, init=False)
    _largest: int = field(default=0, init=False)
    _ends_at: float = field(default=0.0, init=False)
    _failure: BaseException | None = field(default=None, init=False)
    _too_many: bool = field(default=False, init=False)
    _left: bool = field(default=False, init=False)

    async def leaves(self) -> AsyncGenerator[Leaf[T], None]:
        """The pages as the plan gives them out. Closing the generator ends all requests.

        Raises:
            TooManyPages: More requests than ``limits`` allow were needed.
            DeadlineExceeded: It took longer than ``limits`` allow.
        """
        self._ends_at = ends_at(self.limits)
        try:
            self._depart()
            while True:
                leaf = self.plan.take()
                # What was taken made room; that nothing is left may do so too.
                self._depart()
                if leaf is not None:
                    yield leaf
                    self._held -= 0 if leaf.early else len(leaf.page.items)
                elif self.plan.done:
                    return
                else:
                    if not self._tasks:
                        # What has come is not enough, whatever there was to expect.
                        self._depart(most=1)
                    await self._until_news()
        finally:
            self._left = True
            await end(tuple(self._tasks))

    async def _until_news(self) -> None:
        if self._failure is not None:
            raise self._failure
        if not self._tasks:
            if self._too_many:
                raise TooManyPages(f"the listing goes on after {self._sent} pages (max_pages)")
            raise RuntimeError("the plan neither asks for a page nor ends")
        self._news.clear()
        await self._news.wait()

    def _has_room(self) -> bool:
        left = self.wanted.left
        if left is not None and self._tasks and not self._largest:
            # How much one page holds is not known yet.
            return False
        expected = self._held + len(self._tasks) * self._largest
        return len(self._tasks) < self.most and (left is None or expected < left)

    def _depart(self, most: int = 0) -> None:
        """Send what the plan asks for, as far as there is room, or so many at the most."""
        over = self._left or self._too_many or self._failure is not None
        while not over and (len(self._tasks) < most or self._has_room()):
            asked = self.plan.ask()
            if asked is None:
                return
            if self._sent == self.limits.max_pages:
                self._too_many = True
                return
            self._sent += 1
            task = asyncio.create_task(self._fly(*asked))
            self._tasks.add(task)
            task.add_done_callback(self._landed)

    async def _fly(self, name: Hashable, request: Request) -> None:
        try:
            reply = await fetch_by(self._ends_at, self.fetch, request, self.limits)
        except AsyncOpsError as error:
            self.plan.fail(name, error)
        else:
            size = len(reply.value.items)
            self._held, self._largest = self._held + size, max(self._largest, size)
            self.plan.feed(name, reply)

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if self._left:
            return
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            error = PaginationError("a request of this walk was cancelled from outside")
        self._failure = self._failure or error
        try:
            # The next request goes out before the consumer sets to work.
            self._depart()
        finally:
            self._news.set()
