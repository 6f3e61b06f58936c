"""Rows of a listing that do not fit: an error, passed over, or kept in a file."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from attrs import define, field

from asyncops.cli.output.atomic_file import atomic, file_errors
from asyncops.cli.text.terminal import complain
from asyncops.http.invalid_items import InvalidItem

__all__ = ["FAIL", "SKIP", "InvalidRows", "keeping", "kept_in"]

FAIL, SKIP = "fail", "skip"


@define
class InvalidRows:
    """The rows that did not fit.

    Attributes:
        path: The file that keeps them; `None` where they are only counted.
        file: The same, open.
        count: How many there were.
    """

    path: Path | None = None
    file: BinaryIO | None = None
    count: int = field(default=0, init=False)

    def take(self, item: InvalidItem) -> None:
        """Count a row, and write it as a line of JSON."""
        self.count += 1
        if self.path is None or self.file is None:
            return
        line = {"index": item.index, "error": str(item.error), "raw": item.raw}
        with file_errors(self.path):
            # As escapes: the row may hold text that UTF-8 cannot encode.
            self.file.write(json.dumps(line).encode() + b"\n")
            self.file.flush()

    def conclude(self) -> None:
        """Say how many there were, and where they are."""
        if not self.count:
            return
        rows = "row does not fit and is" if self.count == 1 else "rows do not fit and are"
        where = "--on-invalid FILE keeps them" if self.path is None else f"see {self.path}"
        complain(f"{self.count:,} {rows} left out; {where}")


def kept_in(choice: str) -> Path | None:
    """The file that ``--on-invalid`` names; `None` for ``fail`` and ``skip``.

    Raises:
        ValueError: It is no name of a file.
    """
    if choice in {FAIL, SKIP}:
        return None
    if choice in {"", "-"}:
        raise ValueError("--on-invalid takes fail, skip, or the name of a file")
    return Path(choice)


@contextmanager
def keeping(choice: str, *, since: int | None) -> Iterator[InvalidRows | None]:
    """Collects the rows that do not fit; gives `None` where the first of them is an error.

    Args:
        choice: ``fail``, ``skip`` or the name of a file, which is there whole or not at all.
        since: Rows that an interrupted listing has written already: then the file grows with it.
            None: the listing cannot be gone on with.

    Raises:
        Failure: The file cannot be written.
    """
    path = kept_in(choice)
    if path is None:
        yield None if choice == FAIL else InvalidRows()
    elif since is None:
        with atomic(path) as file:
            yield InvalidRows(path, file)
    else:
        with file_errors(path):
            file = path.open("ab" if since else "wb")
        with file:
            yield InvalidRows(path, file)
            os.fsync(file.fileno())
