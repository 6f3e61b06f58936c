"""Numbered pages cut into shards at even distances, and the reading of one of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import evolve, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.paging.counted.listing import NumberedListing
from asyncops.paging.sequential import Fetch
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.styles import Offset
from asyncops.sharding.boundaries import boundaries
from asyncops.sharding.find_start import FromStart, StartSearch
from asyncops.sharding.range_cursor import RangeCursor, RangeCursorStrategy
from asyncops.sharding.shard import PageHint, Shard
from asyncops.sharding.time_range import NewestFirst
from asyncops.utils.moments import TimeRange

T = TypeVar("T")


async def split_numbered(
    fetch: Fetch[Any],
    n: int,
    *,
    shard: Shard,
    listing: NumberedListing[T],
    created_at: Callable[[T], datetime | None],
) -> list[Shard]:
    """Cut a listing of numbered pages into at most so many shards, from new to old.

    Args:
        fetch: Sends one request.
        n: The most shards.
        shard: The whole listing as one shard.
        listing: The listing.
        created_at: Returns the creation time of an item.
    """
    pages = listing.paging(Checkpoint(query=""))
    hints = [] if n == 1 else await boundaries(fetch, pages, n, created_at)
    # The newest part begins with the first page, wherever rows move.
    newest = [None, *(moment for moment, _ in hints)]
    page_hints: list[PageHint | None] = [None]
    if hints:
        first = hints[0][1]
        page_hints = [evolve(first, page=first.first_page), *(hint for _, hint in hints)]
    parts = zip([*newest[1:], None], newest, page_hints, strict=True)
    whole = evolve(shard, of=len(newest), descending=True)
    return [
        evolve(whole, index=index, oldest=oldest, newest=end, page_hint=hint)
        for index, (oldest, end, hint) in enumerate(parts, start=1)
    ]


@frozen(eq=False)
class NumberedShard(Generic[T]):
    """One shard of a listing of numbered pages.

    Attributes:
        shard: The shard.
        listing: The listing that it is a part of.
        created_at: Returns the creation time of an item.
    """

    shard: Shard
    listing: NumberedListing[T]
    created_at: Callable[[T], datetime | None]

    def __attrs_post_init__(self) -> None:
        if self.shard.page_hint is None and not self.shard.time_range.whole:
            raise ValueError("a shard of numbered pages needs its page_hint")

    def check(self, start: Checkpoint) -> None:
        """Check that a walk can begin at a checkpoint.

        Raises:
            TypeError: Its cursor is a page token, and the shard is the whole listing.
            ValueError: Its cursor is no position in such a shard, or the shard lacks its page hint.
        """
        if self.shard.time_range.whole:
            self.listing.check(start)
        else:
            self._hint()
            RangeCursor.decode(start.cursor)

    def sequential(self, start: Checkpoint) -> PageStrategy[Any, T]:
        """Read page after page, from new to old."""
        if self.shard.time_range.whole:
            return self.listing.sequential(start)
        hint, cursor = self._hint(), RangeCursor.decode(start.cursor)
        newest, rank, count = self.shard.newest, hint.rank, hint.total_count
        if cursor is not None:
            bounds = [each for each in (newest, cursor.newest) if each is not None]
            newest = min(bounds, default=None)
            rank, count = cursor.rank, cursor.count
        offsets = isinstance(self.listing.style, Offset)
        number = hint.first_page + (rank // hint.page_size if newest is not None else 0)
        pages: FromStart[T] = FromStart(
            self.listing.request,
            self.listing.page_size,
            self.listing.identity,
            self.created_at,
            StartSearch(newest, hint.first_page, rank, count, number, hint.page_size),
            () if cursor is None else cursor.given,
            hint.page_size if offsets else 1,
            style=self.listing.style,
        )
        return RangeCursorStrategy(
            pages,
            TimeRange(self.shard.oldest, newest),
            self.created_at,
            NewestFirst(),
            self.listing.identity,
            hint.first_page,
            pages.finish,
            cursor,
            offsets,
        )

    def _hint(self) -> PageHint:
        hint = self.shard.page_hint
        if hint is None:
            raise ValueError("a shard of numbered pages needs its page_hint")
        return hint
