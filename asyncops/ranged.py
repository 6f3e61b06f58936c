"""The part of a listing that was created in one range of time, read by any strategy."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import compress
from typing import Any, Generic, Protocol, TypeVar

from attrs import define, evolve, field

from asyncops.errors import APIError, UnexpectedPage
from asyncops.invalid import InvalidRow, parted
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging import Paging
from asyncops.shards import Span

__all__ = ["UNSORTED", "EitherWay", "NewestFirst", "Order", "Ranged", "creation_times"]

T = TypeVar("T")

UNSORTED = "the listing is not sorted by created_at, so that it cannot be read in parts"


def creation_times(
    items: Sequence[T], created_at: Callable[[T], datetime | None]
) -> list[datetime]:
    """When each item was created; rows that do not fit have no time that could be relied on.

    Raises:
        UnexpectedPage: One does not say.
    """
    items, _ = parted(tuple(items))
    moments = [moment for moment in map(created_at, items) if moment is not None]
    if len(moments) < len(items):
        raise UnexpectedPage(
            "an item of the listing has no created_at, so that it cannot be read in parts"
        )
    return moments


class Order(Protocol):
    """Which way a listing is sorted."""

    def passed(self, page: Page[Any], moments: Sequence[datetime], span: Span, /) -> bool:
        """Take a page and its creation times; whether all that follows lies beyond ``span``.

        Raises:
            UnexpectedPage: The listing is not sorted by creation.
        """
        ...


@define(eq=False)
class EitherWay:
    """Sorted one way or the other: what was asked for is not always what comes."""

    _last: datetime | None = field(default=None, init=False)
    _rising: bool | None = field(default=None, init=False)

    def passed(self, _: Page[Any], moments: Sequence[datetime], span: Span, /) -> bool:
        """In the direction that was seen, not in the one that was asked for."""
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
            return span.newest is not None and self._last >= span.newest
        return span.oldest is not None and self._last < span.oldest


@define(eq=False)
class NewestFirst:
    """Numbered pages from new to old, whose rows may be pushed to later pages while they are read.

    That each page by itself is sorted has been looked at before.
    """

    _first: datetime | None = field(default=None, init=False)
    _before: tuple[int, int | None, datetime] | None = field(default=None, init=False)

    def passed(self, page: Page[Any], moments: Sequence[datetime], span: Span, /) -> bool:
        """By the last row that was not given before."""
        before, self._before = self._before, None
        if not moments:
            return False
        self._first = self._first or moments[0]
        place = int(page.cursor or 0), page.total_count, moments[-1]
        if (
            before is not None
            and (place[0] - 1, place[1]) == before[:2]
            and before[2] < moments[0] < self._first
            and span.holds(moments[0])
        ):
            # As many rows as before, none of the range has been here, and new ones come first.
            raise UnexpectedPage(UNSORTED)
        self._before = place
        return span.oldest is not None and moments[-1] < span.oldest


@define(eq=False)
class Ranged(Generic[T]):
    """What another strategy gives, as far as it was created in a range; a :class:`Paging`.

    Pages that hold nothing of it are not given out, but for the last one. The walk ends once it is
    past the range.

    Attributes:
        inner: Reads the listing.
        span: The range.
        created_at: An item's time of creation.
        order: Which way the listing is sorted.
    """

    inner: Paging[Any, T]
    span: Span
    created_at: Callable[[T], datetime | None]
    order: Order
    _ended: bool = field(default=False, init=False)
    _gave: bool = field(default=False, init=False)
    _ahead: Request | None = field(default=None, init=False)
    # Whether the item before is of the range: a row that does not fit goes with it.
    _inside: bool | None = field(default=None, init=False)

    def next_request(self) -> Request | None:
        """What the listing asks next, unless it is past the range."""
        if self._ended:
            return None
        if self._ahead is None:
            return self.inner.next_request()
        request, self._ahead = self._ahead, None
        return request

    def feed(self, reply: Reply[Any]) -> None:
        """Take one page.

        Raises:
            PaginationError: It does not lead on.
        """
        self.inner.feed(reply)

    def take(self) -> Page[T] | None:
        """The next page that holds something of the range, or is the last.

        Raises:
            UnexpectedPage: The listing is not sorted by creation.
        """
        empty: Page[T] | None = None
        while not self._ended and (page := self.inner.take()) is not None:
            empty = self._within(page)
            if empty.items or empty.next_cursor is None:
                self._gave = True
                return empty
        return None if empty is None or self._gave else self._only(empty)

    def recover(self, error: APIError, /) -> bool:
        """Where the listing's own strategy can."""
        return self.inner.recover(error)

    def _only(self, empty: Page[T]) -> Page[T] | None:
        """An empty page, where no other one is going to be given out: a walk has at least one."""
        self._ahead = self.inner.next_request()
        if self._ahead is not None:
            return None
        self._ended = self._gave = True
        return evolve(empty, next_cursor=None)

    def _within(self, page: Page[T]) -> Page[T]:
        moments = creation_times(page.items, self.created_at)
        past = self.order.passed(page, moments, self.span)
        held = self._held(page.items, [self.span.holds(moment) for moment in moments])
        self._ended = past or page.next_cursor is None
        if all(held) and not past:
            return page
        items = tuple(compress(page.items, held))
        return evolve(page, items=items, next_cursor=None if past else page.next_cursor)

    def _held(self, items: Sequence[T], held: list[bool]) -> list[bool]:
        """For each row, whether it is of the range."""
        if self._inside is None:
            self._inside = held[0] if held else True
        answers, inside = iter(held), self._inside
        found = [
            inside := inside if isinstance(item, InvalidRow) else next(answers) for item in items
        ]
        self._inside = inside
        return found
