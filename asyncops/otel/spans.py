"""The spans of one walk, one call and one attempt."""

from time import perf_counter

from attrs import define, field, frozen
from opentelemetry.context import Context
from opentelemetry.propagate import inject
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, StatusCode

from asyncops.errors import TransportError
from asyncops.http.meter import WalkReport
from asyncops.listing.progress import outcome
from asyncops.otel.instruments import Endpoint, Instruments, result_of


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
        path: The path of the request.
        span: The span.
        context: The parent of the call's attempts.
        requests: Requests on the wire.
        retries: Those of them after the first.
        seconds: Seconds asleep.
    """

    instruments: Instruments
    endpoint: Endpoint
    path: str
    span: Span
    context: Context
    requests: int = field(default=0, init=False)
    retries: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)

    def attempt(self, resends: int) -> "OtelAttemptSpan":
        """Start the span of an attempt; ``resends`` is the number of attempts before it."""
        instruments, endpoint = self.instruments, self.endpoint
        self.requests += 1
        instruments.requests.add(1, endpoint.place, self.span)
        if resends:
            self.retries += 1
            instruments.retries.add(1, endpoint.place, self.span)
        span, context = self.span, self.context
        if span is not INVALID_SPAN:
            attributes = {**endpoint.http, "url.full": f"{endpoint.base_url}{self.path}"}
            if resends:
                attributes["http.request.resend_count"] = resends
            span, context = instruments.started(
                endpoint.attempt, context, attributes, SpanKind.CLIENT
            )
        headers: dict[str, str] = {}
        # An empty context has nothing to tell the service.
        if context and instruments.propagates:
            inject(headers, context)
        return OtelAttemptSpan(self, span, context, headers)

    def slept(self, seconds: float) -> None:
        """Record a sleep."""
        self.seconds += seconds
        self.instruments.sleep.add(seconds, self.endpoint.place, self.span)
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
        call: The span of the call.
        span: The span.
        context: The span's context, for exemplars of the duration.
        headers: Headers to send, such as a trace context.
    """

    call: OtelCallSpan
    span: Span
    context: Context
    headers: dict[str, str]
    _begun: float = field(factory=perf_counter, init=False)

    def end(self, *, status: int | None, error: BaseException | None) -> None:
        """End the span with the status or the error of the request."""
        elapsed = perf_counter() - self._begun
        instruments, endpoint = self.call.instruments, self.call.endpoint
        kind = None
        if error is not None:
            kind = type(error).__name__
        elif status is not None and status >= 400:
            kind = str(status)
        instruments.duration.record(elapsed, result_of(endpoint, status, kind), self.context)
        if status == 429:
            instruments.throttles.add(1, endpoint.place, self.span)
        if self.span.is_recording():
            # By itself: a mapping takes the SDK twice as long for one attribute.
            if status is not None:
                self.span.set_attribute("http.response.status_code", status)
            if kind is not None:
                self.span.set_attribute("error.type", kind)
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
        span.set_attributes(attributes)
    span.end()
