"""Where rows go: standard output, or a file."""

import asyncio
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from asyncops.cli.files import atomic
from asyncops.models import Checkpoint

__all__ = ["FileOutput", "Sink", "StandardOutput", "opened"]

# What is ready takes at least so many bytes without blocking: PIPE_BUF.
_CHUNK = 4096


class Sink(ABC):
    """Takes bytes, page by page."""

    @abstractmethod
    async def put(self, data: bytes) -> None:
        """Take what is not the rows of a page."""

    async def turn(self, data: bytes, rows: int, checkpoint: Checkpoint) -> None:
        """Take the rows of a page.

        Args:
            data: The rows.
            rows: How many they are.
            checkpoint: Where the listing goes on behind them.
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
        self._stream: BinaryIO = sys.stdout.buffer

    async def put(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            BrokenPipeError: Nobody reads any more.
        """
        left = memoryview(data)
        descriptor = self._descriptor()
        while left:
            if descriptor is not None and await _writable(descriptor):
                with suppress(BlockingIOError):
                    left = left[os.write(descriptor, left[:_CHUNK]) :]
            else:
                # A file, or a buffer in memory: neither makes anybody wait.
                self._stream.write(left)
                self._stream.flush()
                return

    def _descriptor(self) -> int | None:
        try:
            return self._stream.fileno()
        except (OSError, ValueError):
            return None


class FileOutput(Sink):
    """A file that is open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def put(self, data: bytes) -> None:
        """Write all of it."""
        self._file.write(data)


@contextmanager
def opened(target: Path | None) -> Iterator[Sink]:
    """A file that is there whole or not at all, or standard output for None."""
    if target is None:
        yield StandardOutput()
    else:
        with atomic(target) as file:
            yield FileOutput(file)


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
