"""Walk a listing with several requests in flight at once."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, PaginationError, TooManyPages
from asyncops.http.messages import Request
from asyncops.models import Page
from asyncops.paging.limits import Limits
from asyncops.paging.sequential import Fetch, within_deadline
from asyncops.paging.strategy import ConcurrentStrategy, EarlyPage, Remaining
from asyncops.utils.tasks import cancel_all

T = TypeVar("T")

CONCURRENCY = 16
"""The most requests in flight at once, by default."""


@define(eq=False)
class ConcurrentRunner(Generic[T]):
    """Sends the requests of one walk and gives out its pages.

    The next request goes out as soon as an answer arrives, even while the consumer is busy, and
    before any other answer is decoded.

    Attributes:
        fetch: Sends one request.
        strategy: Names the requests and puts the answers together.
        concurrency: The most requests in flight at once.
        limits: The most requests and seconds of the whole walk.
        remaining: The items that the consumer still wants; no request is sent beyond them.
    """

    fetch: Fetch[Any]
    strategy: ConcurrentStrategy[Any, Any, T] = field(repr=False)
    concurrency: int
    limits: Limits
    remaining: Remaining = field(factory=Remaining)
    _fetch_in_time: Fetch[Any] = field(init=False, repr=False)
    _tasks: "set[asyncio.Task[None]]" = field(factory=set, init=False)
    _changed: asyncio.Event = field(factory=asyncio.Event, init=False)
    _sent: int = field(default=0, init=False)
    _in_flight: int = field(default=0, init=False)
    # Items that arrived and were not taken yet, and the size of the largest page so far.
    _held_items: int = field(default=0, init=False)
    _largest_page: int = field(default=0, init=False)
    _error: BaseException | None = field(default=None, init=False)
    _too_many: bool = field(default=False, init=False)
    _closed: bool = field(default=False, init=False)

    async def pages(self) -> AsyncGenerator[Page[T], None]:
        """Give the pages as they get ready. Closing the generator cancels all requests.

        Raises:
            TooManyPages: The walk needs more requests than ``limits`` allow.
            DeadlineExceeded: The walk took longer than ``limits`` allow.
        """
        self._fetch_in_time = within_deadline(self.fetch, self.limits)
        try:
            self._send()
            while True:
                page = self.strategy.take()
                # A taken page makes room for a request, and so does an empty buffer.
                self._send()
                if page is not None:
                    yield page
                    self._held_items -= 0 if isinstance(page, EarlyPage) else len(page.items)
                elif self.strategy.done:
                    return
                else:
                    if not self._tasks:
                        # Fewer items came than expected, so that another page is needed.
                        self._send(at_least=1)
                    # Only as it is asked may it find that nothing is left.
                    if not self.strategy.done:
                        await self._wait()
        finally:
            self._closed = True
            await cancel_all(tuple(self._tasks))

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        if not self._tasks:
            if self._too_many:
                raise TooManyPages(f"the listing goes on after {self._sent} pages (max_pages)")
            # It raises what has been met only as the strategy was asked.
            self.strategy.take()
            raise RuntimeError("the strategy neither asks for a page nor ends")
        self._changed.clear()
        await self._changed.wait()

    def _has_room(self) -> bool:
        """Whether another request is allowed and its items are still wanted."""
        left = self.remaining.items
        if left is not None and self._in_flight and not self._largest_page:
            # The size of a page is not known before the first answer.
            return False
        expected = self._held_items + self._in_flight * self._largest_page
        return self._in_flight < self.concurrency and (left is None or expected < left)

    def _next(self, at_least: int = 0) -> tuple[Hashable, Request] | None:
        """Return the strategy's next request, if there is room for it."""
        over = self._closed or self._too_many or self._error is not None
        if over or not (self._in_flight < at_least or self._has_room()):
            return None
        asked = self.strategy.ask()
        if asked is None:
            return None
        if self._sent == self.limits.max_pages:
            self._too_many = True
            return None
        self._sent += 1
        self._in_flight += 1
        return asked

    def _send(self, at_least: int = 0) -> None:
        """Send the strategy's next requests while there is room for them.

        Args:
            at_least: Send until this many are in flight, even where there seems to be no room.
        """
        while (asked := self._next(at_least)) is not None:
            task = asyncio.create_task(self._work(asked))
            self._tasks.add(task)
            task.add_done_callback(self._on_done)

    async def _work(self, asked: tuple[Hashable, Request] | None) -> None:
        """Send one request after the other, as long as there is one to send.

        The next one goes out before any other answer that has come is decoded. Else answers that
        have come together would be worked on while no request is under way, and those to the
        requests sent afterwards would come together again.
        """
        while asked is not None:
            try:
                await self._fetch(*asked)
            finally:
                self._in_flight -= 1
            self._changed.set()
            asked = self._next()
            self._send()

    async def _fetch(self, key: Hashable, request: Request) -> None:
        try:
            reply = await self._fetch_in_time(request)
        except AsyncOpsError as error:
            self.strategy.fail(key, error)
        else:
            size = len(reply.value.items)
            self._held_items += size
            self._largest_page = max(self._largest_page, size)
            self.strategy.feed(key, reply)

    def _on_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if self._closed:
            return
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            error = PaginationError("a request of this walk was cancelled from outside")
        self._error = self._error or error
        self._changed.set()
