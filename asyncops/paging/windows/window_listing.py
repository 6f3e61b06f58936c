"""A listing that the service filters by creation, and the ways to walk it."""

from typing import Any, Generic, Protocol, TypeVar

from attrs import define, field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.errors import APIError
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.window_cursor import WindowCursor
from asyncops.paging.windows.window_strategy import WindowStrategy

T = TypeVar("T")


class _Checked(Protocol):
    def check(self, start: Checkpoint, /) -> None: ...


@frozen(eq=False)
class WindowListing(Generic[T]):
    """A listing that the service filters by creation.

    Attributes:
        listing: The same listing, without a range of creation times.
        created: How the service filters it.
    """

    listing: _Checked
    created: CreatedFilter[T]

    def check(self, start: Checkpoint) -> None:
        """Check that a walk can begin at a checkpoint.

        Raises:
            TypeError: Its cursor is of another kind.
            ValueError: It is no cursor of this listing.
        """
        if isinstance(start.cursor, str) and WindowCursor.fits(start.cursor):
            WindowCursor.decode(start.cursor)
        else:
            self.listing.check(start)

    def sequential(self, start: Checkpoint) -> PageStrategy[Any, T]:
        """Read page after page, by time where the service gives no more of the listing."""
        return _InTurn(WindowStrategy(self.created, start))

    def concurrent(self, start: Checkpoint, n: int, ordered: bool, few: bool) -> WindowStrategy[T]:
        """Read up to ``n`` ranges side by side."""
        return WindowStrategy(self.created, start, n, ordered, few)


@define(eq=False)
class _InTurn(Generic[T]):
    """A sequential walk that is led by a concurrent strategy."""

    strategy: WindowStrategy[T]
    _key: int = field(default=-1, init=False)

    def next_request(self) -> Request | None:
        asked = self.strategy.ask()
        if asked is None:
            if self.strategy.failure is not None:
                raise self.strategy.failure
            return None
        self._key, request = asked
        return request

    def feed(self, reply: Reply[Any]) -> None:
        self.strategy.feed(self._key, reply)

    def take(self) -> Page[T] | None:
        return self.strategy.take()

    def recover(self, error: APIError, /) -> bool:
        self.strategy.fail(self._key, error)
        return self.strategy.failure is None
