"""Both services' listings over real sockets, with many requests under way at once."""

import asyncio
from typing import Any, Literal

import pytest

from asyncops import (
    ChainloopClient,
    Checkpoint,
    Pager,
    PaginationError,
    RetryPolicy,
    ServerError,
    ZooClient,
)
from asyncops.testing import ChainloopHabits, FakeServer, Fault, ZooHabits
from tests import raw_json


def zoo_of(server: FakeServer, **settings: Any) -> ZooClient:
    return ZooClient(server.token, base_url=server.url, clock=server.clock, **settings)


def chainloop_of(server: FakeServer, **settings: Any) -> ChainloopClient:
    return ChainloopClient(server.token, base_url=server.url, clock=server.clock, **settings)


async def ids_of(pager: Pager[Any], *, ordered: bool = True, n: int = 8) -> list[str]:
    async with pager.concurrent(n, ordered=ordered) as walk:
        return [str(item.id) async for item in walk]


orders = pytest.mark.parametrize("ordered", [True, False], ids=["in order", "as they come"])


@pytest.mark.parametrize("base", [0, 1], ids=["pages from 0", "pages from 1"])
@orders
async def test_numbered_pages_come_once_each_with_one_request_a_page(
    base: Literal[0, 1], ordered: bool
) -> None:
    """However they overtake each other."""
    habits = ChainloopHabits(page_base=base)
    async with (
        FakeServer(chainloop_operations=2_000, chainloop=habits, latency=0.001) as server,
        chainloop_of(server) as chainloop,
    ):
        expected = [row["id"] for row in raw_json.chainloop_operations(server)]
        ids = await ids_of(chainloop.operations.list(page_size=50), ordered=ordered)
        assert (ids if ordered else sorted(ids)) == (expected if ordered else sorted(expected))
        # One more sees that nothing has moved meanwhile; page 0 may be refused.
        assert server.count() == 40 + 1 + base


@orders
async def test_prompts_and_one_status_are_read_from_both_ends(ordered: bool) -> None:
    """With both orders asked for, and hardly a request more than there are pages."""
    async with FakeServer(operations=3_000, prompts=1_000) as server, zoo_of(server) as zoo:
        ids = await ids_of(zoo.ml_prompts.list(limit=50), ordered=ordered)
        assert sorted(ids) == sorted(row["id"] for row in raw_json.ml_prompts(server))
        orders = {request.query["sort_by"] for request in server.requests}
        assert orders == {"created_at_ascending", "created_at_descending"}
        assert server.count() <= 20 + 3
        server.reset_counters()
        expected = [row["id"] for row in raw_json.zoo_operations(server, "failed")]
        ids = await ids_of(zoo.operations.list(status="failed", limit=20), ordered=ordered)
        assert sorted(ids) == sorted(expected)
        assert server.count() <= -(-len(expected) // 20) + 3


@orders
async def test_every_status_while_operations_move(ordered: bool) -> None:
    """None is missed, none comes twice, though the clock runs between the items."""
    async with FakeServer(operations=1_500) as server, zoo_of(server) as zoo:
        expected = {
            row["id"]
            for status in ("queued", "uploaded", "in_progress", "completed", "failed")
            for row in raw_json.zoo_operations(server, status)
        }
        ids: list[str] = []
        async with zoo.operations.list(limit=20).concurrent(ordered=ordered) as walk:
            async for call in walk:
                ids.append(str(call.id))
                if len(ids) % 10 == 0:
                    server.advance(5)
        assert len(ids) == len(set(ids))
        assert expected <= set(ids)


@pytest.mark.parametrize("order", ["created_at_ascending", "created_at_descending"])
async def test_a_service_that_knows_one_direction_only_is_read_in_that_one(order: str) -> None:
    """By itself, and to the last item."""
    habits = ZooHabits(ignores_sort_direction=True)
    async with FakeServer(operations=2_000, zoo=habits) as server, zoo_of(server) as zoo:
        expected = [row["id"] for row in raw_json.zoo_operations(server, "completed")]
        ids = await ids_of(zoo.operations.list(status="completed", sort_by=order, limit=50))
        assert sorted(ids) == sorted(expected)
        assert server.count() <= -(-len(expected) // 50) + 3


@orders
async def test_a_page_that_fails_for_good_ends_the_walk_with_the_place_of_the_rest(
    ordered: bool,
) -> None:
    """Of numbered pages, all before it have been given."""
    async with (
        FakeServer(chainloop_operations=1_000) as server,
        chainloop_of(server, retry=RetryPolicy(attempts=1)) as chainloop,
    ):
        expected = [row["id"] for row in raw_json.chainloop_operations(server)]
        server.script(Fault(500, on=9))
        given: list[str] = []
        with pytest.raises(ServerError) as raised:
            async with chainloop.operations.list(page_size=20).concurrent(
                4, ordered=ordered
            ) as walk:
                async for operation in walk:
                    given.append(operation.id)  # noqa: PERF401 - kept when it fails
        assert raised.value.checkpoint is not None
        place = Checkpoint.from_json(raised.value.checkpoint.to_json())
        if ordered:
            assert given == expected[: len(given)]
        rest = [
            operation.id
            async for operation in chainloop.operations.list(page_size=20, resume=place)
        ]
        assert sorted(given + rest) == sorted(expected)


async def test_two_walks_of_one_pager_do_not_disturb_each_other() -> None:
    """Each starts anew."""
    async with FakeServer(chainloop_operations=500) as server, chainloop_of(server) as chainloop:
        pager = chainloop.operations.list(page_size=20)
        first, second = await asyncio.gather(ids_of(pager), ids_of(pager))
        assert first == second == [row["id"] for row in raw_json.chainloop_operations(server)]


async def test_leaving_closes_what_is_under_way() -> None:
    """The server sees no connection that is still busy, and the walk says that it was left."""
    async with (
        FakeServer(chainloop_operations=5_000, latency=0.01) as server,
        chainloop_of(server) as chainloop,
    ):
        async with chainloop.operations.list(page_size=20).concurrent(8) as walk:
            await anext(walk)
        with pytest.raises(PaginationError, match="closing"):
            await anext(walk)
        assert await chainloop.operations.list(page_size=20)
    assert len(asyncio.all_tasks()) == 1
