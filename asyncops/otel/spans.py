"""What is told of one walk, one call, one attempt."""

from time import perf_counter

from attrs import define, field, frozen
from opentelemetry.context import Context
from opentelemetry.propagate import inject
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context

from asyncops.errors import TransportError
from asyncops.otel.outlet import Outlet, Target
from asyncops.progress import WalkReport
from asyncops.telemetry import outcome

__all__ = ["Attempt", "Call", "Walk"]


@frozen(eq=False)
class Walk:
    """A walk.

    Attributes:
        span: Its span.
        context: What its calls are below, whichever task they are made in.
    """

    span: Span
    context: Context

    def end(self, report: WalkReport, error: BaseException | None) -> None:
        """Write down what it came to."""
        if self.span.is_recording():
            self.span.set_attributes(
                {
                    "asyncops.pages": report.pages,
                    "asyncops.items": report.items,
                    "asyncops.requests": report.requests,
                    "asyncops.retries": report.retries,
                    "asyncops.slept": report.slept,
                    "asyncops.bytes": report.bytes,
                }
            )
            _conclude(self.span, error)
        self.span.end()


@define(eq=False)
class Call:
    """A call.

    Attributes:
        outlet: Where to tell of it.
        target: Which kind it is.
        url: Where to, without the query.
        span: Its span.
        context: What its attempts are below.
        requests: How often it went out.
        retries: How often of these it went out again.
        seconds: How long it has slept.
    """

    outlet: Outlet
    target: Target
    url: str
    span: Span
    context: Context
    requests: int = field(default=0, init=False)
    retries: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)

    def attempt(self, resends: int) -> "Attempt":
        """A request goes out; so many of this call went out before."""
        attributes = {**self.target.http, "url.full": self.url}
        self.requests += 1
        self.outlet.requests.add(1, self.target.place, self.context)
        if resends:
            self.retries += 1
            self.outlet.retries.add(1, self.target.place, self.context)
            attributes["http.request.resend_count"] = resends
        span = self.outlet.tracer.start_span(
            self.target.attempt, self.context, SpanKind.CLIENT, attributes
        )
        attempt = Attempt(self.outlet, self.target, span, set_span_in_context(span, self.context))
        if self.outlet.propagates:
            inject(attempt.headers, attempt.context)
        return attempt

    def slept(self, seconds: float) -> None:
        """It has waited."""
        self.seconds += seconds
        self.outlet.sleep.add(seconds, self.target.place, self.context)
        self.span.add_event("backoff", {"asyncops.slept": seconds})

    def end(self, error: BaseException | None) -> None:
        """Write down what it came to."""
        if self.span.is_recording():
            self.span.set_attributes(
                {
                    "asyncops.requests": self.requests,
                    "asyncops.retries": self.retries,
                    "asyncops.slept": self.seconds,
                }
            )
            _conclude(self.span, error)
        self.span.end()


@define(eq=False)
class Attempt:
    """A request on the wire.

    Attributes:
        outlet: Where to tell of it.
        target: Which kind its call is.
        span: Its span.
        context: What a sample of its duration points to.
        headers: Headers to send with it.
    """

    outlet: Outlet
    target: Target
    span: Span
    context: Context
    headers: dict[str, str] = field(factory=dict, init=False)
    _begun: float = field(factory=perf_counter, init=False)

    def end(self, *, status: int | None, error: BaseException | None) -> None:
        """Write down what it came to."""
        elapsed = perf_counter() - self._begun
        result: dict[str, str | int] = {}
        if status is not None:
            result["http.response.status_code"] = status
        if error is not None:
            result["error.type"] = type(error).__name__
        elif status is not None and status >= 400:
            result["error.type"] = str(status)
        self.outlet.duration.record(elapsed, {**self.target.http, **result}, self.context)
        if status == 429:
            self.outlet.throttles.add(1, self.target.place, self.context)
        if self.span.is_recording():
            self.span.set_attributes(result)
            if "error.type" in result:
                # Of all errors, only the transport's are known to hold nothing of the request.
                text = str(error) if isinstance(error, TransportError) else None
                self.span.set_status(StatusCode.ERROR, text)
        self.span.end()


def _conclude(span: Span, error: BaseException | None) -> None:
    """How a walk or a call has ended; what the error says may be the service's words."""
    span.set_attribute("asyncops.outcome", outcome(error))
    if isinstance(error, Exception):
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(StatusCode.ERROR)
