"""Calls that are cancelled wherever they happen to be: what is left of them."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from asyncops import Timeout, ZooClient
from asyncops.testing import FakeClock
from tests.wire.faultserver import FIN, SILENCE, FaultServer, Seen, Step, answer
from tests.wire.kit import ask, echo, get, quiet, zoo


async def wander(client: ZooClient, number: int) -> None:
    """Ask without end, each time for another prompt."""
    step = 0
    while True:
        await get(client, number * 1_000_000 + step)
        step += 1


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
async def test_random_cancels_leak_nothing_and_mix_up_nothing(given: bool) -> None:
    """More tasks than connections; 300 of them are cancelled wherever they happen to be."""
    dice = random.Random(7)

    def script(seen: Seen) -> Sequence[Step]:
        raw = echo(seen)[0]
        cut = dice.randrange(len(raw))
        return [dice.random() * 0.004, raw[:cut], dice.random() * 0.002, raw[cut:]]

    # On a busy machine, a turn of the queue may take longer than the usual patience.
    timeout = Timeout(pool=60.0)
    async with FaultServer(script) as server, zoo(server, given=given, timeout=timeout) as client:
        tasks = [asyncio.create_task(wander(client, number)) for number in range(110)]
        for number in range(110, 410, 3):
            if number % 4 == 0:
                await asyncio.sleep(dice.random() * 0.003)
            victims = [tasks.pop(dice.randrange(len(tasks))) for _ in range(3)]
            for victim in victims:
                victim.cancel()
            await asyncio.wait(victims)
            assert all(victim.cancelled() for victim in victims)
            new = range(number, number + 3)
            tasks += [asyncio.create_task(wander(client, each)) for each in new]
        assert not [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
        await quiet(server, connections=100)
        # Every place is free again.
        await asyncio.gather(*(get(client, number) for number in range(100)))
        assert server.open <= 100
    await quiet(server)


async def test_a_cancelled_call_ends_its_connection() -> None:
    async with FaultServer([[answer()[:40], SILENCE]]) as server, zoo(server) as client:
        call = asyncio.create_task(ask(client))
        await server.until(lambda: server.requests == 1)
        call.cancel()
        await asyncio.wait([call])
        assert call.cancelled()
        await quiet(server)


async def test_a_cancelled_backoff_sends_nothing_more() -> None:
    clock = FakeClock(auto_advance=False)
    async with FaultServer([[FIN]]) as server, zoo(server, clock=clock) as client:
        call = asyncio.create_task(ask(client))
        await server.until(lambda: len(clock.slept) == 1)
        call.cancel()
        await asyncio.wait([call])
        assert call.cancelled()
        clock.advance(100)
        await quiet(server)
    assert server.requests == 1


async def test_a_callers_own_timeout_stays_its_own() -> None:
    """The library's deadline is not mistaken for one around the call, nor the other way."""
    async with FaultServer([[SILENCE]]) as server, zoo(server) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await ask(client)
        await quiet(server)
