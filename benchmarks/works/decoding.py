"""One page of 100 calls, from bytes to models."""

from collections.abc import Iterator

from benchmarks.duels import Duel
from benchmarks.effort import Effort
from benchmarks.outcome import Outcome

__all__ = ["measure"]

_PAGES = 100


# The order of a page's keys, the digits of its fractions of a second, the floor.
_ROWS = (
    ("alphabetical", 3, 1.8),
    ("shuffled", 3, 1.8),
    ("model", 3, 1.8),
    ("alphabetical", 9, 1.8),
)


def measure(effort: Effort) -> Iterator[Outcome]:
    """Against pydantic's ``model_validate_json`` of the same fields."""
    for keys, digits, limit in _ROWS:
        duel = Duel(
            name="decoding",
            work=f"decoding a page of 100, keys {keys}, {digits} digits; pydantic",
            items=_PAGES * 100,
            arguments={"pages": _PAGES, "keys": keys, "digits": digits},
            ours="benchmarks.contestants.readers:read_asyncops",
            peer=("pydantic", "benchmarks.contestants.readers:read_pydantic"),
            limit=limit,
            schedule=(60, 15),
        )
        yield from duel.measure(effort)
