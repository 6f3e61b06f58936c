"""One iteration over a listing: page by page, or item by item, with its checkpoint."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from operator import length_hint
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from asyncops.errors import PaginationError
from asyncops.misuse import instead
from asyncops.models import Checkpoint, Page
from asyncops.progress import Progress, WalkReport
from asyncops.trail import Trail, Turned
from asyncops.turns import Turns

__all__ = ["Concurrent", "Pages", "Walk"]

T = TypeVar("T")


class Pages(AsyncIterator[Page[T]], Generic[T]):
    """One iteration over a pager's pages: what ``pager.pages()`` gives.

    One task at a time may iterate over it. Any task may close it: the one that waits for a page
    then gets a :class:`PaginationError` with the ``checkpoint`` to go on from.
    """

    def __init__(
        self, pages: AsyncGenerator[Turned[T], None], trail: Trail[T], progress: Progress
    ) -> None:
        self._pages = pages
        self._trail = trail
        self._progress = progress
        self._turns = Turns("walk")
        self._turned: Turned[T] | None = None
        self._broken = False
        self._closed = False
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        return (await self.turn()).page

    async def turn(self) -> Turned[T]:
        """Take the next page.

        Raises:
            StopAsyncIteration: There is none.
            ConfigurationError: Another task is waiting for it.
            PaginationError: The walk was broken off.
            AsyncOpsError: The page could not be had.
        """
        return await self._turns.take(self._next, self._refusal)

    async def _next(self) -> Turned[T]:
        if self._broken:
            raise self._refusal()
        if self._turned is not None:
            self._trail.passed(self._turned)
        self._turned, self._broken = None, True
        try:
            turned = await anext(self._pages)
        except StopAsyncIteration:
            self._broken, self._ended = False, True
            raise
        if self._closed:
            # It came in the moment of its closing, and nobody will see it.
            raise self._refusal()
        self._turned, self._broken = turned, False
        return turned

    def _refusal(self) -> PaginationError:
        """A generator that has failed would look like one that has ended."""
        error = PaginationError(
            "this walk was broken off by an error, a cancellation or its closing; "
            "go on with list(resume=walk.checkpoint)"
        )
        error.checkpoint = self.checkpoint
        return error

    async def aclose(self) -> None:
        """End the iteration, whichever task is at it, and what it was fetching."""
        if not self._ended:
            # Closed, its generator would look like one that has come to the end.
            self._broken = self._closed = True
        await self._turns.close(self._pages.aclose)

    @property
    def checkpoint(self) -> Checkpoint:
        """The place after the page last given: ``list(resume=...)`` goes on from there."""
        return self.after(self.size)

    @property
    def size(self) -> int:
        """Items of the page last given; 0 while the next one is awaited, and at the end."""
        return 0 if self._turned is None else len(self._turned.page.items)

    def after(self, given: int) -> Checkpoint:
        """The place after so many items of the page last given."""
        return self._trail.checkpoint(given, self._turned)

    @property
    def report(self) -> WalkReport:
        """How far it has come and what it has cost, as :attr:`Walk.report`."""
        return self._progress.report()

    def __repr__(self) -> str:
        return f"<Pages of {self.place(self._progress.pages, 'pages')}>"

    def place(self, given: int, what: str) -> str:
        """The listing and how far it has come, in words for a person."""
        listing = self.checkpoint.query.partition("#")[0]
        if self._ended:
            state = "ended"
        elif self._broken and not self._turns.taken:
            state = "broken off"
        else:
            state = "under way" if self._progress.begun else "not begun"
        return f"{listing}: {state}, {given} {what} given"


class Walk(AsyncIterator[T]):
    """One iteration over a pager's items, with a checkpoint after each.

    One task at a time may iterate over it. Any task may close it: the one that waits for an item
    then gets a :class:`PaginationError` with the ``checkpoint`` to go on from.
    """

    def __init__(self, pages: Pages[T]) -> None:
        self._pages = pages
        self._left: Iterator[T] = iter(())
        # Items given of the page that it was closed in.
        self._given: int | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            # The shortest way to one item, since it is gone for each of them.
            for item in self._left:
                return item
            turned = await self._pages.turn()
            self._left = iter(turned.page.items)

    async def aclose(self) -> None:
        """End the iteration, whichever task is at it, and what it was fetching."""
        self._given, self._left = self._index, iter(())
        await self._pages.aclose()

    @property
    def checkpoint(self) -> Checkpoint:
        """The place after the item last given: ``list(resume=...)`` goes on from there."""
        return self._pages.after(self._index)

    @property
    def report(self) -> WalkReport:
        """How far it has come and what it has cost: so far, or in all once it has ended.

        It is there after an error and after leaving early too.
        """
        return self._pages.report

    def __repr__(self) -> str:
        given = self.report.items - self._pages.size + self._index
        return f"<Walk of {self._pages.place(given, 'items')}>"

    @property
    def _index(self) -> int:
        """Items of the page that have been given."""
        if self._given is not None:
            return self._given
        return self._pages.size - length_hint(self._left)


class Concurrent(AbstractAsyncContextManager[Walk[T]], Generic[T]):
    """A walk whose requests end with the ``async with``: what ``pager.concurrent()`` gives."""

    def __init__(self, walk: Walk[T]) -> None:
        self._walk = walk

    async def __aenter__(self) -> Walk[T]:
        return self._walk

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._walk.aclose()

    def __repr__(self) -> str:
        return f"<Concurrent {self._walk!r}>"

    if not TYPE_CHECKING:
        __aiter__ = instead(
            "concurrent() starts requests that have to end: write "
            "`async with pager.concurrent() as items:`, and `async for item in items:` in it"
        )
