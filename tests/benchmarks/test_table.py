"""What the table of the benchmarks says of a row."""

import pytest

from benchmarks.outcome import Figures, Outcome
from benchmarks.table import table
from benchmarks.verdict import Floor, Verdict

OURS = Figures("asyncops", seconds=(0.2,), cpu=(0.131,), instructions=2_970_000.0)
OTHER = Figures("bare", seconds=(1.5,), cpu=(0.25,), instructions=5_940_000.0)


def cells(outcome: Outcome) -> list[str]:
    line = table([outcome]).splitlines()[2]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_shows_each_cost_of_both_and_the_spread() -> None:
    outcome = Outcome(
        name="walk",
        work="a walk",
        floor=Floor(1.05),
        figures=(OURS, OTHER),
        samples=(1.2, 1.21, 1.22),
        ceiling=(1.3,),
    )
    assert cells(outcome) == [
        "a walk",
        "200 ms, cpu 131 ms, 2.97 M",
        "bare: 1.50 s, cpu 250 ms, 5.94 M",
        "1.21 x ± 0.021, instructions 2 x",
        ">= 1.05 x (bare libraries: 1.3 x)",
        "yes",
    ]


def test_where_cost_has_a_limit_the_ratio_is_how_many_times_as_much_is_needed() -> None:
    floor = Floor(1.05, at_least=False)
    outcome = Outcome(name="row", work="", floor=floor, figures=(OURS, OTHER), samples=(0.5,))
    assert cells(outcome)[3:] == ["0.5 x, instructions 0.5 x", "<= 1.05 x", "yes"]


def test_what_the_bare_libraries_reach_excuses_nothing() -> None:
    outcome = Outcome(
        name="walk", work="a walk", floor=Floor(2.0), samples=(1.5, 1.5), ceiling=(1.7, 1.8)
    )
    assert cells(outcome)[-2:] == [">= 2 x (bare libraries: 1.75 x)", "NO"]
    assert not outcome.holds


@pytest.mark.parametrize(
    ("unit", "measured", "floor"),
    [("MB", "3.0 MB", "<= 10 MB"), ("n^", "n^3.000", "<= n^10")],
)
def test_units(unit: str, measured: str, floor: str) -> None:
    outcome = Outcome(
        name="row", work="", unit=unit, floor=Floor(10.0, at_least=False), samples=(3.0,)
    )
    assert cells(outcome)[3:] == [measured, floor, "yes"]


def test_a_row_without_a_floor_is_only_shown() -> None:
    outcome = Outcome(name="row", work="", samples=(0.1,))
    assert cells(outcome)[4:] == ["", ""]
    assert outcome.holds


def test_what_could_not_be_measured_is_named_below_and_does_not_hold() -> None:
    outcome = Outcome(name="row", work="a walk", error="no such thing")
    assert table([outcome]).splitlines()[-1] == "- a walk: no such thing"
    assert outcome.verdict is Verdict.MISSED
