"""One iteration over a listing, page by page or item by item."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator
from contextlib import aclosing
from operator import length_hint
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from asyncops.checkpoints import Checkpoint
from asyncops.errors import AsyncOpsError, ListingMoved, PaginationError
from asyncops.http.meter import WalkReport
from asyncops.listing.position import Position, WalkPage
from asyncops.listing.progress import Progress
from asyncops.models import Page
from asyncops.paging.prefetch import PageSource
from asyncops.paging.strategy import Remaining
from asyncops.utils.iteration_guard import IterationGuard
from asyncops.utils.misuse import refusal

T = TypeVar("T")


async def walk_pages(
    source: PageSource[T], position: Position[T], progress: Progress, remaining: Remaining
) -> AsyncGenerator[WalkPage[T], None]:
    """Give each page without the items given before, counted when the consumer takes it."""
    with progress.observed():
        async with aclosing(source):
            while remaining.items != 0:
                page = await next_page(source, position, remaining)
                if page is None:
                    return
                if remaining.items == 0:
                    # End all requests before the last page is given.
                    await source.aclose()
                if page.invalid:
                    progress.report_invalid(page)
                progress.count(len(page.page.items))
                yield page
                position.advance(page)
                # The next page is made in the memory that this one had.
                del page


async def next_page(
    source: PageSource[T], position: Position[T], remaining: Remaining
) -> WalkPage[T] | None:
    """Return the next page, cut to the remaining items; an error gets the checkpoint."""
    try:
        arrived = await source.take()
        if arrived is None:
            return None
        page = position.prepare(arrived)
    except (AsyncOpsError, ListingMoved) as error:
        error.checkpoint = position.checkpoint(0, None)
        raise
    if remaining.items is not None:
        page = page.first(remaining.items)
        remaining.items -= len(page.page.items)
    return page


class Pages(AsyncIterator[Page[T]], Generic[T]):
    """One iteration over the pages of a pager: the return value of ``pager.pages()``.

    ::

        pages = pager.pages()
        async for page in pages:
            path.write_text(pages.checkpoint.to_json())

    One task at a time may iterate over it. Any task may close it: the task that waits for a page
    then gets a :class:`PaginationError` with the ``checkpoint`` to go on from.
    """

    def __init__(
        self, source: PageSource[T], position: Position[T], progress: Progress, remaining: Remaining
    ) -> None:
        self._pages = walk_pages(source, position, progress, remaining)
        self._position = position
        self._progress = progress
        self._guard = IterationGuard("walk")
        self._page: WalkPage[T] | None = None
        self._broken = False
        self._closed = False
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        return (await self.next_page()).page

    def next_page(self) -> Awaitable[WalkPage[T]]:
        """Return the next page, as the walk has it.

        Raises:
            StopAsyncIteration: The listing has ended.
            ConfigurationError: Another task is waiting for the next page.
            PaginationError: The walk was broken off.
            AsyncOpsError: The page could not be fetched.
        """
        return self._guard.take(self._next, self._refusal)

    async def _next(self) -> WalkPage[T]:
        if self._broken:
            raise self._refusal()
        self._page, self._broken = None, True
        try:
            page = await anext(self._pages)
        except StopAsyncIteration:
            self._broken, self._ended = False, True
            raise
        if self._closed:
            # The page arrived while the walk was being closed, so nobody will see it.
            raise self._refusal()
        self._page, self._broken = page, False
        return page

    def _refusal(self) -> PaginationError:
        """Make the error for a broken walk, since a failed generator seems to have ended."""
        error = PaginationError(
            "this walk was broken off by an error, a cancellation or its closing; "
            "go on with list(resume=walk.checkpoint)"
        )
        error.checkpoint = self.checkpoint
        return error

    async def aclose(self) -> None:
        """End the iteration, even while another task waits for a page, and its requests."""
        if not self._ended:
            # A closed generator would look like one that has ended.
            self._broken = self._closed = True
        await self._guard.close(self._pages.aclose)

    @property
    def checkpoint(self) -> Checkpoint:
        """The position behind the page last given: ``list(resume=...)`` goes on from there."""
        return self.after(self.size)

    @property
    def size(self) -> int:
        """The number of items of the page last given; 0 before the first page and at the end."""
        return 0 if self._page is None else len(self._page.page.items)

    def after(self, given: int) -> Checkpoint:
        """Return the position behind so many items of the page last given."""
        return self._position.checkpoint(given, self._page)

    @property
    def report(self) -> WalkReport:
        """The progress and the cost of the walk; see :attr:`Walk.report`."""
        return self._progress.report()

    def __repr__(self) -> str:
        return f"<Pages of {self.describe(self.report.pages, 'pages')}>"

    def describe(self, given: int, what: str) -> str:
        """Return the listing and the progress in words, for a ``repr``."""
        if self._ended:
            state = "ended"
        elif self._broken and not self._guard.taken:
            state = "broken off"
        else:
            state = "under way" if self._progress.begun else "not begun"
        return f"{self._progress.path}: {state}, {given} {what} given"


class Walk(AsyncIterator[T]):
    """One iteration over the items of a pager, with a checkpoint behind each.

    ::

        walk = aiter(zoo.operations.list())
        async for call in walk:
            path.write_text(walk.checkpoint.to_json())

    One task at a time may iterate over it. Any task may close it: the task that waits for an item
    then gets a :class:`PaginationError` with the ``checkpoint`` to go on from.
    """

    def __init__(self, pages: Pages[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())
        # The items given of the current page, once the walk is closed.
        self._given: int | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            # This is the fastest way to the next item of a page.
            for item in self._items:
                return item
            page = await self._pages.next_page()
            self._items = iter(page.page.items)

    async def aclose(self) -> None:
        """End the iteration, even while another task waits for an item, and its requests."""
        self._given, self._items = self._index, iter(())
        await self._pages.aclose()

    @property
    def checkpoint(self) -> Checkpoint:
        """The position behind the item last given: ``list(resume=...)`` goes on from there."""
        return self._pages.after(self._index)

    @property
    def report(self) -> WalkReport:
        """The progress and the cost of the walk: so far, or in all once it has ended.

        Also there after an error and after the walk was left early.
        """
        return self._pages.report

    def __repr__(self) -> str:
        given = self.report.items - self._pages.size + self._index
        return f"<Walk of {self._pages.describe(given, 'items')}>"

    @property
    def _index(self) -> int:
        """The number of items of the current page that have been given."""
        if self._given is not None:
            return self._given
        return self._pages.size - length_hint(self._items)


class Concurrent(aclosing[Walk[T]], Generic[T]):
    """A walk whose requests end with the ``async with``: what ``pager.concurrent()`` returns.

    ::

        async with pager.concurrent(8) as calls:
            async for call in calls: ...
    """

    def __init__(self, walk: Walk[T]) -> None:
        super().__init__(walk)
        self._walk = walk

    def __repr__(self) -> str:
        return f"<Concurrent {self._walk!r}>"

    if not TYPE_CHECKING:
        __aiter__ = refusal(
            "concurrent() starts requests that have to end: write "
            "`async with pager.concurrent() as items:`, and `async for item in items:` in it"
        )
