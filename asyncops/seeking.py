"""Numbered pages from the middle on: where to begin is guessed, and proven before it is used.

Rows move between the moment when a listing is cut and the one when a part of it is read. So a page
is begun with only if its first row is newer than all of the range, or if it is the first page of
all: then no row of the range can lie before it.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from itertools import pairwise
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.drift import Drift
from asyncops.errors import APIError, UnexpectedPage
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.numbered import NumberedBody, NumberedPaging, PageBase
from asyncops.ranged import UNSORTED, creation_times

__all__ = ["Seek", "Sought"]

T = TypeVar("T")

# Pages looked at before the best one so far, or the first of all, has to do.
_LOOKS = 24
# How a service may say that there is no such page.
_NO_PAGE = frozenset({400, 404, 416, 422})


@define(eq=False)
class Seek(Generic[T]):
    """The search for the page to begin with.

    Attributes:
        newest: Rows that were created at this moment or later are not of the range; None for no
            bound.
        first: The number of the listing's first page.
        rank: Where the range began, in rows before it.
        count: Of how many rows of the whole listing; 0 where that is not known.
        number: The page to look at next.
    """

    newest: datetime | None
    first: int
    rank: int
    count: int
    number: int
    _good: tuple[int, Reply[NumberedBody[T]]] | None = field(default=None, init=False)
    _bad: int | None = field(default=None, init=False)
    _step: int = field(default=1, init=False)
    _looks: int = field(default=0, init=False)

    def look(
        self, reply: Reply[NumberedBody[T]], moments: list[datetime]
    ) -> tuple[int, Reply[NumberedBody[T]]] | None:
        """Take a page; the one to begin with, with its number, once it is found.

        Args:
            reply: The page that was asked for.
            moments: When its rows were created.
        """
        number = self.number
        self._looks += 1
        if number == self.first or (moments and self._is_newer(moments[0])):
            self._good = number, reply
            if not moments or not self._is_newer(moments[-1]):
                return self._good
        else:
            self._bad = number
        target = self._target(reply.value)
        if target is None:
            return self._good
        self.number = target
        return None

    def begin_anew(self) -> bool:
        """Look from the first page on: there is none with the last number; False if it was that."""
        if self.number == self.first:
            return False
        self._bad, self.number = self.number, self.first
        self._looks += 1
        return True

    def _is_newer(self, moment: datetime) -> bool:
        return self.newest is not None and moment >= self.newest

    def _target(self, body: NumberedBody[T]) -> int | None:
        """Another page to look at; None where the best one so far is good enough."""
        good, bad = self._good, self._bad
        if good is None:
            return self.first if self._looks >= _LOOKS else self._back(body, bad or self.first)
        if self._looks >= _LOOKS:
            return None
        if bad is not None:
            middle = (good[0] + bad) // 2
            return middle if middle > good[0] else None
        target = self._forward(body, good[0])
        return target if target > good[0] else None

    def _back(self, body: NumberedBody[T], bad: int) -> int:
        guess = self._guess(body)
        if guess >= bad:
            guess = bad - self._step
            self._step *= 2
        if body.total_pages:
            # Pages behind the last one tell nothing.
            guess = min(guess, self._last(body))
        return max(self.first, min(guess, bad - 1))

    def _forward(self, body: NumberedBody[T], good: int) -> int:
        guess = self._guess(body)
        if guess <= good:
            guess = good + self._step
            self._step *= 2
        return min(guess, self._last(body))

    def _last(self, body: NumberedBody[T]) -> int:
        return self.first + body.total_pages - 1

    def _guess(self, body: NumberedBody[T]) -> int:
        """Where the range should begin by now, if all that came or went is newer than it."""
        size = body.page_size or len(body.items) or 1
        moved = body.total_count - self.count if body.total_count and self.count else 0
        return self.first + max(0, self.rank + moved) // size


@define(eq=False)
class Sought(Generic[T]):
    """Numbered pages from a page on that is looked for first; a :class:`Paging`.

    Attributes:
        request: The request, without its page parameters.
        page_size: The page size to ask for.
        identity: What tells one item from another.
        created_at: An item's time of creation.
        seek: Finds the page to begin with.
        known: Ids that were given before, where a walk goes on.
    """

    request: Request
    page_size: int
    identity: Callable[[T], Hashable]
    created_at: Callable[[T], datetime | None]
    seek: Seek[T]
    known: tuple[str, ...] = ()
    _pages: NumberedPaging[T] | None = field(default=None, init=False)

    def next_request(self) -> Request | None:
        """The next page, or one where the range may begin."""
        if self._pages is None:
            return self._paging(self.seek.number).next_request()
        return self._pages.next_request()

    def feed(self, reply: Reply[NumberedBody[T]]) -> None:
        """Take one page.

        Raises:
            UnexpectedPage: It is another page than was asked for, or not sorted from new to old.
        """
        body = reply.value
        moments = creation_times(body.items, self.created_at)
        if any(after > before for before, after in pairwise(moments)):
            raise UnexpectedPage(f"{UNSORTED}: newest first")
        if self._pages is not None:
            self._pages.feed(reply)
            return
        if body.number != self.seek.number:
            # Some services give the last page for one that is behind it.
            if body.number < self.seek.number and self.seek.begin_anew():
                return
            raise UnexpectedPage(
                f"asked for page {self.seek.number}, the answer is page {body.number}"
            )
        found = self.seek.look(reply, moments)
        if found is not None:
            number, start = found
            self._pages = self._paging(number)
            self._pages.feed(start)

    def take(self) -> Page[T] | None:
        """The page last fed, once the beginning is found."""
        return None if self._pages is None else self._pages.take()

    def recover(self, error: APIError, /) -> bool:
        """Some services refuse a page behind the last one; so many rows may have gone."""
        if self._pages is not None:
            return self._pages.recover(error)
        return error.status in _NO_PAGE and self.seek.begin_anew()

    def _paging(self, number: int) -> NumberedPaging[T]:
        # All that was given before and may come again is known, as if it had been read just now.
        drift = Drift(None, dict.fromkeys(self.known))
        base = PageBase(first=self.seek.first)
        return NumberedPaging(
            self.request, self.page_size, base, self.identity, start=number, drift=drift
        )
