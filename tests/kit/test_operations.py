"""The verbs of a resource, against a small service of each style of paging."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.errors import AsyncOpsError, NotFound, OperationFailed
from asyncops.kit import Client
from asyncops.kit.operations import Operations
from asyncops.models import State
from asyncops.polling.change import ChangeKind
from asyncops.polling.policy import PollPolicy
from tests.kit.described.github import GitHubClient
from tests.kit.described.invented import BatchClient, FlowClient, TriggerClient
from tests.kit.described.replicate import ReplicateClient
from tests.kit.served import Row, Served, serving, times

TOKEN = "a-token-of-tests"
FAST = PollPolicy(initial=0.01, cap=0.02, timeout=30)


def work(number: int, status: str = "done") -> Row:
    return {"id": f"w{number}", "status": status, "created_at": times(number)}


def run(number: int, status: str = "completed", conclusion: str | None = "success") -> Row:
    created = times(number)
    return {
        "id": 1000 + number,
        "status": status,
        "conclusion": conclusion,
        "created_at": created,
        "updated_at": created,
    }


def prediction(number: int, status: str = "succeeded") -> Row:
    return {"id": f"p{number}", "model": "m", "status": status, "created_at": times(number)}


RUNS = "/repos/{owner}/{repo}/actions/runs"
SERVICES: dict[str, tuple[type[Client], str, str, str, Callable[..., Row]]] = {
    "pages": (GitHubClient, "runs", RUNS, f"{RUNS}/{{id}}", run),
    "next url": (
        ReplicateClient,
        "predictions",
        "/v1/predictions",
        "/v1/predictions/{id}",
        prediction,
    ),
    "token": (TriggerClient, "runs", "/api/v1/runs", "/api/v3/runs/{id}", work),
    "after": (BatchClient, "batches", "/v1/batches", "/v1/batches/{id}", work),
    "offset": (FlowClient, "flows", "/flows/filter", "/flows/{id}", work),
}
EVERY_STYLE = pytest.mark.parametrize("style", list(SERVICES))
Verbs = Operations[..., ..., Any, Any]


@asynccontextmanager
async def of_style(style: str, rows: int = 0) -> AsyncIterator[tuple[Verbs, Served]]:
    """The verbs of a service of this style, and the service."""
    kind, name, path, get, make = SERVICES[style]
    found: Any = vars(kind)[name]
    description = getattr(found, "resource", found).description
    served = Served(description.listing, [make(number) for number in range(rows)])
    async with serving(served, path, get), kind(TOKEN, base_url=served.url) as client:
        verbs: Any = getattr(client, name)
        yield (verbs("a", "b") if style == "pages" else verbs), served


def ids_of(items: list[Any]) -> list[str]:
    return [str(item.id) for item in items]


def ids_in(served: Served) -> list[str]:
    return [str(row["id"]) for row in served.rows]


@EVERY_STYLE
async def test_a_walk_gives_each_item_once_and_asks_for_no_page_twice(style: str) -> None:
    async with of_style(style, rows=537) as (verbs, served):
        items = await verbs.list().collect()
        assert ids_of(items) == ids_in(served)
        assert all(item.state is State.SUCCEEDED for item in items)
        assert len(served.seen) == 6
        assert [item async for item in verbs.list(max_items=150)] == items[:150]
        page = await verbs.list()
        assert len(page) == 100
        assert page.next_cursor is not None


@EVERY_STYLE
@pytest.mark.parametrize("rows", [0, 1, 100, 200])
async def test_the_end_is_where_the_service_says(style: str, rows: int) -> None:
    """Also after a full page."""
    async with of_style(style, rows=rows) as (verbs, served):
        assert ids_of(await verbs.list().collect()) == ids_in(served)


@EVERY_STYLE
async def test_a_walk_goes_on_after_any_item(style: str) -> None:
    async with of_style(style, rows=237) as (verbs, served):
        whole = ids_in(served)
        for after in (0, 1, 99, 100, 101, 199, 200, 236):
            given = []
            async with aclosing(aiter(verbs.list())) as walk:
                async for item in walk:
                    given.append(str(item.id))
                    if len(given) == after + 1:
                        break
                checkpoint = Checkpoint.from_json(walk.checkpoint.to_json())
            rest = ids_of(await verbs.list(resume=checkpoint).collect())
            assert given + rest == whole


@EVERY_STYLE
async def test_a_page_leads_to_the_next_one(style: str) -> None:
    async with of_style(style, rows=150) as (verbs, served):
        first = await verbs.list()
        rest = await verbs.list(cursor=first.next_cursor).collect()
        assert ids_of([*first, *rest]) == ids_in(served)


@EVERY_STYLE
async def test_a_concurrent_walk_gives_the_same(style: str) -> None:
    async with of_style(style, rows=537) as (verbs, served):
        async with verbs.list().concurrent(4) as walk:
            assert ids_of([item async for item in walk]) == ids_in(served)
        async with verbs.list().concurrent(4, ordered=False) as walk:
            assert sorted(ids_of([item async for item in walk])) == sorted(ids_in(served))


@EVERY_STYLE
async def test_the_size_of_pages_is_asked_for(style: str) -> None:
    async with of_style(style, rows=25) as (verbs, served):
        if style == "next url":
            with pytest.raises(ValueError, match="limit: the service's pages have a fixed size"):
                verbs.list(limit=10)
            return
        assert ids_of(await verbs.list(limit=10).collect()) == ids_in(served)
        assert len(served.seen) == 3


@EVERY_STYLE
async def test_items_are_got_by_their_ids(style: str) -> None:
    async with of_style(style, rows=9) as (verbs, served):
        wanted: list[Any] = [row["id"] for row in served.rows]
        missing: Any = 7 if style == "pages" else "missing"
        assert str((await verbs.get(wanted[3])).id) == str(wanted[3])
        async with verbs.get_many([*wanted, missing], ordered=True) as results:
            found = [(id_, result) async for id_, result in results]
        assert [id_ for id_, _ in found] == [*wanted, missing]
        assert ids_of([result for _, result in found[:-1]]) == ids_in(served)
        assert isinstance(found[-1][1], NotFound)


ENDS: dict[str, dict[str, Any]] = {
    "pages": {"status": "completed", "conclusion": "failure"},
    "next url": {"status": "failed"},
    "token": {"status": "broken"},
    "after": {"status": "broken"},
    "offset": {"status": "broken"},
}
ALIVE: dict[str, dict[str, Any]] = {
    "pages": {"status": "queued", "conclusion": None},
    "next url": {"status": "starting"},
    "token": {"status": "queued"},
    "after": {"status": "queued"},
    "offset": {"status": "queued"},
}


@EVERY_STYLE
async def test_an_operation_is_waited_for(style: str) -> None:
    async with of_style(style, rows=3) as (verbs, served):
        row = served.rows[0]
        row.update(ALIVE[style])

        def end(poll: Any) -> None:
            if poll.number == 2:
                row.update(ENDS[style])

        with pytest.raises(OperationFailed) as caught:
            await verbs.wait(row["id"], poll=FAST, on_poll=end)
        assert str(caught.value.operation.id) == str(row["id"])
        done = await verbs.wait(row["id"], raise_on_failure=False)
        assert done.state is State.FAILED
        wrong: Any = "false"
        with pytest.raises(TypeError, match="raise_on_failure must be True or False, got str"):
            await verbs.wait(row["id"], raise_on_failure=wrong)


@EVERY_STYLE
async def test_many_operations_are_waited_for(style: str) -> None:
    async with of_style(style, rows=30) as (verbs, served):
        for row in served.rows:
            row.update(ALIVE[style])

        def end(poll: Any) -> None:
            for row in served.rows[: poll.number * 10]:
                row.update(ENDS[style])

        wanted = [row["id"] for row in served.rows]
        async with verbs.wait_many(wanted, poll=FAST, on_poll=end) as finished:
            found = {str(id_): result async for id_, result in finished}
        assert sorted(found) == sorted(map(str, wanted))
        assert not any(isinstance(result, AsyncOpsError) for result in found.values())
        states = {result.state for result in found.values()}  # type: ignore[union-attr]
        assert states == {State.FAILED}


@EVERY_STYLE
async def test_changes_are_watched(style: str) -> None:
    *_, make = SERVICES[style]
    async with (
        of_style(style, rows=5) as (verbs, served),
        verbs.watch(poll=FAST, lookback=None) as changes,
    ):
        new = make(-1)
        new.update(ALIVE[style])
        served.rows.insert(0, new)
        created = await anext(changes)
        assert (created.kind, created.id) == (ChangeKind.CREATED, str(new["id"]))
        new.update(ENDS[style])
        ended = await anext(changes)
        assert (ended.kind, ended.id) == (ChangeKind.FINISHED, str(new["id"]))
        assert ended.failed


@EVERY_STYLE
async def test_what_is_older_than_the_newest_is_looked_up_by_its_id(style: str) -> None:
    """With its answer read as an item of the listing."""
    async with of_style(style, rows=150) as (verbs, served):
        old = served.rows[140]
        old.update(ALIVE[style])
        async with verbs.watch(poll=FAST, lookback=None) as changes:
            served.seen.clear()
            old.update(ENDS[style])
            ended = await anext(changes)
            assert (ended.kind, ended.id) == (ChangeKind.FINISHED, str(old["id"]))
        assert any(str(old["id"]) in path for _, path, _ in served.seen)


async def test_requests_of_one_client_run_side_by_side() -> None:
    async with of_style("token", rows=200) as (verbs, served):
        walks = [verbs.list().collect() for _ in range(4)]
        found = await asyncio.gather(*walks)
        assert [ids_of(items) for items in found] == [ids_in(served)] * 4


@pytest.mark.parametrize("style", ["pages", "offset"])
async def test_counted_pages_are_cut_into_shards(style: str) -> None:
    """A listing by POST is read as a whole: its shards would have to hold its body."""
    async with of_style(style, rows=537) as (verbs, served):
        if style == "offset":
            with pytest.raises(ValueError, match="this listing cannot be cut"):
                await verbs.list().shards(4)
            return
        shards = await verbs.list().shards(4)
        assert len(shards) == 4
        assert {shard.resource for shard in shards} == {"github.runs:a/b"}
        found = [item for shard in shards for item in await verbs.shard(shard).collect()]
        assert sorted(ids_of(found)) == sorted(ids_in(served))


async def test_a_listing_sorted_both_ways_is_cut_into_shards() -> None:
    async with of_style("after", rows=537) as (verbs, served):
        shards = await verbs.list().shards(4)
        assert len(shards) == 2
        found = [item for shard in shards for item in await verbs.shard(shard).collect()]
        assert sorted(ids_of(found)) == sorted(ids_in(served))


async def test_a_shard_of_another_place_is_refused() -> None:
    async with of_style("pages", rows=3) as (verbs, served):
        (shard,) = await verbs.list().shards(4)
        async with GitHubClient(TOKEN, base_url=served.url) as github:
            with pytest.raises(ValueError, match=r"of github.runs:a/b, not of github.runs:c"):
                github.runs("c", "d").shard(shard)
