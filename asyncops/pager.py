"""What a listing gives: awaited, its first page; iterated, its items."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from asyncops.checks import count
from asyncops.concurrency import CONCURRENCY, Flights
from asyncops.cutting import SHARDS, Cut
from asyncops.errors import AsyncOpsError, ListingMoved
from asyncops.invalid import OnInvalid, check_on_invalid
from asyncops.iterating import Concurrent, Pages, Walk
from asyncops.messages import Reply, Request
from asyncops.misuse import instead
from asyncops.models import Checkpoint, Cursor, Page
from asyncops.paging import Paging
from asyncops.plans import Leaf, OneByOne, Plan, Wanted
from asyncops.progress import Meter, OnPage, Progress, check_on_page
from asyncops.shards import Shard
from asyncops.telemetry import Telemetry, log_walk
from asyncops.trail import Trail, Turned, start_of
from asyncops.transport import CONNECTIONS
from asyncops.walks import Fetch, Limits, prefetched, walk, within

__all__ = ["MeteredFetch", "Pager", "Walk"]

T = TypeVar("T")

MeteredFetch = Callable[[Request, Meter], Awaitable[Reply[Any]]]
"""Sends one request, decodes its answer, and counts what that costs."""

Together = Callable[[Checkpoint, int, bool, bool], Plan[Any, Any, T]]
"""From a place, how many requests at once, whether order counts, and whether only the first items
are wanted, to a plan."""


class Pager(Generic[T]):
    """A listing. Nothing is sent until it is awaited or iterated.

    ``await pager`` gives the first page alone; ``async for item in pager`` walks all of them.
    Each iteration starts anew and is independent of every other.

    With ``list(max_items=N)`` each of them ends after N items, and an awaited page holds N at the
    most. A page that had to be cut for that has no ``next_cursor``, since the service's next page
    begins after what was left out: the ``checkpoint`` of a walk goes on right after the last item.
    """

    def __init__(
        self,
        fetch: MeteredFetch,
        strategy: Callable[[Checkpoint], Paging[Any, T]],
        *,
        query: str,
        identity: Callable[[T], object],
        keep: Callable[[T], bool] | None = None,
        together: Together[T] | None = None,
        cursor: Cursor | None = None,
        resume: Checkpoint | None = None,
        limits: Limits | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
        telemetry: Telemetry | None = None,
        cut: Cut | None = None,
    ) -> None:
        self._start = start_of(query, cursor, resume)
        self._cut = cut
        self._resumed = resume is not None
        self._telemetry = telemetry
        self._fetch = fetch
        self._strategy = strategy
        self._identity = identity
        self._keep = keep
        self._together = together
        self._limits = limits or Limits()
        check_on_page(on_page)
        self._on_page = on_page
        check_on_invalid(on_invalid)
        self._on_invalid = on_invalid
        # A cursor that does not fit is refused here, before anything is sent.
        strategy(self._start)

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self._first().__await__()

    def __aiter__(self) -> Walk[T]:
        return Walk(self.pages())

    def __repr__(self) -> str:
        start, place = self._start.cursor, "the start"
        if self._resumed:
            place = "a checkpoint"
        elif start is not None:
            place = f"page {start}" if isinstance(start, int) else "a page token"
        most = self._limits.max_items
        return f"<Pager of {self._path} from {place}{'' if most is None else f', {most} items'}>"

    if not TYPE_CHECKING:
        __aenter__ = __aexit__ = instead(
            "a listing is not entered: write `async for item in pager:`, or "
            "`async with pager.concurrent() as items:` for several requests at once"
        )
        __iter__ = instead("a listing comes over the network: write `async for item in pager:`")
        __getitem__ = instead(
            "a listing has no index: write `items = await pager.collect(max_items=10)`"
        )

    def concurrent(self, n: int = CONCURRENCY, *, ordered: bool = True) -> Concurrent[T]:
        """Walk with several requests under way at once.

        ``async with pager.concurrent() as items: async for item in items`` gives the same items
        as walking one page after the other. What it does depends on the listing:

        - Numbered pages (Chainloop): the first page says how many there are; then ``n`` at once.
          At most ``n`` pages are under way or held; out of order, ``n`` under way and ``n`` that
          were given already and wait for their turn.
        - Page tokens (Zoo): the listing is read from both ends at once, until the two meet: half
          the round trips. A service that answers in one direction only is walked in that one.
          Several statuses are also read side by side, 10 requests at once for all of them.

        Args:
            n: The most requests under way at once, at least 1; with 1, a walk as any other. More
                than 100 stand for 100: a client has so many connections.
            ordered: Give the items in the order of the listing. With page tokens, this holds back
                what the walk from the far end has read until the other one meets it: half the
                listing, in memory. False gives each page as it comes, and holds next to nothing.

        Returns:
            An async context manager over a :class:`Walk`. Leaving it ends all requests.

        Raises:
            AsyncOpsError: While iterating, with the ``checkpoint`` from which a walk can go on.
        """
        n = min(count("n", n), CONNECTIONS)
        progress = self._progress()
        wanted = Wanted(self._limits.max_items)
        leaves = self._leaves(n, ordered, progress, wanted)
        return Concurrent(Walk(self._given(self._checked(leaves, wanted), progress)))

    def pages(self) -> Pages[T]:
        """The pages, in order; while one is in use, the next one is being fetched.

        Raises:
            AsyncOpsError: With the ``checkpoint`` from which the walk can go on.
        """
        progress = self._progress()
        return self._given(prefetched(self._turned(progress, self._limits.max_items)), progress)

    async def collect(self, *, max_items: int | None = None) -> list[T]:
        """The items as a list.

        Args:
            max_items: Stop after so many, or after those of ``list(max_items=...)`` where they are
                fewer; no page is fetched that is not needed for them.

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

    async def shards(self, n: int = SHARDS) -> list[Shard]:
        """Cut the listing into parts that can be read apart, by any workers and at any time.

        ``operations.shard(shard)`` of any client of this account reads one. What was in the listing
        when it was cut, and stays in it, comes once in all shards together, however it moves
        forward in its life meanwhile; what is created later comes once or not at all.

        - Page tokens (Zoo): a listing can be begun at its two ends only, so it is cut half way in
          time; with several statuses, into at most five parts, those that have ended apart.
        - Numbered pages (Chainloop): at pages at even distances, ``n`` parts.

        A listing of one page, and one that is not sorted by ``created_at``, is one part.

        Args:
            n: The most parts, at least 1.

        Returns:
            One shard at least; what is created later may come in one that has no newest bound.

        Raises:
            ValueError: The listing was made with a page token, a page, a checkpoint or
                ``max_items``, or is a shard itself.
            TooManyPages: It takes more requests than ``max_pages``: on numbered pages as many as
                there are parts.
            AsyncOpsError: A request failed. Nothing is left of the cut: begin again.
        """
        count("n", n)
        if self._cut is None:
            raise ValueError("this listing cannot be cut: only what list() gives can be")
        if self._resumed or self._start.cursor is not None:
            raise ValueError("cut the whole listing: call list() without a page and resume")
        if self._limits.max_items is not None:
            raise ValueError(
                "cut the whole listing: call list() without max_items; "
                "a shard has .collect(max_items=...)"
            )
        return await self._cut(within(self._metered(Meter()), self._limits), n)

    async def _collected(self, max_items: int | None) -> list[T]:
        bounds = [each for each in (max_items, self._limits.max_items) if each is not None]
        most = min(bounds, default=None)
        items: list[T] = []
        if most == 0:
            return items
        progress = self._progress()
        pages = prefetched(self._turned(progress, most))
        async with aclosing(self._told(pages, progress)) as told:
            async for turned in told:
                items.extend(turned.page.items)
        return items

    async def _first(self) -> Page[T]:
        if self._limits.max_items == 0:
            return Page(items=(), cursor=self._start.cursor)
        progress = self._progress()
        async with aclosing(self._turned(progress, self._limits.max_items)) as pages:
            turned = await anext(pages)
        self._tell(turned, progress)
        if self._telemetry is not None:
            self._telemetry.items(self._path, len(turned.page.items))
        return turned.page

    def _progress(self) -> Progress:
        return Progress(self._limits.clock)

    def _given(self, pages: AsyncGenerator[Turned[T], None], progress: Progress) -> Pages[T]:
        return Pages(
            self._told(pages, progress), Trail(self._start, self._identity, self._keep), progress
        )

    async def _told(
        self, pages: AsyncGenerator[Turned[T], None], progress: Progress
    ) -> AsyncGenerator[Turned[T], None]:
        """The same pages, counted and told of when the consumer takes them."""
        progress.begin()
        span = None if self._telemetry is None else self._telemetry.walk(self._path)
        progress.meter.parent = span
        outcome: BaseException | None = None
        try:
            async with aclosing(pages):
                async for turned in pages:
                    self._tell(turned, progress)
                    self._count(turned.page, progress)
                    yield turned
        except BaseException as error:
            outcome = error
            raise
        finally:
            progress.end()
            report = progress.report()
            log_walk(self._path, report, outcome)
            if span is not None:
                span.end(report, outcome)

    def _tell(self, turned: Turned[T], progress: Progress) -> None:
        """Tell of the rows of a page that do not fit, before its items are given."""
        for row in turned.invalid:
            row.item.error.request_id = turned.page.request_id
            progress.invalid += 1
            if self._on_invalid is not None:
                self._on_invalid(row.item)

    def _count(self, page: Page[T], progress: Progress) -> None:
        progress.turn(len(page.items))
        if self._telemetry is not None:
            self._telemetry.items(self._path, len(page.items))
        if self._on_page is not None:
            self._on_page(progress.report())

    @property
    def _path(self) -> str:
        """The listing, without what is asked of it."""
        return self._start.query.partition("#")[0]

    def _metered(self, meter: Meter) -> Fetch[Any]:
        return lambda request: self._fetch(request, meter)

    def _turned(self, progress: Progress, most: int | None) -> AsyncGenerator[Turned[T], None]:
        """The pages, one after the other, with so many items at the most."""
        return self._checked(self._one_by_one(progress), Wanted(most))

    async def _one_by_one(self, progress: Progress) -> AsyncGenerator[Leaf[T], None]:
        fetch = self._metered(progress.meter)
        async with aclosing(walk(fetch, self._strategy(self._start), self._limits)) as pages:
            async for page in pages:
                yield Leaf(page)

    def _leaves(
        self, n: int, ordered: bool, progress: Progress, wanted: Wanted
    ) -> AsyncGenerator[Leaf[T], None]:
        plan: Plan[Any, Any, T] = (
            OneByOne(self._strategy(self._start))
            if self._together is None or n == 1
            else self._together(self._start, n, ordered, wanted.left is not None)
        )
        return Flights(self._metered(progress.meter), plan, n, self._limits, wanted).leaves()

    async def _checked(
        self, leaves: AsyncGenerator[Leaf[T], None], wanted: Wanted
    ) -> AsyncGenerator[Turned[T], None]:
        """Each page without what was given before; an error gets the place to go on from."""
        if wanted.left == 0:
            return
        trail = Trail(self._start, self._identity, self._keep)
        try:
            async with aclosing(leaves):
                async for leaf in leaves:
                    turned = trail.turn(leaf)
                    if wanted.left is not None:
                        turned = turned.first(wanted.left)
                        wanted.left -= len(turned.page.items)
                    if wanted.left == 0:
                        break
                    yield turned
                    trail.passed(turned)
                else:
                    return
            # The last page, once all requests have ended.
            yield turned
        except (AsyncOpsError, ListingMoved) as error:
            error.checkpoint = trail.checkpoint(0, None)
            raise
