"""What one row of the table says."""

from statistics import median

from attrs import field, frozen

from benchmarks.verdict import Floor, Verdict, spread

__all__ = ["Figures", "Outcome", "Unmeasured"]


class Unmeasured(Exception):
    """A contestant could not be measured; the row says why."""


@frozen
class Figures:
    """What one contestant needed.

    Attributes:
        name: The contestant.
        seconds: On the wall, run by run.
        cpu: Of its processor, in seconds, run by run.
        instructions: Of its processor, for a page; ``None`` where they were not counted.
    """

    name: str
    seconds: tuple[float, ...] = ()
    cpu: tuple[float, ...] = ()
    instructions: float | None = None


@frozen(kw_only=True)
class Outcome:
    """One row.

    Attributes:
        name: What ``--only`` takes.
        work: What was done.
        unit: What the samples are: ``x`` for ratios, ``MB``, ``n^`` for exponents.
        floor: What their median has to show; ``None`` if it is only shown.
        figures: Of each contestant, ours first.
        samples: What is held against the floor, round by round; none if it was not measured.
        ceiling: The same of the bare libraries, where they are measured as well.
        items: How many items a run gave, where a rate says something.
        error: Why it could not be measured.
        details: More figures, for machines.
    """

    name: str
    work: str
    unit: str = "x"
    floor: Floor | None = None
    figures: tuple[Figures, ...] = ()
    samples: tuple[float, ...] = ()
    ceiling: tuple[float, ...] = ()
    items: int = 0
    error: str | None = None
    details: dict[str, object] = field(factory=dict)

    def ratio(self, ours: float, other: float) -> float:
        """How many times as little ours needs; with a floor on cost, how many times as much."""
        if self.floor is None or self.floor.at_least:
            return other / ours
        return ours / other

    @property
    def verdict(self) -> Verdict | None:
        """Whether the floor holds; ``None`` without a floor."""
        if self.error is not None:
            return Verdict.MISSED
        return None if self.floor is None else self.floor.verdict(self.samples)

    @property
    def holds(self) -> bool:
        """Whether it was measured, and its floor holds where there is one."""
        return self.verdict in {None, Verdict.HOLDS}

    @property
    def summary(self) -> dict[str, float | str | None]:
        """The medians, for machines."""
        if not self.samples:
            return {"verdict": self.verdict}
        return {
            "measured": median(self.samples),
            "spread": spread(self.samples),
            "ceiling": median(self.ceiling) if self.ceiling else None,
            "verdict": self.verdict,
        }
