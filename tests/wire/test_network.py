"""Connections that break, hang or never come to be: what reaches the wire, and what is raised."""

import gzip
import socket
import ssl
from collections.abc import Sequence

import aiohttp
import pytest

from asyncops import (
    AttemptTimeout,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    RetryPolicy,
    Timeout,
    ZooClient,
)
from asyncops.http.decoding import decode_json
from asyncops.http.messages import Request
from asyncops.testing import FakeClock
from tests.wire.faultserver import (
    FIN,
    RST,
    SILENCE,
    Drip,
    FaultServer,
    Seen,
    Step,
    answer,
    chunked,
    head,
)
from tests.wire.kit import BODY, TOKEN, ask, failing, zoo

PAGE = f'{{"items":[],"note":"{BODY}"}}'.encode()
SIZED = head(f"Content-Length: {len(PAGE)}")
CHUNKED = head("Transfer-Encoding: chunked")
ZIPPED = gzip.compress(PAGE)

CUTS = {
    "before the head": b"",
    "inside the status line": b"HTTP/1.1 20",
    "inside the headers": SIZED[:30],
    "after the head": SIZED,
    "inside the body": SIZED + PAGE[:20],
    "one byte before the end": SIZED + PAGE[:-1],
    "after the head of a chunked answer": CHUNKED,
    "inside a chunk's size": CHUNKED + b"1",
    "inside a chunk": CHUNKED + chunked(PAGE)[:20],
    "between chunks": CHUNKED + chunked(PAGE)[:-5],
    "inside the last chunk": CHUNKED + chunked(PAGE)[:-2],
    "inside gzip of no declared length": head("Content-Encoding: gzip") + ZIPPED[:-9],
}


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
@pytest.mark.parametrize("kept", [False, True], ids=["fresh", "kept alive"])
@pytest.mark.parametrize("end", [FIN, RST], ids=["closed", "reset"])
@pytest.mark.parametrize("part", CUTS.values(), ids=CUTS.keys())
async def test_each_lost_connection_is_one_attempt(
    part: bytes, end: Step, kept: bool, given: bool
) -> None:
    """The server sees exactly as many requests as the policy has attempts."""
    scripts: list[Sequence[Step]] = [[answer()]] if kept else []
    async with FaultServer([*scripts, [part, end]]) as server, zoo(server, given=given) as client:
        for _ in scripts:
            await ask(client)
        error = await failing(ask(client), ConnectionFailed)
    assert error.sent
    assert server.requests == len(scripts) + RetryPolicy().attempts


@pytest.mark.parametrize("attempts", [1, 2, 5])
@pytest.mark.parametrize("end", [FIN, RST], ids=["closed", "reset"])
async def test_the_policy_sets_the_number_of_requests(end: Step, attempts: int) -> None:
    retry = RetryPolicy(attempts=attempts, base=0.01)
    async with FaultServer([[end]]) as server, zoo(server, retry=retry) as client:
        await failing(ask(client), ConnectionFailed)
    assert server.requests == attempts


@pytest.mark.parametrize("end", [FIN, RST], ids=["closed", "reset"])
async def test_a_connection_that_ends_when_it_opens_is_one_attempt(end: Step) -> None:
    async with FaultServer([[answer()]], greeting=[end]) as server, zoo(server) as client:
        await failing(ask(client), ConnectionFailed)
    assert server.connections == RetryPolicy().attempts


@pytest.mark.parametrize("end", [FIN, RST], ids=["closed", "reset"])
async def test_a_lost_connection_is_made_good_by_the_next_attempt(end: Step) -> None:
    script: Sequence[Sequence[Step]] = [[end], [SIZED + PAGE[:9], end], [answer()]]
    async with FaultServer(script) as server, zoo(server) as client:
        assert (await ask(client)).items == ()
    assert server.requests == 3


async def test_a_request_that_is_not_safe_is_not_sent_again() -> None:
    async with FaultServer([[FIN]]) as server, zoo(server) as client:
        request = Request(method="POST", path="/ml-prompts")
        await failing(client.fetch(request, decode=decode_json), ConnectionFailed)
    assert server.requests == 1


@pytest.mark.parametrize("end", [FIN, RST], ids=["closed", "reset"])
async def test_an_idle_connection_that_ends_costs_nothing(end: Step) -> None:
    """The next call sees that it is gone and opens another."""
    async with FaultServer([[answer(), end], [answer()]]) as server, zoo(server) as client:
        await ask(client)
        await server.until(lambda: server.open == 0)
        await ask(client)
    assert server.requests == 2


def closed_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_refused_connection_is_tried_again_with_any_method(method: str) -> None:
    clock, port = FakeClock(), closed_port()
    async with ZooClient(TOKEN, base_url=f"http://127.0.0.1:{port}", clock=clock) as client:
        request = Request(method=method, path="/ml-prompts")
        error = await failing(client.fetch(request, decode=decode_json), ConnectionFailed)
    assert not error.sent
    assert f"127.0.0.1:{port}" in str(error)
    assert len(clock.slept) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_unknown_host_is_tried_again_with_any_method(method: str) -> None:
    clock = FakeClock()
    async with ZooClient(TOKEN, base_url="https://nothing.invalid", clock=clock) as client:
        request = Request(method=method, path="/ml-prompts")
        error = await failing(client.fetch(request, decode=decode_json), ConnectionFailed)
    assert not error.sent
    assert "nothing.invalid" in str(error)
    assert len(clock.slept) == 2


async def test_an_untrusted_certificate_ends_the_call_and_is_named(
    server_tls: ssl.SSLContext,
) -> None:
    async with FaultServer([[answer()]], tls=server_tls) as server, zoo(server) as client:
        error = await failing(ask(client), ConnectionFailed)
    assert "self-signed certificate" in str(error)
    assert not error.retryable
    assert not error.sent
    assert (server.connections, server.requests) == (0, 0)


async def test_a_certificate_for_another_host_ends_the_call_and_is_named(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    clock = FakeClock()
    async with (
        FaultServer([[answer()]], tls=server_tls) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting)) as session,
        zoo(server, session=session, clock=clock) as client,
    ):
        error = await failing(ask(client), ConnectionFailed)
        assert "127.0.0.1" in str(error)
        assert "mismatch" in str(error)
        assert not error.retryable
        assert clock.slept == []
        right = f"https://localhost:{server.port}"
        async with zoo(server, session=session, base_url=right) as other:
            await ask(other)
    assert server.requests == 1


async def test_a_server_without_tls_ends_the_call() -> None:
    clock = FakeClock()
    async with FaultServer([[FIN]], greeting=[b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with zoo(server, base_url=url, clock=clock) as client:
            error = await failing(ask(client), ConnectionFailed)
    assert "TLS" in str(error)
    assert "it may speak plain http at this port" in str(error)
    assert clock.slept == []


async def test_a_tls_handshake_that_never_comes_is_a_timeout_of_connecting() -> None:
    timeout = Timeout(connect=0.05, attempt=2.0)
    async with FaultServer([[SILENCE]], greeting=[SILENCE]) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with zoo(server, base_url=url, timeout=timeout) as client:
            error = await failing(ask(client), AttemptTimeout)
    assert not error.sent
    assert server.connections == RetryPolicy().attempts


async def test_a_listener_that_does_not_accept_is_a_timeout_of_connecting() -> None:
    """Once the kernel's queue is full, connecting hangs."""
    timeout, clock = Timeout(connect=0.05, attempt=2.0), FakeClock()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(listening.getsockname())
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with ZooClient(TOKEN, base_url=url, timeout=timeout, clock=clock) as client:
                error = await failing(ask(client), AttemptTimeout)
        finally:
            for each in waiting:
                each.close()
    assert not error.sent
    assert len(clock.slept) == 2


@pytest.mark.parametrize("part", [b"", SIZED[:30], SIZED, SIZED + PAGE[:9]])
async def test_silence_is_ended_by_the_read_timeout(part: bytes) -> None:
    timeout = Timeout(read=0.05)
    async with FaultServer([[part, SILENCE]]) as server, zoo(server, timeout=timeout) as client:
        error = await failing(ask(client), AttemptTimeout)
        assert error.sent
        assert server.requests == RetryPolicy().attempts
        await server.until(lambda: server.open == 0)


DRIPS: dict[str, Sequence[Step]] = {
    "head": [Drip(SIZED + PAGE)],
    "body": [SIZED, Drip(PAGE)],
    "chunks": [CHUNKED, Drip(chunked(*[b" "] * 200))],
    "body without length": [head(), Drip(PAGE * 10)],
    "interim answers": [Drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)],
}
drips = pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS.keys())


@drips
async def test_a_slow_drip_is_ended_by_the_attempt_timeout(drip: Sequence[Step]) -> None:
    """The read timeout never fires, since something always comes."""
    timeout = Timeout(read=1.0, attempt=0.08)
    async with FaultServer([drip]) as server, zoo(server, timeout=timeout) as client:
        await failing(ask(client), AttemptTimeout)
        assert server.requests == RetryPolicy().attempts
        await server.until(lambda: server.open == 0)


@drips
async def test_a_slow_drip_is_ended_by_the_deadline(drip: Sequence[Step]) -> None:
    timeout = Timeout(deadline=0.08)
    async with FaultServer([drip]) as server, zoo(server, timeout=timeout) as client:
        await failing(ask(client), DeadlineExceeded)
        assert server.requests == 1
        await server.until(lambda: server.open == 0)


@pytest.mark.parametrize("end", [FIN, RST], ids=["closed", "reset"])
async def test_a_body_without_length_that_is_cut_is_never_a_value(end: Step) -> None:
    """HTTP does not say that it was cut, wherever that was; JSON does."""
    whole = b'{"items":[],"next_page":"AAAA"} '

    def cut(seen: Seen) -> Sequence[Step]:
        return [head() + whole[: seen.number - 1], end]

    async with FaultServer(cut) as server, zoo(server) as client:
        for _ in whole.rstrip():
            await failing(ask(client), DecodeError)


async def test_a_whole_body_without_length_is_a_value() -> None:
    async with FaultServer([[head() + PAGE, FIN]]) as server, zoo(server) as client:
        assert (await ask(client)).items == ()
