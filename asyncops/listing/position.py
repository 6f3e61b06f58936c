"""The position of a walk, as a checkpoint that a later walk can begin at."""

from collections.abc import Callable, Sequence
from hashlib import blake2s
from typing import Generic, TypeVar

from attrs import define, evolve

from asyncops.checkpoints import Checkpoint, Reference
from asyncops.http.invalid_items import InvalidRow, is_invalid_id
from asyncops.http.messages import Request
from asyncops.models import Cursor, Page
from asyncops.paging.strategy import CountedPage, EarlyPage, UnsurePage

T = TypeVar("T")

# The most ids in a checkpoint, unless pages are larger than half of it.
_SEEN = 200
# Rows that do not fit to remember: about a megabyte.
_REPORTED = 10_000


@define(eq=False)
class WalkPage(Generic[T]):
    """A page of a walk.

    Attributes:
        page: The page as it is given out.
        whole: The page as it arrived, including rows that are not given out.
        indices: Where the items of ``page`` are on the whole page.
        invalid: The rows that do not fit and have not been reported.
    """

    page: Page[T]
    whole: Page[T]
    indices: Sequence[int]
    invalid: tuple[InvalidRow, ...]
    _identity: Callable[[T], object]
    _ids: tuple[str, ...] = ()

    @property
    def invalid_ids(self) -> tuple[str, ...]:
        """The ids of the rows that do not fit and have not been reported."""
        return tuple(row.id for row in self.invalid)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rows of the whole page. Each is computed once, if it is needed at all."""
        self._ids = self._ids or tuple(str(self._identity(item)) for item in self.whole.items)
        return self._ids

    def given_ids(self, count: int) -> tuple[str, ...]:
        """Return the ids of the first ``count`` items that are given out."""
        ids = self.ids if count else ()
        if len(ids) == len(self.indices):
            return ids[:count]
        return tuple(ids[index] for index in self.indices[:count])

    def first(self, most: int) -> "WalkPage[T]":
        """Return the page cut to so many items, so that a walk ends within it.

        What follows the last of them is left to the walk that goes on.
        """
        if not most or most >= len(self.indices):
            return self
        end = self.indices[most - 1] + 1
        shown = {row.id for row in self.whole.items[:end] if isinstance(row, InvalidRow)}
        return evolve(
            self,
            page=evolve(self.page, items=self.page.items[:most], next_cursor=None),
            whole=evolve(self.whole, items=self.whole.items[:end], next_cursor=None),
            indices=self.indices[:most],
            invalid=tuple(row for row in self.invalid if row.id in shown),
            ids=self._ids[:end],
        )


@define
class _Place:
    """What a :class:`Checkpoint` has from the page that it is behind; made for each page."""

    cursor: Cursor | None
    seen: tuple[str, ...]
    total_count: int | None
    page_size: int | None
    unsure: bool | Reference


class Position(Generic[T]):
    """The position of one walk.

    Args:
        start: The checkpoint at which it begins.
        identity: Returns the id of an item.
        keep: Whether an item is given out; ``None`` means that all are.
        strict: Whether each row fits, since one that does not ends the walk.
    """

    def __init__(
        self,
        start: Checkpoint,
        identity: Callable[[T], object],
        keep: Callable[[T], bool] | None = None,
        *,
        strict: bool = False,
    ) -> None:
        self._keep = keep
        self._strict = strict
        self._query = start.query
        self._first_page = start.first_page
        self._identity = identity
        # Rows that do not fit and were reported by this walk or the one before it. A merged walk
        # may read them again.
        self._reported = dict.fromkeys(filter(is_invalid_id, start.seen))
        seen = start.seen
        if self._reported and not isinstance(start.cursor, int):
            seen = tuple(each for each in seen if not is_invalid_id(each))
        self._place = _Place(start.cursor, seen, start.total_count, start.page_size, start.unsure)
        # Items that the walk before this one gave. They may come again on any page, since pages
        # need not begin where they began then.
        self._before = dict.fromkeys(seen)
        # Items given ahead of order, by this walk or the one before it.
        self._ahead = dict.fromkeys(start.ahead)

    def prepare(self, whole: Page[T]) -> WalkPage[T]:
        """Leave out the items that were given before or are not to be given."""
        if self._place.cursor is None and whole.cursor in {0, 1}:
            # A walk that goes on could not learn it: it asks for no page as far in front.
            self._first_page = 1 if whole.cursor else 0
        items, keep = whole.items, self._keep
        current = WalkPage(whole, whole, range(len(items)), (), self._identity)
        given = self._ahead if isinstance(whole.cursor, int) else self._before
        if not self._strict and InvalidRow in map(type, items):
            # Read from two ends, a row may be on a page twice.
            rows = {row.id: row for row in items if isinstance(row, InvalidRow)}
            known = self._reported.keys() | given.keys()
            current.invalid = tuple(row for row in rows.values() if row.id not in known)
            current.indices = [
                index for index in current.indices if not isinstance(items[index], InvalidRow)
            ]
        if keep is not None:
            current.indices = [index for index in current.indices if keep(items[index])]
        if given:
            ids = current.ids
            current.indices = [index for index in current.indices if ids[index] not in given]
        if keep is not None or len(current.indices) < len(items):
            current.page = evolve(
                whole,
                items=tuple(items[index] for index in current.indices),
                # No answer says how many of all items are kept.
                total_count=whole.total_count if keep is None else None,
            )
        return current

    def advance(self, current: WalkPage[T]) -> None:
        """Move behind a page, all of which has been given."""
        page = current.page
        if current.invalid:
            self._reported.update(dict.fromkeys(current.invalid_ids))
            while len(self._reported) > _REPORTED:
                del self._reported[next(iter(self._reported))]
        if isinstance(current.whole, EarlyPage):
            ids = current.given_ids(len(page.items))
            self._ahead.update(dict.fromkeys((*current.invalid_ids, *ids)))
            return
        counted = _is_counted(page)
        if self._before or (counted and self._ahead):
            for each in current.ids:
                self._before.pop(each, None)
                self._ahead.pop(each, None)
        if page.next_cursor is None:
            # There is no next page to go on from, so the position stays on this one.
            ids = current.ids if counted else current.given_ids(len(page.items))
            self._place = self._within(current.whole, ids)
        else:
            seen = tuple(self._before)
            if counted:
                seen = (*self._place.seen, *current.ids)[-_ids_kept(page) :]
            self._place = _behind(current.whole, page.next_cursor, seen)

    def checkpoint(self, given: int, current: WalkPage[T] | None) -> Checkpoint:
        """Return the position behind the first ``given`` items of the current page, if any."""
        place, ahead = self._place, tuple(self._ahead)
        rows = () if current is None else current.invalid_ids
        if current is not None and (given > 0 or (rows and not current.page.items)):
            if isinstance(current.whole, EarlyPage):
                ahead = (*ahead, *rows, *current.given_ids(given))
            else:
                # Items come last, since the last id is that of the item given last.
                ids = self._ids_until(current, given)
                ids = (*rows, *ids) if isinstance(current.page.cursor, int) else ids
                place = self._within(current.whole, ids)
        reported = tuple(dict.fromkeys((*self._reported, *rows)))
        if reported and not isinstance(place.cursor, int):
            place = evolve(place, seen=(*reported[-_SEEN:], *place.seen))
        return Checkpoint(
            query=self._query,
            cursor=place.cursor,
            seen=place.seen,
            total_count=place.total_count,
            page_size=place.page_size,
            ahead=ahead,
            unsure=place.unsure,
            first_page=self._first_page,
        )

    def _ids_until(self, current: WalkPage[T], given: int) -> tuple[str, ...]:
        """Return the ids up to the last item given, including the items that are not kept."""
        if self._keep is None or given == 0:
            return current.given_ids(given)
        end = current.indices[given - 1] + 1
        pairs = zip(current.ids[:end], current.whole.items, strict=False)
        return tuple(each for each, item in pairs if not isinstance(item, InvalidRow))

    def _within(self, page: Page[T], ids: tuple[str, ...]) -> _Place:
        """Return the position on a page behind the items with these ids."""
        if not ids:
            return self._place
        older = self._place.seen[-_ids_kept(page) if _is_counted(page) else 0 :]
        return _behind(page, page.cursor, (*older, *ids))


def _behind(page: Page[T], cursor: Cursor | None, seen: tuple[str, ...]) -> _Place:
    doubt = isinstance(page, UnsurePage) and page.unsure
    return _Place(cursor, seen, page.total_count, page.page_size, doubt)


def _is_counted(page: Page[T]) -> bool:
    """Whether rows may move from one page onto another."""
    return isinstance(page.cursor, int) or isinstance(page, CountedPage)


def _ids_kept(page: Page[T]) -> int:
    """Return how many ids to keep: two pages of them tell how a numbered listing has moved."""
    return max(_SEEN, 2 * (page.page_size or len(page.items)))


def fingerprint(request: Request, terms: tuple[tuple[str, str], ...]) -> str:
    """Return the text that ties a checkpoint to its listing.

    Args:
        request: A request of the listing: its path and its body count.
        terms: All else that decides which items are given: filters, order, statuses.
    """
    filters = repr(terms).encode() + (request.body or b"")
    return f"{request.path}#{blake2s(filters, digest_size=8).hexdigest()}"
