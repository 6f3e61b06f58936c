"""Walks, merged listings and single calls, cancelled wherever they happen to be."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from attrs import frozen

from asyncops import ChainloopClient, ZooClient
from asyncops.testing import FakeClock, FakeServer
from asyncops.testing.server.local import now_ns
from tests import raw_json
from tests.soak.rig import merged_ids
from tests.until import until
from tests.wire.kit import strays

TASKS = 15
CONNECTIONS = 100


@frozen
class Mix:
    """What a task may be at when it is cancelled; each deed checks what it is given."""

    zoo: ZooClient
    chainloop: ChainloopClient
    calls: Sequence[str]
    failed: Sequence[str]
    prompts: Sequence[str]
    operations: Sequence[str]

    async def get_prompt(self, dice: random.Random) -> None:
        wanted = dice.choice(self.prompts)
        assert str((await self.zoo.ml_prompts.get(wanted)).id) == wanted

    async def get_call(self, dice: random.Random) -> None:
        wanted = dice.choice(self.calls)
        assert str((await self.zoo.operations.get(wanted)).id) == wanted

    async def walk_failed(self, dice: random.Random) -> None:
        pager = self.zoo.operations.list(status="failed", limit=dice.randint(1, 9))
        await match(aiter(pager), self.failed, dice)

    async def walk_every_status(self, dice: random.Random) -> None:
        await match(aiter(self.zoo.operations.list(limit=dice.randint(5, 40))), self.calls, dice)

    async def walk_prompts(self, dice: random.Random) -> None:
        pages = self.zoo.ml_prompts.list(limit=dice.randint(1, 9)).pages()
        async with aclosing(pages):
            await match((item async for page in pages for item in page.items), self.prompts, dice)

    async def walk_numbers(self, dice: random.Random) -> None:
        pager = self.chainloop.operations.list(page_size=dice.randint(1, 9))
        await match(aiter(pager), self.operations, dice)

    @property
    def deeds(self) -> Sequence[Callable[[random.Random], Awaitable[None]]]:
        return (
            self.get_prompt,
            self.get_call,
            self.walk_failed,
            self.walk_every_status,
            self.walk_prompts,
            self.walk_numbers,
        )


async def match(items: AsyncIterator[Any], expected: Sequence[str], dice: random.Random) -> None:
    """What comes is the listing, to its end or to where the walk is left."""
    stop = dice.choice((1, 5, 30, len(expected) + 1))
    given = 0
    async for item in items:
        assert str(item.id) == expected[given]
        given += 1
        if given == stop:
            return
    assert given == len(expected)


async def busy(mix: Mix, seed: int) -> None:
    """One deed after the other, without end."""
    dice = random.Random(seed)
    while True:
        await dice.choice(mix.deeds)(dice)


async def cancel(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """End tasks that must not have ended by themselves."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        assert task.cancelled(), task.exception()


async def disturb(mix: Mix, times: int, dice: random.Random) -> None:
    """Keep tasks busy, and cancel so many of them at random moments."""
    tasks = [asyncio.create_task(busy(mix, seed)) for seed in range(TASKS)]
    for seed in range(TASKS, TASKS + times):
        await asyncio.sleep(dice.choice((0, 0, 0.0005, 0.003)))
        await cancel([tasks.pop(dice.randrange(TASKS))])
        tasks.append(asyncio.create_task(busy(mix, seed)))
    await cancel(tasks)


@pytest.mark.parametrize(
    "times",
    [
        150,
        pytest.param(3_000, marks=[pytest.mark.soak, pytest.mark.timeout(120)]),
    ],
)
async def test_random_cancels_leave_nothing_behind_and_mix_nothing_up(times: int) -> None:
    with FakeServer(operations=300, prompts=60, chainloop_operations=60, latency=0.001) as server:
        arguments: dict[str, Any] = {"base_url": server.url, "clock": FakeClock()}
        async with (
            ZooClient(server.token, **arguments) as zoo,
            ChainloopClient(server.token, **arguments) as chainloop,
        ):
            mix = Mix(
                zoo,
                chainloop,
                list(
                    merged_ids(
                        server.zoo.described.served["operations"].table(()), now_ns(server.clock)
                    )
                ),
                [row["id"] for row in raw_json.zoo_operations(server, "failed")],
                [row["id"] for row in raw_json.ml_prompts(server)],
                [row["id"] for row in raw_json.chainloop_operations(server)],
            )
            await disturb(mix, times, random.Random(times))
            # What a walk that was left behind was fetching ends with the walk.
            await until(lambda: not strays() and server.open_connections <= 2 * CONNECTIONS)
            whole = random.Random(0)
            for deed in mix.deeds:
                for _ in range(10):
                    await deed(whole)
            # Every place in the queue for connections is free again.
            await asyncio.gather(*(mix.get_prompt(whole) for _ in range(CONNECTIONS)))
        await until(lambda: not strays() and server.open_connections == 0)
