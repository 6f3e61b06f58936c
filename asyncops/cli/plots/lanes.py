"""Which lane of a timeline each span goes to, so that none hides another."""

from collections.abc import Sequence
from heapq import heappop, heappush

from asyncops.cli.plots.lives import Span

__all__ = ["lanes_of"]


def lanes_of(spans: Sequence[Span], gap: float = 0.0) -> list[int]:
    """A lane for each span, counted from 0, such that spans of one lane never overlap.

    Spans are placed in the order in which they begin, each in the lowest lane that is free. So
    there are as many lanes as spans overlap at the busiest moment, which is the fewest possible.

    Args:
        spans: In any order.
        gap: What is kept free behind each span, in the unit of the spans.
    """
    lanes = [0] * len(spans)
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    used = 0
    for place in sorted(range(len(spans)), key=lambda each: (spans[each].begin, spans[each].end)):
        span = spans[place]
        while busy and busy[0][0] <= span.begin:
            heappush(free, heappop(busy)[1])
        if free:
            lane = heappop(free)
        else:
            lane, used = used, used + 1
        lanes[place] = lane
        heappush(busy, (span.end + gap, lane))
    return lanes
