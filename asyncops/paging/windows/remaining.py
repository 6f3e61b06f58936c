"""What a walk over time ranges has still to give."""

from collections.abc import Iterable
from typing import TypeVar

from attrs import evolve

from asyncops.paging.windows.part import Part
from asyncops.paging.windows.window_cursor import Gap

T = TypeVar("T")


def remaining(parts: Iterable[Part[T]], *, by_cursor: bool = False) -> tuple[Gap, ...]:
    """Return what parts have still to give.

    A part that has given nothing goes with the one in front of it: a walk that goes on cuts them
    anew. So a place in a walk in order is one range, however many are read ahead.

    Args:
        parts: The parts, in the order of the listing.
        by_cursor: Whether the service's cursors are told.
    """
    runs: list[list[Part[T]]] = []
    for part in parts:
        if part.over:
            continue
        if runs and not by_cursor and _follows(part, runs[-1][-1]):
            runs[-1].append(part)
        else:
            runs.append([part])
    return tuple(_gap_of(run, by_cursor=by_cursor) for run in runs)


def _gap_of(run: list[Part[T]], *, by_cursor: bool) -> Gap:
    first, last = run[0], run[-1]
    gap = first.rest(first.given, by_cursor=by_cursor)
    if last is first:
        return gap
    order = first.created.order
    return evolve(gap, range=order.range(order.near(gap.range), last.owned.end))


def _follows(part: Part[T], before: Part[T]) -> bool:
    """Whether a part has given nothing, and begins where another one ends."""
    order, gap, given = part.created.order, part.gap, part.given
    if part.created.descending is None or gap.given or given.reach or given.cursor is not None:
        return False
    begin = order.near(gap.range)
    return begin is not None and begin == before.owned.end
