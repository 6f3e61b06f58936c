"""The tracer and the metrics of a client, and the attributes of its endpoints."""

from functools import cache
from urllib.parse import urlsplit

from attrs import frozen
from opentelemetry.context import Context
from opentelemetry.metrics import Histogram, Meter
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Tracer, set_span_in_context

from asyncops.otel.sums import Attributes, Sum, hand_over_on_collection

# The buckets that the conventions advise, in seconds.
_BOUNDARIES = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
_PORTS = {"http": 80, "https": 443}


class Instruments:
    """The tracer of a client's spans, and its metrics.

    Attributes:
        propagates: Whether requests carry the trace to the service.
    """

    def __init__(self, tracer: Tracer, meter: Meter, propagates: bool) -> None:
        def counter(name: str, unit: str, description: str) -> Sum:
            return Sum(meter.create_counter(f"asyncops.{name}", unit, description))

        self._tracer = tracer
        self.propagates = propagates
        self.duration: Histogram = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BOUNDARIES,
        )
        self.requests: Sum = counter(
            "requests", "{request}", "Requests put on the wire, retries too."
        )
        self.retries: Sum = counter("retries", "{request}", "Requests that went out again.")
        self.throttles: Sum = counter("throttles", "{response}", "Answers with status 429.")
        self.sleep: Sum = counter("sleep", "s", "Time that calls slept before they went on.")
        self.items: Sum = counter("items", "{item}", "Items of listings given to the program.")
        hand_over_on_collection(meter)

    def started(
        self, name: str, above: Context, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL
    ) -> tuple[Span, Context]:
        """Start a span; return it and the context of its children."""
        span = self._tracer.start_span(name, above, kind, attributes)
        return span, above if span is INVALID_SPAN else set_span_in_context(span, above)


@frozen(eq=False)
class Endpoint:
    """The names and attributes of all calls to one endpoint.

    Attributes:
        base_url: The URL of the service.
        call: The name of a call's span.
        attempt: The name of an attempt's span.
        place: The attributes of the endpoint.
        http: The attributes of the endpoint and the method.
    """

    base_url: str
    call: str
    attempt: str
    place: Attributes
    http: Attributes


@cache
def endpoint_of(base_url: str, method: str, template: str | None) -> Endpoint:
    """Return the endpoint of a path with the names of its parameters; ``None`` if it is unknown."""
    place = place_of(base_url, template)
    http = {"http.request.method": method, **place}
    end = "" if template is None else f" {template}"
    return Endpoint(base_url, f"call{end}", f"{method}{end}", place, http)


@cache
def result_of(endpoint: Endpoint, status: int | None, error: str | None) -> Attributes:
    """Return the attributes of the duration of a request that ended so."""
    result = {"http.response.status_code": status, "error.type": error}
    return {**endpoint.http, **{name: value for name, value in result.items() if value is not None}}


@cache
def place_of(base_url: str, template: str | None) -> Attributes:
    """Return the attributes of a service, and of a path with the names of its parameters."""
    parts = urlsplit(base_url)
    server: Attributes = {
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS[parts.scheme],
    }
    return server if template is None else {**server, "url.template": template}
