"""Where a walk over time ranges begins: at the whole listing, or at what an earlier walk left."""

from typing import TypeVar

from attrs import evolve

from asyncops.checkpoints import Checkpoint
from asyncops.models import Cursor
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.owned import Owned
from asyncops.paging.windows.part import Part
from asyncops.paging.windows.window_cursor import Gap, WindowCursor

T = TypeVar("T")


def first_parts(created: CreatedFilter[T], start: Checkpoint) -> tuple[list[Part[T]], bool, bool]:
    """Return the parts that a walk begins with.

    Returns:
        The parts, whether the listing is read page after page, and whether the service filters by
        creation, as far as is known.
    """
    text = start.cursor
    if not isinstance(text, str) or not WindowCursor.fits(text):
        part = Part(created, start=start, ranged=False)
        if text is not None:
            # Nothing tells which items are in front of the cursor.
            part.known = None
        return [part], True, True
    cursor = WindowCursor.decode(text)
    if not cursor.filtered:
        return [unfiltered(created, start_at(start, cursor.cursor), cursor.gaps)], False, False
    by_cursor = any(gap.cursor is not None for gap in cursor.gaps)
    is_plain = created.descending is not None and by_cursor
    if created.descending is None and created.depth is None and by_cursor:
        # Nothing tells which items are in front of a cursor: begun anew, they would come again.
        created = evolve(created, detects=False)
    return [_part_of(gap, created, start) for gap in cursor.gaps], is_plain, True


def _part_of(gap: Gap, created: CreatedFilter[T], start: Checkpoint) -> Part[T]:
    """Return the part that goes on with a gap of an earlier walk."""
    begin = start_at(start, gap.cursor)
    if created.descending is None and created.depth is not None and isinstance(gap.cursor, int):
        # All that was given is known, and tells whether items were removed in front of the page.
        begin = evolve(begin, seen=gap.given)
    if gap.cursor is not None and created.descending is not None:
        # The cursor of the whole listing leads to the gap, without a range.
        return Part(created, gap, begin, ranged=False)
    part = Part(created, gap, begin)
    if not created.detects and gap.cursor is not None:
        part.known = None
    return part


def unfiltered(created: CreatedFilter[T], start: Checkpoint, gaps: tuple[Gap, ...]) -> Part[T]:
    """Return the whole listing as one part, of which only gaps are given."""
    return Part(created, start=start, ranged=False, owned=Owned(created, gaps))


def start_at(start: Checkpoint, cursor: Cursor | None) -> Checkpoint:
    """Return where to begin; the items already seen are left out by whoever walks."""
    return evolve(start, cursor=cursor, seen=(), total_count=None)
