"""A token listing walked from both ends at once."""

from collections.abc import Iterator

from benchmarks.duels import Duel
from benchmarks.effort import Effort
from benchmarks.outcome import Outcome
from benchmarks.server import Settings
from benchmarks.works.ways import OUR_WALK

__all__ = ["measure"]

_PAGES = 500


def measure(effort: Effort) -> Iterator[Outcome]:
    """Against the walk that follows one token after the other."""
    duel = Duel(
        name="two-ended",
        work="two-ended token walk, 500 x 100 at 20 ms; one page after the other",
        items=_PAGES * 100,
        ours=OUR_WALK,
        our_arguments={"way": "one status, two-ended"},
        peer=("asyncops, sequential", OUR_WALK),
        limit=1.9,
        schedule=(6, 1),
        settings=Settings(pages={"completed": _PAGES}, latency=0.02),
    )
    return duel.measure(effort)
