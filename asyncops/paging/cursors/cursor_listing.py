"""A listing in which each page tells how to ask for the next one, and the way to walk it."""

from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import frozen

from asyncops.checkpoints import Checkpoint
from asyncops.http.messages import Request
from asyncops.paging.cursors.cursor_strategy import CursorStrategy, CursorStyle, cursor_text

T = TypeVar("T")


@frozen(eq=False)
class CursorListing(Generic[T]):
    """A listing with cursors: tokens, URLs or the ids of last items.

    Attributes:
        request: The request for the first page.
        style: How it is paged.
        identity: Returns the id of an item.
    """

    request: Request
    style: CursorStyle
    identity: Callable[[T], object]

    def check(self, start: Checkpoint) -> None:
        """Check that a walk can begin at a checkpoint.

        Raises:
            TypeError: Its cursor is a page number.
        """
        cursor_text(start.cursor)

    def sequential(self, start: Checkpoint) -> CursorStrategy[T]:
        """Read page after page."""
        return CursorStrategy(self.request, self.style, cursor_text(start.cursor), self.identity)
