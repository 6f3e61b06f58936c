"""One page of 100 calls, from bytes to models."""

from collections.abc import Iterator

from benchmarks.duels import Duel
from benchmarks.effort import Effort
from benchmarks.outcome import Outcome

__all__ = ["measure"]

_PAGES = 100


def measure(effort: Effort) -> Iterator[Outcome]:
    """Against pydantic's ``model_validate_json`` of the same fields."""
    duel = Duel(
        name="decoding",
        work="decoding a page of 100, 100 times; pydantic's model_validate_json",
        items=_PAGES * 100,
        arguments={"pages": _PAGES},
        ours="benchmarks.contestants.readers:read_asyncops",
        peer=("pydantic", "benchmarks.contestants.readers:read_pydantic"),
        limit=1.8,
        schedule=(60, 15),
    )
    return duel.measure(effort)
