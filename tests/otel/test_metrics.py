"""OpenTelemetry's metrics: numbers that agree with the server's, in few series."""

import asyncio

import pytest
from opentelemetry.sdk.metrics import Counter, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    InMemoryMetricReader,
    Metric,
    Sum,
)
from opentelemetry.trace import INVALID_SPAN, NonRecordingSpan, SpanContext, use_span

from asyncops import ServerError
from asyncops.otel import OpenTelemetry
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.otel.kit import Recorder, chainloop, context_of, functions_called, zoo
from tests.until import until

COUNTERS = {
    "asyncops.requests": "{request}",
    "asyncops.retries": "{request}",
    "asyncops.throttles": "{response}",
    "asyncops.sleep": "s",
    "asyncops.items": "{item}",
}
DURATION = "http.client.request.duration"
# What the conventions for HTTP advise, in seconds.
ADVISED = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


def delta_reader() -> InMemoryMetricReader:
    """A reader of what was added since it read last."""
    return InMemoryMetricReader(preferred_temporality={Counter: AggregationTemporality.DELTA})


def items_read(reader: InMemoryMetricReader) -> float:
    """What a reader reads of the items, in all series."""
    data = reader.get_metrics_data()
    scopes = [] if data is None else data.resource_metrics[0].scope_metrics
    sums = [metric.data for scope in scopes for metric in scope.metrics]
    return sum(point.value for each in sums if isinstance(each, Sum) for point in each.data_points)


def durations(metric: Metric) -> list[HistogramDataPoint]:
    assert isinstance(metric.data, Histogram)
    return list(metric.data.data_points)


async def test_names_and_units(fake_server: FakeServer, recorder: Recorder) -> None:
    fake_server.script(Fault(429, on=1, retry_after=2))
    async with zoo(fake_server, recorder) as client:
        await client.ml_prompts.list(limit=5)
    metrics = recorder.metrics()
    assert {name: metric.unit for name, metric in metrics.items()} == {**COUNTERS, DURATION: "s"}
    assert all(metric.description for metric in metrics.values())
    assert all(point.explicit_bounds == ADVISED for point in durations(metrics[DURATION]))


async def test_the_numbers_are_the_servers(fake_server: FakeServer, recorder: Recorder) -> None:
    """Through retries, throttling, a walk, several statuses at once and single calls."""
    fake_server.script(
        Fault(503, on=2), Fault(429, on=4, retry_after=3), Fault(on=6, drop=True), Fault(500, on=9)
    )
    async with zoo(fake_server, recorder) as client:
        calls = await client.operations.list(limit=60).collect()
        prompts = [prompt async for prompt in client.ml_prompts.list(limit=30)]
        page = await client.ml_prompts.list(limit=7)
        await client.operations.get(calls[0].id)
    statuses = [request.status for request in fake_server.requests]
    assert recorder.total("asyncops.requests") == fake_server.count() == len(statuses)
    assert recorder.total(DURATION) == fake_server.count()
    assert recorder.total(DURATION, http_response_status__code=200) == statuses.count(200)
    assert recorder.total("asyncops.retries") == 4
    assert recorder.total("asyncops.throttles") == statuses.count(429) == 1
    for name in ("asyncops.requests", "asyncops.retries", "asyncops.throttles"):
        for point in recorder.points(name):
            assert set(point.attributes) == {"server.address", "server.port", "url.template"}
    assert recorder.total("asyncops.items", url_template="/async/operations") == len(calls) == 1000
    listed = recorder.total("asyncops.items", url_template="/ml-prompts")
    assert listed == len(prompts) + len(page.items)
    assert recorder.total("asyncops.requests", url_template="/async/operations/{id}") == 1


async def test_time_asleep_is_what_the_clock_was_asked_for(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """Each sleep once, be it a backoff or because all calls are held back."""
    fake_server.script(Fault(503, on=1), Fault(429, on=2, retry_after=5), Fault(429, on=4))
    begun = fake_server.clock.monotonic()
    async with zoo(fake_server, recorder) as client:
        walk = aiter(client.ml_prompts.list(limit=50))
        assert len([item async for item in walk]) == 200
    assert recorder.total("asyncops.sleep") == pytest.approx(walk.report.slept)
    assert recorder.total("asyncops.sleep") == pytest.approx(
        fake_server.clock.monotonic() - begun, abs=1e-6
    )
    slept = [
        float(str((event.attributes or {})["asyncops.slept"]))
        for span in recorder.named("call")
        for event in span.events
    ]
    assert sum(slept) == pytest.approx(walk.report.slept)


async def test_what_was_not_answered_has_a_kind_of_error(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    fake_server.script(Fault(on=1, drop=True), Fault(500, on=2), Fault(503, on=3))
    async with zoo(fake_server, recorder) as client:
        with pytest.raises(ServerError):
            await client.ml_prompts.list(limit=5)
    kinds = [
        (point.attributes.get("error.type"), point.attributes.get("http.response.status_code"))
        for point in recorder.points(DURATION)
    ]
    assert sorted(kinds, key=str) == [("500", 500), ("503", 503), ("ConnectionFailed", None)]
    assert recorder.total("asyncops.items") == 0


async def test_a_cancelled_request_is_counted(fake_server: FakeServer, recorder: Recorder) -> None:
    fake_server.script(Fault(delay=60))
    async with zoo(fake_server, recorder) as client:
        task = asyncio.create_task(client.ml_prompts.get(raw_json.ml_prompts(fake_server)[0]["id"]))
        await until(lambda: bool(fake_server.count()), task)
        task.cancel()
        await asyncio.wait([task])
    assert recorder.total("asyncops.requests") == 1
    assert recorder.total(DURATION, error_type="CancelledError") == 1


async def test_a_thousand_ids_are_one_series(fake_server: FakeServer, recorder: Recorder) -> None:
    """Neither ids nor page tokens nor filters tell series apart."""
    async with zoo(fake_server, recorder) as client:
        calls = await client.operations.list(status="completed", limit=10).collect()
        ids = [call.id for call in calls[:60]]
        async with client.operations.get_many(ids) as results:
            assert len([result async for result in results]) == 60
    (items,) = recorder.points("asyncops.items")
    assert items.value == len(calls)
    assert {point.attributes["url.template"] for point in recorder.points(DURATION)} == {
        "/async/operations",
        "/async/operations/{id}",
    }
    assert len(recorder.points(DURATION)) == len(recorder.points("asyncops.requests")) == 2


async def test_items_are_those_that_were_given(fake_server: FakeServer, recorder: Recorder) -> None:
    """A page that was fetched ahead and never given is not among them."""
    async with chainloop(fake_server, recorder) as client:
        async with client.operations.list(page_size=50).concurrent(4) as walk:
            async for _ in walk:
                break
        assert recorder.total("asyncops.items") == walk.report.items == 50
        assert len(await client.operations.list(page_size=100).collect(max_items=120)) == 120
    assert recorder.total("asyncops.items", url_template="/v1/operations") == 50 + 120


async def test_a_duration_points_to_its_attempt(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """As an exemplar: neither to the call nor to the span that is current."""
    async with zoo(fake_server, recorder) as client:
        with recorder.own("handler"):
            await client.ml_prompts.list(limit=5)
    (attempt,), (call,) = recorder.named("GET"), recorder.named("call")
    # Asked for once, since an exemplar is given only once.
    metrics = recorder.metrics()
    pointed_at = {
        name: [each.span_id for point in metric.data.data_points for each in point.exemplars]
        for name, metric in metrics.items()
    }
    assert pointed_at[DURATION] == [context_of(attempt).span_id]
    assert pointed_at["asyncops.requests"] == [context_of(call).span_id]


async def test_one_serves_several_clients(fake_server: FakeServer, recorder: Recorder) -> None:
    """Of several services, in several tasks; the server and the path tell them apart."""
    async with (
        zoo(fake_server, recorder) as one,
        zoo(fake_server, recorder) as two,
        chainloop(fake_server, recorder) as three,
    ):
        await asyncio.gather(
            one.ml_prompts.list(limit=20).collect(),
            two.ml_prompts.list(limit=20).collect(),
            three.operations.list(page_size=100).collect(),
        )
    assert recorder.total("asyncops.requests") == fake_server.count()
    assert recorder.total("asyncops.items", url_template="/ml-prompts") == 400
    assert recorder.total("asyncops.items", url_template="/v1/operations") == 1000
    for path in ("/ml-prompts", "/v1/operations"):
        told = recorder.total("asyncops.requests", url_template=path)
        assert told == fake_server.count(path)
    assert len(recorder.named("walk")) == 3


def test_one_serves_several_threads(fake_server: FakeServer, recorder: Recorder) -> None:
    async def work() -> None:
        async with zoo(fake_server, recorder) as client:
            await client.ml_prompts.list(limit=10).collect()

    async def threads() -> None:
        await asyncio.gather(*(asyncio.to_thread(asyncio.run, work()) for _ in range(4)))

    asyncio.run(threads())
    assert recorder.total("asyncops.requests") == fake_server.count()
    assert recorder.total("asyncops.items") == 4 * 200
    assert len(recorder.named("GET")) == fake_server.count()


def test_all_objects_of_a_provider_are_counted_and_no_others() -> None:
    """Whichever of its readers reads, whatever of it was read before, and who else was read."""
    fresh, whole, others = delta_reader(), InMemoryMetricReader(), InMemoryMetricReader()
    meters = MeterProvider(metric_readers=[fresh, whole], shutdown_on_exit=False)
    other_meters = MeterProvider(metric_readers=[others], shutdown_on_exit=False)
    one, two = OpenTelemetry(meter_provider=meters), OpenTelemetry(meter_provider=meters)
    one.items("/x", "https://api.example", 2)
    two.items("/x", "https://api.example", 3)
    two.items("/y", "https://api.example", 4)
    OpenTelemetry(meter_provider=other_meters).items("/x", "https://api.example", 100)
    assert items_read(others) == 100
    assert (items_read(fresh), items_read(whole)) == (9, 9)
    two.items("/x", "https://api.example", 5)
    del one, two
    assert (items_read(fresh), items_read(whole)) == (5, 14)
    assert (items_read(fresh), items_read(whole)) == (0, 14)
    assert items_read(others) == 100
    meters.shutdown()
    other_meters.shutdown()


async def test_nothing_is_lost_that_is_added_while_metrics_are_read() -> None:
    reader = delta_reader()
    meters = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    telemetry = OpenTelemetry(meter_provider=meters)

    def add() -> None:
        for _ in range(2_000):
            telemetry.items("/x", "https://api.example", 1)

    adding = asyncio.gather(*(asyncio.to_thread(add) for _ in range(4)))
    read = 0.0
    while not adding.done():
        read += items_read(reader)
        await asyncio.sleep(0)
    assert read + items_read(reader) == 8_000
    meters.shutdown()


def test_an_addition_may_come_in_the_middle_of_another(recorder: Recorder) -> None:
    """As when the garbage collector ends a call that slept."""

    class Nested(NonRecordingSpan):
        def is_recording(self) -> bool:
            with use_span(INVALID_SPAN):
                recorder.telemetry.items("/x", "https://api.example", 1)
            return False

    with use_span(Nested(SpanContext(1, 2, is_remote=True))):
        recorder.telemetry.items("/y", "https://api.example", 2)
    assert recorder.total("asyncops.items") == 3


def test_a_counter_points_to_the_latest_span_that_is_recorded(recorder: Recorder) -> None:
    for name in ("first", "latest"):
        with recorder.own(name):
            recorder.telemetry.items("/x", "https://api.example", 1)
    recorder.telemetry.items("/x", "https://api.example", 1)
    (point,) = recorder.points("asyncops.items")
    (latest,) = recorder.named("latest")
    assert [each.span_id for each in point.exemplars] == [context_of(latest).span_id]


async def test_a_page_is_added_to_no_counter_before_metrics_are_read(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async with zoo(fake_server, recorder) as client:
        with functions_called("opentelemetry/sdk/metrics") as called:
            assert len(await client.ml_prompts.list(limit=10).collect()) == 200
    assert called["record"] == fake_server.count() >= 20
    assert called["add"] == 0
    assert recorder.total("asyncops.items") == 200
