"""Rows that move while numbered pages are read: noticed by the total count, and gone after.

The counts tell what happened in a listing whose new rows come first. More rows than before push
what was read onto later pages: it comes again, and is known by its id. Fewer rows pull what was
not read yet onto earlier pages: at most as many rows as are missing, from right behind the last
page read, so that those pages are read again.
"""

import warnings
from collections.abc import Hashable, Sequence
from itertools import islice
from typing import Self

from attrs import define, field

from asyncops.errors import ListingMoved
from asyncops.models import Checkpoint

__all__ = ["Drift", "warn_moved"]

# How many rows back a row is known again: a megabyte or two of ids.
_REMEMBERED_ROWS = 10_000

# How often in a row the walk goes back over the same pages before it says that it gives up.
_SETBACKS = 8


@define(eq=False)
class Drift:
    """What one walk knows of how its listing moves.

    Attributes:
        count: Rows of the whole listing at the last answer; None before the first.
    """

    count: int | None = None
    _known: dict[Hashable, None] = field(factory=dict)
    _knows_all: bool = True
    _furthest: int = field(default=-1, init=False)
    _setbacks: int = field(default=0, init=False)
    _left: int | None = field(default=None, init=False)
    _looked_back: bool = field(default=False, init=False)

    @classmethod
    def since(cls, start: Checkpoint) -> Self:
        """What a walk that goes on from ``start`` knows."""
        return cls(start.total_count, dict.fromkeys(start.seen), start.cursor is None)

    def step(self, number: int, count: int, size: int, keys: Sequence[Hashable]) -> int:
        """Where to go instead of taking a page, in pages; 0 where it can be taken.

        Args:
            number: The page that was answered.
            count: Rows of the whole listing, as this answer says; 0 where it does not say.
            size: Rows of one page.
            keys: The rows of the page.
        """
        before, self.count = self.count, count or self.count
        if self._left is not None:
            return self._land(number, keys)
        if number > self._furthest:
            self._furthest, self._setbacks = number, 0
        if before is None or not count or not size or count == before:
            return 0
        # What is known is what was given last; it may end anywhere on the furthest page.
        pages_known = len(self._known) // size - 1 - (self._furthest - number)
        if count > before:
            return self._ahead(number, (count - before - 1) // size, pages_known)
        return -self._back(number, before - count, size, pages_known)

    def fresh(self, keys: Sequence[Hashable]) -> tuple[bool, ...]:
        """For each row of a page, whether no page before it has held it."""
        known = self._known
        if known.keys().isdisjoint(keys):
            fresh = (True,) * len(keys)
        else:
            # A row without an identity is never taken for another.
            fresh = tuple(key == "" or key not in known for key in keys)
        for key in keys:
            # Put anew behind the others, so that what was seen last is forgotten last.
            known.pop(key, None)
            known[key] = None
        excess = len(known) - _REMEMBERED_ROWS
        if excess > 0:
            self._knows_all = False
            for key in list(islice(known, excess)):
                del known[key]
        return fresh

    def early(self, keys: Sequence[Hashable]) -> tuple[bool, ...]:
        """For each row of a page whose turn has not come, whether it can be given already.

        Nothing is remembered. A row without an identity waits: it would not be known again.
        """
        return tuple(key != "" and key not in self._known for key in keys)

    def _ahead(self, number: int, pages: int, known: int) -> int:
        """Pages to skip: those that hold, by now, only what was given too long ago to be known."""
        if self._knows_all or pages < known or not pages:
            return 0
        self._left = number
        return pages

    def _land(self, number: int, keys: Sequence[Hashable]) -> int:
        """Whether the rows are where the counts said: then some of them are known."""
        left = self._left if self._left is not None else number
        if self._known.keys().isdisjoint(keys):
            if not self._looked_back:
                # Perhaps the new rows came last, and nothing has moved here.
                self._looked_back = True
                return left - 1 - number
            _warn(f"rows were added before page {left} is read, and it is not clear where")
        self._left, self._looked_back = None, False
        return 0

    def _back(self, number: int, removed: int, size: int, known: int) -> int:
        """Pages to read again: those that unread rows may have been pulled onto."""
        pages = -(-removed // size)
        self._setbacks += 1
        if (pages > known and not self._knows_all) or self._setbacks > _SETBACKS:
            _warn(f"{removed} rows were removed before page {number} is read")
            return 0
        return pages


def warn_moved(text: str) -> None:
    """Warn that a listing has moved in a way that could not be followed."""
    # Without a registry, so that the second walk to meet with this says so as well.
    warnings.warn_explicit(text, ListingMoved, __file__, 1, module=__name__)


def _warn(what: str) -> None:
    warn_moved(f"{what}; that could not be followed: rows may be missing, or come twice")
