"""How far a part of a listing has been read or given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

from attrs import field, frozen

from asyncops.http.invalid_items import InvalidRow
from asyncops.models import Cursor
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.utils.moments import TimeRange

__all__ = ["Mark"]

T = TypeVar("T")


@frozen(eq=False)
class Mark(Generic[T]):
    """A position behind a page of a listing.

    Attributes:
        reach: The creation time of the last item; ``None`` if there was none with such a time.
        tail: The last pages, as far as a request from ``reach`` on may give their items again.
        cursor: The service's cursor of the next page.
    """

    reach: datetime | None = None
    tail: tuple[tuple[T, ...], ...] = field(default=(), repr=False)
    cursor: Cursor | None = field(default=None, repr=False)

    def behind(
        self,
        rows: tuple[T, ...],
        moments: Sequence[datetime],
        cursor: Cursor | None,
        created: CreatedFilter[T],
    ) -> "Mark[T]":
        """Return the position behind one more page.

        Args:
            rows: Its rows.
            moments: Their creation times; empty if they lead no further.
            cursor: The service's cursor of the page after it.
            created: How the service filters the listing.
        """
        reach = created.order.last((self.reach, *moments))
        if not moments or reach is None:
            return Mark(self.reach, self.tail, cursor)
        begin = created.order.from_on(reach, created.margin, TimeRange())
        again = (
            page
            for page in self.tail
            if any(when is not None and begin.holds(when) for when in map(created.moment, page))
        )
        return Mark(reach, (*again, rows), cursor)

    def given_in(self, part: TimeRange, created: CreatedFilter[T]) -> tuple[str, ...]:
        """Return the ids of the last items that are in a range."""
        moments = ((item, created.moment(item)) for page in self.tail for item in page)
        return tuple(
            created.identity(item)
            for item, when in moments
            if when is not None and part.holds(when) and not isinstance(item, InvalidRow)
        )
