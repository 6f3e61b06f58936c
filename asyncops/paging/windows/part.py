"""One time range of a listing, read page after page."""

from collections import deque
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from itertools import chain, count, pairwise
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.errors import APIError, AsyncOpsError, DepthExceeded, UnexpectedPage
from asyncops.http.invalid_items import InvalidRow, split_invalid
from asyncops.http.messages import Reply, Request
from asyncops.models import Cursor, Page
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.windows.created_filter import CreatedFilter, shifted
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import TimeRange, next_moment

__all__ = ["Mark", "Part"]

T = TypeVar("T")

# Items of a listing without order to remember, so that a range can be begun anew: a megabyte.
_KNOWN_ITEMS = 10_000
_START = Checkpoint(query="")
_numbers = count()


@frozen(eq=False)
class Mark(Generic[T]):
    """A position behind a page of a part.

    Attributes:
        reach: The creation time of the last item; ``None`` if there was none with such a time.
        tail: The last pages, as far as a request from ``reach`` on may give their items again.
        cursor: The service's cursor of the next page.
    """

    reach: datetime | None = None
    tail: tuple[tuple[T, ...], ...] = field(default=(), repr=False)
    cursor: Cursor | None = field(default=None, repr=False)


@define(eq=False)
class Part(Generic[T]):
    """One time range of a listing, or the whole listing.

    Attributes:
        created: How the service filters the listing.
        gap: What it has still to give when it begins.
        start: Where in the listing that is asked for it begins.
        ranged: Whether the service is asked for the range alone.
        among: Only items in one of these gaps are given; empty if all are.
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
    among: tuple[Gap, ...] = ()
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
    _skipped: frozenset[str] = field(default=frozenset(), init=False)
    _read: Mark[T] = field(factory=Mark, init=False)
    _asked: TimeRange = field(factory=TimeRange, init=False)
    _strategy: PageStrategy[Any, T] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sorted = self.created.descending is not None
        self.known = None if self.sorted else dict.fromkeys(self.gap.given)
        self._first, self.given = self.gap, Mark(cursor=self.start.cursor)
        self._begin()

    def _begin(self) -> None:
        if self.ranged:
            self.among = (evolve(self.gap, cursor=None),)
            self._asked = self.created.asked(self.gap.range)
        else:
            self._asked = self.created.bounds
        self._skipped = frozenset(chain.from_iterable(gap.given for gap in self.among))
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
            return self.sorted and self.reach is not None
        return self.pages == 1 and self.known is not None and not self.in_flight

    @property
    def reach(self) -> datetime | None:
        """How far in its range it has read; ``None`` if that is unknown."""
        reach, own = self._read.reach, self.among[0].range if self.among else TimeRange()
        if reach is None:
            return None
        # The margin in front of a range is no part of it.
        if self.created.descending:
            return reach if own.newest is None else min(reach, own.newest)
        return reach if own.oldest is None else max(reach, own.oldest)

    @property
    def far(self) -> datetime | None:
        """Where the range ends in the order of the listing; ``None`` if that is unknown."""
        own = self.among[-1].range if self.among else TimeRange()
        if self.created.descending:
            return own.oldest or self.created.bounds.oldest
        return own.newest or self.created.bounds.newest

    @property
    def left(self) -> timedelta:
        """How much time is still to be read; most if that is unknown."""
        if self.reach is None or self.far is None:
            return timedelta.max
        return self._ahead(self.reach, self.far)

    def cut(self, moments: Sequence[datetime]) -> "list[Part[T]]":
        """Return the parts that a cut makes of this one, in the order of the listing.

        Args:
            moments: Where it is cut, in the order of the listing, and behind what has been read.
        """
        gap = self.among[0] if self.among else Gap()
        ends = gap.range.oldest, gap.range.newest
        descending = self.created.descending
        line = (ends[1], *moments, ends[0]) if descending else (ends[0], *moments, ends[1])
        ranges = [TimeRange(*((b, a) if descending else (a, b))) for a, b in pairwise(line)]
        if descending is None:
            return [
                Part(self.created, Gap(range=each, given=self.given_in(each))) for each in ranges
            ]
        self.among = (evolve(gap, range=ranges[0]),)
        return [self, *(Part(self.created, Gap(range=each)) for each in ranges[1:])]

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
        self.request, past = None, False
        while (page := self._strategy.take()) is not None:
            # Of numbered pages, rows that were given before are left out, but tell the time.
            known = rows if isinstance(page.cursor, int) and not page.items else page.items
            past = self._add(page, known)
        if not past and not self.ignored:
            self._look_ahead()

    def _look_ahead(self) -> None:
        try:
            self.request = self._strategy.next_request()
        except DepthExceeded as error:
            self.request, self.trouble = None, error

    def _add(self, page: Page[T], rows: tuple[T, ...]) -> bool:
        """Take one page; return whether all further pages are beyond the range."""
        created = self.created
        good, invalid = split_invalid(rows)
        moments = [each for each in map(created.created_at, good) if each is not None]
        if self.ranged and created.is_ignored(self._asked, moments):
            self.ignored = True
            return False
        if self.sorted:
            self._check_order(moments)
        past = self._move_on(rows, page.next_cursor, moments)
        if self.known is not None and self._skipped:
            self._remember(good, self._skipped)
        items = page.items
        if self.among and (invalid or not all(map(self._owns, items))):
            items = self._owned(items)
            page = evolve(page, items=items)
        self.pages, self.moments = self.pages + 1, moments
        self.fresh += len(split_invalid(items)[0] if invalid else items)
        self.ready.append((page, self._read))
        return past

    def _move_on(
        self, rows: tuple[T, ...], cursor: Cursor | None, moments: Sequence[datetime]
    ) -> bool:
        created, before = self.created, self._read
        reach, tail = before.reach, before.tail
        if moments and self.sorted:
            known = moments if reach is None else (reach, *moments)
            reach = min(known) if created.descending else max(known)
            tail = (*(each for each in tail if self._may_come_again(each, reach)), rows)
        self._read = Mark(reach, tail, cursor)
        if reach is None or not self.sorted or not self.among:
            return False
        last = self.among[-1].range
        far = last.oldest if created.descending else last.newest
        return far is not None and self._ahead(far, reach) > created.margin

    def _check_order(self, moments: Sequence[datetime]) -> None:
        """Check the order of one answer.

        Between two answers, rows that became visible late may have come in front of others.
        """
        last: datetime | None = None
        for moment in moments:
            if last is None or self._ahead(moment, last) < timedelta():
                last = moment
            self.sorted = self.sorted and self._ahead(moment, last) <= self.created.margin
        if not self.sorted and self.ranged:
            raise UnexpectedPage(
                "the listing is not sorted by created_at, so that it cannot be read by time"
            )

    def _ahead(self, moment: datetime, of: datetime) -> timedelta:
        """How far a moment is in front of another one, in the order of the listing."""
        return moment - of if self.created.descending else of - moment

    def _may_come_again(self, items: Sequence[T], reach: datetime) -> bool:
        """Whether a request from ``reach`` on may give an item of a page again."""
        return any(
            moment is not None and self._ahead(moment, reach) <= self.created.margin
            for moment in map(self._moment, items)
        )

    def _moment(self, item: T) -> datetime | None:
        return item.previous if isinstance(item, InvalidRow) else self.created.created_at(item)

    def _owns(self, item: T) -> bool:
        """Whether an item is among those to give."""
        when = self.created.created_at(item)
        if when is not None and not any(gap.range.holds(when) for gap in self.among):
            return False
        return self.created.identity(item) not in self._skipped

    def _owned(self, items: Sequence[T]) -> tuple[T, ...]:
        """Return the items of a page that are among those to give.

        A row that does not fit was created between the items before and behind it. It is given by
        each range that this may be in, and told of once: it is recognised by its id.
        """
        owned: list[T] = []
        behind: datetime | None = None
        for item in reversed(items):
            if not isinstance(item, InvalidRow):
                behind = self.created.created_at(item)
            if self._may_own(item, behind) if isinstance(item, InvalidRow) else self._owns(item):
                owned.append(item)
        return tuple(reversed(owned))

    def _may_own(self, row: InvalidRow, behind: datetime | None) -> bool:
        """Whether a range may hold a row that does not fit, by the item behind it."""
        if not self.sorted:
            return True
        margin, ends = self.created.margin, (row.previous, behind)
        newest, oldest = ends if self.created.descending else ends[::-1]
        late = None if newest is None else shifted(newest, margin)
        early = None if oldest is None else shifted(oldest, -margin)
        return any(
            (late is None or gap.range.oldest is None or late >= gap.range.oldest)
            and (early is None or gap.range.newest is None or early < gap.range.newest)
            for gap in self.among
        )

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
        bounds = self._bounds()
        if mark.reach is None:
            begun = evolve(self._first, range=bounds)
            return begun if mark.cursor is None else evolve(begun, cursor=cursor)
        rest = self._behind(mark.reach, bounds)
        moments = ((item, self._moment(item)) for items in mark.tail for item in items)
        given = tuple(
            self.created.identity(item)
            for item, moment in moments
            if moment is not None and rest.holds(moment) and not isinstance(item, InvalidRow)
        )
        return Gap(range=rest, given=given, cursor=cursor)

    def _rest_of_unsorted(self, cursor: Cursor | None) -> Gap:
        """Return what a cursor leads to, or what the items given leave."""
        if cursor is not None and self.created.depth is None:
            return evolve(self.gap, cursor=cursor)
        if self.trouble is not None and not self.ready:
            # The service gives no more of what it was asked for.
            cursor = None
        given = self.gap.given if self.known is None else tuple(self.known)
        return evolve(self.gap, given=given, cursor=cursor)

    def _bounds(self) -> TimeRange:
        """Return the range from where the part has first begun, to where it was last cut."""
        own = self.among[-1].range if self.among else TimeRange()
        if self.created.descending:
            return TimeRange(own.oldest, self._first.range.newest)
        return TimeRange(self._first.range.oldest, own.newest)

    def _behind(self, reach: datetime, bounds: TimeRange) -> TimeRange:
        """Return the part of a range in which items may still come behind a moment."""
        margin = self.created.margin
        if self.created.descending:
            late = shifted(reach, margin)
            end = None if late is None else next_moment(late)
            known = [each for each in (end, bounds.newest) if each is not None]
            return TimeRange(bounds.oldest, min(known, default=None))
        begin = shifted(reach, -margin)
        known = [each for each in (begin, bounds.oldest) if each is not None]
        return TimeRange(max(known, default=None), bounds.newest)
