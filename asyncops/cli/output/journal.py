"""Resumable listings: a journal of the rows that are on the disk and of the checkpoint after them.

The rows go to a file of their own, the *part*, which is renamed to the target when all rows are in
it. A *journal* says how many bytes of the part are flushed to the disk and holds the checkpoint
after them. After any end, be it a lost connection, Ctrl-C, SIGKILL or a loss of power, the next run
cuts the part back to those bytes and resumes from the checkpoint: no row is lost or doubled.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import BinaryIO

import msgspec
from attrs import evolve, field, frozen

from asyncops.checkpoints import Checkpoint, read_versioned
from asyncops.cli.output.atomic_file import (
    atomic,
    content_of,
    file_errors,
    fsync,
    locked,
    real,
    replace,
)
from asyncops.cli.output.sinks import Sink
from asyncops.cli.shell import Failure
from asyncops.models import Timestamp

# Settling takes the disk a while, and a second's worth of rows is soon listed again.
_EVERY = 1.0
_END = 4096


@frozen(kw_only=True)
class JournalEntry:
    """The state of a listing that is being written.

    Attributes:
        query: The options of the listing, by name.
        since: The first moment asked for; `None` means no beginning.
        until: The first moment after those asked for; `None` means no end.
        rows: Rows that are flushed to the disk.
        bytes: The bytes of the part that hold them.
        end: A hash of the last of these bytes, to recognize the part.
        checkpoint: Where the listing resumes, as JSON; `None` means at its beginning.
        complete: Whether all rows are in the part.
    """

    query: dict[str, str]
    since: Timestamp | None = None
    until: Timestamp | None = None
    rows: int = 0
    bytes: int = 0
    end: str = ""
    checkpoint: str | None = None
    complete: bool = False
    version: int = 1

    @property
    def resume(self) -> Checkpoint | None:
        """The checkpoint to resume from."""
        return None if self.checkpoint is None else Checkpoint.from_json(self.checkpoint)


@frozen
class Journal:
    """The file that holds the state of a listing.

    Attributes:
        path: Where it is.
        target: The file that holds the rows in the end.
    """

    path: Path
    # A link is followed, so that the part lies beside the real file.
    target: Path = field(converter=real)

    @property
    def part(self) -> Path:
        """The file that holds the rows until all of them have come."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def overlaps(self) -> bool:
        """Whether the journal is the same file as the part or the target."""
        return real(self.path) in {self.target, self.part}

    @property
    def _anew(self) -> str:
        return f"remove {self.path} to begin anew"

    def read(self, asked: JournalEntry) -> JournalEntry:
        """The state of the listing; ``asked`` where no listing has begun.

        Raises:
            Failure: It is no journal, or that of another query.
        """
        text = content_of(self.path)
        if text is None:
            return asked
        try:
            entry = JournalEntry(**read_versioned(text, JournalEntry, "resume file"))
            # One that cannot be read is found before anything is written.
            _ = entry.resume
        except ValueError:
            raise Failure(f"{self.path} is no resume file of this program", self._anew) from None
        if other := {name for name, _ in entry.query.items() ^ asked.query.items()}:
            hint = "give the same options as the first time, or the name of a new resume file"
            how = f"it differs in {', '.join(sorted(other))}"
            raise Failure(f"{self.path} belongs to another listing: {how}", hint)
        return entry

    def conclude(self) -> None:
        """Rename a complete part to the target, unless an earlier run did."""
        with file_errors(self.target):
            if self.part.exists():
                replace(self.part, self.target)
        if not self.target.exists():
            raise Failure(
                f"{self.path} says that all rows are in {self.target}, which is gone", self._anew
            )

    @contextmanager
    def opened(self, entry: JournalEntry) -> "Iterator[Part]":
        """The part, cut back to its flushed bytes; its state is written when the ``with`` is left.

        Raises:
            Failure: The part is not as it was left, or another program is writing to it.
        """
        with file_errors(self.part):
            self._check(entry)
            # "r+" wants it to be there, and "w" would empty it before it is locked.
            self.part.touch()
        with self.part.open("r+b") as file, locked(file, self.part), file_errors(self.part):
            file.truncate(entry.bytes)
            file.seek(entry.bytes)
            part = Part(self, file, entry)
            try:
                # That it cannot be written is told of before anything is sent.
                part.settle()
                yield part
            finally:
                part.settle()
            part.finish()
        self.conclude()

    def _check(self, entry: JournalEntry) -> None:
        if not entry.bytes:
            return
        what = "is not as it was left"
        try:
            with self.part.open("rb") as file:
                if _end_of(file, entry.bytes) == entry.end:
                    return
        except FileNotFoundError:
            what = "is gone"
        raise Failure(f"{self.part}, which holds the rows so far, {what}", self._anew)


class Part(Sink):
    """The sink that writes rows to the part.

    Args:
        journal: Records the state.
        file: The part, at its end.
        entry: The state of the listing.
    """

    def __init__(self, journal: Journal, file: BinaryIO, entry: JournalEntry) -> None:
        super().__init__(file, journal.part)
        self._journal = journal
        self._settled = entry
        self._entry = entry
        self._next = 0.0

    async def put_page(self, data: bytes, rows: int, checkpoint: Checkpoint) -> None:
        """Add the rows of a page; flush them and write the journal once a second."""
        await self.put(data)
        place, size, rows = checkpoint.to_json(), self._file.tell(), self._entry.rows + rows
        self._entry = evolve(self._entry, rows=rows, bytes=size, checkpoint=place)
        if monotonic() >= self._next:
            self.settle()
            self._next = monotonic() + _EVERY

    def settle(self) -> None:
        """Flush all pages so far, and write the journal."""
        if self._entry is self._settled and self._journal.path.exists():
            return
        fsync(self._file)
        self._entry = evolve(self._entry, end=_end_of(self._file, self._entry.bytes))
        with atomic(self._journal.path) as file:
            file.write(msgspec.json.encode(self._entry) + b"\n")
        self._settled = self._entry

    def finish(self) -> None:
        """Flush the complete part, and say so in the journal."""
        self._entry = evolve(self._entry, bytes=self._file.tell(), complete=True)
        self.settle()


def _end_of(file: BinaryIO, size: int) -> str:
    """A hash of the last of the first ``size`` bytes of a file."""
    here = file.tell()
    file.seek(max(0, size - _END))
    found = file.read(min(size, _END))
    file.seek(here)
    return blake2b(found, digest_size=16).hexdigest()
