"""The cursor of a walk over time ranges: what is still to be given."""

from typing import Self

from attrs import field, frozen

from asyncops.models import Cursor
from asyncops.paging.cursors.encoding import decode_cursor, encode_cursor
from asyncops.utils.moments import TimeRange

_PREFIX = "window1."


@frozen(kw_only=True)
class Gap:
    """Items that a walk has still to give.

    Attributes:
        range: When they were created.
        given: The ids of items in this range that were given.
        cursor: The service's own cursor for them, if it is known.
    """

    range: TimeRange = field(factory=TimeRange)
    given: tuple[str, ...] = field(default=(), repr=False)
    cursor: Cursor | None = field(default=None, repr=False)


@frozen(kw_only=True)
class WindowCursor:
    """A position in a walk over time ranges.

    Attributes:
        gaps: What is still to be given, in the order of the listing.
        filtered: Whether the service filters by creation. If not, the whole listing is read for
            the gaps.
        cursor: Where the whole listing is read on, if it is.
    """

    gaps: tuple[Gap, ...]
    filtered: bool = True
    cursor: Cursor | None = field(default=None, repr=False)

    def encode(self) -> str:
        """Return the cursor as text."""
        return encode_cursor(_PREFIX, self)

    @staticmethod
    def fits(text: object) -> bool:
        """Whether a value is a cursor of this kind, by its prefix."""
        return isinstance(text, str) and text.startswith(_PREFIX)

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read the text of :meth:`encode`.

        Raises:
            ValueError: The text is no such cursor.
        """
        cursor = decode_cursor(_PREFIX, text, cls) if cls.fits(text) else None
        if cursor is None or not cursor.gaps or not all(_is_aware(gap) for gap in cursor.gaps):
            raise ValueError("resume holds no place in a walk over time ranges")
        return cursor


def _is_aware(gap: Gap) -> bool:
    bounds = gap.range.oldest, gap.range.newest
    return all(each is None or each.tzinfo is not None for each in bounds)
