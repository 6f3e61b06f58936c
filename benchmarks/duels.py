"""Two contestants that run in turns, with one page server."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from statistics import median

from attrs import field, frozen

from benchmarks.effort import Effort
from benchmarks.outcome import Bound, Figures, Outcome, Unmeasured
from benchmarks.rig import Worker, page_server, worker
from benchmarks.server import Settings

__all__ = ["Duel", "in_turns"]


@frozen(kw_only=True)
class Duel:
    """A row that holds asyncops against somebody else.

    Attributes:
        name: What ``--only`` takes.
        work: What both do.
        items: Items of one run.
        ours: Our contestant, as "module:function".
        peer: The other's name, and the same of it.
        limit: How many times as long the peer takes, at least.
        rounds: Pairs of runs: in full, and in a quick run.
        settings: What the page server serves; None where none is needed.
        arguments: What both contestants are given.
        our_arguments: What ours is given besides.
        python: The peer's own Python, where it has one.
    """

    name: str
    work: str
    items: int
    ours: str
    peer: tuple[str, str]
    limit: float
    schedule: tuple[int, int]
    settings: Settings | None = None
    arguments: Mapping[str, object] = field(factory=dict)
    our_arguments: Mapping[str, object] = field(factory=dict)
    python: str = sys.executable

    def measure(self, effort: Effort) -> Iterator[Outcome]:
        """Run both in turns."""
        try:
            mine, other, ratio = self._run(effort.schedule(*self.schedule))
        except Unmeasured as error:
            yield Outcome(name=self.name, work=self.work, bound=self._bound, error=str(error))
            return
        yield Outcome(
            name=self.name,
            work=self.work,
            bound=self._bound,
            figures=(mine, other),
            measured=ratio,
        )

    @property
    def _bound(self) -> Bound:
        return Bound(limit=self.limit, at_least=True)

    def _run(self, schedule: int) -> tuple[Figures, Figures, float]:
        with ExitStack() as stack:
            given = dict(self.arguments)
            if self.settings is not None:
                given["url"] = stack.enter_context(page_server(self.settings))
            ours = stack.enter_context(
                worker("asyncops", self.ours, {**given, **self.our_arguments})
            )
            name, place = self.peer
            peer = stack.enter_context(worker(name, place, given, python=self.python))
            return in_turns(ours, peer, schedule, items=self.items)


def in_turns(
    ours: Worker, peer: Worker, schedule: int, *, items: int
) -> tuple[Figures, Figures, float]:
    """Runs of both, and the median of how many times as long the peer took.

    Machines drift, so only runs that lay next to each other are compared; who begins changes.
    """
    for each in (ours, peer):
        each.run(items=items)
    pairs: list[tuple[float, float]] = []
    for at in range(schedule):
        order = (ours, peer) if at % 2 == 0 else (peer, ours)
        seconds = {each.name: each.run(items=items).seconds for each in order}
        pairs.append((seconds[ours.name], seconds[peer.name]))
    return (
        Figures(ours.name, "s", tuple(mine for mine, _ in pairs), items),
        Figures(peer.name, "s", tuple(other for _, other in pairs), items),
        median(other / mine for mine, other in pairs),
    )
