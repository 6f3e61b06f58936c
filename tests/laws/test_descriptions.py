"""Whatever a description says, if it passes its checks: a walk is the rows, in every way."""

from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import Checkpoint, Shard, State
from asyncops.testing.contracts import polls
from asyncops.testing.contracts.case import Live
from asyncops.testing.contracts.listings import same
from tests.laws.descriptions import Drawn, descriptions

# Where nothing tells whether rows were removed, each walk over several pages says so.
pytestmark = pytest.mark.filterwarnings("ignore::asyncops.ListingMoved")
# Each example makes a client class and a server of its own.
FEW = settings(max_examples=12)
LIMITS = st.none() | st.integers(1, 8)


def asked(live: Live, limit: int | None) -> dict[str, Any]:
    """The size of a page, where one may be asked for."""
    return {"limit": limit} if live.case.is_sized() and limit is not None else {}


@FEW
@given(descriptions(), LIMITS)
async def test_a_walk_is_the_rows(drawn: Drawn, limit: int | None) -> None:
    async with drawn.serving() as live:
        same(live, await live.pager(**asked(live, limit)).collect())


@FEW
@given(descriptions(most=6), LIMITS)
async def test_a_walk_goes_on_after_any_item(drawn: Drawn, limit: int | None) -> None:
    async with drawn.serving() as live:
        options = asked(live, limit)
        found: list[Any] = []
        walk = aiter(live.pager(**options))
        places = [walk.checkpoint]
        async with aclosing(walk):
            async for item in walk:
                found.append(item)
                places.append(Checkpoint.from_json(walk.checkpoint.to_json()))
        same(live, found)
        for number, place in enumerate(places):
            rest = await live.pager(resume=place, **options).collect()
            assert live.keys(rest) == live.keys(found[number:])


@FEW
@given(descriptions(), LIMITS, st.integers(2, 5), st.booleans())
async def test_side_by_side_the_rows_are_the_same(
    drawn: Drawn, limit: int | None, n: int, ordered: bool
) -> None:
    async with drawn.serving() as live:
        ordered &= live.case.is_ordered()
        async with live.pager(**asked(live, limit)).concurrent(n, ordered=ordered) as walk:
            found = [item async for item in walk]
        keys = live.keys(found)
        assert len(keys) == len(set(keys))
        assert set(keys) == set(live.keys(live.rows()))
        if ordered:
            created = [item.created_at for item in found]
            assert created == [item.created_at for item in live.rows()]


@FEW
@given(descriptions(), LIMITS, st.integers(2, 6))
async def test_the_shards_together_are_the_rows(drawn: Drawn, limit: int | None, n: int) -> None:
    async with drawn.serving() as live:
        if not live.case.is_cut():
            return
        shards = await live.pager(**asked(live, limit)).shards(n)
        found: list[Any] = []
        for shard in shards:
            found += await live.verbs.shard(Shard.from_json(shard.to_json())).collect()
        assert sorted(live.keys(found)) == sorted(live.keys(live.rows()))


@FEW
@given(descriptions(least=1), st.data())
async def test_a_filter_by_status_is_the_rows_in_it(drawn: Drawn, data: st.DataObject) -> None:
    """Whether the service filters or the client does."""
    async with drawn.serving() as live:
        if not live.case.has_statuses():
            return
        enum = live.case.description.enum
        assert enum is not None
        words = data.draw(st.lists(st.sampled_from([*enum]), min_size=1, unique=True))
        found = await live.pager(status=tuple(each.value for each in words)).collect()
        wanted = [item for item in live.rows() if item.status in words]
        assert sorted(map(str, live.keys(found))) == sorted(map(str, live.keys(wanted)))


@FEW
@given(descriptions(least=1), st.integers(0, 10**6), st.integers(0, 10**6))
async def test_a_window_is_the_rows_created_in_it(drawn: Drawn, one: int, other: int) -> None:
    """Both bounds are of it, whatever the service can filter by."""
    async with drawn.serving() as live:
        if not live.case.has_window():
            return
        rows = live.rows()
        after, before = sorted(rows[n % len(rows)].created_at for n in (one, other))
        found = await live.pager(created_after=after, created_before=before).collect()
        wanted = [item for item in rows if after <= item.created_at <= before]
        assert set(live.keys(wanted)) <= set(live.keys(found))
        assert len(found) == len(set(live.keys(found)))


@settings(max_examples=8)
@given(descriptions())
async def test_a_watch_tells_each_end_once(drawn: Drawn) -> None:
    assert any(not each.state.ended for each in drawn.case.description.enum or ())
    async with drawn.case.serving(0) as live:
        await polls.test_a_watch_tells_each_end_once(live)


@FEW
@given(descriptions(), st.data())
async def test_a_wait_comes_to_the_end(drawn: Drawn, data: st.DataObject) -> None:
    """Through whatever statuses; the state is that of the last."""
    async with drawn.serving() as live:
        item = live.add(lifetime=data.draw(st.integers(0, 100)))
        ended = await live.verbs.wait(item.id, timeout=600, raise_on_failure=False)
        assert ended.state.ended
        assert ended == live.fake.items("jobs")[0]
        assert ended.state in {State.SUCCEEDED, State.FAILED, State.CANCELLED}
