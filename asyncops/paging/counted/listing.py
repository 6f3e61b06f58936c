"""A listing of numbered pages, and the ways to walk it."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from attrs import evolve, field, frozen

from asyncops.checkpoints import Checkpoint, Reference
from asyncops.http.messages import Request
from asyncops.models import Cursor
from asyncops.paging.counted.concurrent import ConcurrentNumbered
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.joined import LastRow, Overlap, Unordered
from asyncops.paging.counted.known_rows import KnownRows
from asyncops.paging.counted.numbering import NumberedBody, PageBase
from asyncops.paging.counted.oldest_first import OldestFirst
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.strategy import InTurn, PageStrategy
from asyncops.paging.styles import Offset, Pages

T = TypeVar("T")


@frozen(eq=False)
class NumberedListing(Generic[T]):
    """A listing of numbered pages.

    Attributes:
        request: The request with its filters, without its page parameters.
        page_size: The page size to ask for, ``None`` for the service's choice; it may use another.
        base: The number of the first page, as the walks of the client have learned it.
        identity: Returns the id of an item as text, "" if it has none.
        style: How its pages are asked for, and what their answers say.
        descending: Whether new rows come first; ``None`` if they may be anywhere.
        led: Whether another walk leads those over this listing, and goes after rows that moved.
    """

    request: Request
    page_size: int | None
    base: PageBase
    identity: Callable[[T], str]
    style: Pages | Offset = field(kw_only=True)
    descending: bool | None = field(default=True, kw_only=True)
    led: bool = field(default=False, kw_only=True)

    def check(self, start: Checkpoint) -> None:
        """Check that a walk can begin at a checkpoint.

        Raises:
            TypeError: Its cursor is a page token.
        """
        page_number(start.cursor)

    def sequential(self, start: Checkpoint) -> PageStrategy[NumberedBody[T], T]:
        """Read page after page."""
        paging = self.paging(start)
        if isinstance(start.unsure, Reference) and paging.drift.checked_at_end:
            return InTurn(ConcurrentNumbered(paging, 1))
        return paging

    def concurrent(
        self, start: Checkpoint, n: int, ordered: bool, _: bool
    ) -> ConcurrentNumbered[T]:
        """Read ``n`` pages at once."""
        return ConcurrentNumbered(self.paging(start), n, ordered)

    def paging(self, start: Checkpoint) -> NumberedStrategy[T]:
        """Read page after page, without the check of a walk before this one."""
        return self._strategy(start, self._drift().since(start))

    def unrepaired(self) -> NumberedStrategy[T]:
        """Read page after page from the beginning, without going after rows that moved."""
        return self._strategy(Checkpoint(query=""), KnownRows())

    def scans(self) -> Sequence[Callable[[], NumberedStrategy[T]]]:
        """Return what begins a plain walk of the listing, for a poll."""
        return [self.unrepaired]

    def _drift(self) -> type[KnownRows]:
        style = self.style
        if self.led:
            return KnownRows
        if self.descending and style.total is not None:
            return Drift
        if isinstance(style, Offset):
            return Overlap
        return Unordered if self.descending is None or style.total is None else LastRow

    def _strategy(self, start: Checkpoint, drift: KnownRows) -> NumberedStrategy[T]:
        style, size = self.style, start.page_size or 0
        if isinstance(style, Pages) and style.first is None:
            style = evolve(style, first=start.first_page)
        kind = OldestFirst if isinstance(drift, LastRow) else NumberedStrategy
        return kind(
            self.request,
            self.page_size,
            self.base,
            self.identity,
            page_number(start.cursor),
            drift,
            size,
            # A walk whose rows contradicted the size that it was told has left out the size.
            doubtful=not size and bool(start.seen),
            style=style,
        )


def page_number(cursor: Cursor | None) -> int | None:
    """Return a cursor that is a page number, or ``None``.

    Raises:
        TypeError: The cursor is a page token.
    """
    if isinstance(cursor, str):
        raise TypeError("resume holds a page token, and this listing has page numbers")
    return cursor
