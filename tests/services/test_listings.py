"""Many listings at once, of both services and of many accounts, over real sockets."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import assert_type

import pytest

from asyncops import (
    AsyncApiCall,
    AsyncOperation,
    AsyncOpsError,
    ChainloopClient,
    Checkpoint,
    ConfigurationError,
    MlPrompt,
    NotFound,
    PaginationError,
    RetryPolicy,
    ServerError,
    Unauthorized,
    ZooClient,
)
from asyncops.listing.fan_out import FanOut, fan_out
from asyncops.listing.merge import Merge, merge
from asyncops.testing import FakeServer, Fault, ZooHabits
from tests import raw_json
from tests.until import until
from tests.wire.kit import strays


def age(operation: AsyncApiCall | AsyncOperation) -> datetime:
    assert operation.created_at is not None
    return operation.created_at


def clients(server: FakeServer, attempts: int = 3) -> tuple[ZooClient, ChainloopClient]:
    retry = RetryPolicy(attempts=attempts)
    return (
        ZooClient(server.token, base_url=server.url, clock=server.clock, retry=retry),
        ChainloopClient(server.token, base_url=server.url, clock=server.clock, retry=retry),
    )


def both(
    zoo: ZooClient, chainloop: ChainloopClient, resume: Sequence[Checkpoint | None] = (None, None)
) -> Merge[AsyncApiCall | AsyncOperation]:
    return merge(
        zoo.operations.list(limit=20, resume=resume[0]),
        chainloop.operations.list(page_size=15, resume=resume[1]),
        key=age,
        reverse=True,
    )


async def test_both_services_come_as_one_listing_newest_first() -> None:
    """Every operation of either, once."""
    async with FakeServer(operations=230, chainloop_operations=170) as server:
        zoo, chainloop = clients(server)
        async with zoo, chainloop, both(zoo, chainloop) as operations:
            found = [operation async for operation in operations]
        assert [age(each) for each in found] == sorted(map(age, found), reverse=True)
        rows = [*raw_json.zoo_operations(server), *raw_json.chainloop_operations(server)]
        assert sorted(str(each.id) for each in found) == sorted(row["id"] for row in rows)


async def test_both_services_go_on_from_their_checkpoints() -> None:
    """In another process, say."""
    async with FakeServer(operations=130, chainloop_operations=110) as server:
        zoo, chainloop = clients(server)
        async with zoo, chainloop:
            async with both(zoo, chainloop) as operations:
                whole = [operation.id async for operation in operations]
            for cut in (0, 1, 77, 239):
                async with both(zoo, chainloop) as operations:
                    taken = [(await anext(operations)).id for _ in range(cut)]
                places = [each.to_json() for each in operations.checkpoints]
                resume = [Checkpoint.from_json(place) for place in places]
                async with both(zoo, chainloop, resume) as operations:
                    assert [*taken, *[each.id async for each in operations]] == whole


async def test_the_newest_of_both_cost_a_handful_of_requests() -> None:
    """However many there are."""
    async with FakeServer(operations=100_000, chainloop_operations=100_000) as server:
        zoo, chainloop = clients(server)
        async with zoo, chainloop, both(zoo, chainloop) as operations:
            for _ in range(10):
                await anext(operations)
        assert server.count("/v1/operations") <= 3
        assert server.count() < 25


async def test_a_service_that_fails_says_where_it_goes_on() -> None:
    """And so do the others."""
    async with FakeServer(operations=60, chainloop_operations=60) as server:
        zoo, chainloop = clients(server, attempts=1)
        async with zoo, chainloop:
            async with both(zoo, chainloop) as operations:
                whole = [operation.id async for operation in operations]
            server.script(Fault(500, on=3, path="/v1/"))
            taken = []
            async with both(zoo, chainloop) as operations:
                with pytest.raises(ServerError) as caught:
                    while True:
                        taken.append((await anext(operations)).id)
            assert caught.value.checkpoint == operations.checkpoints[1]
            async with both(zoo, chainloop, operations.checkpoints) as operations:
                assert [*taken, *[each.id async for each in operations]] == whole


async def test_a_service_that_ignores_the_order_is_found_out() -> None:
    """Its items are never mixed in at the wrong place."""
    habits = ZooHabits(ignores_sort_direction=True)
    async with FakeServer(operations=60, chainloop_operations=60, zoo=habits) as server:
        zoo, chainloop = clients(server)
        async with zoo, chainloop, both(zoo, chainloop) as operations:
            with pytest.raises(PaginationError, match=r"pagers\[0\] is not in descending order"):
                while True:
                    await anext(operations)


async def test_merged_items_have_the_types_of_their_listings() -> None:
    """All of one kind, or a union."""
    async with FakeServer(operations=20, prompts=20, chainloop_operations=20) as server:
        zoo, chainloop = clients(server)
        async with zoo, chainloop:
            calls, operations = zoo.operations.list(), chainloop.operations.list()
            prompts = zoo.ml_prompts.list()
            async with merge(calls, key=lambda each: each.created_at, reverse=True) as one:
                assert_type(await anext(one), AsyncApiCall)
            async with merge(
                calls, operations, key=lambda each: each.created_at, reverse=True
            ) as two:
                assert_type(await anext(two), AsyncApiCall | AsyncOperation)
            async with merge(
                calls, operations, prompts, key=lambda each: each.created_at, reverse=True
            ) as three:
                assert_type(await anext(three), AsyncApiCall | AsyncOperation | MlPrompt)
            async with merge(
                *[prompts] * 5, key=lambda each: each.created_at, reverse=True
            ) as many:
                assert_type(await anext(many), MlPrompt)
                assert_type(many.checkpoints, tuple[Checkpoint, ...])
            async with fan_out({"a": zoo}, lambda each: each.ml_prompts.list()) as found:
                assert_type(found, FanOut[str, MlPrompt])
                assert_type(await anext(found), tuple[str, MlPrompt | AsyncOpsError])


async def test_every_account_is_walked_and_one_that_fails_costs_nobody() -> None:
    """A wrong token, a closed client, an outage in the middle: each an error under its name."""
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(FakeServer(seed=seed, prompts=40)) for seed in range(9)
        ]
        accounts = {
            f"account {seed}": await stack.enter_async_context(clients(server, attempts=1)[0])
            for seed, server in enumerate(servers)
        }
        servers[2].token = "changed"
        servers[4].script(Fault(404, on=3, message="gone away"))
        await accounts["account 7"].close()
        found: dict[str, list[MlPrompt | AsyncOpsError]] = {name: [] for name in accounts}
        async with fan_out(
            accounts, lambda zoo: zoo.ml_prompts.list(limit=15), concurrency=3
        ) as prompts:
            async for name, prompt in prompts:
                found[name].append(prompt)
        assert isinstance(found["account 2"].pop(), Unauthorized)
        assert isinstance(found["account 7"].pop(), ConfigurationError)
        error = found["account 4"].pop()
        assert isinstance(error, NotFound)
        rest = accounts["account 4"].ml_prompts.list(limit=15, resume=error.checkpoint)
        found["account 4"] += await rest.collect()
        for seed, server in enumerate(servers):
            rows = [] if seed in {2, 7} else [row["id"] for row in raw_json.ml_prompts(server)]
            ids = [str(each.id) for each in found[f"account {seed}"] if isinstance(each, MlPrompt)]
            assert ids == rows


async def test_random_cancels_leave_nothing_behind() -> None:
    """Merged or fanned out, at whatever they are."""
    dice = random.Random(4)
    with FakeServer(operations=90, prompts=90, chainloop_operations=90, latency=0.001) as server:
        zoo, chainloop = clients(server)
        async with zoo, chainloop:

            async def merged() -> None:
                async with both(zoo, chainloop) as operations:
                    assert len([each async for each in operations]) == 180

            async def fanned() -> None:
                accounts = dict.fromkeys(range(5), zoo)
                async with fan_out(
                    accounts, lambda each: each.ml_prompts.list(limit=20), concurrency=2
                ) as found:
                    assert len([each async for each in found]) == 450

            for _ in range(60):
                task = asyncio.ensure_future(dice.choice((merged, fanned))())
                await asyncio.sleep(dice.choice((0, 0.0005, 0.003, 0.006)))
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled() or task.exception() is None
                assert not strays()
            await merged()
            await fanned()
        await until(lambda: server.open_connections == 0)
