"""Files are there whole or not at all."""

import errno
import os
import stat
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pytest

from asyncops.cli.output import atomic_file
from asyncops.cli.output.atomic_file import atomic, content_of, lock_for, locked
from asyncops.cli.shell import Failure


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    with atomic(path) as file:
        file.write(b"content")
        assert not path.exists()
    assert path.read_bytes() == b"content"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, BrokenPipeError])
def test_an_end_in_the_middle_leaves_what_was_there(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b"before")
    with pytest.raises(error), atomic(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_links_are_followed_and_permissions_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"before")
    real.chmod(0o640)
    link.symlink_to(real)
    with atomic(link) as file:
        file.write(b"after")
    assert link.is_symlink()
    assert real.read_bytes() == b"after"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_what_is_no_file_is_written_to_as_it_is(tmp_path: Path) -> None:
    """Such as /dev/null, which must not be replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with atomic(pipe) as file:
            file.write(b"through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("place", ["missing/rows", "."])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(Failure) as failed, atomic(tmp_path / place):
        raise AssertionError
    assert str(tmp_path / place) in str(failed.value)
    assert failed.value.code == 2


def test_a_full_disk_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: BinaryIO) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("asyncops.cli.output.atomic_file.fsync", full)
    with pytest.raises(Failure, match="no space left on device"), atomic(tmp_path / "rows") as file:
        file.write(b"content")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_something_else_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError), atomic(tmp_path / "rows"):
        raise TimeoutError


def test_where_files_cannot_be_locked_they_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    path = tmp_path / "rows"
    with path.open("wb") as file, locked(file, path):
        file.write(b"content")
    assert path.read_bytes() == b"content"


def test_a_file_that_is_replaced_again_and_again_is_held_by_one_program(tmp_path: Path) -> None:
    """Until it is over; nothing else is left in the folder then."""
    path = tmp_path / "place"
    for _ in range(2):
        with lock_for(path):
            for content in (b"1", b"2"):
                with atomic(path) as file:
                    file.write(content)
                with pytest.raises(Failure, match="another program is writing to"), lock_for(path):
                    raise AssertionError
    assert [each.name for each in tmp_path.iterdir()] == ["place"]


def test_a_lock_that_is_removed_while_another_one_takes_it_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs would otherwise hold locks on two files of one name."""
    path, lock = tmp_path / "place", tmp_path / ".place.lock"
    taken = []

    def removing(file: BinaryIO, path: Path) -> AbstractContextManager[None]:
        taken.append(path)
        if len(taken) == 1:
            lock.unlink()
        return locked(file, path)

    monkeypatch.setattr(atomic_file, "locked", removing)
    with lock_for(path):
        assert lock.exists()
    assert len(taken) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs devices and pipes")
def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    """Reading /dev/zero fills the memory, and a pipe without a writer never ends."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/null")):
        with pytest.raises(Failure, match=f"cannot use the file {path}: not a regular file"):
            content_of(path)


def test_what_is_no_file_is_not_locked() -> None:
    with lock_for(Path("/dev/null")), lock_for(Path("/dev/null")):
        pass


@pytest.mark.parametrize("name", ["x" * 250, "à" * 125])
def test_a_long_name_has_room_for_its_draft(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with atomic(path) as file:
        file.write(b"content")
    assert path.read_bytes() == b"content"
