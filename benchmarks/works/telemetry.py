"""What it costs a walk that somebody looks on, against the same walk that nobody looks at."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median

from benchmarks.effort import Effort
from benchmarks.outcome import Bound, Figures, Outcome, Unmeasured
from benchmarks.rig import Measured, page_server, worker
from benchmarks.server import Settings

__all__ = ["measure"]

_PAGES = 500
_ITEMS = _PAGES * 100
_WALK = "benchmarks.contestants.telling:walk"
# Who looks on, what the row says of that, and how many times as long it may take.
_ROWS = (
    ("logging", "logging at DEBUG, kept in memory", 1.05),
    ("api", "OpenTelemetry, no SDK set up", 1.1),
    ("sdk", "OpenTelemetry, its SDK recording all", 1.6),
)

Pair = tuple[Measured, Measured]


def measure(effort: Effort) -> Iterator[Outcome]:
    """One outcome for each way to look on; the figures of the walk alone come first."""
    for to, name, limit in _ROWS:
        work = f"typed walk, 500 x 100, its own work alone; {name}"
        bound = Bound(limit=limit, at_least=False)
        try:
            pairs = _pairs(to, name, effort.schedule(40, 8))
        except Unmeasured as error:
            yield Outcome(name="telemetry", work=work, bound=bound, error=str(error))
            continue
        yield _outcome(work, name, bound, pairs)


def _outcome(work: str, name: str, bound: Bound, pairs: Sequence[Pair]) -> Outcome:
    # The processor's time: of two runs of the same client, waiting for the server says nothing.
    return Outcome(
        name="telemetry",
        work=work,
        bound=bound,
        figures=(
            Figures("asyncops", "s", tuple(alone.cpu for alone, _ in pairs), _ITEMS),
            Figures(name, "s", tuple(told.cpu for _, told in pairs), _ITEMS),
        ),
        measured=median(told.cpu / alone.cpu for alone, told in pairs),
        details={
            "seconds": [alone.seconds for alone, _ in pairs],
            "seconds_told": [told.seconds for _, told in pairs],
        },
    )


def _pairs(to: str, name: str, schedule: int) -> list[Pair]:
    """Runs of both in turns; who begins changes."""
    with ExitStack() as stack:
        url = stack.enter_context(page_server(Settings(pages={"completed": _PAGES})))
        alone = stack.enter_context(worker("asyncops", _WALK, {"url": url, "to": "nobody"}))
        told = stack.enter_context(worker(name, _WALK, {"url": url, "to": to}))
        pairs: list[Pair] = []
        for at in range(-1, schedule):
            order = (alone, told) if at % 2 == 0 else (told, alone)
            runs = {each.name: each.run(items=_ITEMS) for each in order}
            # The first runs fill the caches.
            if at >= 0:
                pairs.append((runs[alone.name], runs[told.name]))
        return pairs
