"""Rows that move in listings whose new rows do not come first, or that tell no total.

There the total count hides removals, since as many rows may have been added. But a page that has a
row in common with the pages before it, first on it or the last of theirs, has no unread row in
front of it, whenever and in whichever order the answers were made.

- Offsets overlap by a row: each page begins with the last row of the page before. Where it does
  not, rows in front of it were removed, and the walk goes back to a page that joins.
- Pages with numbers join only if the walk goes back. It does so where the count falls, and where it
  goes on from a checkpoint.
- For the rest, if new rows come last, all rows in front of the last one were there before it. So
  the walk reads the last page after the first one, remembers how many rows are in front of its last
  row, and begins again. Where it comes to that row, it has read as many, or rows were removed: if
  the row has moved, the walk warns, since what was removed unread and what was missed look alike.
- If new rows may come anywhere, or no total tells which page is the last, nothing tells, and a walk
  over several pages warns; so it does where no total tells of removals though new rows come first.

What a walk could not tell before it was stopped is in its checkpoint, so that the walk that goes on
looks for the same row, or warns in its place.
"""

from collections.abc import Hashable, Sequence
from typing import ClassVar

from attrs import define, field

from asyncops.checkpoints import Reference
from asyncops.http.invalid_items import is_invalid_id
from asyncops.paging.counted.known_rows import TIMES_BACK, KnownRows


@define(eq=False)
class _Joined(KnownRows):
    """Goes back, where it is in doubt, to a page that joins those before it."""

    checked_at_end: ClassVar[bool] = False
    # Whether the next page has to join; a walk that begins at a checkpoint knows rows.
    _doubtful: bool = field(default=True, init=False)

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
        self._reach(number)
        fallen = max(0, (before or 0) - (count or before or 0))
        self._doubtful |= fallen > 0
        if self._doubtful and number > first and self._known and not self._joins(keys):
            if self._times_back < TIMES_BACK:
                self._times_back += 1
                return -max(1 << self._times_back - 1, -(-fallen // (size or 1)))
            self._unsure = True
        self._doubtful = False
        self._accept(number * size // unit, keys)
        return 0

    def _accept(self, rank: int, keys: Sequence[Hashable]) -> None:
        """Take a page.

        Args:
            rank: How many rows are in front of it, apart from a constant.
            keys: The identities of its rows.
        """

    def _joins(self, keys: Sequence[Hashable]) -> bool:
        last = next(reversed(self._known))
        return bool(keys) and (
            (keys[0] != "" and keys[0] in self._known) or (last != "" and last in keys)
        )


@define(eq=False)
class Overlap(_Joined):
    """Offsets: each page has to join."""

    counts: ClassVar[bool] = False
    overlaps: ClassVar[int] = 1
    # Whether the page before has no row to recognise it by.
    _blind: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._blind = next(reversed(self._known), None) == ""
        self._doubtful = not self._blind

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
        """Decide whether the walk can take a page; see :meth:`KnownRows.step`.

        Where the only row of a listing is still there behind the empty page, that page was the end.
        """
        if self._blind and not keys and len(self._known) == 1 and not self.again:
            self.again = 1
            return -1
        return super().step(number, count, size, keys, unit=unit, first=first)

    def overlap(self, keys: Sequence[Hashable]) -> int:
        """Return how many rows follow the last one that will be recognised, and that one.

        0 stands for a page without such a row behind its first one.
        """
        known = (n for n in range(1, len(keys)) if _is_known_again(keys[-n]))
        return next(known, 0)

    def _accept(self, rank: int, keys: Sequence[Hashable]) -> None:  # noqa: ARG002 - as in LastRow
        self._unsure |= self._blind and not (self.again and self._joins(keys))
        self._blind = not self.overlap(keys)
        self._doubtful = not self._blind


def _is_known_again(key: Hashable) -> bool:
    """Whether a row is recognised wherever it comes again: one that does not fit may have no id."""
    return key != "" and not is_invalid_id(str(key))


@define(eq=False)
class Unordered(_Joined):
    """Numbered pages in no order, or without a total."""

    _pages: int = field(default=0, init=False)

    def _accept(self, rank: int, keys: Sequence[Hashable]) -> None:  # noqa: ARG002 - as in LastRow
        self._pages += 1
        self._unsure |= self._pages == 2


@define(eq=False)
class LastRow(_Joined):
    """Numbered pages whose new rows come last."""

    _last: Hashable = field(default="", init=False)
    _rank: int | None = field(default=None, init=False)
    # The rows read since the last page was, and those in front of them; `None` before the first.
    _met: int | None = field(default=None, init=False)
    # Whether the row has not been found behind as many rows as were in front of it.
    _unproven: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        if self.reference is not None:
            self._rank, self._last = self.reference.rank, next(iter(self.reference.ids), "")
            self._unproven = True

    @property
    def unsure(self) -> bool | Reference:
        """Whether rows may be missing so far."""
        if self._unsure or not self._unproven or self._last == "":
            return self._unsure or self._unproven
        return Reference(rank=self._rank or 0, ids=(str(self._last),))

    @property
    def wants_last_page(self) -> bool:
        """Whether the last page has not been read yet."""
        return self._rank is None

    @property
    def last_row(self) -> Hashable:
        """The identity of the row whose place tells, until it is found."""
        return self._last

    def note_last_page(
        self, number: int, count: int, size: int, keys: Sequence[Hashable], unit: int
    ) -> None:
        """Remember the last row, and in whose place it is."""
        self._note_count(count)
        self._doubtful, self._unproven, self._met = bool(keys), True, None
        self._rank = number * size // unit + len(keys) - 1
        self._last = keys[-1] if keys and size else ""

    def _accept(self, rank: int, keys: Sequence[Hashable]) -> None:
        if self._last == "":
            return
        known = self._known if self._met is not None else ()
        end = keys.index(self._last) if self._last in keys else len(keys)
        fresh = set(keys[:end]).difference(known, ("",))
        self._met = (rank if self._met is None else self._met) + len(fresh)
        if end < len(keys):
            self._unproven = self._rank not in {rank + end, self._met}
            self._last = ""

    def _settle(self) -> None:
        self._unsure = self._unproven = False
