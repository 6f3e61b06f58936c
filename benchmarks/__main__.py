"""``python -m benchmarks``: everything, or some of it, and whether the floors hold."""

import argparse
import json
import sys
from collections.abc import Sequence

from attrs import asdict

from benchmarks.effort import Effort
from benchmarks.machine import machine, versions
from benchmarks.outcome import Outcome
from benchmarks.table import markdown, plain
from benchmarks.works.catalog import WORKS
from benchmarks.works.walk import KITTYCAD

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 where a floor is not held."""
    options = _parser().parse_args(arguments)
    before = machine()
    outcomes: list[Outcome] = []
    for name in options.only or WORKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        outcomes.extend(WORKS[name](Effort(quick=options.quick)))
    if options.json:
        print(json.dumps(_document(before, outcomes, quick=options.quick), indent=2))
    else:
        print(markdown(outcomes) if options.markdown else plain(outcomes))
        print(f"\n{_setting(before)}")
    missed = sum(not each.holds for each in outcomes)
    if missed:
        print(f"{missed} of {len(outcomes)} floors do not hold.", file=sys.stderr)
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="asyncops next to others. The exit code is 1 where a floor is not held.",
    )
    parser.add_argument(
        "--only", action="append", choices=WORKS, help="this row alone; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, no proof")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON document, all figures raw")
    shape.add_argument("--markdown", action="store_true", help="the table as Markdown")
    return parser


def _document(
    before: dict[str, object], outcomes: Sequence[Outcome], *, quick: bool
) -> dict[str, object]:
    rows = [
        {
            **asdict(each),
            "medians": {figures.name: figures.median for figures in each.figures},
            "holds": each.holds,
        }
        for each in outcomes
    ]
    return {
        "machine": before,
        "versions": {**versions(), "kittycad": KITTYCAD.partition("==")[2]},
        "quick": quick,
        "holds": all(each.holds for each in outcomes),
        "rows": rows,
    }


def _setting(before: dict[str, object]) -> str:
    parts = [f"{name} {version}" for name, version in versions().items()]
    return (
        f"{before['processor']}, {before['cores']} cores, {before['system']}, "
        f"{before['python']}; {', '.join(parts)}; {KITTYCAD.replace('==', ' ')}"
    )


if __name__ == "__main__":
    sys.exit(main())
