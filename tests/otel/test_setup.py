"""OpenTelemetry as it is set up: the global SDK, none at all, and the package that is not there."""

import gc
import logging
import subprocess
import sys
import textwrap

import pytest
from opentelemetry import baggage
from opentelemetry.context import Context, attach, detach
from opentelemetry.metrics import Counter, MeterProvider, NoOpMeterProvider
from opentelemetry.trace import (
    NonRecordingSpan,
    NoOpTracerProvider,
    SpanContext,
    SpanKind,
    set_span_in_context,
)

from asyncops import ZooClient
from asyncops.http.messages import Request
from asyncops.http.telemetry import Telemetry
from asyncops.otel import OpenTelemetry
from asyncops.otel.instruments import endpoint_of
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.otel.kit import Recorder, ended_as, functions_called

UUID = "f135d675-c44a-4e2e-9638-87d941fa1872"


def run(program: str) -> str:
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_it_is_what_a_client_takes() -> None:
    """As its types say, and with the global providers unless others are given."""
    telemetry: Telemetry = OpenTelemetry()
    assert ZooClient("t", telemetry=telemetry).telemetry is telemetry


async def test_without_an_sdk_everything_works(fake_server: FakeServer) -> None:
    telemetry = OpenTelemetry(NoOpTracerProvider(), NoOpMeterProvider())
    fake_server.script(Fault(503, on=1))
    async with ZooClient(
        fake_server.token, base_url=fake_server.url, clock=fake_server.clock, telemetry=telemetry
    ) as client:
        assert len(await client.ml_prompts.list(limit=50).collect()) == 200
    assert not any("traceparent" in request.headers for request in fake_server.requests)


@pytest.mark.parametrize(
    ("context", "traceparent"),
    [
        (Context(), None),
        (
            set_span_in_context(NonRecordingSpan(SpanContext(1, 2, is_remote=True))),
            f"00-{1:032x}-{2:016x}-00",
        ),
    ],
)
async def test_without_an_sdk_the_service_is_told_what_the_program_was_told(
    fake_server: FakeServer, context: Context, traceparent: str | None
) -> None:
    """The trace that it is a part of, and its baggage."""
    telemetry = OpenTelemetry(NoOpTracerProvider(), NoOpMeterProvider())
    token = attach(baggage.set_baggage("tenant", "one", context))
    try:
        async with ZooClient(
            fake_server.token, base_url=fake_server.url, telemetry=telemetry
        ) as client:
            await client.ml_prompts.list(limit=50).collect()
            await client.ml_prompts.list(limit=50)
    finally:
        detach(token)
    told = {
        (request.headers.get("baggage"), request.headers.get("traceparent"))
        for request in fake_server.requests
    }
    assert told == {("tenant=one", traceparent)}


async def test_without_an_sdk_a_walk_starts_one_span(fake_server: FakeServer) -> None:
    telemetry = OpenTelemetry(NoOpTracerProvider(), NoOpMeterProvider())
    async with ZooClient(
        fake_server.token, base_url=fake_server.url, telemetry=telemetry
    ) as client:
        with functions_called("opentelemetry") as called:
            assert len(await client.ml_prompts.list(limit=10).collect()) == 200
    assert called["start_span"] == 1
    assert called["inject"] == 0


def test_the_global_sdk_may_be_set_up_later() -> None:
    """As where an instrumented program makes its clients while modules are imported."""
    out = run(
        """
        import asyncio
        from asyncops import ZooClient
        from asyncops.otel import OpenTelemetry
        from asyncops.testing import FakeServer
        telemetry = OpenTelemetry()
        from opentelemetry import metrics, trace
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
        traces = TracerProvider()
        traces.add_span_processor(SimpleSpanProcessor(spans))
        trace.set_tracer_provider(traces)
        metrics.set_meter_provider(MeterProvider(metric_readers=[reader]))

        async def main():
            async with FakeServer() as server:
                async with ZooClient(
                    server.token, base_url=server.url, telemetry=telemetry
                ) as client:
                    await client.ml_prompts.list(limit=5)

        asyncio.run(main())
        print([span.name for span in spans.get_finished_spans()])
        told = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
        print(sorted(metric.name for metric in told))
        """
    )
    spans, metrics = out.splitlines()
    assert spans == "['GET /ml-prompts', 'call /ml-prompts']"
    assert metrics == "['asyncops.items', 'asyncops.requests', 'http.client.request.duration']"


@pytest.mark.parametrize("meters", [None, NoOpMeterProvider()], ids=["global", "no-op"])
def test_objects_whose_metrics_nobody_collects_leave_nothing(meters: MeterProvider | None) -> None:
    """A program may make one for each client, and never set up metrics."""

    def record() -> None:
        telemetry = OpenTelemetry(meter_provider=meters)
        telemetry.items("/things", "https://service.example", 1)

    def counters() -> int:
        gc.collect()
        return sum(issubclass(type(each), Counter) for each in gc.get_objects())

    record()
    before = counters()
    for _ in range(5):
        record()
    assert counters() == before


def test_a_program_without_it_does_not_import_it() -> None:
    """Whether it is installed or not."""
    out = run(
        """
        import sys
        from asyncops import ChainloopClient, ZooClient
        ZooClient("t"), ChainloopClient("t")
        print([name for name in sys.modules if name.startswith("opentelemetry")])
        """
    )
    assert out.strip() == "[]"


async def test_where_nobody_is_told_nothing_is_done_for_it(
    fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A walk asks once, at its end, whether it is logged; a call that is not sent again never."""
    asked: list[str] = []

    def is_enabled(logger: logging.Logger, _: int) -> bool:
        asked.append(logger.name)
        return False

    monkeypatch.setattr(logging.Logger, "isEnabledFor", is_enabled)
    prompt = raw_json.ml_prompts(fake_server)[0]["id"]
    async with ZooClient(fake_server.token, base_url=fake_server.url) as client:
        with functions_called(
            "asyncops/http/telemetry.py",
            "asyncops/retry/log.py",
            "opentelemetry",
            "asyncops/otel",
        ) as called:
            assert len([item async for item in client.ml_prompts.list(limit=10)]) == 200
            await client.ml_prompts.get(prompt)
    assert fake_server.count() >= 21
    assert called == {}
    assert [name for name in asked if name.startswith("asyncops")] == ["asyncops.walk"]


def test_where_the_package_is_missing_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [each for each in sys.modules if each.startswith("asyncops.otel")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'asyncops\[otel\]'"):
        __import__("asyncops.otel")


@pytest.mark.parametrize(
    ("path", "template"),
    [
        (f"/async/operations/{UUID}", "/async/operations/{id}"),
        ("/repos/python/cpython/runs/17", "/repos/{owner}/{repo}/runs/{id}"),
        ("/v1/operations", "/v1/operations"),
    ],
)
def test_a_path_is_named_as_the_service_is_described(path: str, template: str) -> None:
    recorder = Recorder()
    request = Request(path=path, template=template)
    call = recorder.telemetry.call(request, "https://api.example", None)
    target = call.endpoint
    assert target.place["url.template"] == template
    assert (target.call, target.attempt) == (f"call {template}", f"GET {template}")
    call.end(None)
    recorder.close()


def test_a_path_that_is_not_described_names_nothing() -> None:
    """It may hold anything, so that there would be a series for each."""
    target = endpoint_of("https://api.example", "POST", None)
    assert "url.template" not in target.http
    assert (target.call, target.attempt) == ("call", "POST")


@pytest.mark.parametrize(
    ("base_url", "address", "port"),
    [
        ("https://api.zoo.dev", "api.zoo.dev", 443),
        ("http://localhost", "localhost", 80),
        ("HTTPS://Example.com:8443/prefix", "example.com", 8443),
        ("http://[::1]:9", "::1", 9),
    ],
)
def test_the_server_is_named_with_its_port(base_url: str, address: str, port: int) -> None:
    place = endpoint_of(base_url, "GET", "/x").place
    assert (place["server.address"], place["server.port"]) == (address, port)


def test_a_path_in_front_of_the_service_is_in_the_url() -> None:
    recorder = Recorder()
    call = recorder.telemetry.call(
        Request(
            path=f"/ml-prompts/{UUID}",
            params=(("q", "secret"),),
            headers={"X-Key": "secret"},
            body=b"secret",
        ),
        "https://gw.example/zoo",
        None,
    )
    call.attempt(0).end(status=200, error=None)
    call.end(None)
    attempt, _ = recorder.spans
    assert (attempt.attributes or {})["url.full"] == f"https://gw.example/zoo/ml-prompts/{UUID}"
    assert attempt.kind is SpanKind.CLIENT
    assert "secret" not in "".join(span.to_json() for span in recorder.spans)


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (200, ("UNSET", None, None)),
        (304, ("UNSET", None, None)),
        (400, ("ERROR", "400", None)),
        (599, ("ERROR", "599", None)),
    ],
)
def test_an_attempt_is_an_error_from_400_on(
    status: int, ending: tuple[str, str | None, None]
) -> None:
    """A redirect, which this client does not follow, is one of the call alone."""
    recorder = Recorder()
    call = recorder.telemetry.call(Request(path="/x"), "https://api.example", None)
    call.attempt(0).end(status=status, error=None)
    call.end(None)
    assert ended_as(recorder.spans[0]) == ending


def test_what_is_no_walk_of_its_own_is_no_parent() -> None:
    recorder = Recorder()
    recorder.telemetry.call(Request(path="/x"), "https://api.example", object()).end(None)
    assert recorder.spans[0].parent is None
