"""Where a walk over a range of numbered pages stands: by creation, since page numbers move."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

import msgspec
from attrs import define, evolve, field, frozen

from asyncops.errors import APIError
from asyncops.invalid import parted
from asyncops.messages import Reply, Request
from asyncops.models import Checkpoint, Cursor, Page
from asyncops.paging import Paging
from asyncops.ranged import NewestFirst, Ranged, creation_times
from asyncops.seeking import Seek, Sought
from asyncops.shards import Shard, Span, micros, moment

__all__ = ["Placed", "RangeCursor", "numbered_part"]

T = TypeVar("T")

_PREFIX = "range1."


@frozen
class RangeCursor:
    """A place in a listing from new to old: all that is newer has been given.

    Attributes:
        place: When the oldest item was created that was given, in microseconds since the epoch.
        given: The ids of those given that were created right then.
        rank: Rows of the whole listing before the page that this item was on.
        count: Rows of the whole listing then; 0 where the service does not say.
    """

    place: int
    given: tuple[str, ...] = field(repr=False)
    rank: int
    count: int

    def __attrs_post_init__(self) -> None:
        if self.rank < 0 or self.count < 0:
            raise ValueError("a place cannot be before the listing")
        # That there is such a moment, before a decoded cursor is used for anything.
        moment(self.place + 1)

    @property
    def newest(self) -> datetime:
        """What has not been given was created before this moment, or is not among ``given``."""
        return moment(self.place + 1)

    def encode(self) -> str:
        """The cursor as text."""
        return _PREFIX + urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")

    @staticmethod
    def fits(text: object) -> bool:
        """Whether something looks like a cursor of this kind."""
        return isinstance(text, str) and text.startswith(_PREFIX)

    @classmethod
    def decode(cls, text: Cursor | None) -> Self | None:
        """Read what :meth:`encode` wrote; None stands for the beginning.

        Raises:
            ValueError: It is another text, or a page number.
        """
        if text is None:
            return None
        cursor = None
        if cls.fits(text):
            document = str(text)[len(_PREFIX) :]
            try:
                raw = urlsafe_b64decode(document + "=" * (-len(document) % 4))
                cursor = msgspec.json.decode(raw, type=cls)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                # The reason would show what is in it.
                cursor = None
        if cursor is None:
            raise ValueError("resume holds no place in a shard of numbered pages")
        return cursor


@define(eq=False)
class Placed(Generic[T]):
    """Pages whose numbers are replaced by cursors that hold however rows move; a :class:`Paging`.

    Attributes:
        inner: Gives pages of items, newest first.
        identity: An item's id.
        created_at: An item's time of creation.
        first: The number of the listing's first page.
        cursor: Where it begins.
    """

    inner: Paging[Any, T]
    identity: Callable[[T], str]
    created_at: Callable[[T], datetime | None]
    first: int
    cursor: RangeCursor | None = None

    def next_request(self) -> Request | None:
        """As the pages ask."""
        return self.inner.next_request()

    def feed(self, reply: Reply[Any]) -> None:
        """Take one page.

        Raises:
            PaginationError: It does not lead on.
        """
        self.inner.feed(reply)

    def take(self) -> Page[T] | None:
        """The next page, with its cursors."""
        page = self.inner.take()
        if page is None:
            return None
        before = self.cursor
        self._pass(page)
        after = self.cursor if page.next_cursor is not None else None
        return evolve(
            page,
            cursor=None if before is None else before.encode(),
            next_cursor=None if after is None else after.encode(),
        )

    def recover(self, error: APIError, /) -> bool:
        """Where the pages can."""
        return self.inner.recover(error)

    def _pass(self, page: Page[T]) -> None:
        moments = creation_times(page.items, self.created_at)
        if not moments:
            return
        lowest = min(moments)
        place, before = micros(lowest), self.cursor
        good, _ = parted(page.items)
        ties = (each for each, when in zip(good, moments, strict=True) if when == lowest)
        given = tuple(map(self.identity, ties))
        if before is not None and place >= before.place:
            if place > before.place:
                # What is newer and comes now was not there before, and changes nothing.
                return
            given = (*before.given, *given)
        rank = (int(page.cursor or 0) - self.first) * (page.page_size or len(page.items))
        self.cursor = RangeCursor(place, given, rank, page.total_count or 0)


def numbered_part(
    shard: Shard,
    start: Checkpoint,
    request: Request,
    page_size: int,
    *,
    identity: Callable[[T], str],
    created_at: Callable[[T], datetime | None],
) -> Placed[T]:
    """A walk over one part of numbered pages.

    Raises:
        ValueError: The shard does not say where to look, or ``start`` is of no such walk.
    """
    mark = shard.landmark
    if mark is None:
        raise ValueError("a shard of numbered pages needs its landmark")
    cursor = RangeCursor.decode(start.cursor)
    newest, rank, count = shard.newest, mark.rank, mark.total_count
    if cursor is not None:
        newest = cursor.newest if newest is None else min(newest, cursor.newest)
        rank, count = cursor.rank, cursor.count
    number = mark.first_page + (rank // mark.page_size if newest is not None else 0)
    seek: Seek[T] = Seek(newest, mark.first_page, rank, count, number)
    known = () if cursor is None else cursor.given
    pages = Sought(request, page_size, identity, created_at, seek, known)
    span = Span(shard.oldest, newest)
    ranged = Ranged(pages, span, created_at, NewestFirst())
    return Placed(ranged, identity, created_at, mark.first_page, cursor)
