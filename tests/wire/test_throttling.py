"""How much goes out at once after a 429, and how fast: counted at the server."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import pytest
from attrs import evolve

from asyncops import (
    ConfigurationError,
    DeadlineExceeded,
    NotFound,
    PoolTimeout,
    RateLimited,
    RetryPolicy,
    Timeout,
    ZooClient,
)
from asyncops.retry.rate_headers import RateLimit
from asyncops.testing import FakeClock
from tests.wire.faultserver import FIN, SILENCE, FaultServer, Seen, Step, Wait, answer
from tests.wire.kit import TOKEN, ask, echo, failing, get, zoo


def patient(server: FaultServer, **options: Any) -> AbstractAsyncContextManager[ZooClient]:
    """A client that tries again as often as it takes."""
    options.setdefault("retry", RetryPolicy(attempts=50, quota=100_000))
    options.setdefault("timeout", Timeout(deadline=600.0))
    return zoo(server, **options)


def slow_down(seconds: int = 1) -> bytes:
    return answer(b"{}", f"Retry-After: {seconds}", status="429 Too Many Requests")


class Desk:
    """Serves requests slowly, and knows how many are on it at once.

    Args:
        refused: How many requests, the first ones, are answered with a 429.
        burst: How many come in before any of those is answered.
        refusal: What those are answered with.
    """

    def __init__(self, refused: int, burst: int, refusal: bytes | None = None) -> None:
        self.refused = refused
        self.refusal = refusal or slow_down()
        self.burst = burst
        self.here = 0
        self.peak = 0
        self.full = asyncio.Event()

    def __call__(self, seen: Seen) -> Sequence[Step]:
        if seen.number <= self.refused:
            if seen.number == self.burst:
                self.full.set()
            return [Wait(self.full.wait), self.refusal]
        return [Wait(self._work), *echo(seen)]

    async def _work(self) -> None:
        self.here += 1
        self.peak = max(self.peak, self.here)
        await asyncio.sleep(0.005)
        self.here -= 1


async def test_ten_429s_of_one_burst_halve_once() -> None:
    desk = Desk(refused=10, burst=10)
    async with FaultServer(desk) as server, patient(server) as client:
        await asyncio.gather(*[get(client, number) for number in range(10)])
        assert server.requests == 20
        # Five to begin with, and one more with each good answer, of which each leaves one less.
        assert 5 <= desk.peak <= 7


async def test_a_403_that_means_a_limit_halves_as_a_429_does() -> None:
    class LimitedClient(ZooClient):
        service = evolve(ZooClient.service, rate_limit=RateLimit("X-Left", "X-Reset", also={403}))

    refusal = answer(b"{}", "X-Left: 0", "X-Reset: 1", status="403 Forbidden")
    desk = Desk(refused=10, burst=10, refusal=refusal)
    async with (
        FaultServer(desk) as server,
        LimitedClient(
            TOKEN,
            base_url=server.url,
            retry=RetryPolicy(attempts=50, quota=100_000),
            timeout=Timeout(deadline=600.0),
            clock=FakeClock(),
        ) as client,
    ):
        await asyncio.gather(*[get(client, number) for number in range(10)])
        assert server.requests == 20
        assert 5 <= desk.peak <= 7


async def test_it_grows_again_up_to_what_the_session_has() -> None:
    """From 4 to 8 takes 4 + 5 + 6 + 7 good answers."""
    desk, together = Desk(refused=8, burst=8), asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        if seen.number == 8 + 8 + 14 + 8:
            together.set()
        return [Wait(together.wait), *echo(seen)] if seen.number > 8 + 8 + 14 else desk(seen)

    async with (
        FaultServer(script) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=8)) as session,
        patient(server, session=session) as client,
    ):
        await asyncio.gather(*[get(client, number) for number in range(8)])
        assert desk.peak < 8
        for number in range(14):
            await get(client, number)
        await asyncio.gather(*[get(client, number) for number in range(20)])
        assert server.requests == 8 + 8 + 14 + 20


async def test_one_call_at_a_time_is_left_when_every_one_is_refused() -> None:
    desk = Desk(refused=40, burst=1)
    async with FaultServer(desk) as server, patient(server) as client:
        await asyncio.gather(*[get(client, number) for number in range(2)])
        assert desk.peak == 1
        assert server.requests == 42


async def test_a_client_that_was_never_refused_is_not_held_back() -> None:
    """As many calls as it has connections go out before the first one is answered."""
    together = asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        if seen.number == 100:
            together.set()
        return [Wait(together.wait), *echo(seen)]

    async with FaultServer(script) as server, zoo(server) as client:
        await asyncio.gather(*[get(client, number) for number in range(100)])


async def test_a_throttled_queue_is_not_a_full_pool() -> None:
    """Waiting in it may take longer than waiting for a connection."""
    desk = Desk(refused=2, burst=2)
    timeout = Timeout(pool=0.002, deadline=5.0)
    async with FaultServer(desk) as server, patient(server, timeout=timeout) as client:
        await asyncio.gather(*[get(client, number) for number in range(2)])
        await asyncio.gather(*[get(client, number) for number in range(20)])
    # Two more go out for each that is answered, until none is left.
    assert 2 <= desk.peak <= 12


async def test_the_deadline_ends_the_wait_in_it() -> None:
    def script(seen: Seen) -> Sequence[Step]:
        return [slow_down(0)] if seen.number == 1 else [SILENCE]

    timeout = Timeout(pool=0.01, deadline=0.3)
    async with FaultServer(script) as server, zoo(server, timeout=timeout) as client:
        first = asyncio.create_task(failing(get(client, 9), DeadlineExceeded))
        await server.until(lambda: server.requests == 2)
        calls = [failing(get(client, number), DeadlineExceeded) for number in range(3)]
        await asyncio.gather(first, *calls)
        # When the first one's time is over, its place is free for the next one.
        assert server.requests <= 3


async def test_when_the_gate_opens_only_half_go_out() -> None:
    clock = FakeClock(auto_advance=False)
    release = asyncio.Event()
    burst = asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        if seen.number <= 8:
            if seen.number == 8:
                burst.set()
            return [Wait(burst.wait), slow_down(4)]
        return [Wait(release.wait), *echo(seen)]

    async with FaultServer(script) as server, zoo(server, clock=clock) as client:
        calls = [asyncio.create_task(get(client, number)) for number in range(8)]
        await server.until(lambda: len(clock.slept) == 8)
        clock.advance(6)
        await server.until(lambda: server.requests >= 12)
        await asyncio.sleep(0.01)
        assert server.requests == 12
        release.set()
        await asyncio.gather(*calls)
        assert server.requests == 16


async def test_cancelled_calls_leave_no_hole_in_a_reduced_limit() -> None:
    desk = Desk(refused=4, burst=4)
    async with FaultServer(desk) as server, patient(server) as client:
        await asyncio.gather(*[get(client, number) for number in range(4)])
        calls = [asyncio.create_task(get(client, number)) for number in range(60)]
        for turn in range(20):
            await asyncio.sleep(0.0005)
            calls[turn * 3].cancel()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert not [each for each in outcomes if isinstance(each, Exception)]
        desk.peak = 0
        await asyncio.gather(*[get(client, number) for number in range(40)])
        assert desk.peak > 2


class Tickets:
    """A limiter that counts, and lets out what it is told to."""

    def __init__(self, tickets: int = 10_000) -> None:
        self.taken = 0
        self.waiting = 0
        self._left = asyncio.Semaphore(tickets)

    async def acquire(self) -> None:
        """Wait for a ticket."""
        self.waiting += 1
        try:
            await self._left.acquire()
        finally:
            self.waiting -= 1
        self.taken += 1

    def add(self, tickets: int) -> None:
        """Let so many more out."""
        for _ in range(tickets):
            self._left.release()


async def test_every_wire_attempt_passes_the_limiter() -> None:
    """Retries and the request that is sent again after a 401 too."""
    tokens = iter(["tok-first-1", "tok-second-2"])

    async def provider() -> str:
        return next(tokens)

    tickets = Tickets()
    script: list[list[Step]] = [
        [answer(b"{}", status="401 Unauthorized")],
        [FIN],
        [answer(b"{}", status="503 Busy")],
        [answer()],
    ]
    async with (
        FaultServer(script) as server,
        zoo(server, token=provider, rate_limit=tickets, retry=RetryPolicy(attempts=5)) as client,
    ):
        await ask(client)
    assert (server.requests, tickets.taken) == (4, 4)


async def test_a_rate_spaces_requests_evenly() -> None:
    arrivals: list[float] = []

    def script(seen: Seen) -> Sequence[Step]:
        arrivals.append(asyncio.get_running_loop().time())
        return echo(seen)

    async with FaultServer(script) as server, zoo(server, rate_limit=200) as client:
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*[get(client, number) for number in range(12)])
    for number, arrival in enumerate(arrivals):
        assert arrival - began >= number / 200 - 0.001


async def test_one_limiter_serves_several_clients() -> None:
    tickets = Tickets(3)
    async with (
        FaultServer(echo) as server,
        zoo(server, rate_limit=tickets) as one,
        zoo(server, rate_limit=tickets) as other,
    ):
        calls = [asyncio.create_task(get(each, 1)) for each in (one, other) * 3]
        await server.until(lambda: tickets.taken == 3 and tickets.waiting == 2)
        assert server.requests <= 3
        tickets.add(3)
        await asyncio.gather(*calls)
    assert server.requests == 6


async def test_waiting_for_the_rate_is_part_of_the_deadline_and_holds_no_connection() -> None:
    tickets, timeout = Tickets(0), Timeout(pool=0.005, deadline=0.05)
    async with (
        FaultServer(echo) as server,
        zoo(server, rate_limit=tickets, timeout=timeout) as client,
    ):
        calls = [failing(get(client, number), DeadlineExceeded) for number in range(150)]
        await asyncio.gather(*calls)
        assert server.connections == 0
        tickets.add(1)
        await get(client, 1)
    assert (server.requests, tickets.taken) == (1, 1)


@pytest.mark.parametrize("rate", [None, 10_000])
async def test_a_rate_leaves_the_patience_for_a_connection_as_it_is(rate: float | None) -> None:
    """Each call waits that long for it, not one after the other."""
    loop, timeout = asyncio.get_running_loop(), Timeout(pool=0.4)
    async with (
        FaultServer(lambda _: [SILENCE]) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
        zoo(server, session=session, rate_limit=rate, timeout=timeout) as client,
    ):
        first = asyncio.create_task(failing(get(client, 0), ConfigurationError))
        await server.until(lambda: server.requests == 1)
        began = loop.time()
        await asyncio.gather(*[failing(get(client, n), PoolTimeout) for n in range(10)])
        assert 0.399 <= loop.time() - began < 3.0
        await client.close()
        await first


async def test_a_long_queue_for_the_rate_is_not_a_full_pool() -> None:
    """More calls than connections, which wait for longer than they would for a connection."""
    timeout = Timeout(pool=0.005)
    async with (
        FaultServer(echo) as server,
        zoo(server, rate_limit=1500, timeout=timeout) as client,
    ):
        await asyncio.gather(*[get(client, number) for number in range(150)])
    assert server.requests == 150


async def test_calls_that_wait_for_the_rate_wait_at_the_gate_too() -> None:
    clock, tickets = FakeClock(auto_advance=False), Tickets(1)

    def script(seen: Seen) -> Sequence[Step]:
        return [slow_down(4)] if seen.number == 1 else echo(seen)

    async with (
        FaultServer(script) as server,
        zoo(server, clock=clock, rate_limit=tickets) as client,
    ):
        calls = [asyncio.create_task(get(client, number)) for number in range(10)]
        await server.until(lambda: len(clock.slept) == 1)
        tickets.add(100)
        await server.until(lambda: len(clock.slept) == 10)
        assert server.requests == 1
        # One was waiting for its ticket as the gate closed; the others had not asked yet.
        assert tickets.taken == 2
        clock.advance(6)
        await asyncio.gather(*calls)
        assert server.requests == 11


async def test_a_gate_that_opens_past_the_deadline_is_told_to_those_who_wait_for_the_rate() -> None:
    tickets, timeout = Tickets(1), Timeout(deadline=15.0)
    async with (
        FaultServer([[slow_down(30)]]) as server,
        zoo(server, rate_limit=tickets, timeout=timeout) as client,
    ):
        calls = [asyncio.create_task(failing(get(client, n), RateLimited)) for n in range(5)]
        # The first one has been told by then, and with it the gate is closed.
        await server.until(lambda: any(call.done() for call in calls) and tickets.waiting == 1)
        tickets.add(1)
        errors = await asyncio.gather(*calls)
    assert sorted(error.sent for error in errors) == [False] * 4 + [True]
    assert server.requests == 1


@pytest.mark.parametrize("options", [{"rate_limit": Tickets}, {"rate_limit": "5"}])
async def test_what_is_no_rate_is_refused(options: dict[str, Any]) -> None:
    async with FaultServer(echo) as server:
        with pytest.raises(TypeError, match="rate_limit"):
            async with zoo(server, **options):
                pass


async def test_an_error_of_the_service_is_not_a_429() -> None:
    """A round of 404s raises the limit as a round of good answers does."""
    desk = Desk(refused=2, burst=2)

    def script(seen: Seen) -> Sequence[Step]:
        if seen.number in range(5, 9):
            return [answer(b"{}", status="404 Not Found")]
        return desk(seen)

    async with FaultServer(script) as server, patient(server) as client:
        await asyncio.gather(*[get(client, number) for number in range(2)])
        for _ in range(4):
            await failing(get(client, 1), NotFound)
        desk.peak = 0
        await asyncio.gather(*[get(client, number) for number in range(12)])
        assert desk.peak >= 3
