"""The instruments that a client plays, and the attributes that its calls have in common."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from attrs import field, frozen
from opentelemetry.metrics import Counter, Histogram, Meter
from opentelemetry.trace import Tracer

__all__ = ["Attributes", "Outlet", "Target", "target_of"]

Attributes = Mapping[str, str | int]

# The boundaries that the conventions advise, in seconds.
_BOUNDARIES = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
_PORTS = {"http": 80, "https": 443}
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ids = re.compile(f"/(?:{_UUID}|[0-9]+)(?=/|$)", re.IGNORECASE)


@frozen(eq=False)
class Outlet:
    """Where all of it goes.

    Attributes:
        tracer: Begins spans.
        meter: What the instruments are of.
        propagates: Whether requests carry the trace on.
    """

    tracer: Tracer
    meter: Meter
    propagates: bool
    duration: Histogram = field(init=False)
    requests: Counter = field(init=False)
    retries: Counter = field(init=False)
    throttles: Counter = field(init=False)
    sleep: Counter = field(init=False)
    items: Counter = field(init=False)

    @duration.default
    def _duration(self) -> Histogram:
        return self.meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BOUNDARIES,
        )

    @requests.default
    def _requests(self) -> Counter:
        return self._counter("requests", "{request}", "Requests put on the wire, retries too.")

    @retries.default
    def _retries(self) -> Counter:
        return self._counter("retries", "{request}", "Requests that went out again.")

    @throttles.default
    def _throttles(self) -> Counter:
        return self._counter("throttles", "{response}", "Answers with status 429.")

    @sleep.default
    def _sleep(self) -> Counter:
        return self._counter("sleep", "s", "Time that calls slept before they went on.")

    @items.default
    def _items(self) -> Counter:
        return self._counter("items", "{item}", "Items of listings given to the program.")

    def _counter(self, name: str, unit: str, description: str) -> Counter:
        return self.meter.create_counter(f"asyncops.{name}", unit, description)


@frozen(eq=False)
class Target:
    """What calls of one kind have in common.

    Attributes:
        call: The name of a call's span.
        attempt: The name of an attempt's span.
        place: Which endpoint it is.
        http: The same, and the method.
    """

    call: str
    attempt: str
    place: Attributes
    http: Attributes


def target_of(base_url: str, method: str, path: str) -> Target:
    """Which kind of call it is."""
    return _target(base_url, method, _ids.sub("/{id}", path))


# There is one kind for each endpoint, unless a path has ids that nobody would take for such.
@lru_cache(maxsize=256)
def _target(base_url: str, method: str, template: str) -> Target:
    parts = urlsplit(base_url)
    place: Attributes = {
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS[parts.scheme],
        "url.template": template,
    }
    http = {"http.request.method": method, **place}
    return Target(f"call {template}", f"{method} {template}", place, http)
