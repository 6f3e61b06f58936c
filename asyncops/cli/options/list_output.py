"""The options of ``list`` that say how and where to write, checked against each other."""

from pathlib import Path

from attrs import frozen

from asyncops.cli.options.fields import WRITING, option
from asyncops.cli.output.atomic_file import real
from asyncops.cli.output.formats.encoders import BY_SUFFIX, Format
from asyncops.cli.output.journal import Journal
from asyncops.cli.output.sinks import FAIL, kept_in

TABLE_ROWS = 50
"""Rows of a table, unless told otherwise."""

_EVERY_ONE = f"Every one. A table shows {TABLE_ROWS} unless told otherwise; other formats hold all."


@frozen(kw_only=True)
class OutputOptions:
    """The options of ``list`` that say how and where to write the rows.

    Attributes:
        json: One JSON array.
        jsonl: A JSON object a line.
        csv: CSV; free-form JSON is its text.
        parquet: A Parquet file (extra 'parquet').
        target: The file to write; it is there when all is in it, never in part. Without a format,
            its name says which: .json, .jsonl, .csv, .parquet. - is standard output.
        resume: Remember in FILE how far this has come; run again, it goes on from there. With
            --output, for JSON, JSON lines and CSV.
        raw_cells: With --csv: no ' before cells that a spreadsheet would run as formulas.
        everything: Every one.
        on_invalid: A row that does not fit ends the command, is left out, or is written to FILE, a
            JSON object a line.

    Raises:
        ValueError: They do not go together.
    """

    json: bool = option(False, "--json", panel=WRITING)
    jsonl: bool = option(False, "--jsonl", panel=WRITING)
    csv: bool = option(False, "--csv", panel=WRITING)
    parquet: Path | None = option(None, panel=WRITING, metavar="FILE")
    target: Path | None = option(None, "--output", "-o", panel=WRITING, metavar="FILE")
    resume: Path | None = option(None, panel=WRITING, metavar="FILE")
    raw_cells: bool = option(False, "--raw-cells", panel=WRITING)
    everything: bool = option(False, "--all", panel=WRITING, help=_EVERY_ONE)
    on_invalid: str = option(FAIL, panel=WRITING, metavar="fail|skip|FILE")

    @property
    def file(self) -> Path | None:
        """The file to write; `None` for standard output."""
        named = self.parquet or self.target
        return None if named is None or str(named) == "-" else named

    @property
    def form(self) -> Format:
        """The format that an option names, or the file's name, or else a table.

        Raises:
            ValueError: There are several, or none that the name of the file tells.
        """
        # The option of each format has its name; the table has none.
        asked = [each for each in Format if getattr(self, each, None)]
        if len(asked) > 1:
            names = " and ".join(f"--{each}" for each in asked)
            raise ValueError(f"{names} exclude each other; give one")
        if self.parquet is not None and self.target is not None:
            raise ValueError("--parquet names its file itself; leave out --output")
        if asked or self.file is None:
            return asked[0] if asked else Format.TABLE
        if (suffix := self.file.suffix.lower()) not in BY_SUFFIX:
            ways = "give --json, --jsonl or --csv, or a name that ends so"
            raise ValueError(f"how is {self.file} to be written? {ways}")
        return BY_SUFFIX[suffix]

    def __attrs_post_init__(self) -> None:
        form, invalid_rows = self.form, kept_in(self.on_invalid)
        others = {real(each) for each in (self.file, self.resume) if each is not None}
        if invalid_rows is not None and real(invalid_rows) in others:
            raise ValueError("--on-invalid needs a file of its own")
        if form is Format.PARQUET and self.file is None:
            raise ValueError("Parquet needs a file, not standard output")
        if self.raw_cells and form is not Format.CSV:
            raise ValueError("--raw-cells goes with --csv")
        if self.resume is not None:
            self._check_resume(self.resume)

    def _check_resume(self, resume: Path) -> None:
        if self.form is Format.PARQUET:
            raise ValueError(
                "--resume does not go with Parquet: such a file is unreadable until its last byte "
                "is there, so none can be gone on with; take --jsonl or --csv"
            )
        if self.file is None:
            reason = "how much of standard output has arrived cannot be known"
            raise ValueError(f"--resume needs --output FILE: {reason}")
        if self.file.exists() and not self.file.is_file():
            raise ValueError(f"--resume needs an ordinary file to write, and {self.file} is none")
        if Journal(resume, self.file).overlaps:
            raise ValueError("--resume and --output need two files")
