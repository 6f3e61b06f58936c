"""Read the items of a listing that were created in one time range, by any strategy."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import compress
from typing import Any, Generic, Protocol, TypeVar

from attrs import define, evolve, field

from asyncops.errors import AsyncOpsError, UnexpectedPage
from asyncops.http.invalid_items import InvalidRow, split_invalid
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.strategy import PageStrategy
from asyncops.utils.moments import TimeRange

T = TypeVar("T")

UNSORTED = "the listing is not sorted by created_at, so that it cannot be read in parts"


def creation_times(
    items: Sequence[T], created_at: Callable[[T], datetime | None]
) -> list[datetime]:
    """Return the creation times of items, leaving out rows that do not fit.

    Raises:
        UnexpectedPage: An item has no creation time.
    """
    items, _ = split_invalid(tuple(items))
    moments = [moment for moment in map(created_at, items) if moment is not None]
    if len(moments) < len(items):
        raise UnexpectedPage(
            "an item of the listing has no created_at, so that it cannot be read in parts"
        )
    return moments


class SortOrder(Protocol):
    """The direction in which a listing is sorted."""

    def is_past(
        self, page: Page[Any], moments: Sequence[datetime], time_range: TimeRange, /
    ) -> bool:
        """Take a page and its creation times.

        Returns:
            Whether all later pages are beyond ``time_range``.

        Raises:
            UnexpectedPage: The listing is not sorted by creation.
        """
        ...


@define(eq=False)
class EitherWay:
    """Sorted as the answers show, since a service may ignore the direction asked for."""

    _last: datetime | None = field(default=None, init=False)
    _rising: bool | None = field(default=None, init=False)

    def is_past(self, _: Page[Any], moments: Sequence[datetime], time_range: TimeRange, /) -> bool:
        """Decide by the direction that was seen."""
        for moment in moments:
            before, self._last = self._last, moment
            if before is None or before == moment:
                continue
            if self._rising is None:
                self._rising = moment > before
            elif self._rising is not (moment > before):
                raise UnexpectedPage(UNSORTED)
        if self._last is None or self._rising is None:
            return False
        if self._rising:
            return time_range.newest is not None and self._last >= time_range.newest
        return time_range.oldest is not None and self._last < time_range.oldest


@define(eq=False)
class NewestFirst:
    """Numbered pages from new to old, whose rows may move to later pages while they are read.

    The order within each page is checked elsewhere.
    """

    _first: datetime | None = field(default=None, init=False)
    _before: tuple[int, int | None, datetime] | None = field(default=None, init=False)

    def is_past(
        self, page: Page[Any], moments: Sequence[datetime], time_range: TimeRange, /
    ) -> bool:
        """Decide by the last row of the page that was not given before."""
        before, self._before = self._before, None
        if not moments:
            return False
        self._first = self._first or moments[0]
        place = int(page.cursor or 0), page.total_count, moments[-1]
        if (
            before is not None
            and (place[0] - 1, place[1]) == before[:2]
            and before[2] < moments[0] < self._first
            and time_range.holds(moments[0])
        ):
            # No row was added or removed since the page before, so the order must be wrong.
            raise UnexpectedPage(UNSORTED)
        self._before = place
        return time_range.oldest is not None and moments[-1] < time_range.oldest


@define(eq=False)
class RangeStrategy(Generic[T]):
    """Gives another strategy's items that were created in a time range; a :class:`PageStrategy`.

    Pages without such an item are left out, except for the last one. The walk ends once it is past
    the range.

    Attributes:
        inner: Reads the listing.
        time_range: The range.
        created_at: Returns the creation time of an item.
        order: The direction in which the listing is sorted.
    """

    inner: PageStrategy[Any, T]
    time_range: TimeRange
    created_at: Callable[[T], datetime | None]
    order: SortOrder
    _ended: bool = field(default=False, init=False)
    _gave: bool = field(default=False, init=False)
    _ahead: Request | None = field(default=None, init=False)

    def next_request(self) -> Request | None:
        """Return the next request of the listing, or ``None`` past the range."""
        if self._ended:
            return None
        if self._ahead is None:
            return self.inner.next_request()
        request, self._ahead = self._ahead, None
        return request

    def feed(self, reply: Reply[Any]) -> None:
        """Take one page.

        Raises:
            PaginationError: The answer contradicts the listing so far.
        """
        self.inner.feed(reply)

    def take(self) -> Page[T] | None:
        """Return the next page that has an item of the range, or is the last.

        Raises:
            UnexpectedPage: The listing is not sorted by creation.
        """
        empty: Page[T] | None = None
        while not self._ended and (page := self.inner.take()) is not None:
            empty = self._within(page)
            if empty.items or empty.next_cursor is None:
                self._gave = True
                return empty
        return None if empty is None or self._gave else self._last_empty(empty)

    def recover(self, error: AsyncOpsError, /) -> bool:
        """Return whether the strategy of the listing can recover."""
        return self.inner.recover(error)

    def _last_empty(self, empty: Page[T]) -> Page[T] | None:
        """Return an empty page if it is the only one, since a walk has at least one page."""
        self._ahead = self.inner.next_request()
        if self._ahead is not None:
            return None
        self._ended = self._gave = True
        return evolve(empty, next_cursor=None)

    def _within(self, page: Page[T]) -> Page[T]:
        moments = creation_times(page.items, self.created_at)
        past = self.order.is_past(page, moments, self.time_range)
        held = [self._holds(item) for item in page.items]
        self._ended = past or page.next_cursor is None
        if all(held) and not past:
            return page
        items = tuple(compress(page.items, held))
        return evolve(page, items=items, next_cursor=None if past else page.next_cursor)

    def _holds(self, item: T | InvalidRow) -> bool:
        """Whether an item is in the range. A row that does not fit is where the row before it is.

        A row that is first on its page is in every range, since another range may read it on
        another page.
        """
        moment = item.previous if isinstance(item, InvalidRow) else self.created_at(item)
        return moment is None or self.time_range.holds(moment)
