"""Where rows go: standard output, or a file."""

import asyncio
import errno
import os
import select
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from asyncops.checkpoints import Checkpoint
from asyncops.cli.output.atomic_file import atomic
from asyncops.cli.text.terminal import descriptor_of

__all__ = ["Sink", "StandardOutput", "opened", "while_read"]

# A pipe that is ready takes at least so many bytes without blocking: PIPE_BUF.
_CHUNK = 4096


class Sink:
    """Takes bytes, page by page, and writes them to a file.

    Args:
        file: The file, open.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def put(self, data: bytes) -> None:
        """Take bytes that are no page of rows."""
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
        super().__init__(sys.stdout.buffer)

    async def put(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            BrokenPipeError: The reader has gone.
        """
        left = memoryview(data)
        descriptor = descriptor_of(self._file)
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
            yield Sink(file)


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
