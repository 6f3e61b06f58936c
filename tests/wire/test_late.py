"""Answers that nobody asked for, on a connection that is kept for the next request."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from asyncops.testing import FakeClock
from tests.wire.faultserver import FIN, FaultServer, Seen, Step, Wait, answer, head
from tests.wire.kit import echo, get, prompt_json, zoo

STRAY = answer(prompt_json(str(UUID(int=999))))

STRAYS = {
    "whole answer": STRAY,
    "two answers": STRAY + STRAY,
    "error": answer(b'{"message":"too slow"}', status="408 Request Timeout"),
    "head alone": head("Content-Length: 500"),
    "half a head": STRAY[:30],
    "empty lines": b"\r\n\r\n",
    "no HTTP": b"\x00\x15\x03 garbage \r\n\r\n",
}


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS.keys())
async def test_an_unsolicited_answer_is_not_taken_for_the_next_one(stray: bytes) -> None:
    """It came while the connection was idle: the next calls must not read it."""
    idle = asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        return [*echo(seen), Wait(idle.wait), stray] if seen.number == 1 else echo(seen)

    async with FaultServer(script) as server, zoo(server) as client:
        await get(client, 1)
        before = server.sent
        idle.set()
        await server.until(lambda: server.sent == before + len(stray))
        # From one socket of this loop to the other.
        await asyncio.sleep(0.005)
        for number in (2, 3, 4):
            await get(client, number)
    assert server.requests == 4


@pytest.mark.parametrize("name", sorted(STRAYS.keys() - {"no HTTP"}))
async def test_what_comes_right_behind_an_answer_is_not_taken_for_the_next_one(name: str) -> None:
    """It is read together with the answer that it does not belong to."""

    def script(seen: Seen) -> Sequence[Step]:
        return [echo(seen)[0] + STRAYS[name]] if seen.number == 1 else echo(seen)

    async with FaultServer(script) as server, zoo(server) as client:
        for number in (1, 2, 3):
            await get(client, number)
    assert server.requests == 3


async def test_a_goodbye_on_an_idle_connection_costs_nothing() -> None:
    """Servers send a 408 before they close what has been idle for long."""
    goodbye = answer(b"", "Connection: close", status="408 Request Timeout")

    def script(seen: Seen) -> Sequence[Step]:
        return [*echo(seen), goodbye, FIN] if seen.number == 1 else echo(seen)

    clock = FakeClock()
    async with FaultServer(script) as server, zoo(server, clock=clock) as client:
        await get(client, 1)
        await server.until(lambda: server.open == 0)
        await get(client, 2)
    assert clock.slept == []


async def test_an_answer_that_outlived_its_call_is_not_taken_for_the_next_one() -> None:
    """A call that was given up takes its connection along."""
    given_up = asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        return [Wait(given_up.wait), *echo(seen)] if seen.number == 1 else echo(seen)

    async with FaultServer(script) as server, zoo(server) as client:
        first = asyncio.create_task(get(client, 1))
        await server.until(lambda: server.requests == 1)
        first.cancel()
        await asyncio.wait([first])
        given_up.set()
        await get(client, 2)
    assert first.cancelled()
    assert server.connections == 2
