"""How far a part of a listing has been read or given."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from attrs import field, frozen

from asyncops.models import Cursor
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.utils.moments import TimeRange

T = TypeVar("T")


@frozen(eq=False)
class Mark(Generic[T]):
    """A position behind a page of a listing.

    Attributes:
        reach: The creation time of the last item; ``None`` if there was none with such a time.
        tail: The last items that a request from ``reach`` on may give again, and when they were
            created.
        cursor: The service's cursor of the next page.
    """

    reach: datetime | None = None
    tail: tuple[tuple[T, datetime], ...] = field(default=(), repr=False)
    cursor: Cursor | None = field(default=None, repr=False)

    def behind(
        self,
        items: Sequence[T],
        moments: Sequence[datetime],
        cursor: Cursor | None,
        created: CreatedFilter[T],
    ) -> "Mark[T]":
        """Return the position behind one more page.

        Args:
            items: Its items.
            moments: Their creation times; empty if they are in no order, to within a margin.
            cursor: The service's cursor of the page after it.
            created: How the service filters the listing.
        """
        reach = created.order.last((self.reach, *moments))
        if not moments or reach is None:
            return Mark(self.reach, self.tail, cursor)
        begin = created.order.from_on(reach, created.margin, TimeRange())
        last = reversed([*_last(items, reach, created)])
        tail = tuple((item, when) for item, when in (*self.tail, *last) if begin.holds(when))
        return Mark(reach, tail, cursor)

    def given_in(self, part: TimeRange, created: CreatedFilter[T]) -> tuple[str, ...]:
        """Return the ids of the last items that are in a range."""
        return tuple(created.identity(item) for item, when in self.tail if part.holds(when))


def _last(
    items: Sequence[T], reach: datetime, created: CreatedFilter[T]
) -> Iterator[tuple[T, datetime]]:
    """Give the last items of a page, from its end, and when they were created.

    Since items may be out of order by a margin, those in front of an item that is two margins in
    front of ``reach`` are more than one in front of it.
    """
    near = created.order.from_on(reach, 2 * created.margin, TimeRange())
    for item in reversed(items):
        when = created.created_at(item)
        if when is None:
            continue
        if not near.holds(when):
            return
        yield item, when
