"""asyncops with something that looks on: logging, OpenTelemetry's API alone, its SDK."""

import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from asyncops import ZooClient
from asyncops.http.telemetry import Telemetry
from benchmarks.worker import Run, Tally

__all__ = ["TELLING", "walk"]


def _nobody() -> None:
    return None


def _logs() -> None:
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


TELLING: Mapping[str, Callable[[], Telemetry | None]] = {
    "nobody": _nobody,
    "logging": _logs,
    "api": _api,
    "sdk": _sdk,
}
"""Sets up who looks on, and gives what the client takes for it."""


@asynccontextmanager
async def walk(url: str, to: str, size: int = 100) -> AsyncIterator[Run]:
    """Walk one status to its end, told to one of ``TELLING``."""
    async with ZooClient("token", base_url=url, telemetry=TELLING[to]()) as zoo:

        async def run() -> Tally:
            count = 0
            async for _ in zoo.operations.list(status="completed", limit=size):
                count += 1
            return {"items": count}

        yield run
