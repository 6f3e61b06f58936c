"""The rows that a walk over counted pages has read, and what follows from them."""

import warnings
from collections.abc import Hashable, Sequence
from itertools import islice
from typing import ClassVar, Self

from attrs import define, field

from asyncops.checkpoints import Checkpoint, Reference
from asyncops.errors import ListingMoved

# Rows to remember: one or two megabytes of ids.
_KNOWN_ROWS = 10_000

# How often a walk goes back without getting further, before it warns and goes on.
TIMES_BACK = 8


@define(eq=False)
class KnownRows:
    """Knows the rows of one walk, and takes each page as it comes.

    That is enough for a reader that reads the listing again soon. Others notice rows that move.

    Attributes:
        count: Rows of the whole listing, by the last answer; ``None`` before the first answer.
        reference: What a walk before this one would have told by at its end.
    """

    count: int | None = None
    # Whether a smaller count may mean that the walk has to go back.
    counts: ClassVar[bool] = True
    # How many rows of a page are usually read again with the next one.
    overlaps: ClassVar[int] = 0
    # Whether a concurrent walk has to check at its end what the counts cannot tell.
    checked_at_end: ClassVar[bool] = True
    _known: dict[Hashable, None] = field(factory=dict)
    _knows_all: bool = True
    _unsure: bool = False
    reference: Reference | None = None
    # The furthest page, and how often the walk has gone back since it got there.
    _furthest: int = field(default=-1, init=False)
    _times_back: int = field(default=0, init=False)
    # Rows of a page that is asked for again, since an empty one came behind its only row.
    again: int = field(default=0, init=False)
    # Whether the answer before has told of a page behind its own.
    more_told: bool = field(default=False, init=False)

    @classmethod
    def since(cls, start: Checkpoint) -> Self:
        """Begin with the rows and the count of a checkpoint."""
        seen: dict[Hashable, None] = dict.fromkeys(start.seen)
        reference = start.unsure if isinstance(start.unsure, Reference) else None
        return cls(start.total_count, seen, start.cursor is None, start.unsure is True, reference)

    def step(
        self,
        number: int,  # noqa: ARG002 - as in all that follow
        count: int,  # noqa: ARG002
        size: int,  # noqa: ARG002
        keys: Sequence[Hashable],  # noqa: ARG002
        *,
        unit: int = 1,  # noqa: ARG002
        first: int = 0,  # noqa: ARG002
    ) -> int:
        """Decide whether the walk can take a page or has to read another one first.

        Args:
            number: The number of the page that was answered.
            count: Rows of the whole listing, by this answer; 0 if the answer does not say.
            size: Rows of one page; 0 if unknown.
            keys: The identities of the rows on the page.
            unit: How far apart the numbers of two pages are.
            first: The number of the first page of the listing.

        Returns:
            0 to take the page, else the distance in pages to the one to read instead.
        """
        return 0

    def overlap(self, keys: Sequence[Hashable]) -> int:  # noqa: ARG002 - as in Overlap
        """Return how many rows of a page to read again with the next one, by their identities."""
        return 0

    @property
    def unsure(self) -> bool | Reference:
        """Whether rows may be missing so far, of which :meth:`finish` has to warn.

        Where a row that is still to come will tell, its place.
        """
        return self._unsure

    @property
    def wants_last_page(self) -> bool:
        """Whether the last page has to be read now, before the second one."""
        return False

    @property
    def last_row(self) -> Hashable:
        """The identity of a row that has to be found on a page asked for in order; "" for none."""
        return ""

    def note_last_page(
        self, number: int, count: int, size: int, keys: Sequence[Hashable], unit: int
    ) -> None:
        """Take the last page; no rows mean that it could not be read."""

    def finish(self) -> None:
        """Warn, once, if rows may be missing at the end of the walk."""
        if self.unsure:
            self._settle()
            warn_moved(
                "whether rows were removed while this listing was read cannot be told: "
                "rows may be missing"
            )

    def _settle(self) -> None:
        self._unsure = False

    def fresh(self, keys: Sequence[Hashable]) -> tuple[bool, ...]:
        """Return for each row of a page whether no page before has held it, and remember all."""
        known = self._known
        if known.keys().isdisjoint(keys):
            fresh = (True,) * len(keys)
        else:
            # A row without an identity cannot be a repetition.
            fresh = tuple(key == "" or key not in known for key in keys)
        for key in keys:
            # Move the key to the end, so that the rows seen last are forgotten last.
            known.pop(key, None)
            known[key] = None
        excess = len(known) - _KNOWN_ROWS
        if excess > 0:
            self._knows_all = False
            for key in list(islice(known, excess)):
                del known[key]
        return fresh

    def early(self, keys: Sequence[Hashable]) -> tuple[bool, ...]:
        """Return for each row of a page whether it can be given ahead of order, remembering none.

        A row without an identity has to wait, since it would not be recognised later.
        """
        return tuple(key != "" and key not in self._known for key in keys)

    def _note_count(self, count: int) -> int | None:
        """Remember the count that an answer says, if it does, and return the one before it."""
        before = self.count
        self.count = count or before
        return before

    def _reach(self, number: int) -> None:
        """Begin to count anew how often the walk goes back, once it gets further."""
        if number > self._furthest:
            self._furthest, self._times_back = number, 0


def warn_moved(text: str) -> None:
    """Warn that a listing moved in a way that the walk could not follow."""
    # Without a registry, so that the same warning of a second walk is not suppressed.
    warnings.warn_explicit(text, ListingMoved, __file__, 1, module=__name__)
