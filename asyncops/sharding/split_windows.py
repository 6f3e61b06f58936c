"""Listings that are filtered by creation, cut where their items lie in time, and one of the shards.

The first page from any moment on tells how dense the items are there, and how far the first of them
is. So the end is looked for by steps that grow, and then the stretch that seems to hold most is cut
again, until each seems to hold less than half a shard. In no order, the items of a page show where
the others are.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.paging.sequential import Fetch
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.splitting import apart, between
from asyncops.paging.windows.window_cursor import Gap, WindowCursor
from asyncops.paging.windows.window_listing import WindowListing
from asyncops.sharding.boundaries import first_page
from asyncops.sharding.shard import Shard
from asyncops.sharding.time_range import creation_times
from asyncops.utils.moments import TimeRange

T = TypeVar("T")

_NONE = timedelta()
_START = Checkpoint(query="")
# How much longer each step is than the one before, and the most steps: from a second to 270 years.
_GROWTH, _STEPS = 8, 12


@frozen(eq=False)
class WindowShard(Generic[T]):
    """One shard of a listing that is walked by creation time.

    Attributes:
        time_range: When its items were created.
        listing: The listing that it is a part of.
    """

    time_range: TimeRange
    listing: WindowListing[T]

    def check(self, start: Checkpoint) -> None:
        """Check that a walk can begin at a checkpoint.

        Raises:
            TypeError: Its cursor is of another kind.
            ValueError: It is no cursor of this listing.
        """
        self.listing.check(start)

    def sequential(self, start: Checkpoint) -> PageStrategy[Any, T]:
        """Read the range, page after page."""
        if start.cursor is None and not self.time_range.whole:
            gap = Gap(range=self.time_range)
            start = evolve(start, cursor=WindowCursor(gaps=(gap,)).encode())
        return self.listing.sequential(start)


async def split_windows(
    fetch: Fetch[Any], n: int, *, shard: Shard, created: CreatedFilter[Any]
) -> list[Shard] | None:
    """Cut a listing that is filtered by creation into at most so many shards, in its order.

    Args:
        fetch: Sends one request.
        n: The most shards.
        shard: The whole listing as one shard.
        created: How the service filters the listing.

    Returns:
        The shards; ``None`` if the service does not filter.
    """
    cuts = [] if n == 1 else await _cuts(_Probes(fetch, created), n)
    if cuts is None:
        return None
    ends: list[datetime | None] = [None, *cuts, None]
    ranges = [created.order.range(near, far) for near, far in pairwise(ends)]
    return [
        evolve(shard, index=index, of=len(ranges), oldest=each.oldest, newest=each.newest)
        for index, each in enumerate(ranges, start=1)
    ]


async def _cuts(probes: "_Probes", n: int) -> Sequence[datetime] | None:
    """Return where to cut, in the order of the listing; ``None`` if the service does not filter."""
    margin, sorted_ = probes.created.margin, probes.created.descending is not None
    moments, whole = await probes.first_page(TimeRange())
    if whole or not moments:
        return []
    if not sorted_:
        return between(sorted(moments), n - 1, margin)
    probes.origin = moments[0]
    stretches = await _stretches(probes, moments)
    for _ in range(3 * n):
        share = sum(each.weight for each in stretches) / (2 * n)
        index, most = max(enumerate(stretches), key=lambda pair: pair[1].weight)
        if most.weight <= share or most.length <= 4 * margin:
            break
        at = most.begin + max(2 * margin, min(most.length / 2, most.length * (share / most.weight)))
        behind = await probes.stretch(at, most.end)
        most.end = at
        stretches[index + 1 : index + 1] = [behind] if behind else []
    if probes.ignored:
        return None
    found = [probes.moment(at) for at in _quantiles(stretches, n, margin)]
    return apart([each for each in found if each is not None], 2 * margin)


async def _stretches(probes: "_Probes", moments: Sequence[datetime]) -> "list[_Stretch]":
    """Return the whole listing, cut at steps that grow from its first page to its last."""
    margin = probes.created.margin
    found = [_Stretch(probes.distances(moments), margin)]
    step = max(found[0].held[-1], margin)
    for _ in range(_STEPS):
        step *= _GROWTH
        at = found[-1].begin + step
        if probes.moment(at) is None:
            break
        behind = await probes.stretch(at, timedelta.max)
        found[-1].end = at
        if behind is None:
            break
        found.append(behind)
        if behind.is_known:
            break
    return found


@define(eq=False)
class _Stretch:
    """A stretch of time, by the distances of its items from the first one of the listing.

    Attributes:
        items: The distances of the items on its first page.
        margin: The shortest time in which items are counted.
        probed: Where that page was asked for: no item is between there and the first one.
        whole: Whether nothing follows that page.
        end: Where it ends.
    """

    items: Sequence[timedelta]
    margin: timedelta
    probed: timedelta = _NONE
    whole: bool = False
    end: timedelta = timedelta.max

    @property
    def held(self) -> Sequence[timedelta]:
        """Those of the items that it holds."""
        return [each for each in self.items if each < self.end]

    @property
    def begin(self) -> timedelta:
        """Where its first item is."""
        return self.items[0]

    @property
    def is_known(self) -> bool:
        """Whether it holds no items but those of the page."""
        return self.whole or len(self.held) < len(self.items)

    @property
    def length(self) -> timedelta:
        """How long it is, from its first item on."""
        return (self.items[-1] if self.whole else self.end) - self.begin

    def place(self, number: float) -> timedelta:
        """Return where to cut, with so many of its items in front."""
        if self.length < 4 * self.margin:
            # All of its items would be read on both sides of a cut within it.
            return (self.probed + self.begin) / 2
        if self.is_known:
            return self.held[int(number)]
        return self.begin + self.length * (number / self.weight)

    @property
    def weight(self) -> float:
        """How many items it seems to hold."""
        if self.is_known:
            return len(self.held)
        span = max(self.items[-1] - self.begin, self.margin)
        return len(self.items) * max(1.0, self.length / span)


@define(eq=False)
class _Probes:
    """First pages of ranges of a listing.

    Attributes:
        fetch: Sends one request.
        created: How the service filters the listing.
        origin: The creation time of the first item of the listing.
        ignored: Whether an item has come from outside its range.
    """

    fetch: Fetch[Any]
    created: CreatedFilter[Any]
    origin: datetime = field(default=datetime.max.replace(tzinfo=UTC), init=False)
    ignored: bool = field(default=False, init=False)

    async def first_page(self, part: TimeRange) -> tuple[Sequence[datetime], bool]:
        """Return the creation times on the first page of a range, and whether it is the last."""
        asked = self.created.asked(part)
        page = await first_page(self.fetch, self.created.read(asked)(_START), fitting=True)
        moments = creation_times(page.items, self.created.created_at)
        self.ignored |= not part.whole and self.created.is_ignored(asked, moments)
        return [each for each in moments if part.holds(each)], page.next_cursor is None

    async def stretch(self, begin: timedelta, end: timedelta) -> _Stretch | None:
        """Return the stretch between two distances; ``None`` if it holds no item."""
        part = self.created.order.range(self.moment(begin), None)
        moments, whole = await self.first_page(part)
        found = _Stretch(self.distances(moments), self.created.margin, begin, whole, end)
        return found if found.items and found.held else None

    def distances(self, moments: Sequence[datetime]) -> Sequence[timedelta]:
        """Return how far moments are from the first one of the listing, in its order."""
        ahead = self.created.order.ahead
        return sorted(max(_NONE, ahead(self.origin, each)) for each in moments)

    def moment(self, distance: timedelta) -> datetime | None:
        """Return the moment at a distance; ``None`` beyond the calendar."""
        return self.created.order.behind(self.origin, distance)


def _quantiles(stretches: Sequence[_Stretch], n: int, margin: timedelta) -> Sequence[timedelta]:
    """Return where to cut, so that each of ``n`` shards seems to hold as many items."""
    weights = [each.weight for each in stretches]
    fronts = [0.0, *accumulate(weights)]
    wanted = [number * fronts[-1] / n for number in range(1, n)]
    places = [bisect_right(fronts, want) - 1 for want in wanted]
    found = [
        stretches[at].place(want - fronts[at]) for at, want in zip(places, wanted, strict=True)
    ]
    return [each for each in found if each >= 2 * margin]
