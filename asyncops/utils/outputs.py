"""The files of a result, written to a folder whatever a service names them."""

import os
import re
import shutil
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar

T = TypeVar("T")

_LONGEST = 255
_SHOWN = 80
# Names of devices and characters that mean something else on Windows.
_DEVICES = re.compile(
    r"(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\..*)?", re.IGNORECASE
)
_FORBIDDEN = frozenset('<>:"|?*\\')


def save_outputs(files: Mapping[str, bytes | str], folder: str | os.PathLike[str]) -> None:
    """Write the files of a result to a new folder, which is there whole or not at all.

    ::

        converted = await started.wait()
        save_outputs(converted.outputs or {}, "part")

    The folder has a hidden name until all of its files are in it, so that a program that was killed
    has to look for the folder alone. The names are the service's: where one could lead out of the
    folder, nothing is written.

    Args:
        files: The contents by their paths; text is written as UTF-8.
        folder: The folder; those above it are made.

    Raises:
        ValueError: A name is absolute or hidden, leads out of the folder or cannot be written on
            every system, or two files have one place.
        FileExistsError: The folder is there already.
        OSError: It cannot be written.
    """
    paths, target = safe_paths(files), Path(folder)
    if os.path.lexists(target):
        raise FileExistsError(f"{target} is there already")
    draft = target.with_name(f".{target.name}.draft")
    # That of a program that was killed.
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        for path, content in paths.items():
            place = draft / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def safe_paths(files: Mapping[str, T]) -> dict[PurePosixPath, T]:
    """Return what a service gives by paths that stay below the folder they are relative to.

    Hidden files are refused too: in a home folder, some of them are programs.

    Raises:
        ValueError: One does not, or is no path for every system, or two are in each other's way.
    """
    paths = {_safe(name): content for name, content in files.items()}
    places = {_place(path) for path in paths}
    folders = {parent for place in places for parent in place.parents}
    if len(places) < len(files) or not folders.isdisjoint(places):
        raise ValueError(
            "the service gives two files one place, or one a place within another; none is written"
        )
    return paths


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if not path.parts or PureWindowsPath(name).anchor or not all(map(_is_plain, path.parts)):
        shown = repr(name) if len(repr(name)) <= _SHOWN else f"{repr(name)[:_SHOWN]}…"
        raise ValueError(
            f"the service names a file {shown}, which is not written: it may lie outside the "
            "folder, or be hidden"
        )
    return path


def _place(path: PurePosixPath) -> PurePosixPath:
    """The path in the one spelling that file systems take for all of its spellings."""
    folded = unicodedata.normalize("NFD", str(path)).casefold()
    return PurePosixPath(unicodedata.normalize("NFC", folded))


def _is_plain(part: str) -> bool:
    return (
        not part.startswith(".")
        and not part.endswith((".", " "))
        and part.isprintable()
        and _FORBIDDEN.isdisjoint(part)
        and len(part.encode(errors="replace")) <= _LONGEST
        and not _DEVICES.fullmatch(part)
    )
