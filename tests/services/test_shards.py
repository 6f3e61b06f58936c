"""Both services' listings over real sockets, cut into shards."""

import asyncio
from typing import Any, Literal

import pytest
from attrs import evolve

from asyncops import (
    ApiCallStatus,
    AsyncOperationStatus,
    BadRequest,
    ChainloopClient,
    Checkpoint,
    Pager,
    RetryPolicy,
    ServerError,
    Shard,
    TooManyPages,
    WalkReport,
    ZooClient,
)
from asyncops.testing import ChainloopHabits, FakeServer, Fault, ZooHabits
from tests import raw_json


def zoo_of(server: FakeServer, **settings: Any) -> ZooClient:
    return ZooClient(server.token, base_url=server.url, clock=server.clock, **settings)


def chainloop_of(server: FakeServer, **settings: Any) -> ChainloopClient:
    return ChainloopClient(server.token, base_url=server.url, clock=server.clock, **settings)


async def ids_of(pager: Pager[Any]) -> list[str]:
    return [str(item.id) async for item in pager]


async def test_every_status_in_five_shards_read_by_five_clients_while_calls_move() -> None:
    """Each with its own client and task, from JSON, while the clock runs and new calls arrive."""
    async with FakeServer(operations=1_500, arrivals=2.0) as server, zoo_of(server) as zoo:
        expected = {row["id"] for row in raw_json.zoo_operations(server)}
        shards = await zoo.operations.list(limit=20).shards()
        assert len(shards) == 5
        assert server.count() == 3 + 2 * 2

        async def work(text: str) -> list[str]:
            found = []
            async with zoo_of(server) as worker:
                async for call in worker.operations.shard(Shard.from_json(text)):
                    found.append(str(call.id))
                    if len(found) % 10 == 0:
                        server.advance(3)
            return found

        parts = await asyncio.gather(*(work(shard.to_json()) for shard in shards))
        ids = [each for part in parts for each in part]
        assert len(ids) == len(set(ids))
        assert expected <= set(ids)


@pytest.mark.parametrize("max_pages", [1, 2, 8])
async def test_cutting_keeps_to_the_bound_on_pages(max_pages: int) -> None:
    """All its requests together, on both kinds of listings; as many as needed are enough."""
    async with (
        FakeServer(operations=400, chainloop_operations=400) as server,
        zoo_of(server) as zoo,
        chainloop_of(server) as chainloop,
    ):
        for listing, needed in (
            (zoo.operations.list(limit=20, max_pages=max_pages), 8),
            # One of them is page 0, which is refused.
            (chainloop.operations.list(page_size=20, max_pages=max_pages), 9),
        ):
            server.reset_counters()
            if max_pages >= needed:
                await listing.shards(8)
            else:
                with pytest.raises(TooManyPages, match="max_pages"):
                    await listing.shards(8)
            assert server.count() <= max_pages
        assert len(await chainloop.operations.list(page_size=20, max_pages=9).shards(8)) == 8


@pytest.mark.parametrize("n", [1, 2, 5])
async def test_the_shards_of_zoo_cost_little_more_than_the_listing(n: int) -> None:
    """What has ended is read once; only what moves is looked at from several sides."""
    async with FakeServer(operations=3_000) as server, zoo_of(server) as zoo:
        shards = await zoo.operations.list(limit=50).shards(n)
        costs, ids = [], []
        for shard in shards:
            server.reset_counters()
            ids += await ids_of(zoo.operations.shard(shard))
            costs.append(server.count())
        assert sorted(ids) == sorted(row["id"] for row in raw_json.zoo_operations(server))
        # Each of the five statuses ends with an empty page.
        assert sum(costs) <= 64 + 8 + 5
        assert max(costs) <= {1: 64, 2: 36, 5: 28}[n] + 5


async def test_prompts_and_one_status_are_cut_in_two() -> None:
    """With one request at each end."""
    async with FakeServer(operations=1_000, prompts=500) as server, zoo_of(server) as zoo:
        for pager, read, rows in (
            (zoo.ml_prompts.list(limit=20), zoo.ml_prompts.shard, raw_json.ml_prompts(server)),
            (
                zoo.operations.list(status="completed", limit=20),
                zoo.operations.shard,
                raw_json.zoo_operations(server, "completed"),
            ),
        ):
            server.reset_counters()
            shards = await pager.shards()
            assert server.count() == 2
            server.reset_counters()
            parts = [await ids_of(read(shard)) for shard in shards]
            assert server.count() <= -(-len(rows) // 20) + 2
            assert sorted(each for part in parts for each in part) == sorted(
                row["id"] for row in rows
            )
            assert min(map(len, parts)) > len(rows) // 3


async def test_a_zoo_that_knows_one_direction_only_gives_the_same() -> None:
    """Cut while it knew both, or now."""
    habits = ZooHabits(ignores_sort_direction=True)
    async with FakeServer(operations=600, zoo=habits) as server, zoo_of(server) as zoo:
        expected = sorted(row["id"] for row in raw_json.zoo_operations(server))
        (shard,) = await zoo.operations.list(limit=50).shards()
        assert sorted(await ids_of(zoo.operations.shard(shard))) == expected
        async with FakeServer(operations=600) as usual, zoo_of(usual) as client:
            shards = await client.operations.list(limit=50).shards()
        assert len(shards) == 5
        ids = [each for part in shards for each in await ids_of(zoo.operations.shard(part))]
        assert sorted(ids) == expected


@pytest.mark.parametrize("habits", [(0, "clamp"), (1, "clamp"), (1, "reject")], ids=str)
async def test_numbered_pages_come_once_while_rows_arrive_and_vanish(
    habits: tuple[Literal[0, 1], Literal["clamp", "reject"]],
) -> None:
    """By several clients at once, whether pages are counted from 0 or from 1."""
    service = ChainloopHabits(page_base=habits[0], page_zero=habits[1])
    async with (
        FakeServer(chainloop_operations=900, chainloop=service, arrivals=3.0) as server,
        chainloop_of(server) as chainloop,
    ):
        rows = [row["id"] for row in raw_json.chainloop_operations(server)]
        shards = await chainloop.operations.list(page_size=20).shards(6)
        assert len(shards) == 6
        assert server.count() <= 6 + 1
        gone = set(rows[5:600:50])
        left = iter(sorted(gone))
        server.advance(60)

        async def work(shard: Shard) -> list[str]:
            found = []
            async with chainloop_of(server) as worker:
                async for operation in worker.operations.shard(shard):
                    found.append(operation.id)
                    if len(found) % 15 == 0:
                        server.advance(1)
                        if (each := next(left, None)) is not None:
                            raw_json.remove_chainloop_operation(server, each)
            return found

        parts = await asyncio.gather(*map(work, shards))
        ids = [each for part in parts for each in part]
        assert len(ids) == len(set(ids))
        assert set(rows) - gone <= set(ids)


async def test_a_shard_of_numbered_pages_costs_its_part() -> None:
    """And keeps the filters of its query."""
    async with (
        FakeServer(chainloop_operations=2_000) as server,
        chainloop_of(server) as chainloop,
    ):
        listing = chainloop.operations.list(
            kind="evidence_evaluation", status="failed", page_size=5
        )
        expected = raw_json.chainloop_operations(
            server, "ASYNC_OPERATION_STATUS_FAILED", "evidence_evaluation"
        )
        shards = await listing.shards(4)
        # And page 0, which is refused.
        assert server.count() == 4 + 1
        ids = []
        for shard in shards:
            server.reset_counters()
            ids += await ids_of(chainloop.operations.shard(shard))
            assert server.count() <= -(-len(expected) // 5 // 4) + 2
        assert ids == [row["id"] for row in expected]


async def test_a_shard_goes_on_after_an_error_in_another_client() -> None:
    """From the error's checkpoint, with the rest of the shard alone."""
    async with (
        FakeServer(operations=800, chainloop_operations=800) as server,
        zoo_of(server, retry=RetryPolicy(attempts=1)) as zoo,
        chainloop_of(server, retry=RetryPolicy(attempts=1)) as chainloop,
    ):
        calls = (await zoo.operations.list(limit=20).shards())[0]
        rows = (await chainloop.operations.list(page_size=20).shards(3))[1]
        server.reset_counters()
        for read, shard in ((zoo.operations.shard, calls), (chainloop.operations.shard, rows)):
            whole = await ids_of(read(shard))
            server.reset_counters()
            server.script(Fault(500, on=4))
            given: list[str] = []
            with pytest.raises(ServerError) as raised:
                async for item in read(shard):
                    given.append(str(item.id))  # noqa: PERF401 - kept when it fails
            assert raised.value.checkpoint is not None
            place = Checkpoint.from_json(raised.value.checkpoint.to_json())
            assert given
            assert given + await ids_of(read(shard, resume=place)) == whole


async def test_a_shard_is_a_pager_as_any_other() -> None:
    """Awaited, by pages, at once and with a limit; its hook is told of pages."""
    reports: list[WalkReport] = []
    async with FakeServer(chainloop_operations=400) as server, chainloop_of(server) as chainloop:
        shard = (await chainloop.operations.list(page_size=20).shards(4))[2]
        pager = chainloop.operations.shard(shard, on_page=reports.append)
        whole = await ids_of(pager)
        assert [report.pages for report in reports] == list(range(1, len(reports) + 1))
        assert [row.id for row in (await pager).items] == whole[: len((await pager).items)]
        paged = [row.id async for page in pager.pages() for row in page.items]
        async with pager.concurrent(8) as walk:
            together = [row.id async for row in walk]
        assert paged == together == whole
        assert [row.id for row in await pager.collect(max_items=7)] == whole[:7]


async def test_what_does_not_fit_is_refused_before_anything_is_sent() -> None:
    """With what would be right."""
    async with (
        FakeServer() as server,
        zoo_of(server) as zoo,
        chainloop_of(server) as chainloop,
    ):
        calls = (await zoo.operations.list().shards())[0]
        prompts = (await zoo.ml_prompts.list().shards())[0]
        rows = (await chainloop.operations.list().shards())[0]
        walk = aiter(zoo.operations.list())
        await anext(walk)
        place = walk.checkpoint
        await walk.aclose()
        server.reset_counters()
        with pytest.raises(ValueError, match=r"read it with zoo\.ml_prompts\.shard"):
            zoo.operations.shard(prompts)
        with pytest.raises(ValueError, match=r"read it with zoo\.operations\.shard"):
            zoo.ml_prompts.shard(calls)
        with pytest.raises(ValueError, match=r"read it with zoo\.operations\.shard"):
            chainloop.operations.shard(calls)
        for read, wrong in (
            (zoo.operations.shard, evolve(calls, statuses=())),
            (zoo.operations.shard, evolve(calls, filters=(("kind", "x"),))),
            (zoo.ml_prompts.shard, evolve(prompts, statuses=("failed",))),
            (chainloop.operations.shard, evolve(rows, filters=(("page", "x"),))),
            (chainloop.operations.shard, evolve(rows, filters=(("kind", "x"), ("kind", "y")))),
        ):
            with pytest.raises(ValueError, match="does not hold a query of"):
                read(wrong)
        with pytest.raises(ValueError, match="needs its page_hint"):
            chainloop.operations.shard(evolve(rows, page_hint=None))
        with pytest.raises(ValueError, match="another query"):
            zoo.operations.shard(calls, resume=place)
        for pager in (
            zoo.operations.list(resume=place),
            zoo.operations.list(status="failed", page_token="t"),
            chainloop.operations.list(page=0),
        ):
            with pytest.raises(ValueError, match="cut the whole listing"):
                await pager.shards()
        assert server.count() == 0


async def test_an_error_of_the_service_while_cutting_comes_as_it_is() -> None:
    """A page size that it refuses, for instance."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        with pytest.raises(BadRequest):
            await chainloop.operations.list(page_size=500).shards()


async def test_a_status_that_is_new_to_this_release_is_read_as_it_was_cut() -> None:
    """Zoo is asked for it, and says by itself what it thinks of it; Chainloop's is read whole."""
    async with (
        FakeServer() as server,
        zoo_of(server) as zoo,
        chainloop_of(server) as chainloop,
    ):
        paused = "ASYNC_OPERATION_STATUS_PAUSED"
        (calls,) = await zoo.operations.list(status=ApiCallStatus("paused")).shards(1)
        (rows,) = await chainloop.operations.list(status=AsyncOperationStatus(paused)).shards(1)
        server.reset_counters()
        with pytest.raises(BadRequest):
            await zoo.operations.shard(Shard.from_json(calls.to_json()))
        assert server.requests[-1].query["status"] == "paused"
        assert rows.statuses == ("paused",)
        part = chainloop.operations.shard(Shard.from_json(rows.to_json()))
        assert await ids_of(part) == []
        assert "status" not in server.requests[-1].query
