"""How a service filters a listing by creation, and what is asked of it for a range.

Whether a service takes its bounds as inclusive, and to which fraction of a second it compares, is
seldom documented. So each range is asked for with a margin on either side, and an item belongs to
the one range that its creation time is in.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.windows.time_order import TimeOrder
from asyncops.utils.moments import TimeRange, shifted

T = TypeVar("T")


@frozen(eq=False, kw_only=True)
class CreatedFilter(Generic[T]):
    """A listing that a service filters by creation.

    Attributes:
        read: Returns how the items created in a range are read; both bounds are as they are sent.
        bounds: The range that the caller has asked for, as it is sent.
        margin: The smallest step of the service's bounds.
        descending: Whether the newest items come first; ``None`` if the listing has no order by
            creation.
        both_ends: Whether the service takes a latest creation time.
        by_time: Whether each page is asked for by the time of the last item, since nothing else
            tells that items were removed between two pages.
        says_more: Whether an answer tells that a page follows, so that an empty one contradicts it.
        depth: The most items that the service gives of one listing; ``None`` means no limit.
        detects: Whether a walk begins anew where the service turns out not to filter. Else each
            range goes on, and leaves out what is not its own.
        identity: Returns the id of an item.
        created_at: Returns the creation time of an item.
        order: The direction of the listing.
    """

    read: Callable[[TimeRange], Callable[[Checkpoint], PageStrategy[Any, T]]]
    bounds: TimeRange = field(factory=TimeRange)
    margin: timedelta
    descending: bool | None
    both_ends: bool = True
    by_time: bool = False
    says_more: bool = True
    depth: int | None = None
    detects: bool = True
    identity: Callable[[T], str]
    created_at: Callable[[T], datetime | None]
    order: TimeOrder = field(init=False)

    @order.default
    def _order(self) -> TimeOrder:
        return TimeOrder(bool(self.descending))

    def asked(self, part: TimeRange) -> TimeRange:
        """Return the bounds that a request for a range has."""
        oldest, newest = self.bounds.oldest, self.bounds.newest
        if part.oldest is not None:
            early = shifted(part.oldest, -self.margin)
            oldest = early if oldest is None or early is None else max(oldest, early)
        if part.newest is not None and self.both_ends:
            late = shifted(part.newest, self.margin)
            newest = late if newest is None or late is None else min(newest, late)
        return TimeRange(oldest, newest)

    def is_sorted(self, moments: Sequence[datetime]) -> bool:
        """Whether the creation times in one answer are in the order of the listing.

        Between two answers, items that became visible late may have come in front of others.
        """
        if sorted(moments, reverse=self.order.descending) == moments:
            return True
        lasts = accumulate(moments, min if self.order.descending else max)
        return all(
            self.order.ahead(moment, last) <= self.margin
            for moment, last in zip(moments, lasts, strict=True)
        )

    def is_ignored(self, asked: TimeRange, moments: Sequence[datetime]) -> bool:
        """Whether the creation times in an answer show that the service does not filter.

        The caller's own bounds are taken as the service has them.
        """
        if not self.detects:
            return False
        oldest = asked.oldest if asked.oldest != self.bounds.oldest else None
        newest = asked.newest if asked.newest != self.bounds.newest else None
        most = TimeRange(oldest, newest).taken_in(self.margin)
        return bool(moments) and not (most.holds(min(moments)) and most.holds(max(moments)))
