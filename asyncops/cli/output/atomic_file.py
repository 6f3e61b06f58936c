"""Files that are there whole or not at all."""

import errno
import importlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from asyncops.cli.shell import Failure, of_system


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the name ``path`` when it is left without an error.

    Until then it has another name in the same folder. After an error or an interruption nothing
    of it is left, and an earlier file at ``path`` stays unchanged. A link is followed. A device or
    a named pipe is written to directly.

    Args:
        path: Where the content goes.

    Raises:
        Failure: It cannot be written, with the reason.
    """
    with file_errors(path):
        if _is_special(path):
            with path.open("wb") as device:
                yield device
            return
        target = real(path)
        draft = _beside(target, f"{secrets.token_hex(6)}.tmp")
        try:
            with draft.open("xb") as file:
                yield file
                fsync(file)
            with suppress(OSError):
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
            replace(draft, target)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise


@contextmanager
def file_errors(path: Path | None) -> Iterator[None]:
    """Name the file in an error of the operating system; `None` is standard output, which has none.

    Raises:
        Failure: In place of an :class:`OSError`, save a broken pipe.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno is None:
            # No error of a file: a timeout is an OSError too.
            raise
        if path is None:
            raise of_system(error) from error
        reason = (error.strerror or str(error)).lower()
        raise Failure(f"cannot use the file {path}: {reason}") from error


def content_of(path: Path) -> bytes | None:
    """The content of a file; `None` where there is no such file.

    Raises:
        Failure: It cannot be read.
    """
    with file_errors(path):
        # A device or a pipe may have no end.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise OSError(errno.EINVAL, "not a regular file")
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


@contextmanager
def locked(file: BinaryIO, path: Path) -> Iterator[None]:
    """Keep other runs of this program from a file, where the operating system can.

    Raises:
        Failure: Another one has it.
    """
    try:
        fcntl = importlib.import_module("fcntl")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ModuleNotFoundError:
        # Windows has none.
        pass
    except BlockingIOError:
        raise Failure(f"another program is writing to {path}") from None
    # The lock ends when the file is closed.
    yield


@contextmanager
def lock_for(path: Path) -> Iterator[None]:
    """Keep other runs of this program from a file that is replaced again and again.

    Each replacement is another file, so the lock is on one beside it, which is there only while
    this lock is held. A device or a pipe is not locked.

    Raises:
        Failure: Another one has it, or the folder cannot be used.
    """
    with file_errors(path):
        special = _is_special(path)
    if special:
        yield
        return
    lock = _beside(real(path), "lock")
    while True:
        with file_errors(path):
            file = lock.open("ab")
        with file, locked(file, path):
            # Whoever had it before may have removed it after it was opened here.
            if not _is_at(file, lock):
                continue
            try:
                yield
            finally:
                with suppress(OSError):
                    lock.unlink()
            return


def real(path: Path) -> Path:
    """The file to which a path leads, by links; one that leads to itself stays as it is."""
    return Path(os.path.realpath(path))


def fsync(file: BinaryIO) -> None:
    """Flush everything written so far to the disk, so that it outlasts a loss of power."""
    file.flush()
    os.fsync(file.fileno())


def replace(draft: Path, target: Path) -> None:
    """Rename a flushed file to its final name, and flush the folder."""
    draft.replace(target)
    # Folders cannot be opened everywhere; then the operating system decides when to flush.
    with suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _beside(target: Path, ending: str) -> Path:
    """A hidden name in the same folder."""
    # File systems count the bytes of a name, not its characters.
    start = target.name.encode(errors="ignore")[:200].decode(errors="ignore")
    return target.with_name(f".{start}.{ending}")


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Whether an open file still has this name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _is_special(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    # A folder is opened all the same, for its error.
    return not stat.S_ISREG(mode)
