"""Described listings with a window, on their fakes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from asyncops import Checkpoint, DepthExceeded, Shard
from asyncops.kit.chosen import Chosen
from asyncops.kit.listing import Listing, Order, Ordering, Window
from asyncops.kit.windowed import goes_by_time, split_bounds, window_params
from asyncops.paging.styles import Pages, Paging, Token
from asyncops.testing import Fake
from tests.kit.described.github import GitHubClient
from tests.kit.described.invented import TriggerClient
from tests.kit.described.replicate import ReplicateClient

PLACE = "python", "cpython"


@pytest.mark.parametrize(
    ("paging", "window", "descending", "wanted"),
    [
        (Token(), Window("a", "b"), True, True),
        (Token(), Window("a", "b"), None, True),
        (Token(), None, True, False),
        (Token(), Window("a"), True, False),
        (Token(), Window("a"), False, True),
        (Token(), Window("a", form="{}..{}"), True, True),
        (Pages(total="total"), Window("a", "b"), True, False),
        (Pages(total="total", depth=100), Window("a", "b"), True, True),
        (Pages(more="more"), Window("a", "b"), True, True),
    ],
)
def test_a_walk_goes_by_time_where_that_leads_further(
    paging: Paging, window: Window | None, descending: bool | None, wanted: bool
) -> None:
    listing = Listing("/runs", paging=paging, window=window, order=Order())
    assert goes_by_time(listing, Ordering(descending), Chosen()) is wanted


async def test_a_cap_on_depth_is_got_round() -> None:
    async with Fake(GitHubClient, rows=2500) as fake, fake.client() as github:
        runs = github.runs(*PLACE)
        found = [run.id async for run in runs.list()]
        assert found == [run.id for run in fake.items("runs", *PLACE)]
        assert fake.count() <= 27


async def test_a_walk_round_a_cap_goes_on_from_its_checkpoint_and_its_cursors() -> None:
    async with Fake(GitHubClient, rows=1300) as fake, fake.client() as github:
        runs, whole = github.runs(*PLACE), fake.items("runs", *PLACE)
        walk, found = aiter(runs.list()), list[Any]()
        async for run in walk:
            found.append(run)
            if len(found) == 1150:
                break
        place = Checkpoint.from_json(walk.checkpoint.to_json())
        found += await runs.list(resume=place).collect()
        assert [run.id for run in found] == [run.id for run in whole]
        page, read = await runs.list(), list[int]()
        while page.next_cursor is not None:
            read += [run.id for run in page]
            page = await runs.list(cursor=page.next_cursor)
        read += [run.id for run in page]
        assert read == [run.id for run in whole]


async def test_the_bounds_of_the_caller_stay() -> None:
    async with Fake(GitHubClient, rows=2500) as fake, fake.client() as github:
        rows = fake.items("runs", *PLACE)
        after, before = rows[2300].created_at, rows[100].created_at
        found = await github.runs(*PLACE).list(created_after=after, created_before=before).collect()
        times = [run.created_at.replace(microsecond=0) for run in found]
        assert {run.id for run in rows[100:2301]} <= {run.id for run in found}
        assert max(times) <= before
        assert min(times) >= after.replace(microsecond=0)


@pytest.mark.parametrize("status", [400, 404, 410, 422])
async def test_a_token_that_is_refused_is_gone_on_from_by_time(status: int) -> None:
    async with Fake(TriggerClient, rows=60) as fake, fake.client() as trigger:
        found = []
        async for run in trigger.runs.list(limit=7):
            found.append(run.id)
            if len(found) in {3, 30}:
                fake.expire_tokens(status)
        assert found == [run.id for run in fake.items("runs")]


async def test_a_checkpoint_outlives_its_url() -> None:
    async with Fake(ReplicateClient, rows=60) as fake, fake.client() as replicate:
        whole = [each.id for each in fake.items("predictions")]
        walk, found = aiter(replicate.predictions.list()), list[str]()
        async for each in walk:
            found.append(each.id)
            if len(found) == 14:
                break
        fake.expire_tokens()
        rest = await replicate.predictions.list(resume=walk.checkpoint).collect()
        assert found + [each.id for each in rest] == whole


async def test_a_token_that_is_refused_otherwise_is_an_error() -> None:
    async with Fake(TriggerClient, rows=60) as fake, fake.client() as trigger:
        found = []
        with pytest.raises(Exception, match="403"):
            async for run in trigger.runs.list(limit=7):
                found.append(run.id)
                if len(found) == 3:
                    fake.expire_tokens(403)


async def test_more_of_one_second_than_the_depth_is_an_error_with_a_checkpoint() -> None:
    async with Fake(GitHubClient, rows=0) as fake, fake.client() as github:
        for _ in range(1005):
            fake.add("runs", *PLACE, status="success")
        with pytest.raises(DepthExceeded) as caught:
            await github.runs(*PLACE).list().collect()
        assert caught.value.checkpoint is not None


@pytest.mark.parametrize("ordered", [True, False])
async def test_ranges_are_read_side_by_side(ordered: bool) -> None:
    async with Fake(GitHubClient, rows=2300) as fake, fake.client() as github:
        async with github.runs(*PLACE).list().concurrent(8, ordered=ordered) as runs:
            found = [run.id async for run in runs]
        rows = [run.id for run in fake.items("runs", *PLACE)]
        assert sorted(found) == sorted(rows)
        assert not ordered or found == rows
        assert len({each.query.get("created") for each in fake.requests}) > 4


@pytest.mark.parametrize("bounded", [False, True])
async def test_a_cap_on_depth_is_got_round_in_shards_too(bounded: bool) -> None:
    """Each is read by time, within the bounds of the caller, and goes on after any item."""
    async with Fake(GitHubClient, rows=2500) as fake, fake.client() as github:
        rows, runs = fake.items("runs", *PLACE), github.runs(*PLACE)
        bounds: dict[str, Any] = {}
        if bounded:
            bounds = {
                "created_after": rows[2300].created_at,
                "created_before": rows[100].created_at,
            }
        shards = await runs.list(**bounds).shards(4)
        assert len(shards) == 4
        found = list[int]()
        for shard in shards:
            part = Shard.from_json(shard.to_json())
            walk = aiter(runs.shard(part))
            found += [run.id for _ in range(150) if (run := await anext(walk, None)) is not None]
            place = Checkpoint.from_json(walk.checkpoint.to_json())
            await walk.aclose()
            found += [run.id async for run in runs.shard(part, resume=place)]
        assert found == [run.id for run in await runs.list(**bounds).collect()]
        assert bounded or found == [run.id for run in rows]


@pytest.mark.parametrize(
    "window",
    [
        Window("a", "b"),
        Window("a", form="{}..{}"),
        Window("a", "b", form=">={}", times="seconds"),
        Window("a", "b", times="milliseconds"),
        Window("a"),
    ],
)
@pytest.mark.parametrize("after", [None, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)])
@pytest.mark.parametrize("before", [None, datetime(2026, 3, 2, 1, tzinfo=UTC)])
def test_the_bounds_of_a_shard_are_those_that_it_sends(
    window: Window, after: datetime | None, before: datetime | None
) -> None:
    params: Any = (("x", "1"), *window_params(window, after, before))
    bounds, rest = split_bounds(window, params)
    assert rest == (("x", "1"),)
    assert window_params(window, bounds.oldest, bounds.newest) == params[1:]


def test_a_bound_that_is_no_time_is_refused() -> None:
    for text in ("soon", "..", "1..2"):
        with pytest.raises(ValueError, match=r"."):
            split_bounds(Window("a", form="{}..{}"), (("a", text),))


@pytest.mark.parametrize("client", [TriggerClient, ReplicateClient])
async def test_a_listing_with_tokens_is_cut_into_as_many_shards(client: Any) -> None:
    async with Fake(client, rows=400, page_size=20) as fake, fake.client() as service:
        (resource,) = (each for each in ("runs", "predictions") if hasattr(service, each))
        verbs = getattr(service, resource)
        shards = await verbs.list().shards(6)
        assert len(shards) == 6
        found = [await verbs.shard(Shard.from_json(each.to_json())).collect() for each in shards]
        assert sorted(item.id for each in found for item in each) == sorted(
            item.id for item in fake.items(resource)
        )
        assert max(map(len, found)) <= 2 * 400 / 6
