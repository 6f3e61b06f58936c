"""What holds calls back: the connection limit, the gate after a 429, the deadline."""

import asyncio
from collections.abc import Sequence

import aiohttp
import pytest

from asyncops import (
    AttemptTimeout,
    ConfigurationError,
    ConnectionFailed,
    PoolTimeout,
    RateLimited,
    RetryPolicy,
    ServerError,
    Timeout,
    ZooClient,
)
from asyncops.testing import FakeClock
from tests.wire.faultserver import FIN, SILENCE, FaultServer, Seen, Step, Wait, answer
from tests.wire.kit import ask, echo, failing, get, zoo

LIMIT = 100


def limited(retry_after: str) -> bytes:
    return answer(b"{}", f"Retry-After: {retry_after}", status="429 Too Many Requests")


async def settle() -> None:
    """Give everything that is ready to run its turn, and the sockets theirs."""
    for _ in range(20):
        await asyncio.sleep(0.0005)


async def test_a_call_past_the_connection_limit_waits_for_so_long_and_sends_nothing() -> None:
    timeout = Timeout(pool=0.05)
    async with FaultServer([[SILENCE]]) as server, zoo(server, timeout=timeout) as client:
        held = [asyncio.create_task(ask(client)) for _ in range(LIMIT)]
        await server.until(lambda: server.requests == LIMIT)
        waiting = [failing(ask(client), PoolTimeout) for _ in range(20)]
        errors = await asyncio.gather(*waiting)
        assert not any(error.sent for error in errors)
        assert (server.requests, server.connections) == (LIMIT, LIMIT)
        for task in held:
            task.cancel()
        await asyncio.wait(held)


async def test_a_call_past_the_limit_goes_out_when_a_connection_is_free() -> None:
    free = asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        return [Wait(free.wait), *echo(seen)]

    timeout = Timeout(pool=100)
    async with FaultServer(script) as server, zoo(server, timeout=timeout) as client:
        calls = [asyncio.create_task(get(client, number)) for number in range(LIMIT + 50)]
        await server.until(lambda: server.requests == LIMIT)
        await settle()
        assert server.requests == LIMIT
        free.set()
        await asyncio.gather(*calls)
    assert server.requests == LIMIT + 50
    assert server.connections <= LIMIT


async def test_a_call_cancelled_in_the_queue_leaves_its_place_to_others() -> None:
    free = asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        return [Wait(free.wait), *echo(seen)]

    async with FaultServer(script) as server, zoo(server) as client:
        held = [asyncio.create_task(get(client, number)) for number in range(LIMIT)]
        await server.until(lambda: server.requests == LIMIT)
        queued = [asyncio.create_task(get(client, number)) for number in range(60)]
        await settle()
        for task in queued[::2]:
            task.cancel()
        free.set()
        await asyncio.gather(*held, *queued[1::2])
        # All places are there again: as many calls as before go out side by side.
        free.clear()
        again = [asyncio.create_task(get(client, number)) for number in range(LIMIT)]
        await server.until(lambda: server.requests == LIMIT + 30 + LIMIT)
        free.set()
        await asyncio.gather(*again)
        await asyncio.wait(queued[::2])


async def test_a_given_session_with_fewer_connections_has_its_own_error_too() -> None:
    """The queue is aiohttp's then, and its time limit is still ours."""
    timeout = Timeout(pool=0.05, attempt=1.0)
    async with (
        FaultServer([[SILENCE]]) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2)) as session,
        zoo(server, session=session, timeout=timeout) as client,
    ):
        held = [asyncio.create_task(ask(client)) for _ in range(2)]
        await server.until(lambda: server.requests == 2)
        error = await failing(ask(client), PoolTimeout)
        assert not error.sent
        for task in held:
            task.cancel()
        await asyncio.wait(held)
        assert server.requests == 2


async def test_a_session_that_another_client_has_filled_is_not_waited_for_without_end() -> None:
    """Connecting and the wait for a connection are bounded together; nothing was sent."""
    timeout = Timeout(pool=0.05, connect=0.05, attempt=2.0)
    async with (
        FaultServer([[SILENCE]]) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2)) as session,
        zoo(server, session=session, timeout=timeout) as other,
        zoo(server, session=session, timeout=timeout) as client,
    ):
        held = [asyncio.create_task(ask(other)) for _ in range(2)]
        await server.until(lambda: server.requests == 2)
        with pytest.raises(AttemptTimeout) as caught:
            await ask(client)
        assert not caught.value.sent
        for task in held:
            task.cancel()
        await asyncio.wait(held)
        assert server.requests == 2


async def test_one_429_holds_back_every_task_of_the_client() -> None:
    clock = FakeClock(auto_advance=False)
    script = [[limited("4")], [answer()]]
    async with FaultServer(script) as server, zoo(server, clock=clock) as client:
        first = asyncio.create_task(ask(client))
        await server.until(lambda: len(clock.slept) == 1)
        others = [asyncio.create_task(ask(client)) for _ in range(20)]
        await settle()
        assert len(clock.slept) == 21
        clock.advance(3.9)
        await settle()
        assert server.requests == 1
        clock.advance(0.7)
        await asyncio.gather(first, *others)
    assert server.requests == 22


async def test_the_gate_is_the_clients_own() -> None:
    """Another client, of another account perhaps, is not held back."""
    clock = FakeClock(auto_advance=False)
    async with (
        FaultServer([[limited("4")], [answer()]]) as server,
        zoo(server, clock=clock) as client,
        zoo(server, clock=clock) as other,
    ):
        first = asyncio.create_task(ask(client))
        await server.until(lambda: len(clock.slept) == 1)
        await ask(other)
        clock.advance(4.5)
        await first


@pytest.mark.parametrize("status", ["429 Slow", "503 Down"])
async def test_a_retry_after_past_the_cap_is_an_error_at_once(status: str) -> None:
    clock = FakeClock()
    for value in ("121", "1e9", "99999999999"):
        script = [[answer(b"{}", f"Retry-After: {value}", status=status)]]
        timeout = Timeout(deadline=1e12)
        kind = RateLimited if status.startswith("429") else ServerError
        async with (
            FaultServer(script) as server,
            zoo(server, clock=clock, timeout=timeout) as client,
        ):
            error = await failing(ask(client), kind)
        assert error.retry_after == float(value)
        assert server.requests == 1
    assert clock.slept == []


@pytest.mark.parametrize("value", ["-1", "inf", "nan", "1_000", "٣".encode().decode("latin-1"), ""])
async def test_a_retry_after_that_means_nothing_is_an_ordinary_backoff(value: str) -> None:
    clock = FakeClock()
    script = [[answer(b"{}", f"Retry-After: {value}", status="503 Down")], [answer()]]
    async with FaultServer(script) as server, zoo(server, clock=clock) as client:
        await ask(client)
    assert server.requests == 2
    assert sum(clock.slept) <= RetryPolicy().base


async def test_a_wait_that_would_pass_the_deadline_is_not_slept() -> None:
    clock = FakeClock()
    timeout = Timeout(deadline=2.0)
    script = [[answer(b"{}", "Retry-After: 3", status="503 Down")]]
    async with (
        FaultServer(script) as server,
        zoo(server, clock=clock, timeout=timeout) as client,
    ):
        error = await failing(ask(client), ServerError)
    assert error.retry_after == 3
    assert (clock.slept, server.requests) == ([], 1)


async def test_a_gate_that_opens_past_the_deadline_is_not_waited_for() -> None:
    clock = FakeClock()
    timeout = Timeout(deadline=2.0)
    async with (
        FaultServer([[limited("30")]]) as server,
        zoo(server, clock=clock, timeout=timeout) as client,
    ):
        assert (await failing(ask(client), RateLimited)).sent
        for passed in range(29):
            # Those that never go out are told how long it is still closed, and do not prolong it.
            error = await failing(ask(client), RateLimited)
            assert not error.sent
            assert error.retry_after is not None
            assert 29.9 < error.retry_after + passed < 33.1
            clock.advance(1)
    assert (clock.slept, server.requests) == ([], 1)


async def test_a_dry_quota_ends_retries() -> None:
    """In a full outage, calls come to little more than one request each."""
    retry = RetryPolicy(quota=28)
    async with FaultServer([[FIN]]) as server, zoo(server, retry=retry) as client:
        for _ in range(30):
            await failing(ask(client), ConnectionFailed)
    assert server.requests == 32


async def test_a_given_session_that_is_closed_is_an_error_that_says_so() -> None:
    async with FaultServer([[answer()]]) as server:
        session = aiohttp.ClientSession()
        async with ZooClient("t", base_url=server.url, session=session) as client:
            await session.close()
            error = await failing(ask(client), ConfigurationError)
    assert "session" in str(error)
    assert server.requests == 0
