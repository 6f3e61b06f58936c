"""What ``list`` writes, and where: the options, checked against each other."""

from pathlib import Path
from typing import Annotated

import typer
from attrs import field, frozen

from asyncops.cli.leftovers import FAIL, kept_in
from asyncops.cli.resuming import Journal
from asyncops.cli.writers import Format

__all__ = ["TABLE_ROWS", "Output", "Writing"]

TABLE_ROWS = 50
"""Rows of a table, unless told otherwise."""

_BY_SUFFIX = {
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
}
_PANEL = "What to write"

_Everything = Annotated[
    bool,
    typer.Option(
        "--all",
        rich_help_panel=_PANEL,
        help=f"Every one. A table shows {TABLE_ROWS} unless told otherwise; the other formats hold "
        "every one anyway.",
    ),
]
_Json = Annotated[bool, typer.Option("--json", rich_help_panel=_PANEL, help="One JSON array.")]
_JsonLines = Annotated[
    bool, typer.Option("--jsonl", rich_help_panel=_PANEL, help="A JSON object a line.")
]
_Csv = Annotated[
    bool, typer.Option("--csv", rich_help_panel=_PANEL, help="CSV; free-form JSON is its text.")
]
_Parquet = Annotated[
    Path | None,
    typer.Option(metavar="FILE", rich_help_panel=_PANEL, help="A Parquet file (extra 'parquet')."),
]
_Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        rich_help_panel=_PANEL,
        help="The file to write; it is there when all is in it, never in part. Without a format, "
        "its name says which: .json, .jsonl, .csv, .parquet. - is standard output.",
    ),
]
_Resume = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        rich_help_panel=_PANEL,
        help="Remember in FILE how far this has come; run again, it goes on from there. With "
        "--output, for JSON, JSON lines and CSV.",
    ),
]
_RawCells = Annotated[
    bool,
    typer.Option(
        "--raw-cells",
        rich_help_panel=_PANEL,
        help="With --csv: no ' before cells that a spreadsheet would run as formulas.",
    ),
]
_OnInvalid = Annotated[
    str,
    typer.Option(
        metavar="fail|skip|FILE",
        rich_help_panel=_PANEL,
        help="A row that does not fit ends the command, is left out, or is written to FILE, a JSON "
        "object a line.",
    ),
]


@frozen(kw_only=True)
class Output:
    """What is written, and where.

    Attributes:
        format: How.
        target: The file; None for standard output.
        resume: The file that says how far an interrupted listing had come.
        raw: Whether cells of CSV that look like formulas are left alone.
        on_invalid: What becomes of a row that does not fit: ``fail``, ``skip``, or a file's name.
    """

    format: Format
    target: Path | None = None
    resume: Path | None = None
    raw: bool = False
    on_invalid: str = FAIL

    def __attrs_post_init__(self) -> None:
        leftovers = kept_in(self.on_invalid)
        others = [each for each in (self.target, self.resume) if each is not None]
        if leftovers is not None and leftovers.resolve() in {each.resolve() for each in others}:
            raise ValueError("--on-invalid needs a file of its own")
        if self.format is Format.PARQUET and self.target is None:
            raise ValueError("Parquet needs a file, not standard output")
        if self.raw and self.format is not Format.CSV:
            raise ValueError("--raw-cells goes with --csv")
        if self.resume is not None:
            self._check_resume(self.resume)

    def _check_resume(self, resume: Path) -> None:
        if self.format is Format.PARQUET:
            raise ValueError(
                "--resume does not go with Parquet: such a file is unreadable until its last byte "
                "is there, so none can be gone on with; take --jsonl or --csv"
            )
        if self.target is None:
            raise ValueError(
                "--resume needs --output FILE: how much of standard output has arrived cannot be "
                "known"
            )
        if self.target.exists() and not self.target.is_file():
            raise ValueError(f"--resume needs an ordinary file to write, and {self.target} is none")
        if Journal.of(resume, self.target).overlaps:
            raise ValueError("--resume and --output need two files")


@frozen(kw_only=True)
class Writing:
    """The options of ``list`` that say what is written.

    Raises:
        ValueError: They do not go together.
    """

    json: _Json = False
    jsonl: _JsonLines = False
    csv: _Csv = False
    parquet: _Parquet = None
    target: _Output = None
    resume: _Resume = None
    raw_cells: _RawCells = False
    everything: _Everything = False
    on_invalid: _OnInvalid = FAIL
    output: Output = field(init=False)

    @output.default
    def _joined(self) -> Output:
        flags = {
            Format.JSON: self.json,
            Format.JSONL: self.jsonl,
            Format.CSV: self.csv,
            Format.PARQUET: self.parquet is not None,
        }
        asked = [each for each, given in flags.items() if given]
        if len(asked) > 1:
            names = " and ".join(f"--{each}" for each in asked)
            raise ValueError(f"{names} exclude each other; give one")
        if self.parquet is not None and self.target is not None:
            raise ValueError("--parquet names its file itself; leave out --output")
        named = self.parquet or self.target
        target = None if named is None or str(named) == "-" else named
        return Output(
            format=asked[0] if asked else _guessed(target),
            target=target,
            resume=self.resume,
            raw=self.raw_cells,
            on_invalid=self.on_invalid,
        )


def _guessed(target: Path | None) -> Format:
    if target is None:
        return Format.TABLE
    found = _BY_SUFFIX.get(target.suffix.lower())
    if found is None:
        raise ValueError(
            f"how is {target} to be written? give --json, --jsonl or --csv, or a name that ends so"
        )
    return found
