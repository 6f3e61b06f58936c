"""The rows, by the names that ``--only`` takes."""

from collections.abc import Callable, Iterator, Mapping

from benchmarks.effort import Effort
from benchmarks.outcome import Outcome
from benchmarks.works import (
    decoding,
    get_many,
    linear,
    memory,
    round_trips,
    start_up,
    telemetry,
    two_ended,
    walk,
)

__all__ = ["WORKS"]

WORKS: Mapping[str, Callable[[Effort], Iterator[Outcome]]] = {
    "walk-bare": walk.against_bare,
    "walk-kittycad": walk.against_kittycad,
    "walk-openai": walk.against_openai,
    "decoding": decoding.measure,
    "two-ended": two_ended.measure,
    "numbered": round_trips.numbered,
    "statuses": round_trips.statuses,
    "get-many": get_many.measure,
    "memory": memory.measure,
    "linear": linear.measure,
    "telemetry": telemetry.measure,
    "start-up": start_up.measure,
}
