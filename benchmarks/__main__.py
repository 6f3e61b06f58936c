"""``python -m benchmarks``: everything, or some of it, and whether the floors hold."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence

from attrs import asdict

from benchmarks.machine import Steadiness, machine, versions
from benchmarks.outcome import Outcome
from benchmarks.rows import KITTYCAD, ROWS
from benchmarks.table import table

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 where a floor is not held."""
    options = _parser().parse_args(arguments)
    before, steadiness = machine(), Steadiness()
    outcomes = list(_measured(options.only or list(ROWS), steadiness, quick=options.quick))
    after = machine()
    if options.json:
        print(json.dumps(_document(before, after, steadiness, outcomes), indent=2))
    else:
        print(table(outcomes))
        print(f"\n{_setting(before)}.\n{steadiness}; load {before['load']} to {after['load']}.")
    failed = [each for each in outcomes if each.error or not (options.quick or each.holds)]
    if failed:
        print(f"{len(failed)} of {len(outcomes)} rows do not hold.", file=sys.stderr)
    return 1 if failed else 0


def _measured(names: Sequence[str], steadiness: Steadiness, *, quick: bool) -> Iterator[Outcome]:
    for name in names:
        for row in ROWS[name]:
            print(f"{name} ...", file=sys.stderr, flush=True)
            steadiness.probe()
            yield from row.measure(quick=quick)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="asyncops next to others. The exit code is 1 where a floor is not held.",
    )
    parser.add_argument(
        "--only", action="append", choices=ROWS, help="these rows alone; may be repeated"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="two short rounds a row: whether all of it runs, no proof; floors fail nothing",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document, all figures raw")
    return parser


def _document(
    before: dict[str, object],
    after: dict[str, object],
    steadiness: Steadiness,
    outcomes: Sequence[Outcome],
) -> dict[str, object]:
    return {
        "before": before,
        "after": after,
        "steadiness": asdict(steadiness),
        "versions": {**versions(), "kittycad": KITTYCAD.partition("==")[2]},
        "rows": [{**asdict(each), **each.summary} for each in outcomes],
    }


def _setting(before: dict[str, object]) -> str:
    parts = [f"{name} {version}" for name, version in versions().items()]
    return (
        f"{before['processor']}, {before['cores']} cores, {before['system']}, "
        f"{before['python']}; {', '.join(parts)}; {KITTYCAD.replace('==', ' ')}"
    )


if __name__ == "__main__":
    sys.exit(main())
