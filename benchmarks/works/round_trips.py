"""Walks with many pages in flight, against the round trips that they cannot do without."""

import math
from collections.abc import Iterator

from attrs import frozen

from benchmarks.effort import Effort
from benchmarks.outcome import Bound, Figures, Outcome, Unmeasured
from benchmarks.rig import Measured, page_server, worker
from benchmarks.server import Settings
from benchmarks.works.ways import OUR_WALK

__all__ = ["numbered", "statuses"]

_LATENCY = 0.02


@frozen(kw_only=True)
class _Flight:
    name: str
    work: str
    way: str
    items: int
    round_trips: int
    limit: float
    settings: Settings

    def measure(self, effort: Effort) -> Iterator[Outcome]:
        bound = Bound(limit=self.limit, at_least=False)
        try:
            runs = self._runs(effort.schedule(12, 3))
        except Unmeasured as error:
            yield Outcome(name=self.name, work=self.work, bound=bound, error=str(error))
            return
        least = self.round_trips * _LATENCY
        figures = Figures("asyncops", "s", tuple(run.seconds for run in runs), self.items)
        yield Outcome(
            name=self.name,
            work=self.work,
            bound=bound,
            figures=(figures, Figures(f"{self.round_trips} round trips", "s", (least,))),
            measured=figures.median / least,
            details={"round_trips": self.round_trips, "cpu": [run.cpu for run in runs]},
        )

    def _runs(self, schedule: int) -> list[Measured]:
        with (
            page_server(self.settings) as url,
            worker("asyncops", OUR_WALK, {"url": url, "way": self.way}) as ours,
        ):
            ours.run(items=self.items)
            return [ours.run(items=self.items) for _ in range(schedule)]


def numbered(effort: Effort) -> Iterator[Outcome]:
    """500 numbered pages, 16 in flight: the first page alone, then the others 16 at a time."""
    pages = 500
    flight = _Flight(
        name="numbered",
        work="concurrent(16) over 500 numbered pages at 20 ms; the round trips alone",
        way="numbered, concurrent",
        items=pages * 100,
        round_trips=math.ceil((pages - 1) / 16) + 1,
        limit=1.15,
        settings=Settings(numbered=pages, latency=_LATENCY),
    )
    return flight.measure(effort)


def statuses(effort: Effort) -> Iterator[Outcome]:
    """All statuses: nothing can end sooner than half of the longest one's round trips."""
    unfinished = dict.fromkeys(("queued", "uploaded", "in_progress"), 50)
    pages = {**unfinished, "completed": 300, "failed": 50}
    flight = _Flight(
        name="statuses",
        work="all five statuses, concurrent, 500 pages at 20 ms; half of the longest alone",
        way="all statuses, concurrent",
        items=sum(pages.values()) * 100,
        round_trips=max(pages.values()) // 2,
        limit=1.5,
        settings=Settings(pages=pages, latency=_LATENCY),
    )
    return flight.measure(effort)
