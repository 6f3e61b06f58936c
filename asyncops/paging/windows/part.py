"""One time range of a listing, read page after page."""

from collections import deque
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field

from asyncops.checkpoints import Checkpoint
from asyncops.errors import APIError, AsyncOpsError, DepthExceeded, UnexpectedPage
from asyncops.http.invalid_items import split_invalid
from asyncops.http.messages import Reply, Request
from asyncops.models import Cursor, Page
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.mark import Mark
from asyncops.paging.windows.owned import Owned
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange

T = TypeVar("T")

# Items of a listing without order to remember, so that a range can be begun anew: a megabyte.
_KNOWN_ITEMS = 10_000
_START = Checkpoint(query="")
_numbers = count()


@define(eq=False)
class Part(Generic[T]):
    """One time range of a listing, or the whole listing.

    Attributes:
        created: How the service filters the listing.
        gap: What it has still to give when it begins.
        start: Where in the listing that is asked for it begins.
        ranged: Whether the service is asked for the range alone.
        owned: The items to give.
        request: The next request; ``None`` if there is none or it is not known yet.
        in_flight: Whether the request has been sent.
        trouble: Why the service gives no more of what was asked for, though there is more.
        ignored: Whether an item outside the range has come, so that the service does not filter.
        sorted: Whether the items of each answer came in the order of the listing.
        pages: Pages read since it was last begun.
        fresh: Items to be given since it was last begun, apart from rows that do not fit.
        anew: Whether it was last begun to see whether anything is left.
        ready: The pages that are still to be given, and the positions behind them.
        given: The position behind the pages given.
        known: The creation times of the items given, by their ids, in a listing without order;
            ``None`` if they are too many.
        moments: The creation times on the last page.
        by_number: Whether the next page is asked for by its number, for want of a total.
    """

    created: CreatedFilter[T]
    gap: Gap = field(factory=Gap)
    start: Checkpoint = _START
    ranged: bool = True
    owned: Owned[T] = field()
    key: int = field(factory=lambda: next(_numbers), init=False)
    request: Request | None = field(default=None, init=False)
    in_flight: bool = field(default=False, init=False)
    trouble: AsyncOpsError | None = field(default=None, init=False)
    ignored: bool = field(default=False, init=False)
    sorted: bool = field(init=False)
    pages: int = field(default=0, init=False)
    fresh: int = field(default=0, init=False)
    anew: bool = field(default=False, init=False)
    ready: deque[tuple[Page[T], Mark[T]]] = field(factory=deque, init=False)
    given: Mark[T] = field(init=False)
    known: dict[str, datetime | None] | None = field(init=False)
    moments: Sequence[datetime] = field(default=(), init=False)
    by_number: bool = field(default=False, init=False)
    # What it had to give when it first began.
    _first: Gap = field(init=False)
    _read: Mark[T] = field(factory=Mark, init=False)
    _asked: TimeRange = field(factory=TimeRange, init=False)
    _strategy: PageStrategy[Any, T] = field(init=False)

    @owned.default
    def _all(self) -> Owned[T]:
        return Owned(self.created)

    def __attrs_post_init__(self) -> None:
        self.sorted = self.created.descending is not None
        self.known = None if self.sorted else dict.fromkeys(self.gap.given)
        self._first, self.given = self.gap, Mark(cursor=self.start.cursor)
        self._begin()

    def _begin(self) -> None:
        if self.ranged:
            self.owned = Owned(self.created, (evolve(self.gap, cursor=None),))
            self._asked = self.created.asked(self.gap.range)
        else:
            self._asked = self.created.bounds
        self._strategy = self.created.read(self._asked)(self.start)
        self.pages, self.fresh, self.by_number = 0, 0, False
        self._look_ahead()

    def restart(self, *, anew: bool = False) -> bool:
        """Begin anew by time, at what has not been read.

        Args:
            anew: Whether to do so only to see whether anything is left.

        Returns:
            Whether that may lead any further.
        """
        gap = self.rest(self._read)
        if not self.sorted or gap.range.whole:
            return False
        is_same = self.ranged and self.created.asked(gap.range) == self._asked
        if is_same and not (self.fresh or anew):
            return False
        self.gap, self.start, self.ranged, self.trouble = gap, _START, True, None
        self.anew = anew
        self._begin()
        return True

    @property
    def over(self) -> bool:
        """Whether all has been read and given."""
        waits = self.in_flight or self.ready or self.ignored
        return not waits and self.request is None and self.trouble is None

    @property
    def reads(self) -> bool:
        """Whether there is more to read."""
        return self.request is not None or self.in_flight or self.trouble is not None

    @property
    def cheap_to_restart(self) -> bool:
        """Whether few items would be read again, compared with those read since the last time."""
        return 0 < self.fresh >= 2 * len(self.rest(self._read).given)

    @property
    def can_be_cut(self) -> bool:
        """Whether more follows what has been read, and it is known where."""
        if self.request is None:
            return False
        if self.created.descending is not None:
            return self.sorted and self._read.reach is not None
        return self.pages == 1 and self.known is not None and not self.in_flight

    @property
    def reach(self) -> datetime | None:
        """How far in its range it has read; ``None`` if that is unknown."""
        reach = self._read.reach
        # The margin in front of a range is no part of it.
        return None if reach is None else self.created.order.last((reach, self.owned.begin))

    @property
    def far(self) -> datetime | None:
        """Where the range ends in the order of the listing; ``None`` if that is unknown."""
        return self.owned.end or self.created.order.far(self.created.bounds)

    @property
    def left(self) -> timedelta:
        """How much time is still to be read; most if that is unknown."""
        if self.reach is None or self.far is None:
            return timedelta.max
        return self.created.order.ahead(self.reach, self.far)

    def given_in(self, part: TimeRange) -> tuple[str, ...]:
        """Return the ids of the items given, in no order, that may be in a range."""
        known = (self.known or {}).items()
        return tuple(identity for identity, when in known if when is None or part.holds(when))

    def feed(self, reply: Reply[Any]) -> None:
        """Take one answer.

        Raises:
            PaginationError: It contradicts the listing so far.
        """
        self.in_flight = False
        self._strategy.feed(reply)
        self._take_pages(reply.value.items)

    def recover(self, error: APIError) -> bool:
        """Whether the strategy of the listing can go on after a refusal."""
        self.in_flight = False
        if not self._strategy.recover(error):
            return False
        self._take_pages()
        return True

    def _take_pages(self, rows: tuple[T, ...] = ()) -> None:
        self.request = None
        while (page := self._strategy.take()) is not None:
            # Of numbered pages, rows that were given before are left out, but tell the time.
            known = rows if isinstance(page.cursor, int) and not page.items else page.items
            self._add(page, known)
        if not self._is_past and not self.ignored:
            self._look_ahead()

    def _look_ahead(self) -> None:
        try:
            self.request = self._strategy.next_request()
        except DepthExceeded as error:
            self.request, self.trouble = None, error

    def _add(self, page: Page[T], rows: tuple[T, ...]) -> None:
        """Take one page.

        Raises:
            UnexpectedPage: The listing is not sorted, where it is read by time.
        """
        created = self.created
        good, _ = split_invalid(rows)
        moments = list(filter(None, map(created.created_at, good)))
        if self.ranged and created.is_ignored(self._asked, moments):
            self.ignored = True
            return
        self.sorted = self.sorted and created.is_sorted(moments)
        if self.ranged and not self.sorted and created.descending is not None:
            raise UnexpectedPage(
                "the listing is not sorted by created_at, so that it cannot be read by time"
            )
        leading = moments if self.sorted else ()
        self._read = self._read.behind(good, leading, page.next_cursor, created)
        if self.known is not None and self.owned.given:
            self._remember(good, self.owned.given)
        items = self.owned.of(page.items, in_order=self.sorted)
        if len(items) < len(page.items):
            page = evolve(page, items=items)
        self.pages, self.moments = self.pages + 1, moments
        self.fresh += len(split_invalid(items)[0])
        self.ready.append((page, self._read))

    @property
    def _is_past(self) -> bool:
        """Whether all further pages are beyond the range."""
        reach, end = self._read.reach, self.owned.end
        if reach is None or end is None or not self.sorted:
            return False
        return self.created.order.ahead(end, reach) > self.created.margin

    def give(self) -> Page[T]:
        """Return the next page, which counts as given from now on."""
        page, self.given = self.ready.popleft()
        if self.known is not None:
            self._remember(split_invalid(page.items)[0])
        return page

    def _remember(self, items: Sequence[T], among: Container[str] | None = None) -> None:
        """Remember items as given, or the creation times of some that are."""
        known = self.known if self.known is not None else {}
        for item in items:
            identity = self.created.identity(item)
            if among is None or identity in among:
                known[identity] = self.created.created_at(item)
        if len(known) > _KNOWN_ITEMS:
            self.known = None

    def rest(self, mark: Mark[T], *, by_cursor: bool = False) -> Gap:
        """Return what is behind a position.

        Args:
            mark: The position.
            by_cursor: Whether the service's cursor is told.
        """
        cursor = mark.cursor if by_cursor else None
        if self.created.descending is None:
            return self._rest_of_unsorted(cursor)
        if not self.sorted:
            return Gap(cursor=cursor)
        order = self.created.order
        # From where the part has first begun, to where it was last cut.
        bounds = order.range(order.near(self._first.range), self.owned.end)
        if mark.reach is None:
            begun = evolve(self._first, range=bounds)
            return begun if mark.cursor is None else evolve(begun, cursor=cursor)
        rest = order.from_on(mark.reach, self.created.margin, bounds)
        given = (*self._given_before(rest), *mark.given_in(rest, self.created))
        return Gap(range=rest, given=given, cursor=cursor)

    def _given_before(self, rest: TimeRange) -> tuple[str, ...]:
        """Return the ids of what was given before the part first began, if a range may hold any.

        They were created within a margin of where it began.
        """
        order = self.created.order
        began, near = order.near(self._first.range), order.near(rest)
        if began and near and order.ahead(began, near) > self.created.margin:
            return ()
        return self._first.given

    def _rest_of_unsorted(self, cursor: Cursor | None) -> Gap:
        """Return what a cursor leads to, or what the items given leave."""
        if cursor is not None and self.created.depth is None:
            return evolve(self.gap, cursor=cursor)
        if self.trouble is not None and not self.ready:
            # The service gives no more of what it was asked for.
            cursor = None
        given = self.gap.given if self.known is None else tuple(self.known)
        return evolve(self.gap, given=given, cursor=cursor)
