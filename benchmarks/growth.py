"""How a walk grows with its items: the exponent of its time and requests, and its memory."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from statistics import linear_regression, median

from attrs import asdict, evolve, frozen

from benchmarks.outcome import Figures, Outcome, Unmeasured
from benchmarks.rig import Contestant, Load, Worker, page_server, requests_since, worker
from benchmarks.server import Settings
from benchmarks.verdict import REPEATS, Floor, take_until_decided
from benchmarks.worker import Tally

__all__ = ["WAYS", "Growth", "exponent"]

Sizes = Sequence[tuple[int, int]]
_Site = tuple[str, Worker]

_MB = 1_000_000
_SIZE = 100
# Of ten pages, the longest status has six.
_SHARES = {"queued": 1, "uploaded": 1, "in_progress": 1, "completed": 6, "failed": 1}
# Items, and how often they are walked in a round, so that a small listing is not measured by luck.
_SIZES = ((1_000, 41), (10_000, 11), (100_000, 3), (1_000_000, 1))
_QUICK = ((1_000, 3), (10_000, 1))

WAYS = (
    "one status",
    "one status, two-ended",
    "one status, two-ended, unordered",
    "numbered",
    "numbered, concurrent",
    "all statuses",
    "all statuses, concurrent, unordered",
    "window, concurrent",
)
# In order from both ends, half of the listing is held, as the docstring says. What it costs a loop
# of the bare libraries is measured as well.
_HOLDS_HALF = {
    "one status, two-ended": Contestant("aiohttp, msgspec on attrs", "side_by_side:in_order")
}

_GROWS = Floor(1.02, at_least=False)


@frozen
class _Point:
    """What a walk over one size takes, as the median of several."""

    seconds: float
    cpu: float
    requests: float
    tally: Tally


@frozen
class Growth:
    """Two rows of one way to walk: its memory over the largest listing, and its growth."""

    way: str

    def measure(self, *, quick: bool) -> Iterator[Outcome]:
        """Walk listings of each size."""
        sizes = _QUICK if quick else _SIZES
        most = f"{sizes[-1][0]:,}"
        memory = Outcome(
            name="memory",
            work=f"rise of peak memory over {most} items: {self.way}",
            unit="MB",
            floor=None if self.way in _HOLDS_HALF else Floor(10.0, at_least=False),
        )
        growth = Outcome(
            name="growth",
            work=f"growth from 1,000 to {most} items, processor and requests: {self.way}",
            unit="n^",
            floor=_GROWS,
            items=sizes[-1][0],
        )
        try:
            rounds = self._rounds(sizes, 0 if quick else REPEATS)
            bare = self._bare(sizes, len(rounds))
        except Unmeasured as error:
            yield from (evolve(each, error=str(error)) for each in (memory, growth))
            return
        largest = [each[-1] for each in rounds]
        figures = Figures(
            f"asyncops, {most}",
            seconds=tuple(each.seconds for each in largest),
            cpu=tuple(each.cpu for each in largest),
        )
        yield evolve(memory, samples=(largest[0].tally["rise"] / _MB,))
        yield evolve(
            growth,
            figures=(figures,),
            samples=tuple(_largest_exponent(sizes, each) for each in rounds),
            ceiling=tuple(_largest_exponent(sizes, each) for each in bare),
            details={"rounds": [[asdict(point) for point in each] for each in rounds]},
        )

    def _rounds(self, sizes: Sizes, repeats: int) -> list[list[_Point]]:
        rounds: list[list[_Point]] = []
        with ExitStack() as stack:
            sites = self._sites(stack, sizes, self._ours)

            def take(count: int) -> Sequence[float]:
                rounds.extend(_round(sites, sizes) for _ in range(count))
                return [_largest_exponent(sizes, each) for each in rounds[-count:]]

            take_until_decided(take, 2, _GROWS, repeats)
        return rounds

    def _bare(self, sizes: Sizes, rounds: int) -> list[list[_Point]]:
        """Walk in the same way with a loop of the bare libraries, if there is one."""
        contestant = _HOLDS_HALF.get(self.way)
        if contestant is None:
            return []
        with ExitStack() as stack:
            sites = self._sites(stack, sizes, lambda _: contestant)
            return [_round(sites, sizes) for _ in range(rounds)]

    def _ours(self, mark: int) -> Contestant:
        return Contestant("asyncops", "ours:walk", {"way": self.way, "mark": mark})

    def _sites(
        self, stack: ExitStack, sizes: Sizes, contestant: Callable[[int], Contestant]
    ) -> Sequence[_Site]:
        most = sizes[-1][0]
        # The memory of the largest listing is told from the first hundredth of it on.
        return [
            self._site(stack, contestant(most // 100 if items == most else 0), items, most)
            for items, _ in sizes
        ]

    def _site(self, stack: ExitStack, contestant: Contestant, items: int, most: int) -> _Site:
        url = stack.enter_context(page_server(_settings(self.way, items // _SIZE)))
        process = stack.enter_context(worker(contestant, Load(items), url))
        if items != most:
            # What the first walk costs once would weigh on a small listing alone.
            process.run(items=items)
        assert url is not None
        requests_since(url)
        return url, process


def exponent(items: Sequence[float], figures: Sequence[float]) -> float:
    """Return the slope of a straight line through figures where both axes are logarithmic."""
    return linear_regression([*map(math.log, items)], [*map(math.log, figures)]).slope


def _largest_exponent(sizes: Sizes, points: Sequence[_Point]) -> float:
    items = [items for items, _ in sizes]
    return max(
        exponent(items, [each.cpu for each in points]),
        exponent(items, [each.requests for each in points]),
    )


def _round(sites: Sequence[_Site], sizes: Sizes) -> list[_Point]:
    return [_point(*site, *size) for site, size in zip(sites, sizes, strict=True)]


def _point(url: str, process: Worker, items: int, times: int) -> _Point:
    runs = [process.run(items=items) for _ in range(times)]
    return _Point(
        seconds=median(run.seconds for run in runs),
        cpu=median(run.cpu for run in runs),
        requests=requests_since(url) / times,
        tally=runs[0].tally,
    )


def _settings(way: str, pages: int) -> Settings:
    """What a page server has to serve for such a walk, made anew for each request."""
    if way.startswith("numbered"):
        return Settings(numbered=pages, kept=False)
    if way.startswith("all statuses"):
        shares = {status: pages * share // 10 for status, share in _SHARES.items()}
        return Settings(pages=shares, kept=False)
    return Settings(pages={"completed": pages}, kept=False)
