"""Strategies lead a walk from page to page: they name requests and take answers, but send nothing.

A sequential walk asks a :class:`PageStrategy` for one request at a time. A concurrent walk asks a
:class:`ConcurrentStrategy` for requests until it has none to give, sends them side by side, feeds
each answer as it arrives, in any order, and takes the pages that are ready.
"""

from collections.abc import Hashable
from typing import Any, Generic, Protocol, TypeVar

from attrs import asdict, define, field, frozen

from asyncops.checkpoints import Reference
from asyncops.errors import AsyncOpsError, ListingMoved, PaginationError
from asyncops.http.messages import Reply, Request
from asyncops.models import Page

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K", bound=Hashable)
B_contra = TypeVar("B_contra", contravariant=True)


class PageStrategy(Protocol[B_contra, T_co]):
    """Leads a sequential walk.

    ::

        while (request := strategy.next_request()) is not None:
            strategy.feed(await fetch(request))
            while (page := strategy.take()) is not None: ...
    """

    def next_request(self) -> Request | None:
        """Return the request to send now, or ``None`` at the end of the listing.

        Raises:
            PaginationError: The listing goes on where the service gives no more of it.
        """
        ...

    def feed(self, reply: Reply[B_contra]) -> None:
        """Take the answer to the last request.

        Raises:
            PaginationError: The answer contradicts the listing so far.
        """
        ...

    def take(self) -> Page[T_co] | None:
        """Return a page that is ready, or ``None`` if another answer is needed first."""
        ...

    def recover(self, error: AsyncOpsError, /) -> bool:
        """Take the error of the last request.

        Returns:
            Whether the walk can go on: the error showed how to ask, or the answer is not needed.
        """
        ...


@define
class Remaining:
    """The number of items that a walk has still to give.

    Attributes:
        items: The number; ``None`` means no limit.
    """

    items: int | None = None


@frozen
class EarlyPage(Page[T_co]):
    """A page that is given before the pages in front of it.

    The whole page comes again in its place, where its items are recognised by their ids. Its
    cursors say nothing about the pages in front of it.
    """


@frozen
class CountedPage(Page[T_co]):
    """A page whose cursors count rows, though they are texts: rows may move onto the next one."""


def as_counted(page: Page[T]) -> CountedPage[T]:
    """Return a page as a :class:`CountedPage`."""
    if isinstance(page, CountedPage):
        return page
    return CountedPage(**asdict(page, recurse=False))


@frozen
class UnsurePage(CountedPage[T_co]):
    """A page that is given while rows in front of it may be missing, which the end will tell.

    Attributes:
        unsure: As in a :class:`Checkpoint`.
    """

    unsure: bool | Reference = True


def unsure(page: Page[T], by: bool | Reference) -> Page[T]:
    """Return a page as an :class:`UnsurePage`, unless nothing is in doubt or it is one already."""
    if not by or isinstance(page, UnsurePage):
        return page
    return UnsurePage(**asdict(page, recurse=False), unsure=by)


class ConcurrentStrategy(Protocol[K, B_contra, T_co]):
    """Leads a walk with several requests in flight at once."""

    def ask(self) -> tuple[K, Request] | None:
        """Return a request to send now, and its key.

        ``None`` means that an answer has to be fed or a page to be taken first, or that the listing
        has ended.
        """
        ...

    def feed(self, key: K, reply: Reply[B_contra]) -> None:
        """Take the answer to the request with this key.

        Raises:
            PaginationError: The answer contradicts the listing so far.
        """
        ...

    def fail(self, key: K, error: AsyncOpsError) -> None:
        """Take the final error of the request with this key.

        :meth:`take` raises the error once the pages in front of it have been given out.
        """
        ...

    def take(self) -> Page[T_co] | None:
        """Return a page that is ready; ``None`` if there is none yet, or at the end."""
        ...

    @property
    def done(self) -> bool:
        """Whether all pages have been taken."""
        ...


@define(eq=False)
class OneAtATime(Generic[T]):
    """A concurrent strategy for a listing that can only be followed from page to page.

    Attributes:
        paging: The sequential strategy.
    """

    paging: PageStrategy[Any, T] = field(repr=False)
    _in_flight: bool = field(default=False, init=False)
    _ended: bool = field(default=False, init=False)
    _fed: bool = field(default=False, init=False)
    # Whether all pages that were ready have been taken.
    _drained: bool = field(default=False, init=False)
    _failure: AsyncOpsError | None = field(default=None, init=False)

    def ask(self) -> tuple[int, Request] | None:
        """Return the request for the next page once a page before it is taken."""
        if self._in_flight or self._fed or self._failure is not None or self._ended:
            return None
        try:
            request = self.paging.next_request()
        except PaginationError as error:
            # The page before has been taken, but not yet given.
            self._failure = error
            return None
        if request is None:
            # What to ask for next may depend on pages that are ready.
            self._ended = self._drained
            return None
        self._in_flight = True
        return 0, request

    def feed(self, _: int, reply: Reply[Any]) -> None:
        """Take the answer.

        Raises:
            PaginationError: The answer contradicts the listing so far.
        """
        self._in_flight = False
        self.paging.feed(reply)
        self._fed = True

    def fail(self, _: int, error: AsyncOpsError) -> None:
        """Keep the error, unless the sequential strategy can recover from it."""
        self._in_flight = False
        if self.paging.recover(error):
            # The recovery may have made a page ready.
            self._fed = True
        else:
            self._failure = error

    def take(self) -> Page[T] | None:
        """Return the page last fed."""
        if self._failure is not None:
            raise self._failure
        self._fed = False
        page = self.paging.take()
        self._drained = page is None
        return page

    @property
    def done(self) -> bool:
        """Whether the listing has ended and all of its pages have been taken."""
        return self._ended and not self._fed


class _Failing(ConcurrentStrategy[int, Any, T_co], Protocol[T_co]):
    @property
    def failure(self) -> AsyncOpsError | ListingMoved | None: ...


@define(eq=False)
class InTurn(Generic[T]):
    """A sequential walk that is led by a concurrent strategy, which asks for one page at a time.

    Attributes:
        strategy: The concurrent strategy.
    """

    strategy: _Failing[T] = field(repr=False)
    _key: int = field(default=-1, init=False)

    def next_request(self) -> Request | None:
        """Return the request for the next page.

        Raises:
            AsyncOpsError: The walk cannot go on.
            ListingMoved: The warning was turned into an error.
        """
        asked = self.strategy.ask()
        if asked is None:
            if self.strategy.failure is not None:
                raise self.strategy.failure
            return None
        self._key, request = asked
        return request

    def feed(self, reply: Reply[Any]) -> None:
        """Take the answer."""
        self.strategy.feed(self._key, reply)

    def take(self) -> Page[T] | None:
        """Return a page that is ready."""
        return self.strategy.take()

    def recover(self, error: AsyncOpsError, /) -> bool:
        """Whether the strategy can go on after an error, if only to raise another one."""
        self.strategy.fail(self._key, error)
        return self.strategy.failure is not error
