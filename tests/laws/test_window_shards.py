"""Shards of a listing that is filtered by creation: together its rows, and alike in size."""

import random

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.laws.sharded import read_all
from tests.laws.test_skew import CASES, EVEN, ROWS, SHAPES, SIZE, STYLES
from tests.laws.test_windows import WITHOUT_TOTAL, capped, crowded
from tests.laws.windowed import CURSORS, MOMENTS, Row, Windowed, named, services

# Numbered pages in no order always warn that removals cannot be told.
pytestmark = pytest.mark.filterwarnings("ignore::asyncops.errors.ListingMoved")

SHARDS = 8


def id_of(row: Row) -> str:
    return row.id


@settings(max_examples=80)
@example(  # A row comes in front of what a shard has given, when it goes on by a page number.
    Windowed(WITHOUT_TOTAL[0], named([0.0] * 5 + [0.5]), descending=None, inclusive=False, size=1),
    2,
    [(5, 6, 0.0)],
    4,
)
@example(  # As that, where a page's offset follows from the rows that came.
    Windowed(
        WITHOUT_TOTAL[2],
        named([0.0] * 8 + [1.0] * 10 + [2.5, 22.0, 21.0, 0.5, 3.0]),
        descending=None,
        resolution=1e-6,
        inclusive=False,
        size=2,
    ),
    2,
    [(16, 54, 2.0)],
    1795,
)
@given(
    services(st.sampled_from([*WITHOUT_TOTAL, *CURSORS]) | capped(40)),
    st.integers(2, 9),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60), MOMENTS), max_size=8),
    st.integers(0, 2**32),
)
async def test_rows_that_stay_come_once_in_all_shards_together(
    service: Windowed, n: int, changes: list[tuple[int, int, float]], seed: int
) -> None:
    """While rows come, anywhere, and go, as the listing is cut and as its shards are read.

    Each shard is broken off and gone on with now and then.
    """
    assume(not crowded(service, 12))
    stayed, dice = set(service.rows), random.Random(seed)

    def change(request: int) -> None:
        for at, row, when in changes:
            if at == request and row < len(service.times):
                service.gone.add(sorted(service.times)[row])
            elif at == request:
                service.times.setdefault(f"new{row}", when)

    service.between = change
    shards = await service.pager().shards(n)
    assert 1 <= len(shards) <= n
    found, told = await read_all(shards, service.shard, id_of, dice)
    assert len(found) == len(set(found))
    assert stayed - service.gone <= set(found) or told


@settings(max_examples=40)
@example(  # The first row from outside of a shard comes late, when the shard was broken off before.
    Windowed(
        WITHOUT_TOTAL[0],
        named([0.0] * 38 + [3.0, 0.5]),
        descending=None,
        inclusive=False,
        size=1,
    ),
    2,
)
@given(services(st.sampled_from([*WITHOUT_TOTAL, *CURSORS])), st.integers(2, 9))
async def test_a_filter_that_is_ignored_costs_no_row(service: Windowed, n: int) -> None:
    service.honours = False
    shards = await service.pager().shards(n)
    found, _ = await read_all(shards, service.shard, id_of, random.Random(0))
    assert sorted(found) == sorted(service.rows)


async def cut_and_read(
    style: str, times: list[float], descending: bool | None
) -> tuple[int, list[int]]:
    """The requests for shards and their rows, and how many rows each has."""
    service = Windowed(STYLES[style], named(times), descending, size=SIZE)
    shards = await service.pager().shards(SHARDS)
    rows = [list(map(id_of, await service.shard(each).collect())) for each in shards]
    assert sorted(row for each in rows for row in each) == sorted(service.rows)
    return len(service.requests), list(map(len, rows))


@pytest.mark.parametrize(("style", "shape"), CASES)
@pytest.mark.parametrize("descending", [True, False])
async def test_shards_are_alike_and_cost_as_much_however_the_rows_lie(
    style: str, shape: str, descending: bool
) -> None:
    """What shares one second is not cut, and costs nothing."""
    even, _ = await cut_and_read(style, EVEN, descending)
    requests, rows = await cut_and_read(style, SHAPES[shape], descending)
    assert requests <= 1.5 * even
    assert max(rows) <= 2 * ROWS / SHARDS or "second" in shape


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("descending", [True, False])
async def test_an_even_listing_is_cut_evenly(style: str, descending: bool) -> None:
    requests, rows = await cut_and_read(style, EVEN, descending)
    assert len(rows) == SHARDS
    assert max(rows) <= 1.2 * ROWS / SHARDS
    assert requests <= 3 * ROWS / SIZE
