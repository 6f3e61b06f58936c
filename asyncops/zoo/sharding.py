"""How Zoo's listings are cut into shards, and how one of them is read.

A listing of page tokens can be begun at its two ends only. So what has no status, or one, is cut
half way in time, and each half is read from its own end.

Of several statuses, those that have not ended cannot be read apart from the others: an operation
would move from one to another that was read before. But what was created before the oldest of them
had ended when the listing was cut, and moves no more: there, each status is cut in two by itself,
and one shard more reads all statuses together from that moment on. Where something has been alive
for so long that this would be most of the listing, all statuses together are cut half way in time.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from attrs import evolve, frozen

from asyncops.cutting import Cut, Ends, ends_of, halfway, oldest_of
from asyncops.models import Checkpoint
from asyncops.paging import Paging
from asyncops.ranged import EitherWay, Ranged
from asyncops.shards import Shard, Span
from asyncops.walks import Fetch
from asyncops.zoo.listings import (
    ASCENDING,
    DESCENDING,
    ENDS,
    Created,
    CreatedAtListing,
    life_of,
    listing_request,
)
from asyncops.zoo.models import ApiCallStatus, CreatedAtSortMode

__all__ = ["cut_into", "part_of", "reading"]

C = TypeVar("C", bound=Created)
_TICK = timedelta(microseconds=1)
_START = Checkpoint(query="")


@frozen
class _Part:
    statuses: Sequence[ApiCallStatus]
    span: Span
    descending: bool


def cut_into(resource: str, listing: CreatedAtListing[C]) -> Cut:
    """What cuts a listing of this resource."""

    async def cut(fetch: Fetch[Any], n: int) -> list[Shard]:
        parts = await _parts(fetch, listing, n)
        return [
            Shard(
                resource=resource,
                index=index,
                of=len(parts),
                oldest=part.span.oldest,
                newest=part.span.newest,
                statuses=tuple(status.value for status in part.statuses),
                page_size=listing.limit,
                descending=part.descending,
            )
            for index, part in enumerate(parts, start=1)
        ]

    return cut


def part_of(shard: Shard, path: str, *, by_status: bool) -> CreatedAtListing[Any]:
    """The listing that a shard is a part of.

    Raises:
        ValueError: The shard's query is not one of this listing.
    """
    if shard.filters or bool(shard.statuses) is not by_status:
        raise ValueError(f"this shard does not hold a query of {shard.resource}")
    # As they are: a status that is new to this release could be listed and cut all the same.
    given = [ApiCallStatus(status) for status in shard.statuses]
    statuses = life_of(given) if by_status else ()
    return CreatedAtListing(
        listing_request(path, shard.page_size, statuses),
        DESCENDING if shard.descending else ASCENDING,
        statuses,
        shard.page_size,
    )


def reading(shard: Shard, listing: CreatedAtListing[C]) -> Callable[[Checkpoint], Paging[Any, C]]:
    """How a shard is read, from wherever a walk begins."""
    if shard.span.whole:
        return listing.one_by_one
    return lambda start: Ranged(listing.one_by_one(start), shard.span, _created_at, EitherWay())


async def _parts(fetch: Fetch[Any], listing: CreatedAtListing[C], n: int) -> list[_Part]:
    statuses = listing.statuses
    if n == 1:
        return [_whole(listing, statuses)]
    if len(statuses) < 2:
        ends = await _ends(fetch, listing, statuses)
        return [_whole(listing, statuses)] if ends is None else _halves(listing, statuses, ends)
    ended = [status for status in statuses if status in ENDS]
    alive = [status for status in statuses if status not in ENDS]
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
    fetch: Fetch[Any],
    listing: CreatedAtListing[C],
    ended: Sequence[ApiCallStatus],
    alive: Sequence[ApiCallStatus],
) -> list[_Part]:
    """Each status that ends a life by itself, as far back as nothing in it moves."""
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
        border = max(ends.newest or ends.oldest for ends in known) + _TICK
    if border is not None and border <= middle:
        return _merged_halves(listing, middle)
    parts: list[_Part] = []
    for status, ends in found:
        if ends is not None:
            parts += _halves(listing, (status,), ends, border)
        elif not alive:
            parts.append(_whole(listing, (status,)))
    if alive:
        parts.append(_Part(listing.statuses, Span(oldest=border), descending=True))
    return parts


def _whole(listing: CreatedAtListing[C], statuses: Sequence[ApiCallStatus]) -> _Part:
    return _Part(statuses, Span(), listing.order == DESCENDING)


def _merged_halves(listing: CreatedAtListing[C], middle: datetime | None) -> list[_Part]:
    """All statuses together, cut in two."""
    if middle is None:
        return [_whole(listing, listing.statuses)]
    return [
        _Part(listing.statuses, Span(newest=middle), descending=False),
        _Part(listing.statuses, Span(oldest=middle), descending=True),
    ]


def _halves(
    listing: CreatedAtListing[C],
    statuses: Sequence[ApiCallStatus],
    ends: Ends,
    border: datetime | None = None,
) -> list[_Part]:
    """What lies before ``border`` of one listing, cut in two where it has several pages."""
    newest = ends.newest
    if border is not None:
        if ends.rising and ends.oldest >= border:
            return []
        newest = None if newest is None else min(newest, border - _TICK)
    if newest is None or ends.one_page or newest <= ends.oldest:
        if border is None:
            return [_whole(listing, statuses)]
        return [_Part(statuses, Span(newest=border), descending=False)]
    middle = halfway(ends.oldest, newest)
    return [
        _Part(statuses, Span(newest=middle), descending=False),
        _Part(statuses, Span(oldest=middle, newest=border), descending=True),
    ]


def _middle(known: Sequence[Ends]) -> datetime | None:
    """Half way through several listings; None where their ends are not known."""
    newest = [ends.newest for ends in known if ends.newest is not None]
    if not known or len(newest) < len(known):
        return None
    oldest = min(ends.oldest for ends in known)
    return halfway(oldest, max(newest)) if oldest < max(newest) else None


async def _ends(
    fetch: Fetch[Any], listing: CreatedAtListing[C], statuses: Sequence[ApiCallStatus]
) -> Ends | None:
    one = evolve(listing, statuses=statuses)
    return await ends_of(fetch, _read(one, ASCENDING), _read(one, DESCENDING), _created_at)


async def _oldest(
    fetch: Fetch[Any], listing: CreatedAtListing[C], status: ApiCallStatus
) -> datetime | None:
    return await oldest_of(
        fetch, _read(evolve(listing, statuses=(status,)), ASCENDING), _created_at
    )


def _read(listing: CreatedAtListing[C], order: CreatedAtSortMode) -> Paging[Any, C]:
    return evolve(listing, order=order).one_by_one(_START)


def _created_at(item: Created) -> datetime:
    return item.created_at
