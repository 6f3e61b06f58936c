"""What the tests of OpenTelemetry share: exporters in memory, and questions to what they hold."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, Metric, MetricsData
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler
from opentelemetry.trace import SpanContext

from asyncops import ChainloopClient, ZooClient
from asyncops.otel import OpenTelemetry
from asyncops.testing import FakeServer
from tests.tracing import calls_told

__all__ = ["Recorder", "chainloop", "context_of", "ended_as", "functions_called", "names", "zoo"]


class _Keeper(SpanProcessor):
    """Keeps spans: those that are open, and those that ended."""

    def __init__(self) -> None:
        self.open: dict[int, str] = {}
        self.ended: list[ReadableSpan] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        self.open[_id(span)] = span.name

    def on_end(self, span: ReadableSpan) -> None:
        del self.open[_id(span)]
        self.ended.append(span)


class Recorder:
    """An SDK that keeps all that it is told.

    Attributes:
        telemetry: What a client is given.
        tracer: A tracer of the program's own.
    """

    def __init__(self, *, propagate: bool = True, sampler: Sampler = ALWAYS_ON) -> None:
        self._keeper = _Keeper()
        self._reader = InMemoryMetricReader()
        self._traces = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        self._traces.add_span_processor(self._keeper)
        self._meters = MeterProvider(metric_readers=[self._reader], shutdown_on_exit=False)
        self.telemetry = OpenTelemetry(self._traces, self._meters, propagate)
        self.tracer = self._traces.get_tracer("program")

    def close(self) -> None:
        """End the SDK."""
        self._traces.shutdown()
        self._meters.shutdown()

    @property
    def open(self) -> list[str]:
        """The names of the spans that have not ended."""
        return sorted(self._keeper.open.values())

    @property
    def spans(self) -> list[ReadableSpan]:
        """All spans that have ended, in that order."""
        return list(self._keeper.ended)

    def named(self, prefix: str) -> list[ReadableSpan]:
        """Those whose name begins so."""
        return [span for span in self.spans if span.name.startswith(prefix)]

    def below(self, parent: ReadableSpan) -> list[ReadableSpan]:
        """The children of a span, in the order in which they began."""
        children = [
            span
            for span in self.spans
            if span.parent is not None and span.parent.span_id == _id(parent)
        ]
        return sorted(children, key=lambda span: span.start_time or 0)

    @contextmanager
    def own(self, name: str) -> Iterator[None]:
        """A span of the program's own, as the current one."""
        with self.tracer.start_as_current_span(name):
            yield

    def metrics(self) -> dict[str, Metric]:
        """The metrics so far, by name."""
        data = self._data()
        scopes = [scope for each in data.resource_metrics for scope in each.scope_metrics]
        return {metric.name: metric for scope in scopes for metric in scope.metrics}

    def points(self, name: str) -> list[Any]:
        """The series of one metric."""
        metric = self.metrics().get(name)
        return [] if metric is None else list(metric.data.data_points)

    def total(self, name: str, **wanted: object) -> float:
        """The sum of a counter, or how often a histogram was told, over the series that fit."""
        points = [
            point
            for point in self.points(name)
            if all(point.attributes.get(_spelled(key)) == value for key, value in wanted.items())
        ]
        return float(
            sum(point.count if hasattr(point, "count") else point.value for point in points)
        )

    def told(self) -> str:
        """All that was exported, as text."""
        return "\n".join([*(span.to_json() for span in self.spans), self._data().to_json()])

    def _data(self) -> MetricsData:
        return self._reader.get_metrics_data() or MetricsData([])


def _spelled(key: str) -> str:
    """An attribute's name, from one that can be an argument's."""
    return key.replace("__", "\0").replace("_", ".").replace("\0", "_")


def context_of(span: ReadableSpan) -> SpanContext:
    """Its place in the trace."""
    context = span.get_span_context()
    assert context is not None
    return context


def _id(span: ReadableSpan) -> int:
    return context_of(span).span_id


def ended_as(span: ReadableSpan) -> tuple[str, object, object]:
    """A span's status, kind of error, and outcome."""
    attributes = span.attributes or {}
    return (
        span.status.status_code.name,
        attributes.get("error.type"),
        attributes.get("asyncops.outcome"),
    )


@contextmanager
def functions_called(*places: str) -> Iterator[Counter[str]]:
    """How often each function in files of these places is called by this thread."""
    called: Counter[str] = Counter()

    def note(frame: FrameType) -> None:
        if any(place in frame.f_code.co_filename for place in places):
            called[frame.f_code.co_name] += 1

    with calls_told(note):
        yield called


def names(spans: Sequence[ReadableSpan]) -> list[str]:
    """What they are called."""
    return [span.name for span in spans]


def zoo(server: FakeServer, recorder: Recorder, **options: Any) -> ZooClient:
    """A Zoo client that is recorded."""
    return ZooClient(**_options(server, recorder, options))


def chainloop(server: FakeServer, recorder: Recorder, **options: Any) -> ChainloopClient:
    """A Chainloop client that is recorded."""
    return ChainloopClient(**_options(server, recorder, options))


def _options(server: FakeServer, recorder: Recorder, options: dict[str, Any]) -> dict[str, Any]:
    own = {"token": server.token, "base_url": server.url, "clock": server.clock}
    return {**own, "telemetry": recorder.telemetry, **options}
