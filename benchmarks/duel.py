"""asyncops and another, which run in turns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Literal

from attrs import evolve, frozen

from benchmarks.instructions import instructions
from benchmarks.outcome import Figures, Outcome, Unmeasured
from benchmarks.rig import Contestant, Load, Measured, Worker, page_server, worker
from benchmarks.verdict import REPEATS, Floor, take_until_decided

__all__ = ["Duel"]

Turn = Mapping[str, Measured]


@frozen(kw_only=True)
class Duel:
    """A row that holds asyncops against somebody else.

    Attributes:
        name: What ``--only`` takes.
        work: What both do.
        ours: Our contestant.
        other: The other one; or, for so many pages, the seconds that cannot be done without.
        load: Returns what they are given, for so many pages.
        pages: How many pages a run has.
        floor: How many times as fast ours is, or, at most, how many times as much it may cost;
            ``None`` for a row that is only shown.
        by: Which figure is compared: the time of the client's own processor, or that on the wall.
        rounds: How often new processes of all are run in turns, to begin with: where memory lies
            and how texts hash differ from process to process, and with them the time by 3 %.
        runs: How often each process runs. Their median ratio is one sample.
        ceiling: The bare libraries, whose own figure is shown beside the floor.
        counted: Whether instructions say something.
    """

    name: str
    work: str
    ours: Contestant
    other: Contestant | Callable[[int], float]
    load: Callable[[int], Load]
    pages: int = 500
    floor: Floor | None = None
    by: Literal["cpu", "seconds"] = "cpu"
    rounds: int = 8
    runs: int = 3
    ceiling: Contestant | None = None
    counted: bool = True

    def measure(self, *, quick: bool) -> Iterator[Outcome]:
        """Run all in turns, until it is clear whether the floor holds."""
        outcome = Outcome(name=self.name, work=self.work, floor=self.floor)
        try:
            if quick:
                pages = max(self.pages // 10, 1)
                yield evolve(self, runs=1)._in_turns(outcome, pages, rounds=2, repeats=0)
            else:
                done = self._in_turns(outcome, self.pages, rounds=self.rounds, repeats=REPEATS)
                yield self._with_instructions(done) if self.counted else done
        except Unmeasured as error:
            yield evolve(outcome, error=str(error))

    def _with_instructions(self, outcome: Outcome) -> Outcome:
        try:
            counts = instructions(self._contestants, self.load)
        except Unmeasured as error:
            # Under Callgrind a contestant may run into its own time limits.
            return evolve(outcome, details={"not_counted": str(error)})
        figures = [evolve(each, instructions=counts.get(each.name)) for each in outcome.figures]
        return evolve(outcome, figures=tuple(figures))

    @property
    def _contestants(self) -> list[Contestant]:
        return [e for e in (self.ours, self.other, self.ceiling) if isinstance(e, Contestant)]

    def _in_turns(self, outcome: Outcome, pages: int, *, rounds: int, repeats: int) -> Outcome:
        load, done = self.load(pages), list[Sequence[Turn]]()

        def ratio(turns: Sequence[Turn], of: Contestant) -> float:
            return median(
                outcome.ratio(self._figure(turn, of, pages), self._figure(turn, self.other, pages))
                for turn in turns
            )

        def take(count: int) -> Sequence[float]:
            done.extend(self._round(load, url) for _ in range(count))
            return [ratio(turns, self.ours) for turns in done[-count:]]

        with page_server(load.settings) as url:
            samples = take_until_decided(take, rounds, self.floor, repeats)
        turns = [turn for each in done for turn in each]
        figures = [_figures(each.name, turns) for each in self._contestants]
        if not isinstance(self.other, Contestant):
            figures.insert(1, Figures("the least", seconds=(self.other(pages),)))
        ceiling = [] if self.ceiling is None else [ratio(each, self.ceiling) for each in done]
        return evolve(
            outcome,
            samples=tuple(samples),
            figures=tuple(figures),
            ceiling=tuple(ceiling),
            items=load.items,
        )

    def _round(self, load: Load, url: str | None) -> Sequence[Turn]:
        with ExitStack() as stack:
            workers = [stack.enter_context(worker(e, load, url)) for e in self._contestants]
            # What a first run costs, it costs once.
            _turn(workers, load.items, 0)
            return [_turn(workers, load.items, at) for at in range(1, self.runs + 1)]

    def _figure(self, turn: Turn, of: Contestant | Callable[[int], float], pages: int) -> float:
        if not isinstance(of, Contestant):
            return of(pages)
        run = turn[of.name]
        return run.cpu if self.by == "cpu" else run.seconds


def _figures(name: str, turns: Sequence[Turn]) -> Figures:
    runs = [turn[name] for turn in turns]
    return Figures(name, tuple(run.seconds for run in runs), tuple(run.cpu for run in runs))


def _turn(workers: Sequence[Worker], items: int, at: int) -> Turn:
    """One run of each. Machines drift, so that who begins changes from turn to turn."""
    first = at % len(workers)
    order = [*workers[first:], *workers[:first]]
    return {each.name: each.run(items=items) for each in order}
