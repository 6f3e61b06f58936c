"""Counted pages: their base, their sizes and counts, and rows that move while they are read."""

from collections.abc import Callable, Hashable
from itertools import compress
from typing import Generic, TypeVar

from attrs import define, evolve, field

from asyncops.errors import APIError, AsyncOpsError, UnexpectedPage
from asyncops.http.messages import Reply, Request, with_values
from asyncops.models import Page
from asyncops.paging.counted.depth import Depth
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.known_rows import KnownRows
from asyncops.paging.counted.numbering import NO_PAGE, NumberedBody, Numbering, PageBase, says_more
from asyncops.paging.strategy import EarlyPage, unsure
from asyncops.paging.styles import Offset, Pages

T = TypeVar("T")


@define(eq=False)
class NumberedStrategy(Generic[T]):
    """Follows page numbers or offsets.

    The base is declared, or the first answer tells it; from then on, the numbers in the answers
    count, where they have any. Rows that insertions pushed onto a later page are given once, and
    pages that removals pulled rows onto are read again.

    Attributes:
        request: The request, without its page parameters.
        page_size: The page size to ask for; the service may use another. ``None`` for its choice.
        base: The base as the walks of the client have learned it.
        identity: Returns the id of an item, "" if it has none.
        start: The number or offset of the page to begin with; ``None`` means the beginning.
        drift: Follows rows that move.
        used_size: The page size that ``start`` was counted in; 0 if unknown.
        doubtful: Whether the page size that answers tell may be wrong; see :class:`Numbering`.
        style: How pages are asked for, and what their answers say.
    """

    request: Request
    page_size: int | None
    base: PageBase
    identity: Callable[[T], Hashable]
    start: int | None = None
    drift: KnownRows = field(factory=Drift)
    used_size: int = 0
    doubtful: bool = field(default=False, kw_only=True)
    style: Pages | Offset = field(kw_only=True)
    _numbering: Numbering = field(init=False)
    _depth: Depth | None = field(init=False)
    _number: int = field(default=0, init=False)
    _pages: int = field(default=0, init=False)
    _count: int = field(default=0, init=False)
    _undecided: Page[T] | None = field(default=None, init=False)
    # Rows of the last page that the next one begins with.
    _shared: int = field(default=0, init=False)
    # Whether the end of the listing follows from counts, and not from what the answer says of it.
    _is_end_counted: bool = field(default=False, init=False)
    # Whether the next page is behind the last one that the service tells of.
    _past_told: bool = field(default=False, init=False)
    _done: bool = field(default=False, init=False)
    _ready: Page[T] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._numbering = Numbering(
            self.style, self.page_size, self.base, self.used_size, self.doubtful
        )
        most = self.style.depth
        self._depth = None if most is None else Depth(most, self._numbering)
        self._number = self._numbering.first if self.start is None else self.start

    def next_request(self) -> Request | None:
        """Return the request for the next page.

        Raises:
            DepthExceeded: The service gives no more of the listing.
            ListingMoved: Rows may be missing, and the warning was turned into an error.
        """
        self.check_depth()
        number = self.next_number
        if number is None:
            self.drift.finish()
            return None
        return self.request_for(number)

    def request_for(self, number: int) -> Request:
        """Return the request for a page, with its number and the size."""
        style = self.style
        values: list[tuple[str, int]] = [(style.param, number)]
        if style.size is not None and self.page_size is not None:
            values.append((style.size, self.page_size))
        return with_values(self.request, values)

    def check_depth(self) -> None:
        """Check that the service gives the next page.

        Raises:
            DepthExceeded: All that the service gives of the listing has been read.
        """
        if self._depth is not None and not self._done and self._undecided is None:
            self._depth.check(self._number)

    @property
    def next_number(self) -> int | None:
        """The number of the page to ask for next; ``None`` at the end."""
        if self._done:
            return None
        return 0 if self._undecided is not None else self._number

    @property
    def first_number(self) -> int | None:
        """The number of the first page of the listing; ``None`` if not known yet."""
        return self._numbering.base

    @property
    def unit(self) -> int:
        """How far apart the numbers of two pages are; 0 if that is not known yet."""
        if isinstance(self.style, Pages):
            return 1
        size = self._numbering.size
        return max(1, size - self.drift.overlaps) if size else 0

    @property
    def remaining(self) -> range:
        """The numbers of the pages still to be read; empty if the last answer left out a count.

        While the base is unknown, they are counted from 0, so that all of them exist.
        """
        if self._undecided is not None or self._done:
            return range(0)
        end = self._numbering.end(self._pages, self._count)
        if self._depth is not None:
            end = self._depth.end(end)
        # The last rows of the listing may be on the page before.
        shared = self.drift.overlaps if self.used_size > 1 else 0
        return range(self._number, end - shared, self.unit or 1)

    def feed(self, reply: Reply[NumberedBody[T]]) -> None:
        """Take one page.

        Raises:
            UnexpectedPage: Its number or its size is not the one asked for, or it says that another
                page follows, but not how to ask for it.
        """
        body, numbering = reply.value, self._numbering
        if self._undecided is not None:
            self._decide_base(0 if body.number == 0 else 1)
            return
        if self.style.number is not None:
            self._number = numbering.check_number(self._number, body.number)
        numbering.check_size(body.page_size, len(body.items), self._number, body.total_count)
        self.used_size = numbering.used_size
        self._count = body.total_count
        self._pages = numbering.pages_to_read(self._number, body, None) if body.total_count else 0
        keys = tuple(map(self.identity, body.items))
        if self._moved(body.total_count, keys):
            return
        more = self._has_more(body, keys)
        fresh = self.drift.fresh(keys)
        items = body.items if all(fresh) else tuple(compress(body.items, fresh))
        page = unsure(self._page(self._number, items, reply, Page), self.drift.unsure)
        if not self.drift.counts:
            # The page begins with a row of the page before, and the next one with its last row.
            page = evolve(page, cursor=self._number + len(body.items) - len(page.items))
            self._shared = self.drift.overlap(keys)
        if self._depth is not None:
            more = self._depth.goes_on(self._number, body, more)
        if more is False:
            page = evolve(page, next_cursor=None)
        if more is None:
            self._undecided = page
        else:
            self._set_ready(page)

    def early(self, number: int, reply: Reply[NumberedBody[T]]) -> Page[T] | None:
        """Return a page ahead of order, without the rows that were given before.

        Nothing is learned from it. ``None`` if it does not fit the last answer that was fed.
        """
        body = reply.value
        fits = (
            body.number in {None, number}
            and self._numbering.is_used(body.page_size)
            and (body.total_count or None) == self.drift.count
        )
        if not fits:
            return None
        unknown = self.drift.early(tuple(map(self.identity, body.items)))
        items = tuple(compress(body.items, unknown))
        return self._page(number, items, reply, EarlyPage)

    def take(self) -> Page[T] | None:
        """Return the page last fed, once."""
        ready, self._ready = self._ready, None
        return ready

    def is_used(self, size: int) -> bool:
        """Whether an answer tells the same page size as the others, or none."""
        return self._numbering.is_used(size)

    def recover(self, error: AsyncOpsError, /) -> bool:
        """Take a 400 on page 0 as the sign of a service that counts from 1.

        The refusal of a page behind the last one that was told is the end, that of another page
        may be that of the depth.
        """
        if not isinstance(error, APIError):
            return False
        if error.status in NO_PAGE:
            self._done |= self._past_told
            if self._done or (self._depth is not None and self._depth.explains(self._number)):
                return True
        if error.status != 400 or not self._numbering.is_learned:
            return False
        if self._undecided is not None:
            self._decide_base(1)
            return True
        if self._number != 0 or self._numbering.zero_refused:
            return False
        # Only this walk goes by it so far: the 400 may be about something else.
        self._numbering.zero_refused = True
        self._number = 1
        return True

    def _page(
        self,
        number: int,
        items: tuple[T, ...],
        reply: Reply[NumberedBody[T]],
        kind: type[Page[T]],
    ) -> Page[T]:
        """Make a page that another one follows."""
        body, style = reply.value, self.style
        # 0 means "not said" unless the page is empty.
        counted = style.total is not None and (body.total_count or not body.items)
        numbering = self._numbering
        pages = numbering.pages(body, self.drift.count)
        paged = (counted or style.pages is not None) and (pages or not body.items)
        return kind(
            items=items,
            cursor=number,
            next_cursor=number + numbering.distance(len(body.items)),
            total_count=body.total_count if counted else None,
            total_pages=pages if paged else None,
            page_size=numbering.known_size or None,
            request_id=reply.request_id,
            status=reply.status,
            headers=reply.headers,
        )

    def _moved(self, count: int, keys: tuple[Hashable, ...]) -> bool:
        """Whether to read another page than this one next, because rows have moved."""
        # Page 0 may be asked of any service: the answer, or a 400, tells its base.
        first, unit = self._numbering.base or 0, self.unit or 1
        step = self.drift.step(self._number, count, self.used_size, keys, unit=unit, first=first)
        before, self._number = self._number, max(first, self._number + step * unit)
        return self._number != before

    def _has_more(self, body: NumberedBody[T], keys: tuple[Hashable, ...]) -> bool | None:
        """Whether a page follows; ``None`` if that depends on the unknown base."""
        said = says_more(self.style, body)
        self._is_end_counted = said is None and bool(body.items)
        told = said or body.total_pages > 1
        if said is None:
            said = self._counts_more(body, keys)
        self.drift.more_told = bool(said and told)
        if said and not self._numbering.distance(len(body.items)):
            raise UnexpectedPage("a page follows an empty one, and no page size is known")
        return said

    def _counts_more(self, body: NumberedBody[T], keys: tuple[Hashable, ...]) -> bool | None:
        """Whether a page follows, by the counts; without any, by its rows."""
        # A page that holds nothing but the rows it shares with the one before is empty.
        has_more = len(keys) > max(self._shared, self.drift.again) or any(self.drift.early(keys))
        told = self._numbering.counts_more(self._number, body, self.drift.count, has_more)
        if told is None:
            return has_more
        more, self._past_told = told
        return more

    def _decide_base(self, base: int) -> None:
        page, self._undecided = self._undecided, None
        self._numbering.base = base
        if page is not None:
            self._set_ready(page if base == 1 else evolve(page, next_cursor=None))

    def _set_ready(self, page: Page[T]) -> None:
        self._ready = page
        self._done = not isinstance(page.next_cursor, int)
        if isinstance(page.next_cursor, int):
            if self._shared and self._depth is not None:
                shared = self._depth.overlap(self._shared, page.next_cursor)
                # The same page would tell nothing more.
                self._shared = min(shared, page.next_cursor - self._number - 1)
            self._number = page.next_cursor - self._shared
        elif self._is_end_counted and self._numbering.is_end_doubtful(self._number):
            # The next page tells: without rows, this was the last one.
            self._done, self._past_told = False, True
            self._number += 1
