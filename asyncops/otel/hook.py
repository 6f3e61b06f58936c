"""What a client is given: it begins what is told of walks and calls."""

from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import TracerProvider, get_tracer, set_span_in_context

from asyncops.messages import Request
from asyncops.otel.outlet import Outlet, target_of
from asyncops.otel.spans import Call, Walk
from asyncops.version import VERSION

__all__ = ["OpenTelemetry"]

_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"


class OpenTelemetry:
    """Tells OpenTelemetry of calls, attempts and walks; see :mod:`asyncops.otel` for the names.

    One may serve any number of clients, of any service and in any thread.

    Args:
        tracer_provider: Where spans go; None for the global one, which may be set later.
        meter_provider: Where metrics go; None for the global one, which may be set later.
        propagate: Whether requests carry the trace to the service, in the headers of the global
            propagator: ``traceparent``, and all of your ``baggage`` where there is any.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        propagate: bool = True,
    ) -> None:
        self._outlet = Outlet(
            get_tracer("asyncops", VERSION, tracer_provider, _SCHEMA),
            get_meter("asyncops", VERSION, meter_provider, _SCHEMA),
            propagate,
        )

    def call(self, request: Request, base_url: str, parent: object) -> Call:
        """A call begins, below ``parent`` if that is a walk, else below the current span."""
        target = target_of(base_url, request.method, request.path)
        above = parent.context if isinstance(parent, Walk) else None
        span = self._outlet.tracer.start_span(target.call, above, attributes=target.place)
        url = f"{base_url}{request.path}"
        return Call(self._outlet, target, url, span, set_span_in_context(span, above))

    def walk(self, path: str) -> Walk:
        """A walk over the listing at this path begins, below the current span."""
        span = self._outlet.tracer.start_span(f"walk {path}", attributes={"url.template": path})
        return Walk(span, set_span_in_context(span))

    def items(self, path: str, count: int) -> None:
        """So many items of the listing at this path were given to the program."""
        self._outlet.items.add(count, {"url.template": path})
