"""The outcomes for people: a Markdown table that reads as plain text, too."""

from collections.abc import Sequence
from statistics import median

from benchmarks.outcome import Figures, Outcome
from benchmarks.verdict import Floor, spread

__all__ = ["table"]

_HEAD = ("work", "asyncops", "the other", "measured", "floor", "holds")


def table(outcomes: Sequence[Outcome]) -> str:
    """Rows of one width, and below them what could not be measured."""
    rows = [_HEAD, *map(_row, outcomes)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    lines = [
        "| " + " | ".join(c.ljust(width) for c, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    errors = [f"- {each.work}: {each.error}" for each in outcomes if each.error]
    return "\n".join([*lines, *(["", "Not measured:", "", *errors] if errors else [])])


def _row(outcome: Outcome) -> tuple[str, ...]:
    ours, other, *_ = [*outcome.figures, None, None]
    return (
        outcome.work,
        _shown(ours),
        "" if other is None else f"{other.name}: {_shown(other)}",
        _measured(outcome),
        _floor(outcome),
        outcome.verdict or "",
    )


def _shown(figures: Figures | None) -> str:
    """``138 ms, cpu 131 ms, 2.97 M``: on the wall, of the processor, instructions a page."""
    if figures is None:
        return ""
    parts = [_time(figures.seconds)]
    if figures.cpu:
        parts.append(f"cpu {_time(figures.cpu)}")
    if figures.instructions is not None:
        parts.append(f"{figures.instructions / 1_000_000:.2f} M")
    return ", ".join(parts)


def _time(seconds: Sequence[float]) -> str:
    middle = median(seconds)
    return f"{middle:.2f} s" if middle >= 1 else f"{middle * 1000:.3g} ms"


def _measured(outcome: Outcome) -> str:
    if not outcome.samples:
        return "-"
    text = _amount(median(outcome.samples), outcome.unit)
    if len(outcome.samples) > 1:
        text += f" ± {spread(outcome.samples):.2g}"
    match outcome.figures:
        case [Figures(instructions=float(ours)), Figures(instructions=float(other)), *_]:
            text += f", instructions {outcome.ratio(ours, other):.3g} x"
    return text


def _floor(outcome: Outcome) -> str:
    """The floor, and beside it how far the bare libraries come."""
    floor = outcome.floor
    if floor is None:
        return ""
    text = f"{'>=' if floor.at_least else '<='} {_limit(floor, outcome.unit)}"
    if outcome.ceiling:
        return f"{text} (bare libraries: {_amount(median(outcome.ceiling), outcome.unit)})"
    return text


def _amount(amount: float, unit: str) -> str:
    match unit:
        case "MB":
            return f"{amount:.1f} MB"
        case "n^":
            return f"n^{amount:.3f}"
        case _:
            return f"{amount:.3g} x"


def _limit(floor: Floor, unit: str) -> str:
    return f"n^{floor.limit:g}" if unit == "n^" else f"{floor.limit:g} {unit}"
