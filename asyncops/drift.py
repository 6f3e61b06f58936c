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

__all__ = ["Drift"]

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

    @classmethod
    def since(cls, start: Checkpoint) -> Self:
        """What a walk that goes on from ``start`` knows."""
        return cls(start.total_count, dict.fromkeys(start.seen), start.cursor is None)

    def step(self, number: int, count: int, size: int) -> int:
        """Where to go instead of taking a page, in pages; 0 where it can be taken.

        Args:
            number: The page that was answered.
            count: Rows of the whole listing, as this answer says; 0 where it does not say.
            size: Rows of one page.
        """
        before, self.count = self.count, count or self.count
        if number > self._furthest:
            self._furthest, self._setbacks = number, 0
        # What is known is what was given last; it may end anywhere on this page.
        pages_known = len(self._known) // size - 1 if size else 0
        if before is None or not count or not size or count == before:
            return 0
        if count > before:
            added = (count - before) // size
            # Pages that hold, by now, only what was given too long ago to be known, are skipped.
            return 0 if self._knows_all or added < pages_known else added
        return -self._back(before - count, size, pages_known)

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

    def _back(self, removed: int, size: int, known: int) -> int:
        """Pages to read again: those that unread rows may have been pulled onto."""
        pages = -(-removed // size)
        self._setbacks += 1
        if (pages > known and not self._knows_all) or self._setbacks > _SETBACKS:
            warnings.warn(
                f"{removed} rows were removed while the pages were read, and what they pulled "
                "onto earlier pages could not be followed: rows may be missing",
                ListingMoved,
                stacklevel=2,
            )
            return 0
        return pages
