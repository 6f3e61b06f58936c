"""Watching the operations of a resource: which listings are read, and what is a change."""

from collections.abc import Callable, Collection
from functools import cache
from operator import attrgetter
from typing import Any

import attrs
from attrs import frozen

from asyncops.kit.chosen import Chosen, matches
from asyncops.kit.description import Description
from asyncops.kit.lister import Lister
from asyncops.kit.listing import Listing
from asyncops.kit.query import Query
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.listing.position import fingerprint
from asyncops.models import Status
from asyncops.polling.snapshot import WatchTarget, mark_by
from asyncops.utils.checks import seconds
from asyncops.utils.statuses import filtered_statuses, has_unfinished


@cache
def mark_of(description: Description) -> Callable[[Any], str]:
    """Return the function from an item to a short text that differs whenever it has changed."""
    names = description.changes or [each.name for each in attrs.fields(description.item)]
    return mark_by(description.identity, *names)


@frozen
class Parts:
    """The listings that one poll of a watch reads.

    Attributes:
        unfinished: Those of what has not ended, in the order of a life.
        recent: Those that are read from their newest item back.
    """

    unfinished: tuple[Chosen, ...] = ()
    recent: tuple[Chosen, ...] = (Chosen(),)


def parts_of(listing: Listing, enum: type[Status] | None) -> Parts:
    """Return the listings that a watch reads.

    Rows that leave a filter would shift counted pages, so that these are read without one.
    """
    by_status = listing.by_status
    if enum is None or by_status is None or listing.is_counted:
        return Parts()
    alive = tuple(each for each in enum if not each.state.ended)
    ended = tuple(each for each in enum if each.state.ended)
    if by_status.many != "no":
        return Parts((Chosen(alive),), (Chosen(tuple(enum) if by_status.required else ()),))

    def one(status: Status) -> Chosen:
        return Chosen(merged=(status,)) if listing.is_sorted else Chosen(sent=(status,))

    recent = tuple(map(one, ended)) if by_status.required else (Chosen(),)
    return Parts(tuple(map(one, alive)), recent)


def target_of(
    description: Description,
    lister: Lister,
    query: Query,
    *,
    lookback: float | None,
    lookup: Callable[[Collection[str]], GetMany[str, Any]] | None,
    usable: Callable[[], bool] | None,
) -> WatchTarget[Any]:
    """Return what a watch is about.

    Args:
        description: The resource.
        lister: Its listings.
        query: The filters, and the statuses whose changes are given.
        lookback: How old unfinished operations may be when the watch begins.
        lookup: Gets several operations by their ids.
        usable: Whether ``lookup`` can be used, as far as is known by now; ``None`` if it always
            can.

    Raises:
        ValueError: There is no such status, or ``lookback`` is below 0.
    """
    enum = description.enum
    wanted = () if enum is None else filtered_statuses(query.status, enum)
    parts = parts_of(lister.listing, enum)

    def pager(chosen: Chosen) -> Pager[Any]:
        return lister.pager(query, chosen)

    request = lister.asked(query, Chosen()).request
    return WatchTarget(
        query=fingerprint(request, request.params),
        unfinished=tuple(map(pager, parts.unfinished)),
        recent=tuple(map(pager, parts.recent)),
        mark=mark_of(description),
        identity=attrgetter(description.identity),
        lookup=lookup,
        usable=usable,
        matches=matches(wanted, description),
        matches_unfinished=has_unfinished(wanted),
        reopens=description.reopens,
        lookback=None if lookback is None else seconds("lookback", lookback),
    )
