"""Sums that counters are told when metrics are collected.

Each addition takes OpenTelemetry's SDK as long as half a span, and each page has two of them.
"""

from collections.abc import Iterable, Mapping
from threading import RLock

from attrs import define, frozen
from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Counter, Meter, Observation
from opentelemetry.trace import INVALID_SPAN, Span, set_span_in_context

Attributes = Mapping[str, str | int]


@define(eq=False)
class _Series:
    """What a counter has yet to be told for some attributes.

    Attributes:
        attributes: The attributes.
        amount: The sum.
        span: The latest span that is recorded, for exemplars.
    """

    attributes: Attributes
    amount: float = 0
    span: Span = INVALID_SPAN


# The garbage collector may end a call, and add its sleep, in the middle of another addition.
_lock = RLock()
# Of the counters of all meters, by the identity of the attributes.
_waiting: dict[tuple[Counter, int], _Series] = {}


@frozen(eq=False)
class Sum:
    """What a counter is told when metrics are collected, a sum for each of its series.

    Attributes:
        counter: The counter.
    """

    counter: Counter

    def add(self, amount: float, attributes: Attributes, span: Span) -> None:
        """Add an amount below a span; attributes that are equal should be the same object."""
        key = self.counter, id(attributes)
        with _lock:
            series = _waiting.get(key)
            if series is None:
                series = _waiting.setdefault(key, _Series(attributes))
            series.amount += amount
            if span.is_recording():
                series.span = span


def hand_over_on_collection(meter: Meter) -> None:
    """Have all counters told their sums whenever the metrics of this meter are collected."""
    meter.create_observable_counter("asyncops.sums", [_hand_over], description="Has no value.")


def _hand_over(_: CallbackOptions) -> Iterable[Observation]:
    # All counters, whoever asks: a meter ignores the callback of its second OpenTelemetry object.
    with _lock:
        told = [_waiting.popitem() for _ in range(len(_waiting))]
    for (counter, _attributes), series in told:
        context = set_span_in_context(series.span, Context())
        counter.add(series.amount, series.attributes, context)
    return ()
