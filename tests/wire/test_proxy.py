"""Going by a proxy on purpose: what it sees, and what it says when it does not let through."""

import ssl
from base64 import b64encode
from typing import Any

import aiohttp
import pytest

from asyncops import (
    ConfigurationError,
    ConnectionFailed,
    RetryPolicy,
    ServerError,
    ZooClient,
)
from tests.wire.faultserver import FaultServer, answer
from tests.wire.kit import BODY, QUERY, TOKEN, ask, failing, zoo
from tests.wire.proxies import Proxy

USER, PASSWORD = "me", BODY
LOGIN = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def with_login(proxy: Proxy) -> str:
    return f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}"


@pytest.mark.parametrize("login", [None, LOGIN], ids=["anybody", "a login"])
async def test_a_tunnel_shows_the_proxy_the_host_and_never_the_token(
    login: str | None, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """A session that trusts the test's certificate; the proxy is the client's own."""
    async with (
        FaultServer([[answer()]], tls=server_tls) as server,
        Proxy(login=login) as proxy,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting)) as session,
        zoo(
            server,
            base_url=f"https://localhost:{server.port}",
            session=session,
            proxy=with_login(proxy) if login else proxy.url,
        ) as client,
    ):
        await ask(client)
        await ask(client)
        assert "127.0.0.1" not in repr(client)
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT localhost:{server.port} HTTP/1.1\r\n")
    assert ("Proxy-Authorization" in head) == (login is not None)
    assert "\r\nAuthorization" not in head
    assert TOKEN not in head
    assert QUERY not in head
    assert [seen.header("Authorization") for seen in server.seen] == [f"Bearer {TOKEN}"] * 2
    assert server.seen[0].header("Proxy-Authorization") is None


@pytest.mark.parametrize("login", [None, LOGIN], ids=["anybody", "a login"])
async def test_plain_http_is_forwarded(login: str | None) -> None:
    async with (
        FaultServer([[answer()]]) as server,
        Proxy(login=login) as proxy,
        zoo(server, proxy=with_login(proxy) if login else proxy.url) as client,
    ):
        await ask(client)
    assert proxy.heads[0].startswith(f"GET {server.url}/ml-prompts?")
    assert server.seen[0].header("Authorization") == f"Bearer {TOKEN}"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_another_login_is_named(scheme: str) -> None:
    async with (
        FaultServer([[answer()]]) as server,
        Proxy(login="Basic other") as proxy,
        zoo(
            server, base_url=f"{scheme}://localhost:{server.port}", proxy=with_login(proxy)
        ) as client,
    ):
        error = await failing(ask(client), ConnectionFailed)
    assert "the proxy 127.0.0.1 wants another user or password (407)" in str(error)
    assert (error.sent, error.retryable) == (False, False)
    assert (len(proxy.heads), server.requests) == (1, 0)


REFUSALS = {403: 1, 500: 3, 502: 3, 503: 3, 504: 3}


@pytest.mark.parametrize(("status", "requests"), REFUSALS.items())
async def test_a_proxy_that_opens_no_tunnel_is_named(status: int, requests: int) -> None:
    """Nothing of the request was sent: it is tried again where that may help."""
    said = f"HTTP/1.1 {status} {BODY}\r\nContent-Length: 0\r\n\r\n".encode()
    async with (
        FaultServer([[answer()]]) as server,
        Proxy(answers=(said,) * 9) as proxy,
        zoo(server, base_url=f"https://localhost:{server.port}", proxy=proxy.url) as client,
    ):
        error = await failing(ask(client), ConnectionFailed)
    assert f"the proxy 127.0.0.1 did not connect to the service (it answered {status})" in str(
        error
    )
    assert not error.sent
    assert (len(proxy.heads), server.connections) == (requests, 0)


async def test_a_502_to_a_forwarded_request_is_one_of_the_service_or_the_proxy() -> None:
    """Which of the two said it cannot be told."""
    said = b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n"
    async with (
        FaultServer([[answer()]]) as server,
        Proxy(answers=(said,) * 9) as proxy,
        zoo(server, proxy=proxy.url) as client,
    ):
        error = await failing(ask(client), ServerError)
    assert "by way of the proxy 127.0.0.1" in str(error)
    assert len(proxy.heads) == RetryPolicy().attempts


async def test_a_proxy_that_is_not_there_is_named() -> None:
    async with FaultServer([[answer()]]) as server:
        async with Proxy() as proxy:
            url = with_login(proxy)
        async with zoo(server, proxy=url) as client:
            error = await failing(ask(client), ConnectionFailed)
    assert f"cannot connect to the proxy 127.0.0.1:{proxy.port}" in str(error)
    assert server.connections == 0


BAD: dict[str, tuple[Any, str]] = {
    "no scheme": ("proxy.example:3128", "'proxy.example:3128'"),
    "another scheme": ("socks5://proxy.example", "'socks5://proxy.example'"),
    "no host": ("http://", "'http://'"),
    "a path": ("http://proxy.example/x", "'http://proxy.example/x'"),
    "a query": ("http://proxy.example?x=1", "'http://proxy.example?***'"),
    "a port that is none": ("http://proxy.example:99999", "'http://proxy.example:99999'"),
    "a line break": ("http://proxy.example\r\nX: 1", r"'http://proxy.example\r\nX:***'"),
    "an @ in the password": (
        f"http://me:{BODY}@{BODY}@proxy.example",
        "'http://***@proxy.example'",
    ),
    "a space in the password": (f"http://me: {BODY}@proxy.example", "'http://***@proxy.example'"),
    "a login and another scheme": (f"socks5://me:{BODY}@p.example", "'socks5://***@p.example'"),
    "nothing": ("", "''"),
}


@pytest.mark.parametrize(("proxy", "shown"), BAD.values(), ids=BAD)
def test_what_is_no_proxys_address_is_refused_and_its_login_not_shown(
    proxy: str, shown: str
) -> None:
    with pytest.raises(ValueError, match=r"^proxy must look like") as caught:
        ZooClient("t", proxy=proxy)
    assert str(caught.value).endswith(f"got {shown}")


@pytest.mark.parametrize("login", ["a%3Ab:{}", "me:{}%E2%82%AC", "%E2%82%AC:{}", "me:{}%E4"])
def test_a_login_that_no_header_can_hold_is_refused_at_once_and_not_shown(login: str) -> None:
    with pytest.raises(ValueError, match=r"^proxy must have a user without ':'") as caught:
        ZooClient("t", proxy=f"http://{login.format(BODY)}@proxy.example")
    assert BODY not in repr(caught.value)
    assert caught.value.__context__ is None


async def test_a_login_is_sent_as_it_was_meant() -> None:
    meant = "Basic " + b64encode("m@:pä:ss/%".encode("latin-1")).decode()
    async with (
        FaultServer([[answer()]]) as server,
        Proxy(login=meant) as proxy,
        zoo(server, proxy=f"http://m%40:p%C3%A4:ss%2F%25@127.0.0.1:{proxy.port}") as client,
    ):
        await ask(client)
    assert server.requests == 1


@pytest.mark.parametrize("proxy", [3128, b"http://p.example", True])
def test_a_proxy_is_text(proxy: Any) -> None:
    with pytest.raises(TypeError, match=r"^proxy must be a URL"):
        ZooClient("t", proxy=proxy)


def test_the_token_does_not_travel_to_a_proxy_in_the_clear() -> None:
    with pytest.raises(ConfigurationError, match=r"in the clear to the proxy proxy\.example"):
        ZooClient("t", base_url="http://localhost", proxy=f"http://me:{BODY}@proxy.example:3128")
    ZooClient("t", base_url="http://localhost", proxy="http://localhost:3128")
    ZooClient("t", base_url="http://localhost", proxy="http://p.example", allow_insecure=True)
    ZooClient("t", base_url="https://api.example", proxy="http://p.example:3128/")
