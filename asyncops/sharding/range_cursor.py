"""The cursor of a walk over a time range of numbered pages: a creation time, since rows move."""

from collections.abc import Callable
from datetime import datetime
from typing import Self, TypeVar

from attrs import define, evolve, field, frozen

from asyncops.http.invalid_items import split_invalid
from asyncops.http.messages import Request
from asyncops.models import Cursor, Page
from asyncops.paging.cursors.encoding import decode_cursor, encode_cursor
from asyncops.sharding.time_range import RangeStrategy, creation_times
from asyncops.utils.moments import micros, moment, next_moment

T = TypeVar("T")

_PREFIX = "range1."


@frozen
class RangeCursor:
    """A position in a listing from new to old. All items in front of it have been given.

    Attributes:
        place: The creation time of the oldest item given, in microseconds since the epoch.
        given: The ids of the given items with that creation time.
        rank: How many rows of the listing were in front of that item's page.
        count: How many rows the listing had then; 0 if the service does not say.
    """

    place: int
    given: tuple[str, ...] = field(repr=False)
    rank: int
    count: int

    def __attrs_post_init__(self) -> None:
        if self.rank < 0 or self.count < 0:
            raise ValueError("a place cannot be before the listing")
        # Raises if there is no such moment, before a decoded cursor is used.
        moment(self.place)

    @property
    def newest(self) -> datetime | None:
        """Items still to be given were created before this moment; ``None`` means no bound."""
        return next_moment(moment(self.place))

    def encode(self) -> str:
        """Return the cursor as text."""
        return encode_cursor(_PREFIX, self)

    @staticmethod
    def fits(text: object) -> bool:
        """Whether a value is a cursor of this kind, by its prefix."""
        return isinstance(text, str) and text.startswith(_PREFIX)

    @classmethod
    def decode(cls, text: Cursor | None) -> Self | None:
        """Read the text of :meth:`encode`; ``None`` means the beginning.

        Raises:
            ValueError: The text is no such cursor, or it is a page number.
        """
        if text is None:
            return None
        cursor = decode_cursor(_PREFIX, str(text), cls) if cls.fits(text) else None
        if cursor is None:
            raise ValueError("resume holds no place in a shard of numbered pages")
        return cursor


@define(eq=False)
class RangeCursorStrategy(RangeStrategy[T]):
    """Gives the pages of a range with cursors by creation time in place of page numbers.

    Attributes:
        identity: Returns the id of an item.
        first: The number of the first page of the listing.
        finish: Warns, at the end, if rows may be missing.
        cursor: The position to begin at.
        offsets: Whether the pages have offsets in place of numbers.
    """

    identity: Callable[[T], str]
    first: int
    finish: Callable[[], None]
    cursor: RangeCursor | None = None
    offsets: bool = False

    def next_request(self) -> Request | None:
        """Return the next request of the listing, or ``None`` past the range.

        Raises:
            ListingMoved: Rows may be missing, and the warning was turned into an error.
        """
        request = super().next_request()
        if request is None:
            self.finish()
        return request

    def take(self) -> Page[T] | None:
        """Return the next page of the range, with its cursors."""
        page = super().take()
        if page is None:
            return None
        before = self.cursor
        self._move_on(page)
        after = self.cursor if page.next_cursor is not None else None
        return evolve(
            page,
            cursor=None if before is None else before.encode(),
            next_cursor=None if after is None else after.encode(),
        )

    def _move_on(self, page: Page[T]) -> None:
        moments = creation_times(page.items, self.created_at)
        if not moments:
            return
        lowest = min(moments)
        place, before = micros(lowest), self.cursor
        good, _ = split_invalid(page.items)
        ties = (each for each, when in zip(good, moments, strict=True) if when == lowest)
        given = tuple(map(self.identity, ties))
        if before is not None and place >= before.place:
            if place > before.place:
                # An item newer than the cursor is new in the listing and does not move the cursor.
                return
            given = (*before.given, *given)
        rank = int(page.cursor or 0) - self.first
        if not self.offsets:
            rank *= page.page_size or len(page.items)
        self.cursor = RangeCursor(place, given, rank, page.total_count or 0)
