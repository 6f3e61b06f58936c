"""What may observe a client: logging, OpenTelemetry's API alone, its SDK."""

import logging
from collections import deque
from collections.abc import Callable, Mapping

from asyncops.http.telemetry import Telemetry

__all__ = ["OBSERVERS"]


def _nobody() -> None:
    return None


def _logging() -> None:
    """Every line is written, and kept in memory."""
    logger = logging.getLogger("asyncops")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(_Keeper())


def _api() -> Telemetry:
    """As in a library's user's program that has set up no SDK."""
    from asyncops.otel import OpenTelemetry  # noqa: PLC0415 - only where it is measured

    return OpenTelemetry()


def _sdk() -> Telemetry:
    """Every span is recorded, then dropped; metrics are summed up."""
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider  # noqa: PLC0415

    from asyncops.otel import OpenTelemetry  # noqa: PLC0415

    traces = TracerProvider()
    traces.add_span_processor(SpanProcessor())
    return OpenTelemetry(traces, MeterProvider(metric_readers=[InMemoryMetricReader()]))


class _Keeper(logging.Handler):
    """Keeps the latest lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=10_000)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


OBSERVERS: Mapping[str, Callable[[], Telemetry | None]] = {
    "nobody": _nobody,
    "logging": _logging,
    "api": _api,
    "sdk": _sdk,
}
"""Sets an observer up, and gives what the client takes for it."""
