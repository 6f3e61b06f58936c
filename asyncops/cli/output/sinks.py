"""Where rows go: standard output, or a file; and those that do not fit."""

import asyncio
import errno
import json
import os
import select
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from attrs import define, field

from asyncops.checkpoints import Checkpoint
from asyncops.cli.output.atomic_file import atomic, file_errors, fsync
from asyncops.cli.shell import complain, descriptor_of
from asyncops.http.invalid_items import InvalidItem, OnInvalid

FAIL, SKIP = "fail", "skip"

# A pipe that is ready takes at least so many bytes without blocking: PIPE_BUF.
_CHUNK = 4096


class Sink:
    """Takes bytes, page by page, and writes them to a file.

    Args:
        file: The file, open.
        path: Its name; `None` for standard output.
    """

    def __init__(self, file: BinaryIO, path: Path | None) -> None:
        self._file = file
        self._path = path

    async def put(self, data: bytes) -> None:
        """Take bytes that are no page of rows.

        Raises:
            Failure: They cannot be written; others than this file may be open as well.
        """
        with file_errors(self._path):
            self._file.write(data)

    async def put_page(self, data: bytes, rows: int, checkpoint: Checkpoint) -> None:
        """Take the rows of a page.

        Args:
            data: The rows.
            rows: The number of rows.
            checkpoint: Where the listing resumes after them.
        """
        del rows, checkpoint
        await self.put(data)


class StandardOutput(Sink):
    """Standard output, written to without keeping the event loop from its work.

    A reader that takes its time, such as a pager, must not hold up the answers that are on their
    way, nor Ctrl-C: so this waits until a pipe or a terminal takes more, and only then writes.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        super().__init__(sys.stdout.buffer, None)

    async def put(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            BrokenPipeError: The reader has gone.
            Failure: It cannot be written.
        """
        left = memoryview(data)
        descriptor = descriptor_of(self._file)
        with file_errors(self._path):
            while left:
                if descriptor is not None and await _writable(descriptor):
                    with suppress(BlockingIOError):
                        left = left[os.write(descriptor, left[:_CHUNK]) :]
                else:
                    # A file, or a buffer in memory: neither makes anybody wait.
                    self._file.write(left)
                    self._file.flush()
                    return


@asynccontextmanager
async def opened(target: Path | None) -> AsyncIterator[Sink]:
    """A file that is there whole or not at all, or standard output for None.

    Raises:
        BrokenPipeError: The reader of standard output has gone; see :func:`while_read`.
    """
    if target is None:
        async with while_read():
            yield StandardOutput()
    else:
        with atomic(target) as file:
            yield Sink(file, target)


@asynccontextmanager
async def while_read() -> AsyncIterator[None]:
    """End the body of this ``async with`` as soon as the reader of standard output has gone.

    A command may write nothing for hours, and would notice the closed pipe only then, polling its
    service in vain.

    Raises:
        BrokenPipeError: Standard output is a pipe or a socket, and its reader has gone.
    """
    descriptor, loop, scope = _pipe(), asyncio.get_running_loop(), asyncio.timeout(None)

    def check(number: int) -> None:
        # A pipe that is open both ways is ready when it holds something, time and again.
        loop.remove_reader(number)
        if _is_broken(number):
            scope.reschedule(loop.time())

    try:
        async with scope:
            if descriptor is not None:
                # A pipe that is written to is "ready to be read" when its other end is closed.
                loop.add_reader(descriptor, check, descriptor)
            try:
                yield
            finally:
                if descriptor is not None:
                    loop.remove_reader(descriptor)
    except TimeoutError:
        if not scope.expired():
            raise
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from None


def _pipe() -> int | None:
    """The number of standard output, where it is a pipe or a socket whose end can be noticed."""
    descriptor = descriptor_of(sys.stdout)
    if descriptor is None:
        return None
    mode = os.fstat(descriptor).st_mode
    is_pipe = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    return descriptor if is_pipe and hasattr(select, "poll") else None


def _is_broken(descriptor: int) -> bool:
    state = select.poll()
    state.register(descriptor, 0)
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in state.poll(0))


async def _writable(descriptor: int) -> bool:
    """Wait until it takes more; False where that cannot be waited for, as with files."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_writer(descriptor, ready.set)
    except (NotImplementedError, OSError):
        return False
    try:
        await ready.wait()
    finally:
        loop.remove_writer(descriptor)
    return True


@define
class InvalidRows:
    """The rows that did not fit.

    Attributes:
        path: The file that keeps them; `None` where they are only counted.
        file: The same, open.
        count: How many there were.
    """

    path: Path | None
    file: BinaryIO | None = field(default=None, init=False)
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
def keeping(choice: str, *, since: int | None) -> Iterator[OnInvalid | None]:
    """Collect the rows that do not fit, and say at the end how many there were.

    Gives the hook that takes each of them; `None` where the first is an error.

    Args:
        choice: ``fail``, ``skip`` or the name of a file, which is there whole or not at all.
        since: Rows that an interrupted listing has written already: then the file grows with it.
            None: the listing cannot be gone on with.

    Raises:
        Failure: The file cannot be written.
    """
    path = kept_in(choice)
    rows = InvalidRows(path)
    if path is None:
        yield None if choice == FAIL else rows.take
    elif since is None:
        with atomic(path) as rows.file:
            yield rows.take
    else:
        with file_errors(path):
            file = rows.file = path.open("ab" if since else "wb")
        try:
            yield rows.take
        finally:
            with file_errors(path), file:
                fsync(file)
    rows.conclude()
