"""What a service says of its answers: request ids, words of errors, limits on requests."""

from collections.abc import Sequence
from typing import Any

import pytest

from asyncops import APIError, BadRequest, DecodeError, Forbidden, RateLimited, RetryPolicy, Timeout
from asyncops.http.places import Header, Link
from asyncops.retry.rate_headers import RateLimit
from asyncops.testing import FakeClock
from tests.wire.faultserver import FaultServer, Step, answer
from tests.wire.kit import client_of, failing, fetch

GITHUB = RateLimit("X-RateLimit-Remaining", "X-RateLimit-Reset", times="epoch", also={403})
POLICY = RetryPolicy()
LIMITED = "403 Forbidden"


class TestRequestIds:
    @pytest.mark.parametrize(
        ("declared", "headers", "found"),
        [
            ({}, ["X-Request-Id: r-1"], "r-1"),
            ({}, ["request-id: r-2"], "r-2"),
            ({}, ["X-Api-Call-Id: other"], None),
            ({"request_id": ("X-Trace", "X-Request-Id")}, ["X-Request-Id: r-1"], "r-1"),
            ({"request_id": ["X-Trace", "X-Request-Id"]}, ["X-Request-Id: b", "x-trace: a"], "a"),
            ({"request_id": ()}, ["X-Request-Id: r-1"], None),
        ],
    )
    async def test_they_are_in_every_answer_by_declaration(
        self, declared: dict[str, Any], headers: Sequence[str], found: str | None
    ) -> None:
        script = [
            [answer(b"{}", *headers)],
            [answer(b'{"message":"no"}', *headers, status="400 No")],
            [answer(b"?", *headers)],
        ]
        async with FaultServer(script) as server, client_of(server, **declared) as client:
            assert (await fetch(client)).request_id == found
            assert (await failing(fetch(client), BadRequest)).request_id == found
            assert (await failing(fetch(client), DecodeError)).request_id == found


class TestErrors:
    async def test_their_words_are_found_by_search(self) -> None:
        body = b'{"error":{"message":"no such batch","type":"invalid_request"},"request_id":"r-1"}'
        async with (
            FaultServer([[answer(body, status="400 No")]]) as server,
            client_of(server) as client,
        ):
            error = await failing(fetch(client), BadRequest)
        assert str(error) == "400: no such batch (code invalid_request, request id r-1)"

    async def test_their_words_are_found_by_place(self) -> None:
        errors = {
            "message": "why[0].text",
            "code": Header("X-Code"),
            "request_id": Link("request"),
        }
        body = b'{"message":"not this","why":[{"text":"this"}]}'
        headers = ("X-Code: 12-b", 'Link: <r-9>; rel="request"')
        async with (
            FaultServer([[answer(body, *headers, status="400 No")]]) as server,
            client_of(server, errors=errors) as client,
        ):
            error = await failing(fetch(client), BadRequest)
        assert (error.message, error.code, error.request_id) == ("this", "12-b", "r-9")

    @pytest.mark.parametrize(
        ("ok", "body", "message"),
        [
            ("errors", b'{"data":null,"errors":[{"message":"no such job"}]}', "no such job"),
            ("error", b'{"error":{"code":7}}', "the answer gives no message"),
            ("data.wrong.text", b'{"data":{"wrong":{"text":"no such job"}}}', "no such job"),
            (Header("X-Problem"), b"{}", "at the header"),
        ],
    )
    async def test_a_200_that_holds_what_no_good_answer_does_is_one(
        self, ok: Any, body: bytes, message: str
    ) -> None:
        """It is final: a second request would be answered in the same way."""
        headers = ("X-Problem: at the header", "X-Request-Id: r-1")
        script = [[answer(body, *headers), answer(b'{"data":1}')]]
        async with FaultServer(script) as server, client_of(server, ok=ok) as client:
            error = await failing(fetch(client), APIError)
            assert server.requests == 1
        assert type(error) is APIError
        assert (error.status, error.message, error.request_id) == (200, message, "r-1")

    @pytest.mark.parametrize(
        "body", [b"{}", b"[]", b'{"errors":null}', b'{"errors":[]}', b'{"errors":""}', b"?"]
    )
    async def test_a_200_without_it_is_a_good_answer(self, body: bytes) -> None:
        async with (
            FaultServer([[answer(body)]]) as server,
            client_of(server, ok="errors") as client,
        ):
            if body == b"?":
                await failing(fetch(client), DecodeError)
            else:
                assert (await fetch(client)).status == 200


def patient(clock: FakeClock, retry: RetryPolicy = POLICY) -> dict[str, Any]:
    """The arguments of a client that has two minutes for a call, on a clock that is stopped."""
    return {"clock": clock, "retry": retry, "timeout": Timeout()}


def limited(clock: FakeClock, seconds: int, left: int = 0, status: str = LIMITED) -> Step:
    """An answer that tells a limit, as GitHub does."""
    reset = f"X-RateLimit-Reset: {int(clock.time()) + seconds}"
    return answer(b"{}", f"X-RateLimit-Remaining: {left}", reset, status=status)


class TestRateLimits:
    @pytest.mark.parametrize("status", [LIMITED, "429 Too Many"])
    async def test_a_refusal_is_waited_out_until_the_reset(self, status: str) -> None:
        clock = FakeClock()
        script: list[list[Step]] = [[limited(clock, 40, status=status)], [answer(b"[]")]]
        async with (
            FaultServer(script) as server,
            client_of(server, options=patient(clock), rate_limit=GITHUB) as client,
        ):
            await fetch(client)
        assert 40 <= sum(clock.slept) < 44.1

    @pytest.mark.parametrize("status", [LIMITED, "429 Too Many"])
    async def test_a_reset_that_is_too_far_ends_the_call_at_once(self, status: str) -> None:
        clock = FakeClock()
        async with (
            FaultServer([[limited(clock, 3000, status=status)]]) as server,
            client_of(server, options=patient(clock), rate_limit=GITHUB) as client,
        ):
            error = await failing(fetch(client), RateLimited)
        assert error.status == int(status[:3])
        assert error.retry_after is not None
        assert 2999 < error.retry_after <= 3000
        assert (server.requests, clock.slept) == (1, [])

    async def test_a_403_with_retry_after_is_waited_out(self) -> None:
        clock = FakeClock()
        refusal = answer(b"{}", "Retry-After: 7", "X-RateLimit-Remaining: 99", status=LIMITED)
        async with (
            FaultServer([[refusal], [answer(b"[]")]]) as server,
            client_of(server, options=patient(clock), rate_limit=GITHUB) as client,
        ):
            await fetch(client)
        assert 7 <= sum(clock.slept) < 7.8

    @pytest.mark.parametrize("declared", [{"rate_limit": GITHUB}, {}], ids=["declared", "not"])
    async def test_any_other_403_is_final(self, declared: dict[str, Any]) -> None:
        clock = FakeClock()
        async with (
            FaultServer([[limited(clock, 40, left=9)]]) as server,
            client_of(server, options=patient(clock), **declared) as client,
        ):
            error = await failing(fetch(client), Forbidden)
        assert error.retry_after is None
        assert (server.requests, clock.slept) == (1, [])

    async def test_a_403_that_is_not_declared_is_final_whatever_its_headers(self) -> None:
        clock = FakeClock()
        async with (
            FaultServer([[limited(clock, 40)]]) as server,
            client_of(server, options=patient(clock)) as client,
        ):
            await failing(fetch(client), Forbidden)
        assert server.requests == 1

    async def test_the_statuses_of_the_policy_decide_as_for_429(self) -> None:
        clock = FakeClock()
        script: list[list[Step]] = [[limited(clock, 40)], [answer(b"[]")]]
        policy = RetryPolicy(statuses={503})
        async with (
            FaultServer(script) as server,
            client_of(server, options=patient(clock, policy), rate_limit=GITHUB) as client,
        ):
            await failing(fetch(client), RateLimited)
        assert server.requests == 1
