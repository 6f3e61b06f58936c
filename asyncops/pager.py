"""What a listing gives: awaited, its first page; iterated, its items."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing
from hashlib import blake2s
from typing import Any, Generic, Self, TypeVar

from attrs import evolve

from asyncops.checks import count
from asyncops.errors import AsyncOpsError, ListingMoved, PaginationError
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor, Page
from asyncops.paging import Paging
from asyncops.walks import Fetch, Limits, prefetched, walk

__all__ = ["Pager", "Walk", "fingerprint"]

T = TypeVar("T")

# Ids that a checkpoint holds at the most, unless pages are larger than half of it.
_SEEN = 200


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
        cursor: Cursor | None = None,
        resume: Checkpoint | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._start = _start(query, cursor, resume)
        self._fetch = fetch
        self._strategy = strategy
        self._identity = identity
        self._limits = limits or Limits()
        # A cursor that does not fit is refused here, before anything is sent.
        strategy(self._start)

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self._first().__await__()

    def __aiter__(self) -> "Walk[T]":
        return Walk(prefetched(self._both()), self._start, self._identity)

    async def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages, in order; while one is in use, the next one is being fetched.

        Raises:
            AsyncOpsError: With the ``checkpoint`` from which the walk can go on.
        """
        async with aclosing(prefetched(self._both())) as pages:
            async for page, _ in pages:
                yield page

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
        if max_items is None:
            return [item async for item in self]
        items: list[T] = []
        if max_items == 0:
            return items
        async with aclosing(self._both()) as pages:
            async for page, _ in pages:
                items.extend(page.items[: max_items - len(items)])
                if len(items) == max_items:
                    break
        return items

    async def _first(self) -> Page[T]:
        async with aclosing(self._both()) as pages:
            page, _ = await anext(pages)
            return page

    async def _both(self) -> AsyncGenerator[tuple[Page[T], Page[T]], None]:
        """Each page as it is given out, and as it came: with what an earlier walk has given."""
        trail = _Trail(self._start, self._identity)
        paging = self._strategy(self._start)
        try:
            async with aclosing(walk(self._fetch, paging, self._limits)) as pages:
                async for whole in pages:
                    page = trail.without_seen(whole)
                    yield page, whole
                    trail.passed(page, whole)
        except (AsyncOpsError, ListingMoved) as error:
            error.checkpoint = trail.checkpoint(0, None)
            raise


class Walk(AsyncIterator[T]):
    """One iteration over a pager's items, with a checkpoint after each."""

    def __init__(
        self,
        pages: AsyncGenerator[tuple[Page[T], Page[T]], None],
        start: Checkpoint,
        identity: Callable[[T], object],
    ) -> None:
        self._pages = pages
        self._trail = _Trail(start, identity)
        self._page: Page[T] | None = None
        self._whole: Page[T] | None = None
        self._items: tuple[T, ...] = ()
        self._index = 0
        self._broken = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while self._index >= len(self._items):
            await self._turn()
        item = self._items[self._index]
        self._index += 1
        return item

    async def _turn(self) -> None:
        """Take the next page."""
        if self._broken:
            raise self._refusal()
        if self._page is not None and self._whole is not None:
            self._trail.passed(self._page, self._whole)
        self._page, self._items, self._index = None, (), 0
        self._broken = True
        try:
            page, self._whole = await anext(self._pages)
        except StopAsyncIteration:
            self._broken = False
            raise
        self._broken = False
        self._page, self._items = page, page.items

    def _refusal(self) -> PaginationError:
        """A generator that has failed would look like one that has ended."""
        error = PaginationError(
            "this walk was broken off by an error or a cancellation; "
            "go on with list(resume=walk.checkpoint)"
        )
        error.checkpoint = self.checkpoint
        return error

    async def aclose(self) -> None:
        """End the iteration and what it was fetching."""
        await self._pages.aclose()

    @property
    def checkpoint(self) -> Checkpoint:
        """The place after the item last given: ``list(resume=...)`` goes on from there."""
        return self._trail.checkpoint(self._index, self._page)


class _Trail(Generic[T]):
    """Where a walk has come to, in terms that a later walk can start from."""

    def __init__(self, start: Checkpoint, identity: Callable[[T], object]) -> None:
        self._place = start
        self._identity = identity
        # What was given before this walk and has not come again: it may, on any later page,
        # since pages need not begin where they did then.
        self._expected = dict.fromkeys(start.seen)

    def without_seen(self, page: Page[T]) -> Page[T]:
        """The page without what the walk before this one has given."""
        if _is_numbered(page) or not self._expected:
            return page
        ids = self._ids(page.items)
        if self._expected.keys().isdisjoint(ids):
            return page
        pairs = zip(page.items, ids, strict=True)
        return evolve(page, items=tuple(item for item, each in pairs if each not in self._expected))

    def passed(self, page: Page[T], whole: Page[T]) -> None:
        """All of a page has been given; ``whole`` is the page with what was left out of it."""
        for each in self._ids(whole.items):
            self._expected.pop(each, None)
        if page.next_cursor is None:
            self._place = self.checkpoint(len(page.items), page)
            return
        self._place = evolve(
            self._place,
            cursor=page.next_cursor,
            seen=self._seen_with(page, len(page.items))[-_kept(page) :]
            if _is_numbered(page)
            else tuple(self._expected),
            total_count=page.total_count,
            page_size=page.page_size,
        )

    def checkpoint(self, given: int, page: Page[T] | None) -> Checkpoint:
        """The place after ``given`` items of ``page``, or before any page."""
        if page is None or given == 0:
            return self._place
        return evolve(
            self._place,
            cursor=page.cursor,
            seen=self._seen_with(page, given),
            total_count=page.total_count,
            page_size=page.page_size,
        )

    def _seen_with(self, page: Page[T], given: int) -> tuple[str, ...]:
        """What was given before, as far as it matters, and of this page."""
        older = self._place.seen[-_kept(page) :] if _is_numbered(page) else self._place.seen
        return (*older, *self._ids(page.items[:given]))

    def _ids(self, items: tuple[T, ...]) -> tuple[str, ...]:
        return tuple(str(self._identity(item)) for item in items)


def _is_numbered(page: Page[T]) -> bool:
    return isinstance(page.cursor, int)


def _kept(page: Page[T]) -> int:
    """Ids of a numbered listing to keep: two pages tell where it goes on after it has moved."""
    return max(_SEEN, 2 * (page.page_size or len(page.items)))


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
