"""The spans of one walk, one call and one attempt."""

from time import perf_counter

from attrs import define, field, frozen
from opentelemetry.context import Context
from opentelemetry.propagate import inject
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context

from asyncops.errors import TransportError
from asyncops.http.meter import WalkReport
from asyncops.listing.progress import outcome
from asyncops.otel.instruments import Endpoint, Instruments


@frozen(eq=False)
class OtelWalkSpan:
    """The span of a walk.

    Attributes:
        span: The span.
        context: The parent of the walk's calls, in whichever task they are made.
    """

    span: Span
    context: Context

    def end(self, report: WalkReport, error: BaseException | None) -> None:
        """End the span with the figures of the walk."""
        figures: dict[str, str | float] = {
            "asyncops.pages": report.pages,
            "asyncops.items": report.items,
            "asyncops.requests": report.requests,
            "asyncops.retries": report.retries,
            "asyncops.slept": report.slept,
            "asyncops.bytes": report.bytes,
        }
        _end(self.span, figures, error)


@define(eq=False)
class OtelCallSpan:
    """The span of a call, and its part in the metrics.

    Attributes:
        instruments: The tracer and the metrics.
        endpoint: The names and attributes of its endpoint.
        url: The URL without the query.
        span: The span.
        context: The parent of the call's attempts.
        requests: Requests on the wire.
        retries: Those of them after the first.
        seconds: Seconds asleep.
    """

    instruments: Instruments
    endpoint: Endpoint
    url: str
    span: Span
    context: Context
    requests: int = field(default=0, init=False)
    retries: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)

    def attempt(self, resends: int) -> "OtelAttemptSpan":
        """Start the span of an attempt; ``resends`` is the number of attempts before it."""
        attributes = {**self.endpoint.http, "url.full": self.url}
        self.requests += 1
        self.instruments.requests.add(1, self.endpoint.place, self.context)
        if resends:
            self.retries += 1
            self.instruments.retries.add(1, self.endpoint.place, self.context)
            attributes["http.request.resend_count"] = resends
        span = self.instruments.tracer.start_span(
            self.endpoint.attempt, self.context, SpanKind.CLIENT, attributes
        )
        attempt = OtelAttemptSpan(
            self.instruments, self.endpoint, span, set_span_in_context(span, self.context)
        )
        if self.instruments.propagates:
            inject(attempt.headers, attempt.context)
        return attempt

    def slept(self, seconds: float) -> None:
        """Record a sleep."""
        self.seconds += seconds
        self.instruments.sleep.add(seconds, self.endpoint.place, self.context)
        self.span.add_event("backoff", {"asyncops.slept": seconds})

    def end(self, error: BaseException | None) -> None:
        """End the span with the figures of the call."""
        figures: dict[str, str | float] = {
            "asyncops.requests": self.requests,
            "asyncops.retries": self.retries,
            "asyncops.slept": self.seconds,
        }
        _end(self.span, figures, error)


@define(eq=False)
class OtelAttemptSpan:
    """The span of one request on the wire, and its part in the metrics.

    Attributes:
        instruments: The tracer and the metrics.
        endpoint: The names and attributes of its endpoint.
        span: The span.
        context: The span's context, for exemplars of the duration.
        headers: Headers to send, such as a trace context.
    """

    instruments: Instruments
    endpoint: Endpoint
    span: Span
    context: Context
    headers: dict[str, str] = field(factory=dict, init=False)
    _begun: float = field(factory=perf_counter, init=False)

    def end(self, *, status: int | None, error: BaseException | None) -> None:
        """End the span with the status or the error of the request."""
        elapsed = perf_counter() - self._begun
        result: dict[str, str | int] = {}
        if status is not None:
            result["http.response.status_code"] = status
        if error is not None:
            result["error.type"] = type(error).__name__
        elif status is not None and status >= 400:
            result["error.type"] = str(status)
        self.instruments.duration.record(elapsed, {**self.endpoint.http, **result}, self.context)
        if status == 429:
            self.instruments.throttles.add(1, self.endpoint.place, self.context)
        if self.span.is_recording():
            self.span.set_attributes(result)
            if "error.type" in result:
                # Only the texts of transport errors are known to hold nothing of the request.
                text = str(error) if isinstance(error, TransportError) else None
                self.span.set_status(StatusCode.ERROR, text)
        self.span.end()


def _end(span: Span, attributes: dict[str, str | float], error: BaseException | None) -> None:
    """End a span with its outcome, without the error's text, which may be the service's words."""
    if span.is_recording():
        attributes["asyncops.outcome"] = outcome(error)
        if isinstance(error, Exception):
            attributes["error.type"] = type(error).__name__
            span.set_status(StatusCode.ERROR)
        # At once, since each call for one takes as long as three attributes.
        span.set_attributes(attributes)
    span.end()
