"""Results that are files, written below a folder whatever a service names them."""

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.output.atomic_file import atomic, file_errors
from asyncops.cli.text.safe import cut

__all__ = ["Download", "files_of", "safe_path", "save"]

_LONGEST = 255
# Names of devices and characters that mean something else on Windows.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_FORBIDDEN = frozenset('<>:"|?*\\')

Download = Mapping[str, bytes | str]
"""The content of files by their paths, as the service names them."""


def files_of(output: object) -> Download:
    """The files of a result; none where its type has none."""
    files = getattr(output, "outputs", None)
    return files if isinstance(files, Mapping) else {}


def safe_path(name: str) -> PurePosixPath:
    """The path that a service gave, if it stays below the folder that it is relative to.

    Hidden files are refused too: in a home folder, some of them are programs.

    Raises:
        Failure: It does not, or it is no path for every system.
    """
    path = PurePosixPath(name)
    if not path.parts or PureWindowsPath(name).anchor or not all(map(_is_plain, path.parts)):
        raise Failure(
            f"the service names a file {cut(repr(name), 80)}, which is not written: it may lie "
            "outside the folder, or be hidden",
            hint="--json has its content",
            code=ExitCode.SERVICE,
        )
    return path


def save(files: Download, folder: Path) -> list[Path]:
    """Write all files below a folder, each whole or not at all; none if a name does not do.

    Raises:
        Failure: A name is not safe, a file is there already, or it cannot be written.
    """
    paths = {safe_path(name): content for name, content in files.items()}
    _check_apart(files, paths)
    places = {_placed(folder, path): content for path, content in paths.items()}
    for place in places:
        if os.path.lexists(place):
            raise Failure(f"{place} is there already", hint="name another folder with --outputs")
    for place, content in places.items():
        with file_errors(place.parent):
            place.parent.mkdir(parents=True, exist_ok=True)
        with atomic(place) as file:
            file.write(content.encode() if isinstance(content, str) else content)
    return list(places)


def _check_apart(files: Download, paths: Collection[PurePosixPath]) -> None:
    folders = {parent for path in paths for parent in path.parents}
    if len(paths) < len(files) or not folders.isdisjoint(paths):
        raise Failure(
            "the service gives two files one place, or one a place within another; none is written",
            hint="--json has their content",
            code=ExitCode.SERVICE,
        )


def _placed(folder: Path, path: PurePosixPath) -> Path:
    place = folder / path
    # A link below the folder may lead out of it.
    if not place.resolve().is_relative_to(folder.resolve()):
        raise Failure(f"{place} leads out of {folder} by a link; it is not written")
    return place


def _is_plain(part: str) -> bool:
    return (
        not part.startswith(".")
        and not part.endswith((".", " "))
        and part.isprintable()
        and _FORBIDDEN.isdisjoint(part)
        and len(part.encode(errors="replace")) <= _LONGEST
        and not _DEVICES.fullmatch(part)
    )
