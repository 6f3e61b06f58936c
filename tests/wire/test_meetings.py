"""Where one part of a call meets another: the gate and the queue, an old token, a late failure."""

import asyncio
from collections.abc import Sequence

import aiohttp
import pytest

from asyncops import (
    BadRequest,
    ConfigurationError,
    DeadlineExceeded,
    Forbidden,
    NotFound,
    RetryPolicy,
    Timeout,
)
from asyncops.testing import FakeClock
from tests.wire.faultserver import FIN, SILENCE, FaultServer, Seen, Step, Wait, answer, head
from tests.wire.kit import ask, assert_clean, echo, failing, get, zoo

ONCE = RetryPolicy(attempts=1)


async def test_calls_in_the_queue_wait_at_the_gate_too() -> None:
    """A 429 closes it while they stand in line for a connection: none goes out before it opens."""
    clock = FakeClock(auto_advance=False)

    def script(seen: Seen) -> Sequence[Step]:
        if seen.number == 1:
            return [answer(b"{}", "Retry-After: 4", status="429 Too Many Requests")]
        return echo(seen)

    async with (
        FaultServer(script) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
        zoo(server, session=session, clock=clock) as client,
    ):
        calls = [asyncio.create_task(get(client, number)) for number in range(20)]
        await server.until(lambda: len(clock.slept) == 20)
        assert server.requests == 1
        clock.advance(5)
        await asyncio.gather(*calls)
        assert server.requests == 21


async def test_a_token_that_was_replaced_meanwhile_does_not_show() -> None:
    """An answer to a call that went out with it comes after another call has got a new one."""
    tokens = iter(["tok-first-1", "tok-second-2"])
    told = asyncio.Event()

    async def provider() -> str:
        return next(tokens)

    def script(seen: Seen) -> Sequence[Step]:
        if seen.target.endswith("0001"):
            refusal = answer(b'{"message": "tok-first-1 may not"}', status="403 Forbidden")
            return [Wait(told.wait), refusal]
        if seen.header("Authorization") == "Bearer tok-first-1":
            return [answer(b"{}", status="401 Unauthorized")]
        return echo(seen)

    async with FaultServer(script) as server, zoo(server, token=provider) as client:
        late = asyncio.create_task(get(client, 1))
        await server.until(lambda: server.requests == 1)
        await get(client, 2)
        told.set()
        with pytest.raises(Forbidden) as caught:
            await late
    assert_clean(caught.value, ["tok-first-1", "tok-second-2"])


@pytest.mark.parametrize("depth", [90, 600, 900, 5_000])
async def test_an_error_that_is_nested_deep_is_still_an_error_of_its_status(depth: int) -> None:
    body = b'{"message": "no", "details": %b1%b}' % (b"[" * depth, b"]" * depth)
    raw = answer(body, status="400 Bad Request")
    async with FaultServer([[raw]]) as server, zoo(server, retry=ONCE) as client:
        await failing(ask(client), BadRequest)


async def test_a_short_body_does_not_hide_its_status() -> None:
    raw = head("Content-Length: 500", status="404 Not Found") + b'{"message": '
    async with FaultServer([[raw, FIN]]) as server, zoo(server) as client:
        await failing(ask(client), NotFound)
    assert server.requests == 1


async def test_the_deadline_tells_what_went_wrong_before() -> None:
    busy = answer(b'{"message": "no room"}', status="503 Busy")
    script: list[list[Step]] = [[busy], [SILENCE]]
    timeout, retry = Timeout(deadline=0.1), RetryPolicy(base=0.001)
    async with FaultServer(script) as server, zoo(server, timeout=timeout, retry=retry) as client:
        error = await failing(ask(client), DeadlineExceeded)
    assert "503: no room" in str(error)


async def test_the_deadline_tells_that_a_call_had_no_turn() -> None:
    """The service is not slow: it has not been asked."""

    class Stuck:
        async def acquire(self) -> None:
            await asyncio.Event().wait()

    timeout = Timeout(deadline=0.1)
    async with (
        FaultServer([]) as server,
        zoo(server, timeout=timeout, rate_limit=Stuck()) as client,
    ):
        error = await failing(ask(client), DeadlineExceeded)
    assert "no request was sent: the rate limit" in str(error)
    assert (error.sent, server.requests) == (False, 0)


def test_a_session_of_another_loop_is_an_error_that_says_so() -> None:
    async def make() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def use(session: aiohttp.ClientSession) -> None:
        async with FaultServer([[answer()]]) as server, zoo(server, session=session) as client:
            error = await failing(ask(client), ConfigurationError)
        assert "another event loop" in str(error)

    with asyncio.Runner() as runner:
        session = runner.run(make())
        asyncio.run(use(session))
        runner.run(session.close())
