"""The telemetry that a client is given: it starts the spans of walks and calls."""

from functools import lru_cache

from opentelemetry.context import get_current
from opentelemetry.metrics import MeterProvider, get_meter, get_meter_provider
from opentelemetry.trace import (
    INVALID_SPAN,
    Span,
    TracerProvider,
    get_current_span,
    get_tracer,
    get_tracer_provider,
)

from asyncops.http.messages import Request
from asyncops.otel.instruments import Instruments, endpoint_of, place_of
from asyncops.otel.spans import OtelCallSpan, OtelWalkSpan
from asyncops.version import VERSION

_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"


# Once for many objects: the sums for counters are kept until metrics are collected, maybe never.
@lru_cache(maxsize=16)
def _instruments(tracers: TracerProvider, meters: MeterProvider, propagates: bool) -> Instruments:
    tracer = get_tracer("asyncops", VERSION, tracers, _SCHEMA)
    return Instruments(tracer, get_meter("asyncops", VERSION, meters, _SCHEMA), propagates)


class OpenTelemetry:
    """Records calls, attempts and walks with OpenTelemetry; :mod:`asyncops.otel` has the names.

    ``async with ZooClient(telemetry=OpenTelemetry()) as zoo: ...``. One object serves any number
    of clients, of any service and in any thread.

    Args:
        tracer_provider: Gets the spans; ``None`` means the global one, which may be set later.
        meter_provider: Gets the metrics; ``None`` means the global one, which may be set later.
        propagate: Whether requests carry the trace to the service, in the headers of the global
            propagator: ``traceparent``, and all of your ``baggage`` if there is any.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        propagate: bool = True,
    ) -> None:
        tracers = tracer_provider or get_tracer_provider()
        self._instruments = _instruments(tracers, meter_provider or get_meter_provider(), propagate)

    def call(self, request: Request, base_url: str, parent: object) -> OtelCallSpan:
        """Start the span of a call, below ``parent`` where it is a walk, else the current span."""
        endpoint = endpoint_of(base_url, request.method, request.template)
        walk = parent if isinstance(parent, OtelWalkSpan) else None
        context = walk.context if walk else get_current()
        span: Span = INVALID_SPAN
        # Where nobody traces the walk, nobody traces its calls.
        if walk is None or walk.span is not INVALID_SPAN:
            span, context = self._instruments.started(endpoint.call, context, endpoint.place)
        return OtelCallSpan(self._instruments, endpoint, request.path, span, context)

    def walk(self, path: str, base_url: str) -> OtelWalkSpan:
        """Start the span of a walk over the listing at this path, below the current span."""
        place = place_of(base_url, path)
        return OtelWalkSpan(*self._instruments.started(f"walk {path}", get_current(), place))

    def items(self, path: str, base_url: str, count: int) -> None:
        """Count items of the listing at this path that were given to the program."""
        self._instruments.items.add(count, place_of(base_url, path), get_current_span())
