"""One reading of listings, as far as it takes to see where some operations are."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from attrs import define, field

from asyncops.messages import Reply, Request
from asyncops.models import Operation, Page
from asyncops.pending import Listing
from asyncops.walks import Limits, walk

__all__ = ["Costs", "Share", "Slots", "Sweep"]

Span = tuple[datetime, datetime]
"""The oldest and the newest ``created_at``."""

_LONGEST_PAUSE = 64


@define(eq=False)
class Slots:
    """The requests that may be under way at once, some of them kept for each group.

    No group can take what others have a right to: as many as all groups would have if they had
    the same, or fewer where a group has no use for more. What is left over is for whoever asks.

    Attributes:
        most: How many in all.
    """

    most: int
    _shares: "list[Share]" = field(factory=list, init=False)

    def share(self, useful: Callable[[], int]) -> "Share":
        """The slots of one more group; ``useful`` says how many it could use; 0: it is done."""
        share = Share(self, useful)
        self._shares.append(share)
        return share

    def may_take(self, share: "Share") -> bool:
        """Whether there is a slot that no other group has a right to."""
        free = self.most - sum(each.held for each in self._shares)
        fair = max(1, self.most // max(1, sum(each.useful() > 0 for each in self._shares)))
        if share.held < fair:
            return free > 0
        kept = (min(fair, each.useful()) - each.held for each in self._shares if each is not share)
        return free > sum(max(0, each) for each in kept)

    def serve(self) -> None:
        """Let those go on that may, the one with the fewest slots first."""
        while ready := [each for each in self._shares if each.waiting and self.may_take(each)]:
            min(ready, key=lambda each: each.held).grant()


@define(eq=False)
class Share:
    """The slots of one group: ``async with`` it around each request.

    Attributes:
        slots: What it is a share of.
        useful: How many it could use now.
        held: How many are in use.
        waiting: Who waits for one, in order.
    """

    slots: Slots
    useful: Callable[[], int]
    held: int = field(default=0, init=False)
    waiting: deque[asyncio.Future[None]] = field(factory=deque, init=False)

    async def __aenter__(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        self.slots.serve()
        if turn.done():
            return
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._give_back()
            elif turn in self.waiting:
                self.waiting.remove(turn)
            raise

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    def grant(self) -> None:
        """The next one that waits has a slot, unless it was cancelled."""
        turn = self.waiting.popleft()
        if not turn.cancelled():
            self.held += 1
            turn.set_result(None)

    def _give_back(self) -> None:
        self.held -= 1
        self.slots.serve()


@define(eq=False)
class Sweep:
    """One reading of listings.

    Attributes:
        listings: In the order of a life.
        wanted: Ids that have not been seen yet.
        see: Told of each operation that was wanted, once.
        slots: What every request needs one of.
        span: When the wanted were created, where the listings are sorted by that; None where it
            is not known of all, or not sorted.
        budget: The most requests.
        spent: Requests so far.
        shrunk: Whether a listing became shorter while it was read, so that it may have hidden
            some of its rows.
    """

    listings: Sequence[Listing]
    wanted: set[str]
    see: Callable[[str, Operation], None]
    slots: Share
    span: Span | None = None
    budget: int | None = None
    spent: int = field(default=0, init=False)
    shrunk: bool = field(default=False, init=False)

    async def read(self) -> bool:
        """Read until all are seen, or are known not to be there; False if the budget ended it."""
        for listing in self.listings:
            if not self.wanted:
                return True
            if self._broke or not await self._read_one(listing):
                return False
        return True

    async def _read_one(self, listing: Listing) -> bool:
        async def fetch(request: Request) -> Reply[Any]:
            self.spent += 1
            async with self.slots:
                return await listing.fetch(request)

        total: int | None = None
        async with aclosing(walk(fetch, listing.paging(), Limits())) as pages:
            async for page in pages:
                self.shrunk |= (page.total_count or 0) < (total or 0)
                total = page.total_count
                self._look_at(page)
                if not self.wanted or self._is_past(page):
                    return True
                if self._broke:
                    return page.next_cursor is None
        return True

    @property
    def _broke(self) -> bool:
        return self.budget is not None and self.spent >= self.budget

    def _look_at(self, page: Page[Any]) -> None:
        for item in page.items:
            spelling = str(item.id)
            if spelling in self.wanted:
                self.wanted.discard(spelling)
                self.see(spelling, item)

    def _is_past(self, page: Page[Any]) -> bool:
        """Whether all further pages lie beyond the wanted, in whichever direction they go."""
        if self.span is None or not page.items:
            return False
        oldest, newest = self.span
        first, last = page.items[0].created_at, page.items[-1].created_at
        return bool(last < min(first, oldest) or last > max(first, newest))


@define(eq=False)
class Costs:
    """Whether to read the listings or to ask for each id, by what it took before.

    Attributes:
        least: Requests that reading the listings takes at the least.
    """

    least: int
    _expected: int = field(init=False)
    _pause: int = field(default=0, init=False)
    _overruns: int = field(default=0, init=False)
    _refused: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._expected = self.least

    def next_budget(self, ids: int) -> int:
        """Requests that may go into listings this round; 0: ask for each id by itself."""
        if self._refused:
            return 0
        if self._pause:
            self._pause -= 1
            return 0
        if self._expected < ids:
            return ids - 1
        # What it took when more were open says less and less.
        self._expected = max(self.least, self._expected - 1)
        return 0

    def took(self, requests: int) -> None:
        """The listings told all; so many requests did not end a wait."""
        self._expected = max(self.least, requests)
        self._overruns = 0

    def overran(self) -> None:
        """The budget was spent before all was told."""
        self._overruns += 1
        self._pause = min(2**self._overruns, _LONGEST_PAUSE)

    def failed(self) -> None:
        """The listings could not be had this time."""
        self._pause = 1

    def refused(self) -> None:
        """The listings cannot be had at all."""
        self._refused = True
