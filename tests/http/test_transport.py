"""One request and its answer, over a real socket."""

import asyncio
import gzip

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from asyncops import AnswerTooLarge, AttemptTimeout, ConnectionFailed, Timeout
from asyncops.http.messages import Response
from asyncops.http.transport import Transport, encoded_url
from asyncops.http.upload import Upload
from tests.wire.faultserver import FIN, SILENCE, FaultServer, Step, answer

BEARER = {"Authorization": "Bearer t"}


async def sent(
    steps: list[Step], *, timeout: Timeout | None = None, max_body: int | None = None
) -> tuple[Response, FaultServer]:
    """The answer to one request, and the server that gave it."""
    transport = Transport(timeout or Timeout(), max_body=max_body)
    async with FaultServer([steps]) as server:
        try:
            url = f"{server.url}/x?a=%2F"
            return await transport.send("GET", url, BEARER, {"X-One": "1"}), server
        finally:
            await transport.close()
            await server.until(lambda: server.open == 0)


async def test_a_request_is_sent_as_it_is_and_its_answer_comes_whole() -> None:
    body = gzip.compress(b"[1]")
    response, server = await sent([answer(body, "Content-Encoding: gzip", "X-Two: 2")])
    assert (response.status, response.body, response.headers["x-two"]) == (200, b"[1]", "2")
    (seen,) = server.seen
    assert (seen.target, seen.header("Authorization")) == ("/x?a=%2F", "Bearer t")


@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        (["x-api-call-id: zoo"], "zoo"),
        (["X-Request-Id: gateway"], "gateway"),
        (["x-request-id: gateway", "x-api-call-id: zoo"], "zoo"),
        (["x-api-call-id: ", "x-request-id: gateway"], "gateway"),
        ([], None),
    ],
)
async def test_the_request_id_is_the_services_or_a_gateways(
    headers: list[str], request_id: str | None
) -> None:
    transport = Transport(Timeout(), request_id=("X-Api-Call-Id", "X-Request-Id"))
    async with FaultServer([[answer(b"[]", *headers)]]) as server:
        response = await transport.send("GET", server.url, BEARER, {})
        await transport.close()
    assert response.request_id == request_id


async def test_a_body_is_sent_whole_with_the_type_that_its_headers_name() -> None:
    body = b'{"limit":2}' * 1000
    transport = Transport(Timeout())
    async with FaultServer([[answer(b"[]")]]) as server:
        headers = {"Content-Type": "application/x-ndjson"}
        await transport.send("POST", server.url, BEARER, headers, body=body)
        await transport.close()
    (seen,) = server.seen
    assert seen.body == body
    assert seen.header("Content-Type") == "application/x-ndjson"
    assert seen.header("Content-Length") == str(len(body))


async def test_the_body_of_an_error_is_cut_where_it_is_too_long() -> None:
    response, _ = await sent([answer(b"x" * 100, status="503 Down")], max_body=10)
    assert (response.status, response.body) == (503, b"x" * 10)


async def test_the_body_of_a_good_answer_is_refused_where_it_is_too_long() -> None:
    with pytest.raises(AnswerTooLarge):
        await sent([answer(b"x" * 100)], max_body=10)


async def test_a_lost_connection_is_told_of_and_not_mended() -> None:
    with pytest.raises(ConnectionFailed) as caught:
        await sent([FIN])
    assert caught.value.retryable


async def test_a_server_that_says_nothing_is_given_up_after_an_attempt_s_time() -> None:
    with pytest.raises(AttemptTimeout):
        await sent([SILENCE], timeout=Timeout(attempt=0.05))


async def test_closing_ends_what_is_under_way() -> None:
    transport = Transport(Timeout())
    async with FaultServer([[SILENCE]]) as server:
        task = asyncio.create_task(transport.send("GET", server.url, BEARER, {}))
        await server.until(lambda: server.requests == 1)
        await transport.close()
        with pytest.raises(AttemptTimeout):
            await task


async def test_an_attempt_that_ends_before_a_body_is_read_again_is_no_slow_upload() -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    traces = aiohttp.TraceConfig()
    traces.on_request_start.append(hang)
    upload = Upload.of_bytes(b"body")
    await anext(upload.pieces())
    async with aiohttp.ClientSession(trace_configs=[traces]) as session:
        transport = Transport(Timeout(attempt=0.05), session=session)
        with pytest.raises(AttemptTimeout, match="took too long") as caught:
            await transport.send("POST", "http://127.0.0.1:1", BEARER, {}, body=upload)
    assert caught.value.retryable


ENCODED = st.text(alphabet="aZ0-._~%2F?&=+:@!/#[ ]", max_size=20)


@given(
    base=st.sampled_from(
        [
            "http://localhost:8080",
            "https://api.zoo.dev",
            "https://api.zoo.dev:443/x",
            "HTTPS://API.zoo.dev",
            "https://[2001:db8::1]:8443",
            "https://u:p@h",
        ]
    ),
    target=ENCODED,
    slash=st.booleans(),
)
def test_an_encoded_url_is_what_yarl_makes_of_it(base: str, target: str, slash: bool) -> None:
    url = f"{base}{'/' if slash else '?'}{target}"
    found, expected = encoded_url(url), URL(url, encoded=True)
    assert found == expected
    assert (found.raw_path_qs, found.host, found.port) == (
        expected.raw_path_qs,
        expected.host,
        expected.port,
    )


@pytest.mark.parametrize("char", ["\n", "\r", "\t", "\0", "\x7f"])
def test_what_no_url_holds_is_treated_as_yarl_does(char: str) -> None:
    url = f"https://api.zoo.dev/a{char}b"
    assert encoded_url(url) == URL(url, encoded=True)
