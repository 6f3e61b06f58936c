"""Listings that go on after an interruption: what has been written for good, and where to go on.

The rows go to a file of their own, the *part*, which takes its name when all are there. A *journal*
says how many bytes of the part are settled and where the listing goes on behind them. After any
end, be it a lost connection, Ctrl-C, SIGKILL or a loss of power, the next run cuts the part back to
those bytes, and goes on from there: no row is lost, and none is there twice.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Self

import msgspec
from attrs import evolve, frozen

from asyncops.cli.failures import Failure
from asyncops.cli.files import atomic, blaming, locked, replace, settled
from asyncops.cli.outlet import Sink
from asyncops.models import Checkpoint, Timestamp

__all__ = ["Journal", "Part", "Place"]

_VERSION = 1
# Settling takes the disk a while, and a second's worth of rows is soon listed again.
_EVERY = 1.0
_END = 4096


@frozen(kw_only=True)
class Place:
    """How far a listing has come.

    Attributes:
        query: What was asked for, by option.
        since: The first moment asked for; None for no beginning.
        until: The moment behind the last one asked for; None for no end.
        rows: Rows that are settled.
        bytes: The bytes of the part that hold them.
        end: A hash of the last of these; rows of another listing have another.
        checkpoint: Where the listing goes on, as JSON; None for its beginning.
        complete: Whether all rows are there.
    """

    query: dict[str, str]
    since: Timestamp | None = None
    until: Timestamp | None = None
    rows: int = 0
    bytes: int = 0
    end: str = ""
    checkpoint: str | None = None
    complete: bool = False
    version: int = _VERSION

    @property
    def resume(self) -> Checkpoint | None:
        """Where the listing goes on."""
        return None if self.checkpoint is None else Checkpoint.from_json(self.checkpoint)


@frozen
class Journal:
    """The file that says how far a listing has come.

    Attributes:
        path: Where it is.
        target: Where the rows are when all of them are there.
    """

    path: Path
    target: Path

    @classmethod
    def of(cls, path: Path, target: Path) -> Self:
        """The journal of a file, or of what a link leads to: the part belongs beside that."""
        return cls(path, Path(os.path.realpath(target)))

    @property
    def part(self) -> Path:
        """Where the rows are until then."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def overlaps(self) -> bool:
        """Whether it is, by some name, one of the files that the rows are written to."""
        return Path(os.path.realpath(self.path)) in {self.target, self.part}

    @property
    def _anew(self) -> str:
        return f"remove {self.path} to begin anew"

    def read(self, asked: Place) -> Place:
        """How far it has come; ``asked`` where nothing has begun.

        Raises:
            Failure: It is no journal, or that of another query.
        """
        with blaming(self.path):
            try:
                text = self.path.read_bytes()
            except FileNotFoundError:
                return asked
        place = _decoded(text)
        if place is None:
            raise Failure(f"{self.path} is no resume file of this program", self._anew)
        if other := _differences(place.query, asked.query):
            raise Failure(
                f"{self.path} belongs to another listing: it differs in {', '.join(other)}",
                "give the same options as the first time, or the name of a new resume file",
            )
        return place

    def write(self, place: Place) -> None:
        """Record how far it has come, for good."""
        with atomic(self.path) as file:
            file.write(msgspec.json.encode(place) + b"\n")

    def conclude(self) -> None:
        """Give a complete part its name, unless that was done."""
        with blaming(self.target):
            if self.part.exists():
                replace(self.part, self.target)
        if not self.target.exists():
            raise Failure(
                f"{self.path} says that all rows are in {self.target}, which is gone", self._anew
            )

    @contextmanager
    def opened(self, place: Place) -> "Iterator[Part]":
        """The part, cut back to what is settled; its end is recorded when this is left.

        Raises:
            Failure: The part is not as it was left, or another program is writing to it.
        """
        with blaming(self.part):
            self._check(place)
            # "r+" wants it to be there, and "w" would empty it before it is locked.
            self.part.touch()
        with self.part.open("r+b") as file, locked(file, self.part):
            file.truncate(place.bytes)
            file.seek(place.bytes)
            part = Part(self, file, place)
            try:
                yield part
            finally:
                part.settle()
            part.finish()
        self.conclude()

    def _check(self, place: Place) -> None:
        if not place.bytes:
            return
        what = "is not as it was left"
        try:
            with self.part.open("rb") as file:
                if _end_of(file, place.bytes) == place.end:
                    return
        except FileNotFoundError:
            what = "is gone"
        raise Failure(f"{self.part}, which holds the rows so far, {what}", self._anew)


class Part(Sink):
    """Rows on their way into a file.

    Args:
        journal: Told what is settled.
        file: The part, at its end.
        place: How far it has come.
    """

    def __init__(self, journal: Journal, file: BinaryIO, place: Place) -> None:
        self._journal = journal
        self._file = file
        self._settled = place
        self._place = place
        self._next = 0.0

    async def put(self, data: bytes) -> None:
        """Add what is not the rows of a page."""
        with blaming(self._journal.part):
            self._file.write(data)

    async def turn(self, data: bytes, rows: int, checkpoint: Checkpoint) -> None:
        """Add the rows of a page; now and then, have them settled."""
        await self.put(data)
        self._place = evolve(
            self._place,
            rows=self._place.rows + rows,
            bytes=self._file.tell(),
            checkpoint=checkpoint.to_json(),
        )
        if monotonic() >= self._next:
            self.settle()
            self._next = monotonic() + _EVERY

    def settle(self) -> None:
        """Have all pages so far outlast any end of this program."""
        if self._place is self._settled and self._journal.path.exists():
            return
        with blaming(self._journal.part):
            settled(self._file)
            end = _end_of(self._file, self._place.bytes)
        self._place = evolve(self._place, end=end)
        self._journal.write(self._place)
        self._settled = self._place

    def finish(self) -> None:
        """Everything is there."""
        with blaming(self._journal.part):
            settled(self._file)
        self._journal.write(evolve(self._place, bytes=self._file.tell(), complete=True))


def _end_of(file: BinaryIO, size: int) -> str:
    """What tells the first ``size`` bytes of a file from those of another: a hash of their end."""
    here = file.tell()
    file.seek(max(0, size - _END))
    found = file.read(min(size, _END))
    file.seek(here)
    return blake2b(found, digest_size=16).hexdigest()


def _decoded(text: bytes) -> Place | None:
    try:
        place = msgspec.json.decode(text, type=Place)
        if place.checkpoint is not None:
            Checkpoint.from_json(place.checkpoint)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return place if place.version == _VERSION else None


def _differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
