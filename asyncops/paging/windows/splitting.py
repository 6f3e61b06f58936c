"""Where to cut a time range."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from attrs import evolve

from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.owned import Owned
from asyncops.paging.windows.part import Part
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange, shifted

T = TypeVar("T")


def halves(part: Part[T], created: CreatedFilter[T]) -> Sequence[Gap]:
    """Cut a part in two at the middle of the items that it has given, in no order.

    Where it has given none, all that the service gives of it are neighbours, in the margin.

    Returns:
        What the halves have still to give; empty if the part cannot be cut any more.
    """
    bounds = part.gap.range
    moments = sorted(moment for moment in (part.known or {}).values() if moment is not None)
    place = moments[len(moments) // 2] if moments else _among_neighbours(part)
    middle = None if place is None else _within(place, bounds, created)
    if middle is None:
        return ()
    ranges = TimeRange(bounds.oldest, middle), TimeRange(middle, bounds.newest)
    return [Gap(range=each, given=part.given_in(each)) for each in ranges]


def _among_neighbours(part: Part[T]) -> datetime | None:
    """Return where to cut a part of which only neighbours came; ``None`` if none came either."""
    oldest, newest = part.gap.range.oldest, part.gap.range.newest
    if not part.moments or part.known is None:
        return None
    if oldest is None or newest is None:
        return part.moments[0]
    return oldest + (newest - oldest) / 2


def cut(part: Part[T], moments: Sequence[datetime]) -> list[Part[T]]:
    """Return the parts that a cut makes of one, in the order of the listing.

    Args:
        part: The part.
        moments: Where it is cut, in the order of the listing, and behind what has been read.
    """
    created, order = part.created, part.created.order
    line = (part.owned.begin, *moments, part.owned.end)
    ranges = [order.range(near, far) for near, far in pairwise(line)]
    if created.descending is None:
        return [Part(created, Gap(range=each, given=part.given_in(each))) for each in ranges]
    gap = next(iter(part.owned.gaps), Gap())
    part.owned = Owned(created, (evolve(gap, range=ranges[0]),))
    return [part, *(Part(created, Gap(range=each)) for each in ranges[1:])]


def cuts(part: Part[T], spare: int, *, ordered: bool, first: datetime | None) -> Sequence[datetime]:
    """Return where to cut what a part has left, in the order of the listing.

    In order, each piece holds two pages if its rows come as fast, since what is read ahead is held.
    Else the rest is cut evenly; where its end is unknown, as much as the walk has come through.

    Args:
        part: The part, which can be cut.
        spare: The most cuts.
        ordered: Whether the items keep the order of the listing.
        first: The first creation time of the walk.
    """
    created, moments = part.created, sorted(part.moments)
    least = 2 * created.margin
    if created.descending is None:
        if not moments:
            return ()
        inside = [
            _within(each, part.gap.range, created) for each in between(moments, spare, least / 2)
        ]
        return apart(sorted(each for each in inside if each is not None), least)
    reach, far = part.reach, part.far
    if reach is None:
        return ()
    page = moments[-1] - moments[0] if moments else timedelta()
    if ordered:
        # The margins on either side are read with it, and one row more would take another page.
        width = (2 * len(moments) - 0.5) * (pace(part) or page) - least
    elif far is None:
        width = max(page, abs(reach - (first or reach)) / spare)
    else:
        width = max(page, abs(far - reach) / (spare + 1))
    order, step = created.order, max(width, least)
    line = [order.behind(reach, step * number) for number in range(1, spare + 1)]
    return [
        each
        for each in line
        if each is not None and (far is None or order.ahead(each, far) >= least)
    ]


def pace(part: Part[T]) -> timedelta | None:
    """Return the time from row to row on the last page of a part; ``None`` if that is unknown."""
    if len(part.moments) < 2:
        return None
    return (max(part.moments) - min(part.moments)) / (len(part.moments) - 1)


def between(moments: Sequence[datetime], cuts: int, margin: timedelta) -> Sequence[datetime]:
    """Return where to cut what some of its items show, with as many of these in each part.

    Items within ``margin`` of a cut are read on both sides of it, so no cut is among many of them.

    Args:
        moments: When those items were created, from old to new.
        cuts: The most cuts.
        margin: How far the parts overlap.
    """
    places = {moments[index * len(moments) // (cuts + 1)] for index in range(1, cuts + 1)}
    most = max(1, len(moments) // 4)
    return apart(
        [
            each
            for each in sorted(places)
            if sum(abs(moment - each) <= margin for moment in moments) <= most
        ],
        2 * margin,
    )


def apart(moments: Sequence[datetime], least: timedelta) -> Sequence[datetime]:
    """Leave out moments that are too near to the one before."""
    found: list[datetime] = []
    for moment in moments:
        if not found or abs(moment - found[-1]) >= least:
            found.append(moment)
    return found


def _within(moment: datetime, bounds: TimeRange, created: CreatedFilter[T]) -> datetime | None:
    """Return the moment nearest to one at which a range can be cut; ``None`` if there is none."""
    margin = created.margin
    least = None if bounds.oldest is None else shifted(bounds.oldest, margin)
    most = None if bounds.newest is None else shifted(bounds.newest, -margin)
    if least is not None and most is not None and least > most:
        return None
    if least is not None and moment < least:
        return least
    return most if most is not None and moment > most else moment
