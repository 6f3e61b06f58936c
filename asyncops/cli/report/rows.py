"""A row of a timeline for each span, so that no span hides another."""

from collections.abc import Sequence
from heapq import heappop, heappush

from asyncops.cli.report.lives import Span

__all__ = ["rows_of"]


def rows_of(spans: Sequence[Span], gap: float = 0.0) -> list[int]:
    """A row for each span, counted from 0, such that spans of one row never overlap.

    Spans are placed in the order in which they begin, each in the lowest row that is free. So
    there are as many rows as spans overlap at the busiest moment, which is the fewest possible.

    Args:
        spans: In any order.
        gap: The free room after each span, in the unit of the spans.
    """
    rows = [0] * len(spans)
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    used = 0
    for place in sorted(range(len(spans)), key=lambda each: (spans[each].begin, spans[each].end)):
        span = spans[place]
        while busy and busy[0][0] <= span.begin:
            heappush(free, heappop(busy)[1])
        if free:
            row = heappop(free)
        else:
            row, used = used, used + 1
        rows[place] = row
        heappush(busy, (span.end + gap, row))
    return rows
