"""What a listing gives: awaited, its first page; iterated, its items."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing
from hashlib import blake2s
from typing import Any, Generic, Self, TypeVar

from attrs import evolve

from asyncops.checks import count
from asyncops.errors import AsyncOpsError
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
        return Walk(self.pages(), self._start, self._identity)

    def pages(self) -> AsyncGenerator[Page[T], None]:
        """The pages, in order; while one is in use, the next one is being fetched.

        Raises:
            AsyncOpsError: With the ``checkpoint`` from which the walk can go on.
        """
        return prefetched(self._pages())

    async def collect(self, *, max_items: int | None = None) -> list[T]:
        """The items as a list.

        Args:
            max_items: Stop after so many; no page is fetched that is not needed for them.
        """
        if max_items is None:
            return [item async for item in self]
        items: list[T] = []
        if count("max_items", max_items, least=0) == 0:
            return items
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                items.extend(page.items[: max_items - len(items)])
                if len(items) == max_items:
                    break
        return items

    async def _first(self) -> Page[T]:
        async with aclosing(self._pages()) as pages:
            return await anext(pages)

    async def _pages(self) -> AsyncGenerator[Page[T], None]:
        trail = _Trail(self._start, self._identity)
        paging = self._strategy(self._start)
        try:
            async with aclosing(walk(self._fetch, paging, self._limits)) as pages:
                async for whole in pages:
                    page = trail.without_seen(whole)
                    yield page
                    trail.passed(page)
        except AsyncOpsError as error:
            error.checkpoint = trail.checkpoint(0, None)
            raise


class Walk(AsyncIterator[T]):
    """One iteration over a pager's items, with a checkpoint after each."""

    def __init__(
        self,
        pages: AsyncGenerator[Page[T], None],
        start: Checkpoint,
        identity: Callable[[T], object],
    ) -> None:
        self._pages = pages
        self._trail = _Trail(start, identity)
        self._page: Page[T] | None = None
        self._items: tuple[T, ...] = ()
        self._index = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while self._index >= len(self._items):
            if self._page is not None:
                self._trail.passed(self._page)
            self._page, self._items, self._index = None, (), 0
            self._page = await anext(self._pages)
            self._items = self._page.items
        item = self._items[self._index]
        self._index += 1
        return item

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
        self._unseen = set(start.seen)
        self._started_with = len(start.seen)
        self._largest = 0

    def without_seen(self, page: Page[T]) -> Page[T]:
        """The page without what the walk before this one has given."""
        if not self._unseen:
            return page
        ids = self._ids(page.items)
        if self._unseen.isdisjoint(ids):
            return page
        kept = tuple(
            item for item, each in zip(page.items, ids, strict=True) if each not in self._unseen
        )
        return evolve(page, items=kept)

    def passed(self, page: Page[T]) -> None:
        """All of a page has been given."""
        self._largest = max(self._largest, len(page.items))
        if page.next_cursor is None:
            self._place = self.checkpoint(len(page.items), page)
        else:
            # Tokens name a place for good; what was on a numbered page may be on the next by now.
            numbered = isinstance(page.next_cursor, int)
            self._place = evolve(
                self._place,
                cursor=page.next_cursor,
                seen=self._seen_with(page.items) if numbered else (),
                total_count=page.total_count,
            )

    def checkpoint(self, given: int, page: Page[T] | None) -> Checkpoint:
        """The place after ``given`` items of ``page``, or before any page."""
        if page is None or given == 0:
            return self._place
        return evolve(
            self._place,
            cursor=page.cursor,
            seen=self._seen_with(page.items[:given]),
            total_count=page.total_count,
        )

    def _seen_with(self, items: tuple[T, ...]) -> tuple[str, ...]:
        """The ids given last: two pages of them tell where a moved listing goes on."""
        seen = (*self._place.seen, *self._ids(items))
        return seen[-max(_SEEN, 2 * self._largest, self._started_with) :]

    def _ids(self, items: tuple[T, ...]) -> tuple[str, ...]:
        return tuple(str(self._identity(item)) for item in items)


def fingerprint(request: Request) -> str:
    """What a checkpoint is bound to: path and filters, not page size or position."""
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
            f"resume was taken from another query ({resume.query}), this one is {query}"
        )
    return resume
