"""Closing a client, using it afterwards, and using it where it does not belong."""

import asyncio

import aiohttp
import pytest

from asyncops import ConfigurationError, Timeout, ZooClient
from asyncops.utils.clock import SYSTEM_CLOCK
from tests.wire.faultserver import SILENCE, FaultServer, Step, answer
from tests.wire.kit import TOKEN, ask, echo, failing, get, quiet, then_silent, zoo

DOWN = answer(b"{}", "Retry-After: 4", status="503 Down")
BUSY = answer(b"{}", "Retry-After: 4", status="429 Busy")
FLIGHTS: dict[str, tuple[list[Step], int]] = {
    "waiting for the head": ([SILENCE], 3),
    "reading the body": ([answer()[:-3], SILENCE], 3),
    "in a backoff": ([DOWN], 1),
    "at the gate": ([BUSY], 3),
    "waiting for a connection": ([SILENCE], 120),
}


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
@pytest.mark.parametrize(("steps", "count"), FLIGHTS.values(), ids=FLIGHTS.keys())
async def test_closing_ends_calls_under_way_and_says_so(
    steps: list[Step], count: int, given: bool
) -> None:
    """On the real clock: nobody waits for the end of a sleep."""
    async with FaultServer([steps]) as server:
        async with zoo(server, given=given, clock=SYSTEM_CLOCK, timeout=Timeout()) as client:
            calls = [asyncio.create_task(ask(client)) for _ in range(count)]
            await server.until(lambda: server.requests >= min(count, 100) or BUSY in steps)
            await asyncio.sleep(0.02)
            async with asyncio.timeout(20):
                await client.close()
                for call in calls:
                    error = await failing(call, ConfigurationError)
                    assert "closed" in str(error)
            sent = server.requests
            # A session that was given keeps what is idle.
            await quiet(server, connections=count if given else 0)
        assert server.seen[sent:] == []


async def test_closing_ends_a_call_that_waits_for_its_token() -> None:
    async def token() -> str:
        await asyncio.Event().wait()
        return TOKEN

    async with FaultServer([[answer()]]) as server, zoo(server, token=token) as client:
        calls = [asyncio.create_task(ask(client)) for _ in range(3)]
        await asyncio.sleep(0.005)
        async with asyncio.timeout(20):
            await client.close()
            for call in calls:
                await failing(call, ConfigurationError)
    assert server.connections == 0


async def test_closing_ends_a_walk_and_what_it_fetches_ahead() -> None:
    async with FaultServer(then_silent) as server, zoo(server) as client:
        walk = aiter(client.ml_prompts.list())
        await anext(walk)
        await anext(walk)
        await server.until(lambda: server.requests == 2)
        await client.close()
        await failing(anext(walk), ConfigurationError)
        await walk.aclose()
        await quiet(server)


async def test_cancelling_wins_over_closing() -> None:
    """A task that was cancelled ends as cancelled, whatever else ends at that moment."""
    async with FaultServer([[SILENCE]]) as server, zoo(server) as client:
        cancelled, closed = (asyncio.create_task(ask(client)) for _ in range(2))
        await server.until(lambda: server.requests == 2)
        cancelled.cancel()
        await client.close()
        await failing(closed, ConfigurationError)
        await asyncio.wait([cancelled])
    assert cancelled.cancelled()


async def test_use_after_closing_is_an_error_that_says_so() -> None:
    async with FaultServer([[answer()]]) as server:
        async with zoo(server) as client:
            await ask(client)
            pager = client.ml_prompts.list()
        for call in (ask(client), pager.collect(), anext(aiter(pager)), anext(pager.pages())):
            error = await failing(call, ConfigurationError)
            assert "closed" in str(error)
        error = await failing(client.__aenter__(), ConfigurationError)
        assert "closed" in str(error)
    assert server.requests == 1


async def test_closing_twice_does_nothing_more() -> None:
    async with FaultServer([[answer()]]) as server, zoo(server) as client:
        await ask(client)
        await asyncio.gather(client.close(), client.close())
        await client.close()
        await quiet(server)


async def test_closing_before_any_use_is_fine() -> None:
    client = ZooClient(TOKEN)
    await client.close()
    await failing(ask(client), ConfigurationError)


async def test_a_given_session_stays_open() -> None:
    async with FaultServer([[answer()]]) as server, aiohttp.ClientSession() as session:
        for _ in range(2):
            async with zoo(server, session=session) as client:
                await ask(client)
            assert not session.closed
        async with session.get(server.url) as response:
            assert response.status == 200
    assert server.connections == 1


def test_use_from_another_event_loop_is_an_error_that_says_so() -> None:
    """A client belongs to the loop that it was first used in, even if that has ended."""
    client = ZooClient(TOKEN)
    asyncio.run(client.__aenter__())
    for use in (ask, get_one, ZooClient.__aenter__):
        error = asyncio.run(failing(use(client), ConfigurationError))
        assert "event loop" in str(error)


async def get_one(client: ZooClient) -> None:
    await get(client, 1)


async def test_closing_from_a_loop_in_another_thread_is_an_error_that_says_so() -> None:
    """It would reach into a running loop from outside; the client stays as it is."""
    async with FaultServer([[answer()]]) as server, zoo(server) as client:
        await ask(client)
        error = await asyncio.to_thread(asyncio.run, failing(client.close(), ConfigurationError))
        assert "event loop" in str(error)
        await ask(client)
    assert server.requests == 2


async def test_use_from_a_loop_in_another_thread_is_an_error_that_says_so() -> None:
    async with FaultServer([[answer()]]) as server, zoo(server) as client:
        await ask(client)

        async def elsewhere() -> None:
            error = await failing(ask(client), ConfigurationError)
            assert "event loop" in str(error)

        await asyncio.to_thread(asyncio.run, elsewhere())
        await ask(client)
    assert server.requests == 2


async def test_a_hundred_clients_leave_no_socket() -> None:
    async with FaultServer(echo) as server:
        for number in range(100):
            async with zoo(server) as client:
                await get(client, number)
        await quiet(server)
    assert server.connections == 100
