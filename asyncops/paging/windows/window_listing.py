"""A listing that the service filters by creation, and the ways to walk it."""

from typing import Any, Generic, Protocol, TypeVar

from attrs import frozen

from asyncops.checkpoints import Checkpoint
from asyncops.paging.strategy import InTurn, PageStrategy
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
        return InTurn(WindowStrategy(self.created, start))

    def concurrent(self, start: Checkpoint, n: int, ordered: bool, few: bool) -> WindowStrategy[T]:
        """Read up to ``n`` ranges side by side."""
        return WindowStrategy(self.created, start, n, ordered, few)
