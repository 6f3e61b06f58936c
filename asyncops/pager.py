"""What a listing gives: awaited, its first page; iterated, its items."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from hashlib import blake2s
from operator import length_hint
from typing import Any, Generic, Self, TypeVar

from asyncops.checks import count
from asyncops.concurrency import CONCURRENCY, Flights
from asyncops.errors import AsyncOpsError, ListingMoved, PaginationError
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor, Page
from asyncops.paging import Paging
from asyncops.plans import Leaf, OneByOne, Plan
from asyncops.trail import Trail, Turned
from asyncops.walks import Fetch, Limits, prefetched, walk

__all__ = ["Pager", "Walk", "fingerprint"]

T = TypeVar("T")

Together = Callable[[Checkpoint, int, bool], Plan[Any, Any, T]]
"""From a place, how many requests at once, and whether order counts, to a plan."""


class Pager(Generic[T]):
    """A listing. Nothing is sent until it is awaited or iterated.

    ``await pager`` gives the first page alone; ``async for item in pager`` walks all of them.
    Each iteration starts anew and is independent of every other.
    """

    def __init__(
        self,
        fetch: Fetch[Any],
        strategy: Callable[[Checkpoint], Paging[Any, T]],
        *,
        query: str,
        identity: Callable[[T], object],
        together: Together[T] | None = None,
        cursor: Cursor | None = None,
        resume: Checkpoint | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._start = _start(query, cursor, resume)
        self._fetch = fetch
        self._strategy = strategy
        self._identity = identity
        self._together = together
        self._limits = limits or Limits()
        # A cursor that does not fit is refused here, before anything is sent.
        strategy(self._start)

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self._first().__await__()

    def __aiter__(self) -> "Walk[T]":
        return Walk(prefetched(self._turned()), Trail(self._start, self._identity))

    def concurrent(
        self, n: int = CONCURRENCY, *, ordered: bool = True
    ) -> AbstractAsyncContextManager["Walk[T]"]:
        """Walk with several requests under way at once.

        ``async with pager.concurrent() as items: async for item in items`` gives the same items
        as walking one page after the other. What it does depends on the listing:

        - Numbered pages (Chainloop): the first page says how many there are; then ``n`` at once.
          At most ``n`` pages are under way or held.
        - Page tokens (Zoo): the listing is read from both ends at once, until the two meet: half
          the round trips. A service that answers in one direction only is walked in that one.
          Several statuses are also read side by side, 10 requests at once for all of them.

        Args:
            n: The most requests under way at once, at least 1; with 1, a walk as any other.
            ordered: Give the items in the order of the listing. With page tokens, this holds back
                what the walk from the far end has read until the other one meets it: half the
                listing, in memory. False gives each page as it comes, and holds next to nothing.

        Returns:
            An async context manager over a :class:`Walk`. Leaving it ends all requests.

        Raises:
            AsyncOpsError: While iterating, with the ``checkpoint`` from which a walk can go on.
        """
        count("n", n)
        pages = self._checked(self._leaves(n, ordered))
        return aclosing(Walk(pages, Trail(self._start, self._identity)))

    async def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages, in order; while one is in use, the next one is being fetched.

        Raises:
            AsyncOpsError: With the ``checkpoint`` from which the walk can go on.
        """
        async with aclosing(prefetched(self._turned())) as pages:
            async for turned in pages:
                yield turned.page

    async def collect(self, *, max_items: int | None = None) -> list[T]:
        """The items as a list.

        Args:
            max_items: Stop after so many; no page is fetched that is not needed for them.

        Raises:
            AsyncOpsError: Its ``checkpoint`` is where this began, since nothing is given out.
        """
        if max_items is not None:
            count("max_items", max_items, least=0)
        try:
            return await self._collected(max_items)
        except AsyncOpsError as error:
            error.checkpoint = self._start
            raise

    async def _collected(self, max_items: int | None) -> list[T]:
        items: list[T] = []
        if max_items == 0:
            return items
        pages = prefetched(self._turned()) if max_items is None else self._turned()
        async with aclosing(pages):
            async for turned in pages:
                if max_items is None:
                    items.extend(turned.page.items)
                    continue
                items.extend(turned.page.items[: max_items - len(items)])
                if len(items) == max_items:
                    break
        return items

    async def _first(self) -> Page[T]:
        async with aclosing(self._turned()) as pages:
            return (await anext(pages)).page

    def _turned(self) -> AsyncGenerator[Turned[T], None]:
        """The pages, one after the other."""
        return self._checked(self._one_by_one())

    async def _one_by_one(self) -> AsyncGenerator[Leaf[T], None]:
        async with aclosing(walk(self._fetch, self._strategy(self._start), self._limits)) as pages:
            async for page in pages:
                yield Leaf(page)

    def _leaves(self, n: int, ordered: bool) -> AsyncGenerator[Leaf[T], None]:
        plan: Plan[Any, Any, T] = (
            OneByOne(self._strategy(self._start))
            if self._together is None or n == 1
            else self._together(self._start, n, ordered)
        )
        return Flights(self._fetch, plan, n, self._limits).leaves()

    async def _checked(
        self, leaves: AsyncGenerator[Leaf[T], None]
    ) -> AsyncGenerator[Turned[T], None]:
        """Each page without what was given before; an error gets the place to go on from."""
        trail = Trail(self._start, self._identity)
        try:
            async with aclosing(leaves):
                async for leaf in leaves:
                    turned = trail.turn(leaf)
                    yield turned
                    trail.passed(turned)
        except (AsyncOpsError, ListingMoved) as error:
            error.checkpoint = trail.checkpoint(0, None)
            raise


class Walk(AsyncIterator[T]):
    """One iteration over a pager's items, with a checkpoint after each."""

    def __init__(self, pages: AsyncGenerator[Turned[T], None], trail: Trail[T]) -> None:
        self._pages = pages
        self._trail = trail
        self._turned: Turned[T] | None = None
        self._left: Iterator[T] = iter(())
        self._broken = False
        self._ended = False
        # Items given of the page that it was closed in.
        self._given: int | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            # The shortest way to one item, since it is gone for each of them.
            for item in self._left:
                return item
            await self._turn()

    async def _turn(self) -> None:
        """Take the next page."""
        if self._broken:
            raise self._refusal()
        if self._turned is not None:
            self._trail.passed(self._turned)
        self._turned, self._left = None, iter(())
        self._broken = True
        try:
            self._turned = await anext(self._pages)
        except StopAsyncIteration:
            self._broken, self._ended = False, True
            raise
        self._broken = False
        self._left = iter(self._turned.page.items)

    def _refusal(self) -> PaginationError:
        """A generator that has failed would look like one that has ended."""
        error = PaginationError(
            "this walk was broken off by an error, a cancellation or its closing; "
            "go on with list(resume=walk.checkpoint)"
        )
        error.checkpoint = self.checkpoint
        return error

    async def aclose(self) -> None:
        """End the iteration and what it was fetching."""
        if not self._ended:
            # Closed, its generator would look like one that has come to the end.
            self._given, self._broken, self._left = self._index, True, iter(())
        await self._pages.aclose()

    @property
    def checkpoint(self) -> Checkpoint:
        """The place after the item last given: ``list(resume=...)`` goes on from there."""
        return self._trail.checkpoint(self._index, self._turned)

    @property
    def _index(self) -> int:
        """Items of the page that have been given."""
        if self._turned is None or self._given is not None:
            return self._given or 0
        return len(self._turned.page.items) - length_hint(self._left)


def fingerprint(request: Request) -> str:
    """What a checkpoint is bound to: the path and the parameters, of which none is a position."""
    digest = blake2s(repr(request.params).encode(), digest_size=8).hexdigest()
    return f"{request.path}#{digest}"


def _start(query: str, cursor: Cursor | None, resume: Checkpoint | None) -> Checkpoint:
    if resume is None:
        return Checkpoint(query=query, cursor=cursor)
    if not isinstance(resume, Checkpoint):
        raise TypeError(f"resume must be a Checkpoint, got {type(resume).__name__}")
    if cursor is not None:
        raise ValueError("resume already says where to start; give no page besides it")
    if resume.query != query:
        raise ValueError(
            f"resume was taken from another query ({resume.query}), this one is {query}: "
            "the filters, the order and, for numbered pages, the page size have to be the same"
        )
    return resume
