"""However the rows of a listing lie in time, a walk over its windows costs about the same."""

from functools import cache

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.paging.styles import Offset, Pages, Token
from asyncops.utils.moments import TimeRange
from tests.laws.windowed import Style, Windowed, named

# Numbered pages in no order always warn that removals cannot be told.
pytestmark = pytest.mark.filterwarnings("ignore::asyncops.errors.ListingMoved")

ROWS, SIZE, AT_ONCE = 240, 5, 8
YEAR = 365 * 86_400.0
MOST, FEW = range(ROWS * 9 // 10), range(ROWS // 10)

EVEN = [1000.0 * row for row in range(ROWS)]
SHAPES: dict[str, list[float]] = {
    "all in one second": [5000.0 + row / ROWS for row in range(ROWS)],
    "nearly all in one second": [0.0, *(5e5 + row / ROWS for row in range(ROWS - 2)), 1e6],
    "a year of silence": [YEAR * (row % 2) + 1000.0 * row for row in range(ROWS)],
    "a burst at the newest end": [*(YEAR / 40 * row for row in FEW), *(YEAR + row for row in MOST)],
    "a burst at the oldest end": [*map(float, MOST), *(2000 + YEAR / 40 * row for row in FEW)],
    "a burst in the middle": [*(YEAR / 40 * row for row in FEW), *(YEAR / 2 + row for row in MOST)],
    "one row long before": [0.0, *(10 * YEAR + row for row in range(ROWS - 1))],
    "ever faster": [1.05**row for row in range(ROWS)],
}
STYLES: dict[str, Style] = {
    "token": Token("next", "token"),
    "no total": Pages(more="more", size=None),
    "no total, offsets": Offset(ends="empty page", size=None),
    "a cap": Pages(total="total", depth=100, size=None),
}


def cost(style: str, times: list[float], descending: bool | None, ordered: bool) -> tuple[int, int]:
    """The requests of a walk with eight of them at once, and the rounds that they take."""
    service = Windowed(STYLES[style], named(times), descending, size=SIZE)
    start, found, rounds, requests = Checkpoint(query="rows"), list[str](), 0, 0
    strategy = service.listing(TimeRange()).concurrent(start, AT_ONCE, ordered, False)
    while not strategy.done:
        asked = [each for each in (strategy.ask() for _ in range(AT_ONCE)) if each is not None]
        rounds, requests = rounds + bool(asked), requests + len(asked)
        for key, request in asked:
            strategy.feed(key, service.read(request))
        while (page := strategy.take()) is not None:
            found += [row.id for row in page.items]
    assert sorted(found) == sorted(service.rows)
    return requests, rounds


@cache
def even(style: str, descending: bool | None, ordered: bool) -> tuple[int, int]:
    """What a listing costs whose rows lie evenly in time."""
    return cost(style, EVEN, descending, ordered)


WAYS = [(True, True), (True, False), (False, True), (None, False)]
# No window is short enough for a cap if more rows share one second.
CASES = [
    (style, shape)
    for style in STYLES
    for shape in SHAPES
    if style != "a cap" or "second" not in shape
]


@pytest.mark.parametrize(("style", "shape"), CASES)
@pytest.mark.parametrize(("descending", "ordered"), WAYS)
def test_skew_of_any_kind_costs_at_most_twice_the_requests_of_an_even_listing(
    style: str, shape: str, descending: bool | None, ordered: bool
) -> None:
    requests, _ = cost(style, SHAPES[shape], descending, ordered)
    assert requests <= 2 * even(style, descending, ordered)[0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("descending", "ordered"), WAYS[:3])
def test_an_even_listing_is_read_side_by_side(style: str, descending: bool, ordered: bool) -> None:
    """One request at a time would take a round for each page at least."""
    assert even(style, descending, ordered)[1] <= 2 * ROWS // SIZE // 3 + 2


def test_empty_ranges_ahead_keep_nobody_waiting() -> None:
    """Those behind a burst hold nothing; counted as pages, they would leave one request alone."""
    shape = SHAPES["a burst in the middle"]
    assert cost("no total, offsets", shape, descending=False, ordered=True)[1] <= 40
