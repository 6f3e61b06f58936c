"""Where a listing that is filtered by creation is cut."""

from datetime import timedelta

import pytest

from asyncops.paging.styles import Offset, Pages
from asyncops.sharding.shard import Shard
from asyncops.sharding.split_windows import _Stretch
from tests.laws.windowed import CURSORS, Windowed, named

# Numbered pages in no order always warn that removals cannot be told.
pytestmark = pytest.mark.filterwarnings("ignore::asyncops.errors.ListingMoved")


@pytest.mark.parametrize("style", [Pages(more="more", size=None), Offset(more="more", size=None)])
async def test_in_no_order_a_page_shows_where_the_rows_lie(style: Pages | Offset) -> None:
    service = Windowed(style, named([9.0 * n for n in range(200)]), descending=None, size=50)
    shards = await service.pager().shards(4)
    assert len(service.requests) == 1
    rows = [len(await service.shard(each).collect()) for each in shards]
    assert len(rows) == 4
    assert max(rows) <= 75


async def test_what_is_on_one_page_is_one_shard() -> None:
    service = Windowed(CURSORS[0], named([1.0, 900.0]))
    shard = Shard(resource="rows")
    assert await service.pager().shards(8) == [shard]
    assert await service.pager().shards(1) == [shard]
    assert len(service.requests) == 1


async def test_a_filter_that_is_ignored_is_no_way_to_cut() -> None:
    service = Windowed(CURSORS[0], named([9.0 * n for n in range(200)]), honours=False)
    assert await service.pager().shards(8) == [Shard(resource="rows")]


@pytest.mark.parametrize("descending", [True, False])
async def test_silence_is_passed_over_and_a_moment_is_not_cut(descending: bool) -> None:
    times = [0.0] * 40 + [1e8] * 40 + [2e8 + n / 100 for n in range(40)]
    service = Windowed(CURSORS[0], named(times), descending, size=5)
    shards = await service.pager().shards(8)
    rows = [len(await service.shard(each).collect()) for each in shards]
    assert rows == [40, 40, 40]


def test_a_stretch_holds_what_its_first_page_lets_expect() -> None:
    page = [timedelta(seconds=second) for second in (10, 11, 12, 13, 14)]
    stretch = _Stretch(page, timedelta(seconds=1), probed=timedelta(), end=timedelta(seconds=50))
    assert stretch.weight == 50
    assert stretch.place(25) == timedelta(seconds=30)
    stretch.end = timedelta(seconds=13)
    assert (stretch.is_known, stretch.weight) == (True, 3)
    assert stretch.place(2) == timedelta(seconds=5)
