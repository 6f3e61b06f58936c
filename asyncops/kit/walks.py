"""The ways to walk one listing, by its style of paging."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from operator import attrgetter
from typing import Any, Protocol

from attrs import evolve, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.http.messages import Request, with_values
from asyncops.kit.chosen import Chosen
from asyncops.kit.listing import ByStatus, Listing, Ordering, params_for
from asyncops.kit.windowed import AskedWindow, created_filter, goes_by_time, side_by_side
from asyncops.paging.counted.listing import NumberedListing
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.cursors.cursor_strategy import CursorStyle
from asyncops.paging.sequential import Fetch
from asyncops.paging.statuses.listing import SortedListing, SortedNames
from asyncops.paging.strategy import ConcurrentStrategy, OneAtATime, PageStrategy
from asyncops.paging.styles import Offset, Pages
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.window_listing import WindowListing
from asyncops.sharding.boundaries import Cut
from asyncops.sharding.shard import Shard
from asyncops.sharding.split_numbered import NumberedShard, split_numbered
from asyncops.sharding.split_sorted import SortedShard, split_sorted
from asyncops.sharding.split_windows import WindowShard, split_windows
from asyncops.utils.moments import TimeRange

_START = Checkpoint(query="")
_created_at = attrgetter("created_at")


class Walkable(Protocol):
    """A listing, or a shard of one."""

    def check(self, start: Checkpoint, /) -> None:
        """Check that a walk can begin at a checkpoint."""
        ...

    def sequential(self, start: Checkpoint, /) -> PageStrategy[Any, Any]:
        """Read page after page."""
        ...


@frozen(kw_only=True)
class Ways:
    """The ways to walk a listing.

    Attributes:
        walkable: The listing, page after page.
        terms: The parameters that a checkpoint is bound to.
        concurrent: Several requests at once; ``None`` where pages cannot be read side by side.
        cut: Cuts the listing into shards; ``None`` where it cannot be cut.
        scans: Returns what begins a plain walk, as polls read: one for each part.
    """

    walkable: Walkable
    terms: tuple[tuple[str, str], ...]
    concurrent: Callable[..., ConcurrentStrategy[Any, Any, Any]] | None = None
    cut: Cut | None = None
    scans: Callable[[], Sequence[Callable[[], PageStrategy[Any, Any]]]]


@frozen(kw_only=True)
class Asked:
    """One query of a listing, without the style of its pages.

    Attributes:
        resource: The name of the resource.
        listing: The listing.
        request: The request with its filters, without order, merged statuses and page parameters.
        ordering: The order.
        chosen: The statuses.
        size: Items of one page; ``None`` means the service's choice.
        identity: Returns the text that tells one item from another.
        base: The number of the first page, as the client has learned it.
        window: The range of creation times that the caller has asked for, and the request for
            any other range; ``None`` if the service does not filter by creation.
    """

    resource: str
    listing: Listing
    request: Request
    ordering: Ordering
    chosen: Chosen
    size: int | None
    identity: Callable[[Any], str]
    base: PageBase
    window: AskedWindow | None = None

    def ways(self) -> Ways:
        """Return the ways to walk it.

        Raises:
            ValueError: Several statuses are to be merged in an order that is not by creation.
        """
        ways = self._ways()
        if self.window is not None and self._goes_by_time:
            windowed = self._windowed(ways, self.window)
            two_ended = self.listing.is_sorted and self.ordering.descending is not None
            by_time = partial(side_by_side, ways.concurrent, windowed, two_ended)
            is_cut = not self.listing.is_sorted or two_ended
            cut = partial(self._split, ways.cut, windowed.created) if is_cut else None
            ways = evolve(ways, walkable=windowed, concurrent=by_time, cut=cut)
        elif self.ordering.descending is None:
            ways = evolve(ways, cut=None)
        if self.listing.order is None:
            return evolve(ways, concurrent=partial(_without_order, ways))
        return ways

    @property
    def _goes_by_time(self) -> bool:
        return goes_by_time(self.listing, self.ordering, self.chosen)

    def _ways(self) -> Ways:
        paging = self.listing.paging
        if isinstance(paging, Pages | Offset):
            return self._numbered_ways(paging)
        if self.listing.is_sorted and self.ordering.descending is not None:
            return self._sorted_ways(paging)
        return self._cursor_ways(paging)

    def _windowed(self, ways: Ways, window: AskedWindow) -> WindowListing[Any]:
        descending, paging = self.ordering.descending, self.listing.paging

        def read(bounds: TimeRange) -> Callable[[Checkpoint], PageStrategy[Any, Any]]:
            is_own = bounds == window.bounds
            asked = self if is_own else evolve(self, request=window.request(bounds), window=None)
            if created.by_time and isinstance(paging, Pages | Offset):
                return asked.numbered(paging, led=True).sequential
            return (ways if is_own else asked.ways()).walkable.sequential

        created = created_filter(self.listing, window, read, descending, self.identity)
        return WindowListing(ways.walkable, created)

    async def _split(
        self, usual: Cut | None, created: CreatedFilter[Any], fetch: Fetch[Any], n: int
    ) -> list[Shard]:
        """Cut it by creation time, or in the usual way if the service does not filter by it."""
        whole = self._whole
        shards = await split_windows(fetch, n, shard=whole, created=created)
        if shards is None:
            return [whole] if usual is None else await usual(fetch, n)
        return shards

    @property
    def _whole(self) -> Shard:
        """All of it as one shard."""
        # What is sent is spelled as the service has it; what is filtered for here is known by word.
        sent = tuple(each.value for each in self.chosen.merged)
        return Shard(
            resource=self.resource,
            statuses=sent if self.listing.is_sorted else tuple(k.word for k in self.chosen.kept),
            filters=self._filters,
            page_size=self.size,
            descending=bool(self.ordering.descending),
        )

    @property
    def _filters(self) -> tuple[tuple[str, str], ...]:
        """What a shard asks the service for, besides its statuses."""
        paging = self.listing.paging
        if self.listing.is_sorted:
            return self.request.params
        if isinstance(paging, Pages | Offset):
            return self.numbered(paging).request.params
        return self._cursor_ways(paging).terms

    def part(self, shard: Shard) -> Walkable:
        """Return the part of it that a shard is."""
        paging = self.listing.paging
        if self.window is not None and self._goes_by_time:
            return WindowShard(shard.time_range, self._windowed(self._ways(), self.window))
        if isinstance(paging, Pages | Offset):
            return NumberedShard(shard, self.numbered(paging), _created_at)
        return SortedShard(shard, self._sorted(paging))

    def _sorted(self, paging: CursorStyle) -> SortedListing[Any]:
        return SortedListing(
            self.request,
            _names_of(self.listing, paging),
            bool(self.ordering.descending),
            self.chosen.merged,
            self.size,
            self.identity,
        )

    def _sorted_ways(self, paging: CursorStyle) -> Ways:
        listing = self._sorted(paging)
        return Ways(
            walkable=listing,
            terms=listing.terms,
            concurrent=listing.concurrent,
            cut=lambda fetch, n: split_sorted(fetch, n, shard=self._whole, listing=listing),
            scans=listing.scans,
        )

    def _cursor_ways(self, paging: CursorStyle) -> Ways:
        by_status, merged = self.listing.by_status, self.chosen.merged
        if len(merged) > 1:
            raise ValueError(
                "several statuses are merged by creation: ask for one status, or in an order by "
                "creation"
            )
        terms = [*self.ordering.params]
        if by_status is not None and merged:
            terms.append((by_status.param, by_status.form.format(merged[0].value)))
        sized = [] if self.size is None or paging.size is None else [(paging.size, self.size)]
        request = with_values(self.request, [*terms, *sized])
        listing: CursorListing[Any] = CursorListing(request, paging, self.identity)
        return Ways(
            walkable=listing,
            terms=(*self.request.params, *terms),
            scans=lambda: [partial(listing.sequential, _START)],
        )

    def numbered(self, paging: Pages | Offset, *, led: bool = False) -> NumberedListing[Any]:
        """Return the listing of numbered pages.

        Args:
            paging: The style of the pages.
            led: Whether a walk by creation time leads those over it.
        """
        request = with_values(self.request, self.ordering.params)
        return NumberedListing(
            request,
            self.size,
            self.base,
            self.identity,
            style=paging,
            descending=self.ordering.descending,
            led=led,
        )

    def _numbered_ways(self, paging: Pages | Offset) -> Ways:
        listing = self.numbered(paging)
        return Ways(
            walkable=listing,
            terms=(*listing.request.params, ("page_size", str(listing.page_size))),
            concurrent=listing.concurrent,
            cut=lambda fetch, n: split_numbered(
                fetch, n, shard=self._whole, listing=listing, created_at=_created_at
            ),
            scans=listing.scans,
        )


def _without_order(
    ways: Ways, start: Checkpoint, n: int, ordered: bool, few: bool
) -> ConcurrentStrategy[Any, Any, Any]:
    """Read several pages at once, where the listing claims no order that could be kept."""
    if ordered:
        raise ValueError(
            "this listing has no order by creation that could be kept: write "
            "concurrent(n, ordered=False)"
        )
    if ways.concurrent is None:
        return OneAtATime(ways.walkable.sequential(start))
    return ways.concurrent(start, n, ordered, few)


@cache
def _names_of(listing: Listing, paging: CursorStyle) -> SortedNames:
    by_status = listing.by_status or ByStatus()
    return SortedNames(
        style=paging,
        newest_first=params_for(listing.order, descending=True),
        oldest_first=params_for(listing.order, descending=False),
        status=by_status.param,
        status_form=by_status.form,
    )
