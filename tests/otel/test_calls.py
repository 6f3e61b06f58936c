"""OpenTelemetry's spans of one call: its attempts, how they end, and what travels with them."""

import asyncio
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from opentelemetry import baggage
from opentelemetry.context import attach, detach
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, TraceFlags

from asyncops import (
    AsyncOpsError,
    AttemptTimeout,
    ConfigurationError,
    DeadlineExceeded,
    DecodeError,
    NotFound,
    RetryPolicy,
    Timeout,
    ZooClient,
)
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.otel.kit import Recorder, context_of, ended_as, names, zoo
from tests.until import until

ONCE = RetryPolicy(attempts=1)


def only(spans: list[ReadableSpan]) -> ReadableSpan:
    (span,) = spans
    return span


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


async def started(server: FakeServer, path: str | None = None) -> None:
    """Wait until a request has reached the server."""
    await until(lambda: bool(server.count(path)))


async def test_a_call_is_one_span_with_its_attempt_below(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """With what the conventions for HTTP clients ask for; an id is in no name."""
    prompt = raw_json.ml_prompts(fake_server)[0]["id"]
    port = int(fake_server.url.rpartition(":")[2])
    async with zoo(fake_server, recorder) as client:
        await client.ml_prompts.get(prompt)
    call = only(recorder.named("call"))
    attempt = only(recorder.below(call))
    place = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "url.template": "/ml-prompts/{id}",
    }
    assert (call.name, call.kind, call.parent) == (
        "call /ml-prompts/{id}",
        SpanKind.INTERNAL,
        None,
    )
    assert attributes(call) == place | {
        "asyncops.requests": 1,
        "asyncops.retries": 0,
        "asyncops.slept": 0.0,
        "asyncops.outcome": "complete",
    }
    assert (attempt.name, attempt.kind) == ("GET /ml-prompts/{id}", SpanKind.CLIENT)
    assert attributes(attempt) == place | {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.full": f"{fake_server.url}/ml-prompts/{prompt}",
    }
    assert ended_as(call) == ("UNSET", None, "complete")
    assert ended_as(attempt) == ("UNSET", None, None)
    scope = attempt.instrumentation_scope
    assert scope is not None
    assert scope.name == "asyncops"


async def test_retries_are_attempts_of_one_call(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """Each counts those before it; what was slept in between are events of the call."""
    fake_server.script(Fault(503, on=1), Fault(429, on=2, retry_after=7), Fault(on=3, drop=True))
    async with zoo(fake_server, recorder, retry=RetryPolicy(attempts=4)) as client:
        await client.ml_prompts.list(limit=5)
    call = only(recorder.named("call"))
    attempts = recorder.below(call)
    assert names(attempts) == ["GET /ml-prompts"] * 4
    assert [attributes(each).get("http.request.resend_count") for each in attempts] == [
        None,
        1,
        2,
        3,
    ]
    assert [ended_as(each)[:2] for each in attempts] == [
        ("ERROR", "503"),
        ("ERROR", "429"),
        ("ERROR", "ConnectionFailed"),
        ("UNSET", None),
    ]
    assert [each.status.description for each in attempts] == [
        None,
        None,
        "the connection was lost: closed by the other side",
        None,
    ]
    assert ended_as(call) == ("UNSET", None, "complete")
    assert attributes(call)["asyncops.retries"] == 3
    slept = [float(str((event.attributes or {})["asyncops.slept"])) for event in call.events]
    assert {event.name for event in call.events} == {"backoff"}
    assert sum(slept) == pytest.approx(attributes(call)["asyncops.slept"])
    assert sum(slept) >= 7


async def test_a_replay_after_a_401_is_sent_again(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    tokens = iter(["old-token", fake_server.token])

    async def token() -> str:
        return next(tokens)

    async with zoo(fake_server, recorder, token=token) as client:
        await client.ml_prompts.list(limit=5)
    first, second = recorder.below(only(recorder.named("call")))
    assert ended_as(first) == ("ERROR", "401", None)
    assert attributes(second)["http.request.resend_count"] == 1


async def test_an_error_status_is_an_error_of_the_attempt_and_of_the_call(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """Without the service's words."""
    fake_server.script(Fault(404, message="words of the service"))
    async with zoo(fake_server, recorder) as client:
        with pytest.raises(NotFound):
            await client.ml_prompts.list(limit=5)
    call = only(recorder.named("call"))
    attempt = only(recorder.below(call))
    assert ended_as(attempt) == ("ERROR", "404", None)
    assert ended_as(call) == ("ERROR", "NotFound", "failed")
    assert attempt.status.description is call.status.description is None
    assert not attempt.events


async def test_an_answer_that_cannot_be_read_is_an_error_of_the_call_alone(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    fake_server.script(Fault(200, body=b'{"items": 5}'))
    async with zoo(fake_server, recorder) as client:
        with pytest.raises(DecodeError):
            await client.ml_prompts.list(limit=5)
    call = only(recorder.named("call"))
    assert ended_as(call) == ("ERROR", "DecodeError", "failed")
    assert ended_as(only(recorder.below(call))) == ("UNSET", None, None)


async def test_no_connection_is_an_error_that_says_so(
    recorder: Recorder, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with ZooClient("t", base_url=url, retry=ONCE, telemetry=recorder.telemetry) as client:
        with pytest.raises(Exception, match="cannot connect"):
            await client.ml_prompts.list(limit=5)
    attempt = only(recorder.named("GET"))
    assert ended_as(attempt) == ("ERROR", "ConnectionFailed", None)
    assert (attempt.status.description or "").startswith("cannot connect to 127.0.0.1:")


async def test_a_call_past_its_deadline(fake_server: FakeServer, recorder: Recorder) -> None:
    """The attempt was cancelled, which the conventions count as an error; the call says why."""
    fake_server.script(Fault(delay=60, times=9))
    async with zoo(fake_server, recorder, timeout=Timeout(deadline=0.05)) as client:
        with pytest.raises(DeadlineExceeded):
            await client.ml_prompts.list(limit=5)
    call = only(recorder.named("call"))
    assert ended_as(call) == ("ERROR", "DeadlineExceeded", "failed")
    assert ended_as(only(recorder.below(call))) == ("ERROR", "CancelledError", None)


async def test_an_attempt_past_its_time(fake_server: FakeServer, recorder: Recorder) -> None:
    fake_server.script(Fault(delay=60, times=9))
    timeout = Timeout(attempt=0.05)
    async with zoo(fake_server, recorder, timeout=timeout, retry=ONCE) as client:
        with pytest.raises(AttemptTimeout):
            await client.ml_prompts.list(limit=5)
    attempt = only(recorder.named("GET"))
    assert ended_as(attempt) == ("ERROR", "AttemptTimeout", None)
    assert attempt.status.description == "the answer took too long"


async def test_a_call_that_is_cancelled_on_the_wire(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """Both spans end; giving up is no error of the call."""
    fake_server.script(Fault(delay=60))
    async with zoo(fake_server, recorder) as client:
        task = asyncio.create_task(client.ml_prompts.get(raw_json.ml_prompts(fake_server)[0]["id"]))
        await started(fake_server)
        assert recorder.open == ["GET /ml-prompts/{id}", "call /ml-prompts/{id}"]
        task.cancel()
        await asyncio.wait([task])
        assert recorder.open == []
    assert ended_as(only(recorder.named("call"))) == ("UNSET", None, "left")
    assert ended_as(only(recorder.named("GET"))) == ("ERROR", "CancelledError", None)


async def test_a_call_that_is_cancelled_while_it_sleeps(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    fake_server.script(Fault(503, times=9))
    async with ZooClient(
        fake_server.token, base_url=fake_server.url, telemetry=recorder.telemetry
    ) as client:
        task = asyncio.create_task(client.ml_prompts.get(raw_json.ml_prompts(fake_server)[0]["id"]))
        await until(lambda: bool(recorder.named("GET")), task)
        task.cancel()
        await asyncio.wait([task])
    call = only(recorder.named("call"))
    assert ended_as(call) == ("UNSET", None, "left")
    assert recorder.below(call)


async def test_a_client_that_is_closed_ends_its_calls(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    fake_server.script(Fault(delay=60, times=9))
    client = zoo(fake_server, recorder)
    calls = [asyncio.create_task(client.ml_prompts.list(limit=n).collect()) for n in (1, 2, 3)]
    await until(lambda: fake_server.count() >= 3, *calls)
    await client.close()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in results] == [ConfigurationError] * 3
    assert [ended_as(each) for each in recorder.named("call")] == [
        ("ERROR", "ConfigurationError", "failed")
    ] * 3
    assert len(recorder.named("GET")) == 3


async def test_a_call_of_a_closed_client_is_none(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    client = zoo(fake_server, recorder)
    await client.close()
    with pytest.raises(ConfigurationError):
        await client.ml_prompts.list(limit=1)
    assert recorder.spans == []


@pytest.mark.asyncops(unused_faults=True)
@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8])
@pytest.mark.parametrize("requests", [0, 1, 2, 3, 5])
async def test_cancelled_at_any_moment_nothing_stays_open(
    fake_server: FakeServer, recorder: Recorder, requests: int, turns: int
) -> None:
    """So many turns of the event loop after so many requests, whatever it is at then."""
    fake_server.script(Fault(503, on=1), Fault(on=2, drop=True))
    async with zoo(fake_server, recorder) as client:
        task = asyncio.create_task(client.operations.list(status="failed", limit=5).collect())
        await until(lambda: fake_server.count() >= requests, task, every=0)
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert recorder.open == []
    assert all(span.parent is not None for span in recorder.named("GET"))
    assert len(recorder.named("GET")) >= requests


async def test_requests_carry_the_trace_of_their_attempt(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    fake_server.script(Fault(503, on=1))
    async with zoo(fake_server, recorder) as client:
        await client.ml_prompts.list(limit=5)
    sent = [request.headers["traceparent"] for request in fake_server.requests]
    expected = [
        f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
        for context in map(context_of, recorder.named("GET"))
    ]
    assert sent == expected
    assert len(set(sent)) == 2


async def test_baggage_goes_along(fake_server: FakeServer, recorder: Recorder) -> None:
    """From a walk's beginning on, as it was there."""
    async with zoo(fake_server, recorder) as client:
        token = attach(baggage.set_baggage("tenant", "one"))
        try:
            walk = aiter(client.ml_prompts.list(limit=50))
            await anext(walk)
        finally:
            detach(token)
        assert len([item async for item in walk]) > 50
    assert {request.headers["baggage"] for request in fake_server.requests} == {"tenant=one"}


async def test_nothing_travels_where_that_is_not_wanted(fake_server: FakeServer) -> None:
    recorder = Recorder(propagate=False)
    async with zoo(fake_server, recorder) as client:
        await client.ml_prompts.list(limit=5)
    (request,) = fake_server.requests
    assert not {"traceparent", "tracestate", "baggage"} & set(request.headers)
    assert names(recorder.spans) == ["GET /ml-prompts", "call /ml-prompts"]


async def test_a_trace_that_is_not_sampled_travels_as_such(fake_server: FakeServer) -> None:
    """It costs no span; metrics are counted all the same."""
    recorder = Recorder(sampler=ALWAYS_OFF)
    fake_server.script(Fault(503, on=1))
    async with zoo(fake_server, recorder) as client:
        await client.ml_prompts.list(limit=5).collect()
    assert recorder.spans == []
    flags = [int(each.headers["traceparent"][-2:], 16) for each in fake_server.requests]
    assert not any(each & TraceFlags.SAMPLED for each in flags)
    assert recorder.total("asyncops.requests") == fake_server.count()


async def test_a_session_that_was_given_is_told_of_too(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        zoo(fake_server, recorder, session=session) as client,
    ):
        with recorder.own("handler"):
            await client.ml_prompts.list(limit=5)
    handler = only(recorder.named("handler"))
    assert names(recorder.below(handler)) == ["call /ml-prompts"]
    assert "traceparent" in fake_server.requests[0].headers


FAULTS = {
    "500": Fault(500, times=9),
    "lost": Fault(drop=True, times=9),
    "html": Fault(200, body=b"<html>", times=9),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_call_that_fails_in_the_end_has_the_last_error(
    fake_server: FakeServer, recorder: Recorder, fault: str
) -> None:
    fake_server.script(FAULTS[fault])
    async with zoo(fake_server, recorder) as client:
        with pytest.raises(AsyncOpsError) as caught:
            await client.ml_prompts.list(limit=5)
    call = only(recorder.named("call"))
    assert ended_as(call) == ("ERROR", type(caught.value).__name__, "failed")
    assert attributes(call)["asyncops.requests"] == fake_server.count()
