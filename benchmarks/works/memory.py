"""How far memory rises over a million items, beyond what the first hundredth needed."""

from collections.abc import Iterator, Mapping

from benchmarks.effort import Effort
from benchmarks.outcome import Bound, Figures, Outcome, Unmeasured
from benchmarks.rig import page_server, worker
from benchmarks.works.ways import OUR_WALK, settings_for

__all__ = ["measure"]

_ITEMS = 1_000_000
_MB = 1_000_000
_WAYS = (
    "one status",
    "one status, two-ended, unordered",
    "numbered",
    "numbered, concurrent",
    "all statuses",
    "all statuses, concurrent, unordered",
)


def measure(_: Effort) -> Iterator[Outcome]:
    """One outcome for each way to walk; quick or not, since a smaller walk would prove less."""
    for way in _WAYS:
        work = f"rise of peak memory over a million items: {way}"
        bound = Bound(limit=10.0, at_least=False, unit="MB")
        try:
            tally = _walk(way)
        except Unmeasured as error:
            yield Outcome(name="memory", work=work, bound=bound, error=str(error))
            continue
        yield Outcome(
            name="memory",
            work=work,
            bound=bound,
            figures=(Figures("asyncops", "MB", (tally["peak"] / _MB,)),),
            measured=tally["rise"] / _MB,
        )


def _walk(way: str) -> Mapping[str, int]:
    with page_server(settings_for(way, _ITEMS)) as url:
        arguments = {"url": url, "way": way, "mark": _ITEMS // 100}
        with worker("asyncops", OUR_WALK, arguments) as ours:
            return ours.run(items=_ITEMS).tally
