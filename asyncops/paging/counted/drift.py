"""Rows that move while numbered pages are read.

In a listing whose new rows come first, the total count tells what happened between two answers:

- A greater count: new rows pushed the rows already read onto later pages. They come again and are
  recognised by their ids. Where too many came for that, the walk skips as many pages as they fill;
  if it meets no row there that it knows, it reads from in front of the skip on until it does.
- A smaller count: removed rows pulled unread rows onto earlier pages. At most as many rows as were
  removed can have crossed, all from right behind the last page read, so the walk goes back by as
  many pages as hold them.
- No count on one of several pages, though one is declared: nothing tells, and the walk warns.
"""

from collections.abc import Hashable, Sequence

from attrs import define, field

from asyncops.paging.counted.known_rows import TIMES_BACK, KnownRows, warn_moved


@define(eq=False)
class _Search:
    """The search for the known rows, where a skip should have led to them.

    Attributes:
        first: The number of the page in front of the skip.
        last: The number of the last page on which they may be.
        passed: Whether the page where the skip led did not hold them, so that those from ``first``
            on are read.
    """

    first: int
    last: int
    passed: bool = False


@define(eq=False)
class Drift(KnownRows):
    """Follows the rows of one walk as they move."""

    _search: "_Search | None" = field(default=None, init=False)

    def step(
        self,
        number: int,
        count: int,
        size: int,
        keys: Sequence[Hashable],
        *,
        unit: int = 1,
        first: int = 0,
    ) -> int:
        """Decide whether the walk can take a page; see :meth:`KnownRows.step`."""
        before = self._note_count(count)
        # The first count of a walk says nothing of the pages in front of this one.
        untold = not count or (before is None and number > first)
        # A listing of one page may leave out its count, also on the empty page behind it, unless
        # that page was told of.
        self._unsure |= untold and bool(self._known) and bool(keys or before or self.more_told)
        if self._search is not None:
            if any(key != "" and key in self._known for key in keys):
                # Rows that were not given are behind those that were.
                self._search = None
                return 0
            grown = (count or before or 0) - (before or 0)
            return self._go_on_searching(self._search, number, grown, size, unit, first)
        self._reach(number)
        if before is None or not count or not size or count == before:
            return 0
        # The known rows are those given last; the last of them may be anywhere on its page.
        pages_known = len(self._known) // size - 1 + (number - self._furthest) // unit
        if count > before:
            return self._skip(number, (count - before - 1) // size, pages_known, unit)
        return -self._read_again(number, before - count, size, pages_known)

    def _skip(self, number: int, pages: int, known: int, unit: int) -> int:
        """Return how many pages to skip because all their rows must have been given already.

        Only needed where those rows were given too long ago to be recognised.
        """
        if self._knows_all or pages < known or not pages:
            return 0
        # The last of the known rows may have been on this page.
        self._search = _Search(number - unit, number + (pages + 1) * unit)
        return pages

    def _go_on_searching(  # noqa: PLR0917 - the last five are those of `step`
        self, search: "_Search", number: int, grown: int, size: int, unit: int, first: int
    ) -> int:
        """Return the distance to the next page on which the known rows may be.

        Once all of them have been read, after a warning, to the page in front of the skip.
        """
        rows = size or 1
        search.last = min(
            search.last + max(0, -(-grown // rows)) * unit,
            first + (-(-(self.count or 0) // rows) - 1) * unit,
        )
        target = number + unit
        if not search.passed:
            # Perhaps not all of the new rows were added in front of the known ones.
            target, search.passed = search.first, True
        elif grown < 0:
            # Perhaps the known rows have been pulled onto a page that was read before.
            self._times_back += 1
            target = number - -(grown // rows) * unit if number > first else number + unit
        if target > search.last or self._times_back > TIMES_BACK:
            _warn(f"rows were added before page {number} is read, and it is not clear where")
            self._search, target = None, search.first
        return (max(first, target) - number) // unit

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
