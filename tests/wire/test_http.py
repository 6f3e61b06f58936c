"""Heads that are no HTTP, statuses, redirects, cookies, proxies."""

from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest

from asyncops import (
    APIError,
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    RateLimited,
    RetryPolicy,
    ServerError,
    TransportError,
    Unauthorized,
    Unprocessable,
)
from tests.wire.faultserver import FIN, FaultServer, Repeat, Seen, Step, answer, chunked, head
from tests.wire.kit import BODY, QUERY, TOKEN, ask, echo, failing, get, zoo

PAGE = b'{"items":[]}'

MALFORMED = {
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of letters": b"HTTP/1.1 2OO OK\r\nContent-Length: 0\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "an unknown version": b"HTTP/9.7x 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nContent-Length 12\r\n\r\n" + PAGE,
    "a header with a space before its colon": b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n" + PAGE,
    "Content-Length and Transfer-Encoding": (
        head("Content-Length: 12", "Transfer-Encoding: chunked") + chunked(PAGE)
    ),
    "Transfer-Encoding and Content-Length": (
        head("Transfer-Encoding: chunked", "Content-Length: 12") + chunked(PAGE)
    ),
    "two lengths": head("Content-Length: 12", "Content-Length: 13") + PAGE,
    "a length of letters": head("Content-Length: twelve") + PAGE,
    "a negative length": head("Content-Length: -1") + PAGE,
    "a length with a sign": head("Content-Length: +12") + PAGE,
    "a length past any integer": head("Content-Length: " + "9" * 30) + PAGE,
    "NUL in a header": head("X-Api-Call-Id: a\0b", "Content-Length: 12") + PAGE,
    "NUL in the status line": b"HTTP/1.1 200 O\0K\r\nContent-Length: 12\r\n\r\n" + PAGE,
    "a chunk size of letters": head("Transfer-Encoding: chunked") + b"zz\r\n" + PAGE,
    "a negative chunk size": head("Transfer-Encoding: chunked") + b"-c\r\n" + PAGE,
    "a chunk longer than said": head("Transfer-Encoding: chunked") + b"2\r\n" + PAGE + b"\r\n",
}


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_is_no_http_is_an_error_of_the_transport(raw: bytes, given: bool) -> None:
    """Never a status that nobody sent."""
    async with FaultServer([[raw, FIN]]) as server, zoo(server, given=given) as client:
        with pytest.raises(TransportError) as caught:
            await ask(client)
        await failing(ask(client), type(caught.value))
    assert not isinstance(caught.value, APIError)


async def test_no_http_is_not_asked_for_again() -> None:
    raw = MALFORMED["Content-Length and Transfer-Encoding"]
    async with FaultServer([[raw, FIN]]) as server, zoo(server) as client:
        error = await failing(ask(client), TransportError)
    assert "HTTP" in str(error)
    assert server.requests == 1


def heads(size: int) -> dict[str, bytes]:
    """Heads with one line of some ``size`` bytes."""
    return {
        "a value": head(f"X-Long: {BODY}{'x' * (size - 100)}", "Content-Length: 12"),
        "a name": head(f"{'x' * (size - 100)}: long", "Content-Length: 12"),
        "a reason": head("Content-Length: 12", status=f"200 {'x' * (size - 100)}"),
    }


@pytest.mark.parametrize("size", [9_000, 32_768])
@pytest.mark.parametrize("part", heads(1000))
async def test_a_long_header_line_is_read(part: str, size: int) -> None:
    raw = heads(size)[part] + PAGE
    script: Sequence[Sequence[Step]] = [[raw[:5000], 0.01, raw[5000:]]]
    async with FaultServer(script) as server, zoo(server) as client:
        assert (await ask(client)).items == ()
    assert server.requests == 1


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
@pytest.mark.parametrize("part", heads(1000))
async def test_a_header_line_past_the_limit_is_called_that(part: str, given: bool) -> None:
    """With the limit that it met: ours, or the one of the session that was given."""
    raw = heads(9_000 if given else 33_000)[part] + PAGE
    async with FaultServer([[raw, FIN]]) as server, zoo(server, given=given) as client:
        error = await failing(ask(client), TransportError)
    assert f"a header line of more than {8190 if given else 32768} bytes" in str(error)
    assert "max_field_size" in str(error)
    assert "well-formed" not in str(error)
    assert server.requests == 1


async def test_too_many_headers_are_called_that() -> None:
    raw = head(*[f"X-{number}: {BODY}" for number in range(200)], "Content-Length: 12") + PAGE
    async with FaultServer([[raw, FIN]]) as server, zoo(server) as client:
        error = await failing(ask(client), TransportError)
    assert "more headers than the limit" in str(error)
    assert server.requests == 1


async def test_headers_without_end_are_given_up() -> None:
    endless: Sequence[Step] = [b"HTTP/1.1 200 OK\r\n", Repeat(b"X-More: of this\r\n" * 64, 50_000)]
    async with FaultServer([endless]) as server, zoo(server) as client:
        await failing(ask(client), TransportError)
        await server.until(lambda: server.open == 0)
    assert server.sent < 16 * 1024 * 1024


async def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    async with FaultServer([[interim + answer()]]) as server, zoo(server) as client:
        assert (await ask(client)).items == ()


def error_answer(status: int, *headers: str) -> bytes:
    return answer(b'{"message":"no","request_id":"r-1"}', *headers, status=f"{status} No")


RETRIED = {408: APIError, 425: APIError, 429: RateLimited} | dict.fromkeys(
    (500, 502, 503, 504, *range(520, 528), 529, 530), ServerError
)


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
@pytest.mark.parametrize(("status", "kind"), RETRIED.items())
async def test_a_passing_failure_is_asked_again_within_the_policy(
    status: int, kind: type[APIError], given: bool
) -> None:
    async with FaultServer([[error_answer(status)]]) as server, zoo(server, given=given) as client:
        error = await failing(ask(client), kind)
    assert (error.status, error.message, error.request_id) == (status, "no", "r-1")
    assert server.requests == RetryPolicy().attempts


@pytest.mark.parametrize("status", [425, 520, 522, 525])
async def test_a_gateways_failure_that_passes_is_never_seen(status: int) -> None:
    async with FaultServer([[error_answer(status)], [answer()]]) as server, zoo(server) as client:
        assert (await ask(client)).items == ()
    assert server.requests == 2


@pytest.mark.parametrize(("statuses", "requests"), [({418, 503}, 3), ({503}, 1), (set(), 1)])
async def test_the_policy_says_which_statuses_are_retried(
    statuses: set[int], requests: int
) -> None:
    retry = RetryPolicy(statuses=statuses)
    async with FaultServer([[error_answer(418)]]) as server, zoo(server, retry=retry) as client:
        await failing(ask(client), APIError)
    assert server.requests == requests


FINAL = {
    400: BadRequest,
    401: Unauthorized,
    402: APIError,
    403: Forbidden,
    404: NotFound,
    405: APIError,
    409: Conflict,
    410: Gone,
    418: APIError,
    422: Unprocessable,
    451: APIError,
    499: APIError,
    501: ServerError,
    505: ServerError,
    519: ServerError,
    528: ServerError,
    531: ServerError,
    599: ServerError,
    600: APIError,
}


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
@pytest.mark.parametrize(("status", "kind"), FINAL.items())
async def test_a_lasting_failure_is_raised_at_once(
    status: int, kind: type[APIError], given: bool
) -> None:
    async with FaultServer([[error_answer(status)]]) as server, zoo(server, given=given) as client:
        error = await failing(ask(client), kind)
    assert error.status == status
    assert server.requests == 1


REDIRECTS = (300, 301, 302, 303, 307, 308)


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_redirect_is_not_followed_and_names_only_the_host(status: int, given: bool) -> None:
    async with FaultServer([[answer()]]) as other:
        there = f"Location: http://localhost:{other.port}/querysecret/path?t={QUERY}#bodysecret"
        script = [[error_answer(status, there)]]
        async with FaultServer(script) as server, zoo(server, given=given) as client:
            error = await failing(ask(client), APIError)
    assert error.status == status
    assert "localhost" in str(error)
    assert server.requests == 1
    assert other.connections == 0


LOCATIONS = {
    "a path": "/querysecret/elsewhere",
    "another scheme": "ftp://querysecret@host.example/bodysecret",
    "a user": "https://querysecret:bodysecret@host.example/",
    "nothing": "",
    "no URL": "http://[querysecret",
    "a port out of range": "https://host.example:99999999/querysecret",
    "beyond ASCII": "https://h\u00f6st.example/querysecret",
    "the token": f"https://host.example/{TOKEN}",
}


@pytest.mark.parametrize("status", [302, 308])
@pytest.mark.parametrize("location", LOCATIONS.values(), ids=LOCATIONS.keys())
async def test_a_redirect_to_anywhere_is_an_error_that_keeps_quiet(
    location: str, status: int
) -> None:
    script = [[answer(b"", f"Location: {location}", status=f"{status} Found", content_type="")]]
    async with FaultServer(script) as server, zoo(server) as client:
        error = await failing(ask(client), APIError)
    assert error.status == status
    assert ("host.example" in str(error)) == ("host.example" in location)
    assert server.requests == 1


async def test_not_modified_is_an_error_since_nothing_was_conditional() -> None:
    script = [[head("Content-Length: 12", status="304 Not Modified")]]
    async with FaultServer(script) as server, zoo(server) as client:
        error = await failing(ask(client), APIError)
    assert (error.status, server.requests) == (304, 1)


async def test_a_redirect_without_a_location_is_an_error() -> None:
    async with FaultServer([[error_answer(302)]]) as server, zoo(server) as client:
        await failing(ask(client), APIError)
    assert server.requests == 1


async def test_cookies_are_not_kept() -> None:
    """By name, since nobody keeps cookies for an address."""
    cookies = ("Set-Cookie: session=1; Path=/", "Set-Cookie: other=2; Domain=localhost")
    async with FaultServer([[answer(PAGE, *cookies)]]) as server:
        url = f"http://localhost:{server.port}"
        async with zoo(server, base_url=url) as client:
            await ask(client)
            await ask(client)
    assert server.requests == 2
    assert all(seen.header("Cookie") is None for seen in server.seen)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultServer([[answer()]]) as proxy, FaultServer([[answer()]]) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.upper(), proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        async with zoo(server) as client:
            await ask(client)
    assert (proxy.connections, server.requests) == (0, 1)


@pytest.mark.parametrize("trusting", [False, True], ids=["own session", "trusting session"])
async def test_a_netrc_does_not_replace_the_token(
    trusting: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not even where a session was given that reads the environment, for its proxies."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    async with (
        FaultServer([[answer()]]) as server,
        aiohttp.ClientSession(trust_env=True) as session,
        zoo(server, session=session if trusting else None) as client,
    ):
        await ask(client)
    assert [seen.header("Authorization") for seen in server.seen] == [f"Bearer {TOKEN}"]


async def test_a_token_of_the_listing_is_sent_as_it_came() -> None:
    """It is opaque: encoded, never parsed."""
    async with FaultServer([[answer()]]) as server, zoo(server) as client:
        await ask(client)
    assert server.seen[0].target.endswith("&page_token=querysecret%2B%2F%3D7c55")


async def test_one_connection_serves_calls_in_a_row() -> None:
    def script(seen: Seen) -> Sequence[Step]:
        return echo(seen)

    async with FaultServer(script) as server, zoo(server) as client:
        for number in range(20):
            await get(client, number)
    assert (server.connections, server.requests) == (1, 20)
