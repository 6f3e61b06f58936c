"""Reading listings as far as it takes to find certain operations, and whether it is worth it."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from attrs import define, field

from asyncops.http.messages import Reply, Request
from asyncops.models import Operation, Page
from asyncops.paging.limits import Limits
from asyncops.paging.sequential import walk
from asyncops.polling.fair_slots import SlotShare
from asyncops.polling.pending import Listing

CreatedRange = tuple[datetime, datetime]
"""The oldest and the newest ``created_at``."""


@define(eq=False)
class ListingScan:
    """One reading of listings for certain operations.

    Attributes:
        listings: The listings, in the order of a life.
        wanted: Ids that have not been found yet.
        on_found: Is called with each wanted operation, once.
        slots: Every request takes one of these slots.
        spelling: Returns the id of an operation as ``wanted`` has it.
        span: When the wanted operations were created; ``None`` where that is unknown for one of
            them, or where the listings are not sorted by creation.
        budget: The most requests; ``None`` means no limit.
        spent: Requests so far.
        shrunk: Whether a listing became shorter while it was read, so that rows may have slipped
            through.
    """

    listings: Sequence[Listing]
    wanted: set[str]
    on_found: Callable[[str, Operation], None]
    slots: SlotShare
    spelling: Callable[[Any], str]
    span: CreatedRange | None = None
    budget: int | None = None
    spent: int = field(default=0, init=False)
    shrunk: bool = field(default=False, init=False)

    async def read(self) -> bool:
        """Read until all are found or known to be absent; False where the budget ended first."""
        for listing in self.listings:
            if not self.wanted:
                return True
            if self._over_budget or not await self._read_one(listing):
                return False
        return True

    async def _read_one(self, listing: Listing) -> bool:
        async def fetch(request: Request) -> Reply[Any]:
            self.spent += 1
            async with self.slots:
                return await listing.fetch(request)

        total: int | None = None
        async with aclosing(walk(fetch, listing.strategy(), Limits())) as pages:
            async for page in pages:
                self.shrunk |= (page.total_count or 0) < (total or 0)
                total = page.total_count
                self._take(page)
                if not self.wanted or self._is_past(page):
                    return True
                if self._over_budget:
                    return page.next_cursor is None
        return True

    @property
    def _over_budget(self) -> bool:
        return self.budget is not None and self.spent >= self.budget

    def _take(self, page: Page[Any]) -> None:
        for item in page.items:
            spelling = self.spelling(item)
            if spelling in self.wanted:
                self.wanted.discard(spelling)
                self.on_found(spelling, item)

    def _is_past(self, page: Page[Any]) -> bool:
        """Whether all further pages lie beyond the wanted operations, in either order."""
        if self.span is None or not page.items:
            return False
        oldest, newest = self.span
        first, last = page.items[0].created_at, page.items[-1].created_at
        return bool(last < min(first, oldest) or last > max(first, newest))


_LONGEST_PAUSE = 64


@define(eq=False)
class ScanCosts:
    """Chooses the way that is expected to take fewer requests, by how many it took before.

    Attributes:
        least: Requests that reading the listings takes at least.
    """

    least: int
    _expected: int = field(init=False)
    _pause: int = field(default=0, init=False)
    _overruns: int = field(default=0, init=False)
    _refused: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._expected = self.least

    def next_budget(self, ids: int) -> int:
        """Return how many requests this poll may spend on listings; 0 means: get each by its id."""
        if self._refused:
            return 0
        if self._pause:
            self._pause -= 1
            return 0
        if self._expected < ids:
            return ids - 1
        # The requests it took when more were open become a worse estimate with each poll.
        self._expected = max(self.least, self._expected - 1)
        return 0

    def took(self, requests: int) -> None:
        """Learn that the listings showed all, and how many requests did not end a wait."""
        self._expected = max(self.least, requests)
        self._overruns = 0

    def overran(self) -> None:
        """Learn that the budget was spent before all were found."""
        self._overruns += 1
        self._pause = min(2**self._overruns, _LONGEST_PAUSE)

    def failed(self) -> None:
        """Learn that the listings could not be read this time."""
        self._pause = 1

    def refused(self) -> None:
        """Learn that the listings cannot be read at all."""
        self._refused = True
