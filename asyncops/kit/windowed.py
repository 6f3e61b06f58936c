"""Listings that are filtered by creation: how they are asked, and which are walked by time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from attrs import frozen

from asyncops.checkpoints import Checkpoint
from asyncops.http.messages import Request
from asyncops.kit.chosen import Chosen
from asyncops.kit.filters import as_json, time_text
from asyncops.kit.listing import Listing, Ordering, Window
from asyncops.models import JSON
from asyncops.paging.strategy import ConcurrentStrategy, OneAtATime, PageStrategy
from asyncops.paging.styles import Offset, Pages
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.window_cursor import WindowCursor
from asyncops.paging.windows.window_listing import WindowListing
from asyncops.utils.moments import TimeRange, rounded

Params = tuple[tuple[str, str], ...]

_created_at = attrgetter("created_at")
# Bounds of a window that takes both, where the caller gives one: before and after all operations.
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)


@frozen
class AskedWindow:
    """The range of creation times that a query asks for.

    Attributes:
        declared: The window of the listing.
        bounds: The range, as it is sent.
        request: Returns the request for another range.
    """

    declared: Window
    bounds: TimeRange
    request: Callable[[TimeRange], Request]


def split_bounds(window: Window, params: Params) -> tuple[TimeRange, Params]:
    """Return the range of creation times that parameters ask for, and the other parameters.

    Raises:
        ValueError: A bound is no time.
    """
    pattern = re.escape(window.form).replace(re.escape("{}"), "(.*)")
    found: dict[str, datetime] = {}
    rest: list[tuple[str, str]] = []
    names = ("after", "before") if window.both else ("after",)
    for name, text in params:
        if name not in {window.after, window.before}:
            rest.append((name, text))
            continue
        match = re.fullmatch(pattern, text)
        if match is None:
            raise ValueError(f"{name} holds no bound of creation")
        sides = names if name == window.after else ("before",)
        bounds = zip(sides, match.groups(), strict=True)
        found |= {side: _moment(bound, window.times) for side, bound in bounds}
    return TimeRange(found.get("after"), found.get("before")), tuple(rest)


def _moment(text: str, times: str) -> datetime:
    if times == "rfc3339":
        return datetime.fromisoformat(text)
    return datetime.fromtimestamp(int(text) / (1000 if times == "milliseconds" else 1), UTC)


def goes_by_time(listing: Listing, ordering: Ordering, chosen: Chosen) -> bool:
    """Whether a walk may have to go on by creation time, and can.

    From new to old, and in no order, that takes a latest creation time.
    """
    window, paging = listing.window, listing.paging
    if window is None or len(chosen.merged) > 1:
        return False
    if isinstance(paging, Pages | Offset) and paging.total is not None and paging.depth is None:
        return False
    return window.takes_latest or ordering.descending is False


def created_filter(
    listing: Listing,
    window: AskedWindow,
    read: Callable[[TimeRange], Callable[[Checkpoint], PageStrategy[Any, Any]]],
    descending: bool | None,
    identity: Callable[[Any], str],
) -> CreatedFilter[Any]:
    """Return how the service filters a listing by creation.

    Args:
        listing: The listing.
        window: The range that the caller asks for.
        read: Returns how the items of a range are read.
        descending: Whether the newest come first; ``None`` if there is no order by creation.
        identity: Returns the id of an item.
    """
    declared, paging = window.declared, listing.paging
    counted = paging if isinstance(paging, Pages | Offset) else None
    return CreatedFilter(
        read=read,
        bounds=window.bounds,
        margin=declared.margin,
        descending=descending,
        both_ends=declared.takes_latest,
        by_time=counted is not None and counted.total is None and descending is not None,
        says_more=counted is None or counted.ends is None,
        depth=None if counted is None else counted.depth,
        identity=identity,
        created_at=_created_at,
    )


def side_by_side(  # noqa: PLR0917 - the last four are those of every such strategy
    usual: Callable[..., ConcurrentStrategy[Any, Any, Any]] | None,
    listing: WindowListing[Any],
    two_ended: bool,
    start: Checkpoint,
    n: int,
    ordered: bool,
    few: bool,
) -> ConcurrentStrategy[Any, Any, Any]:
    """Read several ranges at once, unless the listing has a better way to be read.

    Args:
        usual: The way to read several pages at once without a window, if there is one.
        listing: The listing.
        two_ended: Whether it is read from both ends.
        start: Where to begin.
        n: The most requests at once.
        ordered: Whether to keep the order of the listing.
        few: Whether only the first items are needed.
    """
    ranged = WindowCursor.fits(start.cursor)
    unsorted = ordered and listing.created.descending is None
    if usual is not None and not ranged and (two_ended or unsorted):
        return usual(start, n, ordered, few)
    if unsorted:
        return OneAtATime(listing.sequential(start))
    return listing.concurrent(start, n, ordered, few)


def window_params(
    window: Window, after: datetime | None, before: datetime | None, *, in_body: bool = False
) -> tuple[tuple[str, JSON], ...]:
    """Return the parameters for a range of creation times.

    Args:
        window: How the service takes them.
        after: The earliest creation time; ``None`` means no bound.
        before: The latest; ``None`` means no bound.
        in_body: Whether they are sent as JSON: times that are numbers stay numbers, unless
            ``form`` puts them into a text.
    """
    if after is None and (window.unfiltered is not None or (window.both and before is not None)):
        after = _FIRST
    if after is None and before is None:
        return ()
    # In whole steps of what is sent, so that the range holds all of its times.
    after = after and rounded(after, window.step)
    before = before and rounded(before, window.step, up=True)
    if window.both:
        low, high = after or _FIRST, before or _LAST
        bounds = (
            time_text("created_after", low, window.times),
            time_text("created_before", high, window.times),
        )
        return ((window.after, window.form.format(*bounds)),)
    bare = in_body and window.form == "{}"
    pairs = ((window.after, "created_after", after), (window.before, "created_before", before))
    return tuple(
        (
            wire,
            as_json(name, when, window.times)
            if bare
            else window.form.format(time_text(name, when, window.times)),
        )
        for wire, name, when in pairs
        if wire is not None and when is not None
    )
