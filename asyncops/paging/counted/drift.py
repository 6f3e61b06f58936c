"""Rows that move while numbered pages are read.

In a listing whose new rows come first, the total count tells what happened between two answers:

- A greater count: new rows pushed the rows already read onto later pages. They come again and are
  recognised by their ids.
- A smaller count: removed rows pulled unread rows onto earlier pages. At most as many rows as were
  removed can have crossed, all from right behind the last page read, so the walk goes back by as
  many pages as hold them.
"""

from collections.abc import Hashable, Sequence

from attrs import define, field

from asyncops.paging.counted.known_rows import TIMES_BACK, KnownRows, warn_moved

__all__ = ["Drift"]


@define(eq=False)
class Drift(KnownRows):
    """Follows the rows of one walk as they move."""

    _skipped_from: int | None = field(default=None, init=False)
    _went_back: bool = field(default=False, init=False)

    def step(
        self,
        number: int,
        count: int,
        size: int,
        keys: Sequence[Hashable],
        *,
        unit: int = 1,
        first: int = 0,  # noqa: ARG002 - as in Joined
    ) -> int:
        """Decide whether the walk can take a page; see :meth:`KnownRows.step`."""
        before = self._note_count(count)
        if self._skipped_from is not None:
            return self._check_skip(number, keys, unit)
        self._reach(number)
        if before is None or not count or not size or count == before:
            return 0
        # The known rows are those given last; the last of them may be anywhere on its page.
        pages_known = len(self._known) // size - 1 + (number - self._furthest) // unit
        if count > before:
            return self._skip(number, (count - before - 1) // size, pages_known)
        return -self._read_again(number, before - count, size, pages_known)

    def _skip(self, number: int, pages: int, known: int) -> int:
        """Return how many pages to skip because all their rows must have been given already.

        Only needed where those rows were given too long ago to be recognised.
        """
        if self._knows_all or pages < known or not pages:
            return 0
        self._skipped_from = number
        return pages

    def _check_skip(self, number: int, keys: Sequence[Hashable], unit: int) -> int:
        """Check that the page at the end of a skip holds rows that the walk knows.

        Returns:
            0 to take the page, else the distance back to the page in front of the skip.
        """
        left = self._skipped_from if self._skipped_from is not None else number
        if self._known.keys().isdisjoint(keys):
            if not self._went_back:
                # Perhaps the new rows were added at the end, and nothing has moved here.
                self._went_back = True
                return (left - number) // unit - 1
            _warn(f"rows were added before page {left} is read, and it is not clear where")
        self._skipped_from, self._went_back = None, False
        return 0

    def _read_again(self, number: int, removed: int, size: int, known: int) -> int:
        """Return how many pages to go back to find the unread rows that removals pulled forward.

        0 means that they cannot be found, after a warning.
        """
        pages = -(-removed // size)
        self._times_back += 1
        if (pages > known and not self._knows_all) or self._times_back > TIMES_BACK:
            _warn(f"{removed} rows were removed before page {number} is read")
            return 0
        return pages


def _warn(what: str) -> None:
    warn_moved(f"{what}; that could not be followed: rows may be missing, or come twice")
