"""Requests with a body: what arrives of them, how often, and what of them shows."""

from typing import Any

import pytest
from attrs import evolve

from asyncops import (
    APIError,
    BadRequest,
    ConnectionFailed,
    DecodeError,
    RetryPolicy,
    ServerError,
)
from asyncops.http.messages import Request
from tests.wire.faultserver import FIN, FaultServer, Seen, Step, answer
from tests.wire.kit import QUERY, SECRETS, TOKEN, failing, fetch, zoo

BODY = b'{"cursor":"bodysecret","limit":2}'
POST = Request(
    method="POST",
    path="/filter",
    params=(("q", QUERY),),
    headers={"Content-Type": "application/json", "X-Version": "2", "X-Key": "querysecret"},
    body=BODY,
)
LISTING = Request(method="POST", path="/filter", headers=POST.headers, body=BODY, reads_only=True)
DOWN = answer(b"{}", status="503 Down")
FAILURES: dict[str, tuple[Step, type[ServerError | ConnectionFailed]]] = {
    "refused": (DOWN, ServerError),
    "lost": (FIN, ConnectionFailed),
}


def as_sent(seen: Seen) -> tuple[bytes, bytes, str | None, str | None]:
    """The method, the body and two headers of a request."""
    headers = seen.header("Content-Type"), seen.header("X-Version")
    return seen.head.split(b" ", 1)[0], seen.body, *headers


WHOLE = (b"POST", BODY, "application/json", "2")


@pytest.mark.parametrize("given", [False, True], ids=["own session", "given session"])
async def test_a_body_arrives_whole_with_its_headers(*, given: bool) -> None:
    async with FaultServer([[answer()]]) as server, zoo(server, given=given) as client:
        await fetch(client, POST)
    (seen,) = server.seen
    assert as_sent(seen) == WHOLE
    assert seen.header("Authorization") == f"Bearer {TOKEN}"
    assert seen.header("Accept") == "application/json"


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1, 3 * 2**20])
async def test_a_body_of_any_size_arrives_whole(size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    large = evolve(LISTING, body=body)
    async with FaultServer([[DOWN], [answer()]]) as server, zoo(server) as client:
        await fetch(client, large)
    assert [seen.body == body for seen in server.seen] == [True, True]
    assert {seen.header("Content-Length") for seen in server.seen} == {str(size)}
    assert {seen.header("Content-Type") for seen in server.seen} == {"application/json"}


async def test_a_request_without_a_body_says_nothing_of_one() -> None:
    async with FaultServer([[answer()]]) as server, zoo(server) as client:
        await fetch(client, Request(path="/x"))
    (seen,) = server.seen
    assert (seen.header("Content-Type"), seen.header("Content-Length")) == (None, None)


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_post_that_only_reads_is_sent_again_whole(failure: str) -> None:
    step, _ = FAILURES[failure]
    async with FaultServer([[step], [step], [answer()]]) as server, zoo(server) as client:
        await fetch(client, LISTING)
    assert [as_sent(seen) for seen in server.seen] == [WHOLE] * 3


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_post_that_only_reads_is_sent_as_often_as_the_policy_says(failure: str) -> None:
    step, kind = FAILURES[failure]
    retry = RetryPolicy(attempts=4)
    async with FaultServer([[step]]) as server, zoo(server, retry=retry) as client:
        await failing(fetch(client, LISTING), kind)
    assert server.requests == 4


@pytest.mark.parametrize("failure", FAILURES)
async def test_any_other_post_is_sent_once(failure: str) -> None:
    step, kind = FAILURES[failure]
    async with FaultServer([[step], [answer()]]) as server, zoo(server) as client:
        await failing(fetch(client, POST), kind)
    assert server.requests == 1


async def test_a_replay_after_a_401_has_the_same_body() -> None:
    """The service has refused the request, so that even a POST may go out again."""
    tokens = iter(["tok-1", "tok-2"])

    async def token() -> str:
        return next(tokens)

    refused = answer(b"{}", status="401 No")
    async with FaultServer([[refused], [answer()]]) as server, zoo(server, token=token) as client:
        await fetch(client, POST)
    assert [as_sent(seen) for seen in server.seen] == [WHOLE] * 2
    sent = [seen.header("Authorization") for seen in server.seen]
    assert sent == ["Bearer tok-1", "Bearer tok-2"]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Same", "308 Same"])
async def test_a_body_goes_nowhere_else(status: str) -> None:
    async with FaultServer([[answer()]]) as other:
        redirect = answer(b"", f"Location: {other.url}/elsewhere", status=status)
        async with FaultServer([[redirect]]) as server, zoo(server) as client:
            await failing(fetch(client, LISTING), APIError)
    assert (server.requests, other.requests) == (1, 0)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        pytest.param(answer(b"{}", status="400 No"), BadRequest, id="refused"),
        pytest.param(DOWN, ServerError, id="down"),
        pytest.param(FIN, ConnectionFailed, id="lost"),
        pytest.param(answer(b"?"), DecodeError, id="not decoded"),
    ],
)
async def test_no_error_shows_query_headers_or_body(raw: Step, kind: Any) -> None:
    async with FaultServer([[raw]]) as server, zoo(server) as client:
        await failing(fetch(client, LISTING.with_params(POST.params)), kind)


def test_a_request_shows_neither_headers_nor_body() -> None:
    assert not [secret for secret in SECRETS if secret in repr(POST)]
