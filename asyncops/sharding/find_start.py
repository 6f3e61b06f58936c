"""Numbered pages from the middle on: the page to begin with is searched for.

Rows move between the cut of a listing and the reading of a part, so the page of the cut is only a
hint. A page is used only if its first row is newer than the range, or if it is the first page of
the listing: then no row of the range can be in front of it.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from itertools import pairwise
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.errors import APIError, AsyncOpsError, UnexpectedPage
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.numbering import NO_PAGE, NumberedBody, PageBase
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.styles import Offset, Pages
from asyncops.sharding.time_range import UNSORTED, creation_times

T = TypeVar("T")

# Pages to read before the best page so far, or the first of the listing, is used.
_PROBES = 24


@define(eq=False)
class StartSearch(Generic[T]):
    """The search for the page to begin with.

    Attributes:
        newest: Only rows created before this moment are in the range; ``None`` means no bound.
        first: The number of the first page of the listing.
        rank: How many rows were in front of the range at the cut.
        count: How many rows the whole listing had at the cut; 0 if unknown.
        number: The page to read next.
        size: The rows of a page at the cut, whatever size is told.
    """

    newest: datetime | None
    first: int
    rank: int
    count: int
    number: int
    size: int
    _best: tuple[int, Reply[NumberedBody[T]]] | None = field(default=None, init=False)
    _late: int | None = field(default=None, init=False)
    _distance: int = field(default=1, init=False)
    _probes: int = field(default=0, init=False)

    def feed(
        self, reply: Reply[NumberedBody[T]], moments: list[datetime]
    ) -> tuple[int, Reply[NumberedBody[T]]] | None:
        """Take the page with ``number``.

        Args:
            reply: The page.
            moments: The creation times of its rows.

        Returns:
            The number and the answer of the page to begin with, once it is found.
        """
        number = self.number
        self._probes += 1
        if number == self.first or (moments and self._is_newer(moments[0])):
            self._best = number, reply
            if not moments or not self._is_newer(moments[-1]):
                return self._best
        else:
            self._late = number
        target = self._target(reply.value)
        if target is None:
            return self._best
        self.number = target
        return None

    def restart(self) -> bool:
        """Go back to the first page, since there is no page with ``number``.

        Returns:
            False if ``number`` was the first page already.
        """
        if self.number == self.first:
            return False
        self._late, self.number = self.number, self.first
        self._probes += 1
        return True

    def _is_newer(self, moment: datetime) -> bool:
        return self.newest is not None and moment >= self.newest

    def _target(self, body: NumberedBody[T]) -> int | None:
        """Return another page to read; ``None`` if the best page so far is good enough."""
        best, late = self._best, self._late
        if best is None:
            return self.first if self._probes >= _PROBES else self._back(body, late or self.first)
        if self._probes >= _PROBES:
            return None
        if late is not None:
            middle = (best[0] + late) // 2
            return middle if middle > best[0] else None
        target = self._forward(body, best[0])
        return target if target > best[0] else None

    def _back(self, body: NumberedBody[T], late: int) -> int:
        guess = self._guess(body)
        if guess >= late:
            guess = late - self._distance
            self._distance *= 2
        if body.total_count:
            # Pages behind the last one are empty.
            guess = min(guess, self._last(body))
        return max(self.first, min(guess, late - 1))

    def _forward(self, body: NumberedBody[T], best: int) -> int:
        guess = self._guess(body)
        if guess <= best:
            guess = best + self._distance
            self._distance *= 2
        return min(guess, self._last(body))

    def _last(self, body: NumberedBody[T]) -> int:
        return self.first + (-(-body.total_count // self.size) or body.total_pages) - 1

    def _guess(self, body: NumberedBody[T]) -> int:
        """Return where the range begins if only newer rows came or went since the cut."""
        moved = body.total_count - self.count if body.total_count and self.count else 0
        return self.first + max(0, self.rank + moved) // self.size


@define(eq=False)
class FromStart(Generic[T]):
    """Follows numbered pages from the page that a search finds; a :class:`PageStrategy`.

    Attributes:
        request: The request, without its page parameters.
        page_size: The page size to ask for.
        identity: Returns the id of an item.
        created_at: Returns the creation time of an item.
        search: Finds the page to begin with.
        known: Ids of items that an earlier walk gave.
        unit: How far apart the numbers of two pages are: 1, or the page size of offsets.
        style: How its pages are asked for, and what their answers say.
    """

    request: Request
    page_size: int | None
    identity: Callable[[T], Hashable]
    created_at: Callable[[T], datetime | None]
    search: StartSearch[T]
    known: tuple[str, ...] = ()
    unit: int = 1
    style: Pages | Offset = field(kw_only=True)
    _pages: NumberedStrategy[T] | None = field(default=None, init=False)

    def next_request(self) -> Request | None:
        """Return the request for the next page, or for one where the range may begin."""
        if self._pages is None:
            return self._paging(self._asked).next_request()
        return self._pages.next_request()

    def feed(self, reply: Reply[NumberedBody[T]]) -> None:
        """Take one page.

        Raises:
            UnexpectedPage: Its number is not the one asked for, or it is not sorted from new to
                old.
        """
        body = reply.value
        moments = creation_times(body.items, self.created_at)
        if any(after > before for before, after in pairwise(moments)):
            raise UnexpectedPage(f"{UNSORTED}: newest first")
        if self._pages is not None:
            self._pages.feed(reply)
            return
        asked = self._asked
        number = asked if body.number is None else body.number
        if number != asked:
            # Some services answer with the last page when asked for one behind it.
            if number < asked and self.search.restart():
                return
            raise UnexpectedPage(f"asked for page {asked}, the answer is page {number}")
        found = self.search.feed(reply, moments)
        if found is not None:
            number, start = found
            self._pages = self._paging(number * self.unit, start.value.total_count)
            self._pages.feed(start)

    def take(self) -> Page[T] | None:
        """Return the page last fed, once the first page is found."""
        return None if self._pages is None else self._pages.take()

    def recover(self, error: AsyncOpsError, /) -> bool:
        """Go back if the service refuses a page behind the last one, as when rows were removed."""
        if self._pages is not None:
            return self._pages.recover(error)
        is_refusal = isinstance(error, APIError) and error.status in NO_PAGE
        return is_refusal and self.search.restart()

    def finish(self) -> None:
        """Warn if rows may be missing: the range may end before the listing does."""
        if self._pages is not None:
            self._pages.drift.finish()

    @property
    def _asked(self) -> int:
        """The number or the offset of the page to read next."""
        return self.search.number * self.unit

    def _paging(self, number: int, count: int = 0) -> NumberedStrategy[T]:
        # Items that an earlier walk gave are known, as if this walk had read them; and whatever
        # has moved since then, the range begins on this page.
        drift = Drift(count or None, dict.fromkeys(self.known))
        base = PageBase(first=self.search.first)
        return NumberedStrategy(
            self.request,
            self.page_size,
            base,
            self.identity,
            start=number,
            drift=drift,
            doubtful=True,
            style=self.style,
        )
