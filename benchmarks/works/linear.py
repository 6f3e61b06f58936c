"""How time and requests grow with the items: the exponent of a power fitted to them."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import linear_regression, median

from attrs import asdict, frozen

from benchmarks.effort import Effort
from benchmarks.outcome import Bound, Figures, Outcome, Unmeasured
from benchmarks.rig import Worker, page_server, requests_since, worker
from benchmarks.works.ways import OUR_WALK, settings_for

__all__ = ["measure"]

_WAYS = (
    "one status",
    "one status, two-ended",
    "one status, two-ended, unordered",
    "numbered",
    "numbered, concurrent",
    "all statuses",
    "all statuses, concurrent, unordered",
)
# Items, and how often they are walked in a round, so that a small listing is not measured by luck.
_SIZES = ((1_000, 41), (10_000, 11), (100_000, 3), (1_000_000, 1))


@frozen
class _Round:
    """For each size what a walk takes: seconds on the wall, of its own work, and requests."""

    seconds: tuple[float, ...]
    cpu: tuple[float, ...]
    requests: tuple[float, ...]

    @property
    def exponents(self) -> tuple[float, float, float]:
        items = [items for items, _ in _SIZES]
        return (
            _exponent(items, self.seconds),
            _exponent(items, self.cpu),
            _exponent(items, self.requests),
        )


def measure(effort: Effort) -> Iterator[Outcome]:
    """One outcome for each way to walk, with the larger exponent of the two."""
    for way in _WAYS:
        work = f"growth from 1,000 to 1,000,000 items, time and requests: {way}"
        bound = Bound(limit=1.02, at_least=False, unit="exponent")
        try:
            schedule = _schedule(way, effort.schedule(3, 1))
        except Unmeasured as error:
            yield Outcome(name="linear", work=work, bound=bound, error=str(error))
            continue
        time, cpu, requests = map(median, zip(*(each.exponents for each in schedule), strict=True))
        million = tuple(each.seconds[-1] for each in schedule)
        yield Outcome(
            name="linear",
            work=work,
            bound=bound,
            figures=(Figures("asyncops, the million", "s", million, _SIZES[-1][0]),),
            measured=max(time, requests),
            details={
                "time_exponent": time,
                "cpu_exponent": cpu,
                "requests_exponent": requests,
                "items": [items for items, _ in _SIZES],
                "rounds": [asdict(each) for each in schedule],
            },
        )


def _exponent(items: Sequence[float], figures: Sequence[float]) -> float:
    """The slope of a straight line through the figures where both axes are logarithmic."""
    return linear_regression([*map(math.log, items)], [*map(math.log, figures)]).slope


def _schedule(way: str, schedule: int) -> list[_Round]:
    with ExitStack() as stack:
        sites: list[tuple[str, Worker]] = []
        for items, _ in _SIZES:
            url = stack.enter_context(page_server(settings_for(way, items)))
            ours = stack.enter_context(worker("asyncops", OUR_WALK, {"url": url, "way": way}))
            if items != _SIZES[-1][0]:
                # What the first walk costs once would weigh on a small listing alone.
                ours.run(items=items)
            requests_since(url)
            sites.append((url, ours))
        return [_round(sites) for _ in range(schedule)]


def _round(sites: Sequence[tuple[str, Worker]]) -> _Round:
    seconds, cpu, requests = [], [], []
    for (url, ours), (items, times) in zip(sites, _SIZES, strict=True):
        runs = [ours.run(items=items) for _ in range(times)]
        seconds.append(median(run.seconds for run in runs))
        cpu.append(median(run.cpu for run in runs))
        requests.append(requests_since(url) / times)
    return _Round(tuple(seconds), tuple(cpu), tuple(requests))
