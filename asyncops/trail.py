"""Where a walk has come to, in terms that a later walk can start from."""

from collections.abc import Callable
from hashlib import blake2s
from typing import Generic, TypeVar

from attrs import evolve, frozen

from asyncops.invalid import InvalidRow, is_invalid, parted
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor, Page
from asyncops.plans import Leaf

__all__ = ["Trail", "Turned", "fingerprint", "start_of"]

T = TypeVar("T")

# Ids that a checkpoint holds at the most, unless pages are larger than half of it.
_SEEN = 200
# Rows that do not fit and are known again: a megabyte or so.
_TOLD = 10_000


@frozen
class Turned(Generic[T]):
    """A page as a walk turns it.

    Attributes:
        page: What is given out of it.
        whole: The page as it came, with what was given before, and with rows that do not fit.
        early: Whether it came before its turn.
        invalid: The rows that do not fit and have not been told of.
    """

    page: Page[T]
    whole: Page[T]
    early: bool = False
    invalid: tuple[InvalidRow, ...] = ()

    def first(self, most: int) -> "Turned[T]":
        """The same page, cut to so many items; the place after it is within the page then."""
        items = self.page.items[:most]
        if not items or len(items) == len(self.page.items):
            return self
        last = next(place for place, each in enumerate(self.whole.items) if each is items[-1])
        whole = evolve(self.whole, items=self.whole.items[: last + 1], next_cursor=None)
        page = evolve(self.page, items=items, next_cursor=None)
        return Turned(page, whole, self.early, self.invalid)


class Trail(Generic[T]):
    """The place of one walk.

    Args:
        start: Where it begins.
        identity: What tells one item from another.
        keep: Which items are given out at all; None for all.
    """

    def __init__(
        self,
        start: Checkpoint,
        identity: Callable[[T], object],
        keep: Callable[[T], bool] | None = None,
    ) -> None:
        self._keep = keep
        self._place = evolve(start, ahead=())
        self._identity = identity
        # Rows that do not fit and were told of, by this walk or the one before it. A merged walk
        # comes by some of them again, on pages that it reads once more.
        self._told = dict.fromkeys(filter(is_invalid, start.seen))
        if self._told and not isinstance(start.cursor, int):
            good = tuple(each for each in start.seen if not is_invalid(each))
            self._place = evolve(self._place, seen=good)
        # What was given before this walk and has not come again: it may, on any later page,
        # since pages need not begin where they did then.
        self._expected = dict.fromkeys(self._place.seen)
        # What was given before its turn, by this walk or the one before it.
        self._ahead = dict.fromkeys(start.ahead)

    def turn(self, leaf: Leaf[T]) -> Turned[T]:
        """The page without what was given before, and without what is not to be given."""
        good, rows = parted(leaf.page.items)
        page = self._kept_of(leaf.page, good)
        items = page.items
        given = self._ahead if _is_numbered(page) else self._expected
        if given:
            ids = self._ids(items)
            if not given.keys().isdisjoint(ids):
                pairs = zip(items, ids, strict=True)
                items = tuple(item for item, each in pairs if each not in given)
        # Read from two ends, one row may be on a page twice.
        unique = {row.id: row for row in rows}.values()
        invalid = tuple(row for row in unique if row.id not in self._told and row.id not in given)
        self._tell(invalid)
        rest = page if items is page.items else evolve(page, items=items)
        return Turned(rest, leaf.page, leaf.early, invalid)

    def passed(self, turned: Turned[T]) -> None:
        """All of a page has been given."""
        page, whole = turned.page, turned.whole
        self._tell(turned.invalid)
        if turned.early:
            self._ahead.update(dict.fromkeys(_rows(turned)))
            self._ahead.update(dict.fromkeys(self._ids(page.items)))
            return
        numbered = _is_numbered(page)
        # Spelling out ids costs more than reading them, so only where they are needed.
        ids = self._ids(whole.items) if numbered or self._expected else ()
        for each in ids if self._expected or self._ahead else ():
            self._expected.pop(each, None)
            self._ahead.pop(each, None)
        if page.next_cursor is None:
            # Nothing comes after it: it is kept as a page that was given in part.
            self._place = self._within(whole, ids if numbered else self._ids(page.items))
        else:
            self._place = Checkpoint(
                query=self._place.query,
                cursor=page.next_cursor,
                seen=(*self._place.seen, *ids)[-_kept(page) :]
                if numbered
                else tuple(self._expected),
                total_count=whole.total_count,
                page_size=page.page_size,
            )

    def checkpoint(self, given: int, turned: Turned[T] | None) -> Checkpoint:
        """The place after ``given`` items of a page, or before any page."""
        place, ahead = self._place, tuple(self._ahead)
        told = tuple(self._told)
        if turned is not None and (given > 0 or (turned.invalid and not turned.page.items)):
            # Behind them, since the item given last is the last one.
            rows = _rows(turned) if turned.early or _is_numbered(turned.page) else ()
            if turned.early:
                ahead = (*ahead, *rows, *self._ids(turned.page.items[:given]))
            else:
                place = self._within(turned.whole, (*rows, *self._ids(self._read(turned, given))))
        if turned is not None:
            told = (*told, *(each for each in _rows(turned) if each not in self._told))
        if told and not isinstance(place.cursor, int):
            place = evolve(place, seen=(*told[-_SEEN:], *place.seen))
        return evolve(place, ahead=ahead) if ahead else place

    def _tell(self, invalid: tuple[InvalidRow, ...]) -> None:
        for row in invalid:
            self._told[row.id] = None
        for each in tuple(self._told)[: max(0, len(self._told) - _TOLD)] if invalid else ():
            del self._told[each]

    def _kept_of(self, page: Page[T], items: tuple[T, ...]) -> Page[T]:
        """The items to give out; how many there are of them in all, no answer says."""
        if self._keep is None:
            return page if items is page.items else evolve(page, items=items)
        return evolve(page, items=tuple(filter(self._keep, items)), total_count=None)

    def _read(self, turned: Turned[T], given: int) -> tuple[T, ...]:
        """The items of a page up to the last one given, those that are not kept among them."""
        if self._keep is None or given == 0:
            return turned.page.items[:given]
        last = turned.page.items[given - 1]
        items, _ = parted(turned.whole.items)
        place = next(place for place, item in enumerate(items) if item is last)
        return items[: place + 1]

    def _within(self, page: Page[T], ids: tuple[str, ...]) -> Checkpoint:
        """The place on a page after the items with these ids."""
        if not ids:
            return self._place
        older = self._place.seen[-_kept(page) :] if _is_numbered(page) else self._place.seen
        return evolve(
            self._place,
            cursor=page.cursor,
            seen=(*older, *ids),
            total_count=page.total_count,
            page_size=page.page_size,
        )

    def _ids(self, items: tuple[T, ...]) -> tuple[str, ...]:
        return tuple(str(self._identity(item)) for item in items)


def _rows(turned: Turned[T]) -> tuple[str, ...]:
    return tuple(row.id for row in turned.invalid)


def _is_numbered(page: Page[T]) -> bool:
    return isinstance(page.cursor, int)


def _kept(page: Page[T]) -> int:
    """Ids of a numbered listing to keep: two pages tell where it goes on after it has moved."""
    return max(_SEEN, 2 * (page.page_size or len(page.items)))


def fingerprint(request: Request) -> str:
    """What a checkpoint is bound to: the path and the parameters, of which none is a position."""
    digest = blake2s(repr(request.params).encode(), digest_size=8).hexdigest()
    return f"{request.path}#{digest}"


def start_of(query: str, cursor: Cursor | None, resume: Checkpoint | None) -> Checkpoint:
    """Where a walk begins that was asked to begin at a cursor, at a checkpoint, or nowhere else.

    Raises:
        ValueError: The checkpoint is of another query, or both were given.
    """
    if resume is None:
        return Checkpoint(query=query, cursor=cursor)
    if not isinstance(resume, Checkpoint):
        raise TypeError(f"resume must be a Checkpoint, got {type(resume).__name__}")
    if cursor is not None:
        raise ValueError("resume already says where to start; give no page besides it")
    if resume.query != query:
        raise ValueError(
            f"resume was taken from another query ({resume.query}), this one is {query}: "
            "the filters, the order and, for numbered pages, the page size have to be the same"
        )
    return resume
