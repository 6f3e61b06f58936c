"""The pager: awaited, the first page of a listing; iterated, its items."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from asyncops.checkpoints import Checkpoint
from asyncops.errors import AsyncOpsError
from asyncops.http.invalid_items import OnInvalid
from asyncops.http.meter import Meter, MeteredFetch, OnPage
from asyncops.http.telemetry import ListingTelemetry
from asyncops.http.transport import CONNECTIONS
from asyncops.listing.position import Position
from asyncops.listing.progress import Progress
from asyncops.listing.walk import Concurrent, Pages, Walk, next_page, walk_pages
from asyncops.models import Cursor, Page
from asyncops.paging.concurrent import CONCURRENCY, ConcurrentRunner
from asyncops.paging.limits import Limits
from asyncops.paging.prefetch import PageSource
from asyncops.paging.sequential import walk, with_limits
from asyncops.paging.strategy import ConcurrentStrategy, OneAtATime, PageStrategy, Remaining
from asyncops.sharding.boundaries import SHARDS, Cut
from asyncops.sharding.shard import Shard
from asyncops.utils.checks import check_type, count, flag
from asyncops.utils.misuse import refusal

T = TypeVar("T")

MakeConcurrentStrategy = Callable[[Checkpoint, int, bool, bool], ConcurrentStrategy[Any, Any, T]]
"""Makes a strategy from a checkpoint, the most requests at once, whether to keep the order, and
whether only the first items are needed."""


class Pager(Generic[T]):
    """A listing. Nothing is sent until it is awaited or iterated.

    ::

        pager = zoo.operations.list(status="failed")
        page = await pager                    # the first page alone
        async for call in pager: ...          # all items
        calls = await pager.collect()         # all items, as a list

    Each iteration begins anew and is independent of every other.

    With ``list(max_items=N)``, each iteration ends after N items, and an awaited page holds at most
    N. A page that was cut has no ``next_cursor``, since the service's next page begins behind the
    items that were cut off. The ``checkpoint`` of a walk always goes on right behind the last item.
    """

    def __init__(
        self,
        fetch: MeteredFetch,
        strategy: Callable[[Checkpoint], PageStrategy[Any, T]],
        *,
        query: str,
        identity: Callable[[T], object],
        check: Callable[[Checkpoint], object] | None = None,
        keep: Callable[[T], bool] | None = None,
        concurrent_strategy: MakeConcurrentStrategy[T] | None = None,
        cursor: Cursor | None = None,
        resume: Checkpoint | None = None,
        limits: Limits | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
        telemetry: ListingTelemetry | None = None,
        cut: Cut | None = None,
        whole: str = "only what list() gives can be",
    ) -> None:
        self._start = start_of(query, cursor, resume)
        self._path = query.partition("#")[0]
        self._cut = cut
        self._whole = whole
        self._resumed = resume is not None
        self._telemetry = telemetry
        self._fetch = fetch
        self._strategy = strategy
        self._position: Callable[[], Position[T]] = partial(
            Position, self._start, identity, keep, strict=on_invalid is None
        )
        self._concurrent_strategy = concurrent_strategy
        self._limits = limits or Limits()
        self._on_page = on_page
        self._on_invalid = on_invalid
        if check is not None and self._start.cursor is not None:
            # A cursor that does not fit is refused here, before anything is sent.
            check(self._start)

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self._first().__await__()

    def __aiter__(self) -> Walk[T]:
        return Walk(self.pages())

    def __repr__(self) -> str:
        cursor, start = self._start.cursor, "the start"
        if self._resumed:
            start = "a checkpoint"
        elif cursor is not None:
            start = f"page {cursor}" if isinstance(cursor, int) else "a page token"
        most = self._limits.max_items
        return f"<Pager of {self._path} from {start}{'' if most is None else f', {most} items'}>"

    if not TYPE_CHECKING:
        __aenter__ = __aexit__ = refusal(
            "a listing is not entered: write `async for item in pager:`, or "
            "`async with pager.concurrent() as items:` for several requests at once"
        )
        __iter__ = refusal("a listing comes over the network: write `async for item in pager:`")
        __getitem__ = refusal(
            "a listing has no index: write `items = await pager.collect(max_items=10)`"
        )

    def concurrent(self, n: int = CONCURRENCY, *, ordered: bool = True) -> Concurrent[T]:
        """Walk with several requests in flight at once.

        ::

            async with pager.concurrent(8) as calls:
                async for call in calls: ...

        The items are the same as in a walk from page to page. How they are read depends on the
        listing:

        - Numbered pages (Chainloop): the first page says how many there are; then ``n`` are read at
          once. At most ``n`` pages are in flight or wait for one in front of them, and at most
          ``n`` wait to be taken. If not ``ordered``, up to ``n`` more that were given already are
          held until those in front of them have come.
        - Page tokens (Zoo): the listing is read from both ends until the walks meet, in half the
          round trips. A service that answers in one direction only is walked in that one. Several
          statuses are also read side by side, with 10 requests at once for all of them. Nothing
          more is read while some 4,000 items wait to be taken.
        - Filtered by creation time, and not read in one of these ways: ``n`` time ranges are read
          at once. Nothing more is read while ``n`` pages wait to be taken. In order, at most
          ``2 * n`` more are held or asked for ahead of their turn.

        Args:
            n: The most requests in flight at once, at least 1; 1 means a walk from page to page. At
                most 100 are used, as many as a client has connections.
            ordered: Whether to keep the order of the listing. With page tokens, the items read from
                the far end are then held until the walks meet: half the listing, in memory. If
                false, each page is given as it arrives, and next to nothing is held.

        Returns:
            An async context manager over a :class:`Walk`. Leaving it cancels all requests.

        Raises:
            ValueError: ``n`` is below 1.
            AsyncOpsError: While iterating, with the ``checkpoint`` from which a walk can go on.
        """
        n, ordered = min(count("n", n), CONNECTIONS), flag("ordered", ordered)
        progress, remaining = self._progress(), Remaining(self._limits.max_items)
        strategy: ConcurrentStrategy[Any, Any, T] = (
            OneAtATime(self._strategy(self._start))
            if self._concurrent_strategy is None or n == 1
            else self._concurrent_strategy(self._start, n, ordered, remaining.items is not None)
        )
        fetch = partial(self._fetch, meter=progress.meter)
        runner = ConcurrentRunner(fetch, strategy, n, self._limits, remaining)
        source = PageSource(runner.pages())
        return Concurrent(Walk(Pages(source, self._position(), progress, remaining)))

    def pages(self) -> Pages[T]:
        """Walk page by page, in order. While one page is in use, the next one is being fetched.

        ::

            async for page in pager.pages():
                print(len(page.items), page.next_cursor)

        Raises:
            AsyncOpsError: While iterating, with the ``checkpoint`` from which a walk can go on.
        """
        progress, remaining = self._progress(), Remaining(self._limits.max_items)
        source = PageSource(self._sequential(progress), prefetch=True)
        return Pages(source, self._position(), progress, remaining)

    async def scan(self) -> AsyncGenerator[Page[T], None]:
        """Read the pages as they come, one by one: what a poll reads of a listing.

        All rows are given, those that do not fit and those that ``list`` would leave out among
        them. There are no checkpoints, no page is fetched ahead, and ``max_items`` does not count.
        """
        progress = self._progress()
        with progress.observed():
            async with aclosing(self._sequential(progress)) as pages:
                async for page in pages:
                    progress.count(len(page.items))
                    yield page

    async def collect(self, *, max_items: int | None = None) -> list[T]:
        """Return the items as a list.

        ::

            newest = await zoo.operations.list().collect(max_items=100)

        Args:
            max_items: The most items, if ``list(max_items=...)`` does not say fewer; ``None`` means
                no limit. No page is fetched beyond them.

        Raises:
            AsyncOpsError: Its ``checkpoint`` is the beginning, since no item was given.
        """
        if max_items is not None:
            count("max_items", max_items, least=0)
        bounds = [each for each in (max_items, self._limits.max_items) if each is not None]
        remaining = Remaining(min(bounds, default=None))
        items: list[T] = []
        if remaining.items == 0:
            return items
        progress = self._progress()
        source = PageSource(self._sequential(progress), prefetch=True)
        # Not `pages()`: nobody else can iterate over this walk or close it.
        walked = walk_pages(source, self._position(), progress, remaining)
        try:
            async with aclosing(walked) as pages:
                async for each in pages:
                    items.extend(each.page.items)
        except AsyncOpsError as error:
            error.checkpoint = self._start
            raise
        return items

    async def shards(self, n: int = SHARDS) -> list[Shard]:
        """Cut the listing into parts that any workers can read independently, at any time.

        ::

            shards = await zoo.operations.list().shards(8)
            items = zoo.operations.shard(shards[0])     # a pager; any client of the account will do

        All shards together give each item once that is in the listing when it is cut and stays in
        it, even if its status changes. Items that are created later come once or not at all.

        - Page tokens (Zoo): a listing can only be read from its two ends, so it is cut half way in
          time; with several statuses into at most five parts, the ended ones apart.
        - Numbered pages (Chainloop): into ``n`` parts, at pages at even distances.
        - A listing that the service filters by creation time: into ``n`` time ranges with about as
          many items each, in whatever style its pages follow. Items of one moment are not cut.

        A listing of one page is a single part.

        Args:
            n: The most parts, at least 1.

        Returns:
            At least one shard. Items created later can only be in a shard that has no ``newest``.

        Raises:
            ValueError: The listing was made with a page token, a page, a checkpoint or
                ``max_items``, is a shard itself, asks for what a shard cannot hold, or has
                cursors and is neither sorted nor filtered by creation.
            TooManyPages: The cut takes more requests than ``max_pages``; on numbered pages, one for
                each part; on a listing that is filtered by creation, about three for each.
            AsyncOpsError: A request failed. Begin the cut anew.
        """
        count("n", n)
        if self._cut is None:
            raise ValueError(f"this listing cannot be cut: {self._whole}")
        if self._resumed or self._start.cursor is not None:
            raise ValueError("cut the whole listing: call list() without a page and resume")
        if self._limits.max_items is not None:
            raise ValueError(
                "cut the whole listing: call list() without max_items; "
                "a shard has .collect(max_items=...)"
            )
        return await self._cut(with_limits(partial(self._fetch, meter=Meter()), self._limits), n)

    async def _first(self) -> Page[T]:
        remaining = Remaining(self._limits.max_items)
        if remaining.items == 0:
            return Page(items=(), cursor=self._start.cursor)
        progress = self._progress()
        async with aclosing(PageSource(self._sequential(progress))) as source:
            page = await next_page(source, self._position(), remaining)
        if page is None:
            raise RuntimeError("a listing has a first page, if an empty one")
        progress.report_invalid(page)
        if self._telemetry is not None:
            self._telemetry.items(len(page.page.items))
        return page.page

    def _progress(self) -> Progress:
        return Progress(
            self._path, self._limits.clock, self._telemetry, self._on_page, self._on_invalid
        )

    def _sequential(self, progress: Progress) -> AsyncGenerator[Page[T], None]:
        fetch = partial(self._fetch, meter=progress.meter)
        return walk(fetch, self._strategy(self._start), self._limits)


def start_of(query: str, cursor: Cursor | None, resume: Checkpoint | None) -> Checkpoint:
    """Return the checkpoint at which a walk begins: at a cursor, at ``resume``, or at the start.

    Raises:
        TypeError: ``resume`` is no checkpoint.
        ValueError: The checkpoint belongs to another query, or both were given.
    """
    if resume is None:
        return Checkpoint(query=query, cursor=cursor)
    check_type("resume", resume, Checkpoint)
    if cursor is not None:
        raise ValueError("resume already says where to start; give no page besides it")
    if resume.query != query:
        raise ValueError(
            f"resume was taken from another query ({resume.query}), this one is {query}: "
            "the filters, the order and, for numbered pages, the page size have to be the same"
        )
    return resume
