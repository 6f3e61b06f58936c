"""Many prompts by their ids."""

from collections.abc import Iterator

from benchmarks.duels import Duel
from benchmarks.effort import Effort
from benchmarks.outcome import Outcome
from benchmarks.server import Settings

__all__ = ["measure"]

_COUNT = 10_000
_CONCURRENCY = 64


def measure(effort: Effort) -> Iterator[Outcome]:
    """Against aiohttp with a semaphore."""
    duel = Duel(
        name="get-many",
        work="get_many of 10,000 ids, 64 at once; aiohttp with a semaphore, json.loads",
        items=_COUNT,
        arguments={"count": _COUNT, "concurrency": _CONCURRENCY},
        ours="benchmarks.contestants.ours:get_many",
        peer=("bare loop", "benchmarks.contestants.bare:get_many"),
        limit=0.85,
        schedule=(16, 3),
        settings=Settings(),
    )
    return duel.measure(effort)
