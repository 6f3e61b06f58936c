"""The outcomes for people: a table in plain text or in Markdown."""

from collections.abc import Sequence

from benchmarks.outcome import Bound, Figures, Outcome

__all__ = ["markdown", "plain"]

_HEAD = ("work; the other", "asyncops", "the other", "measured", "floor", "holds")


def plain(outcomes: Sequence[Outcome]) -> str:
    """Columns of one width each."""
    rows = [_HEAD, *map(_row, outcomes)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    lines = ["  ".join(_padded(row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, *_errors(outcomes)])


def markdown(outcomes: Sequence[Outcome]) -> str:
    """A table for a README."""
    rule = ("---", *["---:"] * (len(_HEAD) - 2), "---")
    rows = [_HEAD, rule, *map(_row, outcomes)]
    return "\n".join([*("| " + " | ".join(row) + " |" for row in rows), *_errors(outcomes)])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The first column to the left, the figures to the right."""
    pairs = zip(row[1:], widths[1:], strict=True)
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in pairs)]


def _errors(outcomes: Sequence[Outcome]) -> list[str]:
    errors = [f"- {each.work}: {each.error}" for each in outcomes if each.error]
    return ["", "Not measured:", *errors] if errors else []


def _row(outcome: Outcome) -> tuple[str, ...]:
    ours, other, *_ = [*map(_figure, outcome.figures), "", ""]
    measured = "-" if outcome.measured is None else _amount(outcome.measured, outcome.bound)
    floor = f"{'>=' if outcome.bound.at_least else '<='} {_limit(outcome.bound)}"
    return outcome.work, ours, other, measured, floor, "yes" if outcome.holds else "NO"


def _figure(figures: Figures) -> str:
    middle = figures.median
    shown = f"{middle:.3g} {figures.unit}" if middle >= 1 else f"{middle * 1000:.3g} ms"
    if figures.unit != "s":
        shown = f"{middle:.0f} {figures.unit}"
    if figures.items:
        return f"{shown}, {figures.items / middle:,.0f}/s"
    return shown


def _amount(amount: float, bound: Bound) -> str:
    match bound.unit:
        case "x":
            return f"{amount:.2f} x"
        case "MB":
            return f"{amount:.1f} MB"
        case _:
            return f"n^{amount:.3f}"


def _limit(bound: Bound) -> str:
    match bound.unit:
        case "x":
            return f"{bound.limit:g} x"
        case "MB":
            return f"{bound.limit:g} MB"
        case _:
            return f"n^{bound.limit:g}"
