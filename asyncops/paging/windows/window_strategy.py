"""Walk a listing that the service filters by creation.

The walk begins as that of any listing, page after page. Once the service gives no more of what was
asked for (it caps its listings, or refuses a token), the walk goes on by time:

- In an order by creation, from the creation time of the last item on.
- Else the range is halved until the service gives each part whole.

With several requests at once, the rest of a range is also cut wherever a request could be sent
and no part has one: so skewed data do not leave one part with all of the items.

Neighbouring ranges overlap, and each item is given by the range that it was created in.
"""

from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field

from asyncops.checkpoints import Checkpoint
from asyncops.errors import APIError, AsyncOpsError, BadRequest, PaginationError, Unprocessable
from asyncops.http.messages import Reply, Request
from asyncops.models import Cursor, Page
from asyncops.paging.counted.known_rows import warn_moved
from asyncops.paging.strategy import as_counted
from asyncops.paging.windows.ahead import Ahead
from asyncops.paging.windows.beginning import first_parts, start_at, unfiltered
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.part import Part
from asyncops.paging.windows.remaining import remaining
from asyncops.paging.windows.splitting import cut, cuts, halves
from asyncops.paging.windows.window_cursor import WindowCursor

T = TypeVar("T")

# The statuses by which a service refuses a cursor.
_REFUSED = frozenset({400, 404, 410, 422})


@define(eq=False)
class WindowStrategy(Generic[T]):
    """A concurrent strategy for a listing that is filtered by creation.

    Attributes:
        created: How the service filters the listing.
        start: Where the walk begins.
        n: The most ranges that are read side by side.
        ordered: Whether the items keep the order of the listing; see :class:`Ahead`.
        few: Whether only the first items are needed.
    """

    created: CreatedFilter[T]
    start: Checkpoint
    n: int = 1
    ordered: bool = True
    few: bool = False
    _parts: list[Part[T]] = field(init=False)
    # Whether the listing is still read page after page, without a range of creation times.
    _plain: bool = field(init=False)
    # Whether the service filters by creation, as far as is known.
    _filtered: bool = field(init=False)
    # Whether a range has been answered.
    _answered: bool = field(default=False, init=False)
    # The first creation time of the walk.
    _first: datetime | None = field(default=None, init=False)
    _ahead: Ahead[T] = field(init=False)
    _place: Cursor | None = field(init=False)
    _failure: AsyncOpsError | None = field(default=None, init=False)
    # The last page, as long as nothing has been given.
    _empty: Page[T] | None = field(default=None, init=False)
    _gave: bool = field(default=False, init=False)
    # Whether a page came by its number, so that items removed meanwhile may have hidden others.
    _unsure: bool = field(default=False, init=False)
    _warned: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._place = self.start.cursor
        self._ahead = Ahead(self.n, self.ordered, self.few)
        self._parts, self._plain, self._filtered = first_parts(self.created, self.start)

    def ask(self) -> tuple[int, Request] | None:
        """Return the next request of the first part that may send one."""
        while self._failure is None:
            spare = self._spare
            if self._cut(spare):
                continue
            part = self._ahead.next_of(self._parts, spare)
            if part is not None and part.request is not None:
                part.in_flight = True
                return part.key, part.request
            if not self._halve():
                return None
        return None

    def feed(self, key: int, reply: Reply[Any]) -> None:
        """Take the answer to the request of a part; :meth:`take` raises what is wrong with it."""
        part = self._part(key)
        if part is None:
            return
        try:
            part.feed(reply)
        except PaginationError as error:
            self._failure = self._failure or error
        else:
            self._answered |= part.ranged
            self._first = self._first or next(iter(part.moments), None)
            self._look_at(part)

    def fail(self, key: int, error: AsyncOpsError) -> None:
        """Keep the error, unless the walk can go on by other requests."""
        part = self._part(key)
        if part is None:
            return
        if isinstance(error, APIError):
            if part.recover(error):
                self._look_at(part)
                return
            if error.status in _REFUSED and (part.pages or not part.ranged):
                part.request, part.trouble = None, error
                self._look_at(part)
                return
        part.in_flight = False
        unknown = isinstance(error, BadRequest | Unprocessable) and not self._answered
        if unknown and part.ranged and self.n > 1 and self._filtered:
            # The service does not take such a range.
            self._read_unfiltered()
        else:
            self._failure = self._failure or error

    def take(self) -> Page[T] | None:
        """Return a page that is ready.

        Raises:
            AsyncOpsError: A request failed, and all pages that are ready have been taken.
            ListingMoved: The warning was turned into an error.
        """
        if self._unsure and not self._warned:
            self._warned = True
            warn_moved(
                "pages go on by number, without a total, since so many items were created at one "
                "time or the service does not filter by creation: items removed meanwhile may "
                "hide others"
            )
        while True:
            self._parts = [part for part in self._parts if not part.over]
            among = self._parts[:1] if self.ordered else self._parts
            part = next((each for each in among if each.ready), None)
            if part is None:
                break
            page = self._give(part)
            if page.items or (self._plain and self._filtered):
                self._gave = True
                return page
            self._empty = page
        if self._failure is not None:
            raise self._failure
        if self._parts or self._gave or self._empty is None:
            return None
        # A walk has at least one page.
        self._gave = True
        return self._empty

    @property
    def failure(self) -> AsyncOpsError | None:
        """Why the walk cannot go on, if so."""
        return self._failure

    @property
    def done(self) -> bool:
        """Whether all pages have been taken."""
        return self._failure is None and not any(not part.over for part in self._parts)

    @property
    def _by_time(self) -> bool:
        return self.created.by_time and self._filtered

    def _part(self, key: int) -> Part[T] | None:
        return next((part for part in self._parts if part.key == key), None)

    def _look_at(self, part: Part[T]) -> None:
        """Decide how to go on after an answer."""
        if self._by_time:
            self._unsure |= part.by_number and (bool(part.moments) or self.created.says_more)
        elif self.created.by_time:
            self._unsure |= part.pages > 1
        if part.ignored:
            self._read_unfiltered()
        elif part.trouble is not None:
            self._go_on(part, part.trouble)
        elif self._by_time:
            self._go_by_time(part)

    def _go_by_time(self, part: Part[T]) -> None:
        """Ask for the next page of a part by time, since nothing tells of items that were removed.

        Nor does an empty page tell whether items were pulled from it onto the page before. But all
        that are left are on the first page then, so it is read once more.
        """
        if part.request is None:
            if part.by_number and not self._unsure:
                self._unsure = not part.restart(anew=True)
                self._plain = self._plain and self._unsure
        elif part.anew and not part.fresh:
            part.request = None
        elif part.cheap_to_restart and part.restart():
            self._plain = False
        else:
            part.by_number = True

    def _go_on(self, part: Part[T], trouble: AsyncOpsError) -> None:
        """Go on by time where the service gives no more of what it was asked for."""
        if self._filtered and self.created.descending is None and part.known is not None:
            # Once its pages have been given, the part is halved.
            return
        if self._filtered and part.restart():
            self._plain = False
        else:
            self._failure, part.trouble = trouble, None

    @property
    def _spare(self) -> int:
        """How many ranges more may be read side by side."""
        return self.n - sum(part.reads for part in self._parts) if self._filtered else 0

    def _cut(self, spare: int) -> bool:
        """Cut the rest of a part into ranges for all requests that are to spare, if there is one.

        In order, it is the first part that is long enough; else the one with most left.
        """
        if spare < 1:
            return False
        parts = [part for part in self._parts if part.can_be_cut]
        if not self.ordered:
            parts.sort(key=lambda part: part.left, reverse=True)
        for part in parts:
            most = self._ahead.pieces(part, self._parts, spare)
            moments = cuts(part, most, ordered=self.ordered, first=self._first)
            if moments and not (self.created.descending is None and part.ready):
                index = self._parts.index(part)
                self._parts[index : index + 1] = cut(part, moments)
                self._plain = False
                return True
        return False

    def _halve(self) -> bool:
        """Halve a part that the service does not give whole; return whether there was one."""
        for index, part in enumerate(self._parts):
            if part.trouble is None or part.ready:
                continue
            gaps = halves(part, self.created)
            if gaps:
                self._plain = False
                self._parts[index : index + 1] = [Part(self.created, gap) for gap in gaps]
            else:
                self._failure, part.trouble = part.trouble, None
            return True
        return False

    def _read_unfiltered(self) -> None:
        """Read the whole listing, since the service does not filter by creation."""
        self._filtered = False
        start = start_at(self.start, None)
        self._parts = [unfiltered(self.created, start, remaining(self._parts))]

    def _give(self, part: Part[T]) -> Page[T]:
        """Return the next page of a part, between the cursors of the walk."""
        page, before = part.give(), self._place
        if self._plain and isinstance(page.cursor, int) and self._keeps_cursors:
            before = page.cursor
        self._place = self._next_place(part, page)
        if isinstance(page.cursor, int) and self.created.descending is None:
            page = as_counted(page)
        return evolve(page, cursor=before, next_cursor=self._place)

    def _next_place(self, part: Part[T], page: Page[T]) -> Cursor | None:
        if all(each.over for each in self._parts):
            return None
        if not self._filtered:
            gaps = part.owned.gaps
            return WindowCursor(gaps=gaps, filtered=False, cursor=part.given.cursor).encode()
        counted = isinstance(page.next_cursor, int)
        unsorted = self.created.descending is None
        if self._plain and self._keeps_cursors and (counted or unsorted):
            return page.next_cursor
        by_cursor = self._plain or self.created.descending is None
        return WindowCursor(gaps=remaining(self._parts, by_cursor=by_cursor)).encode()

    @property
    def _keeps_cursors(self) -> bool:
        """Whether a number of a page is all that a walk needs to go on."""
        return self.created.descending is not None or self.created.depth is None
