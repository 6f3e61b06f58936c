"""What one row of the table says."""

from statistics import median

from attrs import field, frozen

__all__ = ["Bound", "Figures", "Outcome", "Unmeasured"]


class Unmeasured(Exception):
    """A contestant could not be measured; the row says why."""


@frozen
class Figures:
    """What one contestant needed, run by run.

    Attributes:
        name: The contestant.
        unit: Of the figures: ``s``, ``MB``, or empty for a plain number.
        raw: The figures, in the order of the runs.
        items: Items of one run, where a rate says more than a time.
    """

    name: str
    unit: str
    raw: tuple[float, ...]
    items: int = 0

    @property
    def median(self) -> float:
        """The median of the runs."""
        return median(self.raw)


@frozen(kw_only=True)
class Bound:
    """What a row has to show.

    Attributes:
        limit: The figure.
        at_least: Whether the measured one may not be lower; else it may not be higher.
        unit: What stands behind it: ``x`` for a ratio.
    """

    limit: float
    at_least: bool
    unit: str = "x"

    def holds(self, measured: float) -> bool:
        """Whether ``measured`` is on the right side of it."""
        return measured >= self.limit if self.at_least else measured <= self.limit


@frozen(kw_only=True)
class Outcome:
    """One row.

    Attributes:
        name: What ``--only`` takes.
        work: What was done.
        bound: What it has to show.
        figures: Ours first.
        measured: What is held against the bound; None where it could not be measured.
        error: Why it could not.
        details: More figures, for machines.
    """

    name: str
    work: str
    bound: Bound
    figures: tuple[Figures, ...] = ()
    measured: float | None = None
    error: str | None = None
    details: dict[str, object] = field(factory=dict)

    @property
    def holds(self) -> bool:
        """Whether it was measured and is on the right side of its bound."""
        return self.measured is not None and self.bound.holds(self.measured)
