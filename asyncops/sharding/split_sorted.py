"""Listings that are sorted in either direction, cut into shards, and the reading of one of them.

A listing with page tokens can be begun at its two ends only. So what has no status, or one, is cut
half way in time, and each half is read from its own end.

Of several statuses, those that have not ended cannot be read apart from the others: an operation
would move from one to another that was read before. But what was created before the oldest of them
had ended when the listing was cut, and moves no more: there, each status is cut in two by itself,
and one shard more reads all statuses together from that moment on. Where something has been alive
for so long that this would be most of the listing, all statuses together are cut half way in time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Generic, TypeVar

from attrs import evolve, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.models import Status
from asyncops.paging.sequential import Fetch
from asyncops.paging.statuses.listing import SortedListing
from asyncops.paging.strategy import PageStrategy
from asyncops.sharding.boundaries import Ends, ends_of, halfway, oldest_of
from asyncops.sharding.shard import Shard
from asyncops.sharding.time_range import EitherWay, RangeStrategy, creation_times
from asyncops.utils.moments import TimeRange, next_moment

T = TypeVar("T")
_TICK = timedelta(microseconds=1)
_START = Checkpoint(query="")


@frozen
class _Part:
    statuses: Sequence[Status]
    time_range: TimeRange
    descending: bool


async def split_sorted(
    fetch: Fetch[Any], n: int, *, shard: Shard, listing: SortedListing[T]
) -> list[Shard]:
    """Cut a listing that is sorted in either direction into at most so many shards.

    Args:
        fetch: Sends one request.
        n: The most shards.
        shard: The whole listing as one shard.
        listing: The listing.
    """
    parts = await _parts(fetch, listing, n)
    return [
        evolve(
            shard,
            index=index,
            of=len(parts),
            oldest=part.time_range.oldest,
            newest=part.time_range.newest,
            statuses=tuple(status.value for status in part.statuses),
            descending=part.descending,
        )
        for index, part in enumerate(parts, start=1)
    ]


@frozen(eq=False)
class SortedShard(Generic[T]):
    """One shard of a listing that is sorted in either direction.

    Attributes:
        shard: The shard.
        listing: The listing that it is a part of, in the shard's direction.
    """

    shard: Shard
    listing: SortedListing[T]

    def check(self, start: Checkpoint) -> None:
        """Check that a walk can begin at a checkpoint.

        Raises:
            TypeError: Its cursor is a page number.
            ValueError: Its cursor belongs to other statuses or another order.
        """
        self.listing.check(start)

    def sequential(self, start: Checkpoint) -> PageStrategy[Any, T]:
        """Read page after page, from the shard's own end."""
        strategy = self.listing.sequential(start)
        if self.shard.time_range.whole:
            return strategy
        return RangeStrategy(strategy, self.shard.time_range, _created_at, EitherWay())


async def _parts(fetch: Fetch[Any], listing: SortedListing[T], n: int) -> list[_Part]:
    statuses = listing.statuses
    if n == 1:
        return [_whole(listing, statuses)]
    if len(statuses) < 2:
        ends = await _ends(fetch, listing, statuses)
        return [_whole(listing, statuses)] if ends is None else _halves(listing, statuses, ends)
    ended = [status for status in statuses if status.state.ended]
    alive = [status for status in statuses if not status.state.ended]
    if ended and n >= 2 * len(ended) + bool(alive):
        return await _apart(fetch, listing, ended, alive)
    known = [
        ends
        for status in ended or alive
        if (ends := await _ends(fetch, listing, (status,))) is not None
    ]
    if all(ends.one_page for ends in known):
        return [_whole(listing, statuses)]
    return _merged_halves(listing, _middle(known))


async def _apart(
    fetch: Fetch[Any], listing: SortedListing[T], ended: Sequence[Status], alive: Sequence[Status]
) -> list[_Part]:
    """Cut each status that ends a life by itself, as far back as nothing in it moves."""
    # In the order of a life, one after the other: what moves on meanwhile is seen in a later one.
    oldest = [await _oldest(fetch, listing, status) for status in alive]
    border = min((each for each in oldest if each is not None), default=None)
    # Only now, so that all that is older than the border is where it is going to stay.
    found = [(status, await _ends(fetch, listing, (status,))) for status in ended]
    known = [ends for _, ends in found if ends is not None]
    middle = _middle(known)
    if not known or middle is None:
        return [_whole(listing, listing.statuses)]
    if alive and border is None:
        newest = max(ends.newest or ends.oldest for ends in known)
        border = next_moment(newest) or newest
    if border is not None and border <= middle:
        return _merged_halves(listing, middle)
    parts: list[_Part] = []
    for status, ends in found:
        if ends is not None:
            parts += _halves(listing, (status,), ends, border)
        elif not alive:
            parts.append(_whole(listing, (status,)))
    if alive:
        parts.append(_Part(listing.statuses, TimeRange(oldest=border), descending=True))
    return parts


def _whole(listing: SortedListing[T], statuses: Sequence[Status]) -> _Part:
    return _Part(statuses, TimeRange(), listing.descending)


def _merged_halves(listing: SortedListing[T], middle: datetime | None) -> list[_Part]:
    """Cut all statuses together in two."""
    if middle is None:
        return [_whole(listing, listing.statuses)]
    return [
        _Part(listing.statuses, TimeRange(newest=middle), descending=False),
        _Part(listing.statuses, TimeRange(oldest=middle), descending=True),
    ]


def _halves(
    listing: SortedListing[T],
    statuses: Sequence[Status],
    ends: Ends,
    border: datetime | None = None,
) -> list[_Part]:
    """Cut what lies before ``border`` of one listing in two, if it has several pages."""
    newest = ends.newest
    if border is not None:
        if ends.rising and ends.oldest >= border:
            return []
        newest = None if newest is None else min(newest, border - _TICK)
    if newest is None or ends.one_page or newest <= ends.oldest:
        if border is None:
            return [_whole(listing, statuses)]
        return [_Part(statuses, TimeRange(newest=border), descending=False)]
    middle = halfway(ends.oldest, newest)
    return [
        _Part(statuses, TimeRange(newest=middle), descending=False),
        _Part(statuses, TimeRange(oldest=middle, newest=border), descending=True),
    ]


def _middle(known: Sequence[Ends]) -> datetime | None:
    """Return the moment half way through several listings; ``None`` if an end is unknown."""
    newest = [ends.newest for ends in known if ends.newest is not None]
    if not known or len(newest) < len(known):
        return None
    oldest = min(ends.oldest for ends in known)
    return halfway(oldest, max(newest)) if oldest < max(newest) else None


async def _ends(
    fetch: Fetch[Any], listing: SortedListing[T], statuses: Sequence[Status]
) -> Ends | None:
    one = evolve(listing, statuses=statuses)
    return await ends_of(
        fetch, _read(one, descending=False), _read(one, descending=True), _created_at
    )


async def _oldest(fetch: Fetch[Any], listing: SortedListing[T], status: Status) -> datetime | None:
    return await oldest_of(
        fetch, _read(evolve(listing, statuses=(status,)), descending=False), _created_at
    )


def _read(listing: SortedListing[T], *, descending: bool) -> PageStrategy[Any, T]:
    return evolve(listing, descending=descending).sequential(_START)


def _created_at(item: Any) -> datetime:
    (moment,) = creation_times((item,), attrgetter("created_at"))
    return moment
