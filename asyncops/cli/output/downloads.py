"""Results that are files, written below a folder whatever a service names them, or to one file."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import attrs

from asyncops.cli.output.atomic_file import atomic, file_errors, real
from asyncops.cli.output.sinks import StandardOutput
from asyncops.cli.shell import ExitCode, Failure, complain
from asyncops.kit.description import Description
from asyncops.models import FILES
from asyncops.utils.outputs import safe_paths

STANDARD = Path("-")
"""Stands for standard input or standard output."""

Download = Mapping[str, bytes | str]
"""The content of files by their paths, as the service names them."""


def files_of(output: Any) -> Download:
    """The files of a result; none where its type has none."""
    found = [getattr(output, each.name) for each in attrs.fields(type(output)) if is_files(each)]
    return next((each for each in found if isinstance(each, Mapping)), {})


def is_files(field: "attrs.Attribute[Any]") -> bool:
    """Whether a field of a model holds files."""
    return FILES in field.metadata


def gives_files(description: Description) -> bool:
    """Whether the results of a resource may hold files."""
    kind = description.result or description.item
    # What is chosen by the answer may be of any class.
    return not isinstance(kind, type) or any(map(is_files, attrs.fields(kind)))


def save(files: Download, folder: Path) -> list[Path]:
    """Write all files below a folder, each whole or not at all; none if a name does not do.

    Raises:
        Failure: A name is not safe, a file is there already, or it cannot be written.
    """
    try:
        paths = safe_paths(files)
    except ValueError as error:
        raise Failure(str(error), "--json has the content", ExitCode.SERVICE) from None
    places = {inside(folder, path): content for path, content in paths.items()}
    for place in places:
        if os.path.lexists(place):
            raise Failure(f"{place} is there already", hint="name another folder with --outputs")
    for place, content in places.items():
        with file_errors(place.parent):
            place.parent.mkdir(parents=True, exist_ok=True)
        with atomic(place) as file:
            file.write(content.encode() if isinstance(content, str) else content)
    return list(places)


def inside(folder: Path, path: PurePosixPath | str) -> Path:
    """A place below a folder.

    Raises:
        Failure: A link, or a name such as ``../a``, leads out of it.
    """
    place = folder / path
    if not real(place).is_relative_to(real(folder)):
        raise Failure(f"{place} leads out of {folder} by a link or by its name; it is not written")
    return place


def check_target(path: Path, *, overwrite: bool) -> None:
    """Check, before anything is sent, that the file of a result can be written.

    Args:
        path: A file that is there whole or not at all, a folder, a device, or ``-``.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        Failure: It is there already, or its folder is not.
    """
    if path == STANDARD:
        return
    if not path.parent.is_dir():
        raise Failure(f"{path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK) and not path.exists():
        raise Failure(f"{path}: the folder {path.parent} cannot be written to")
    if os.path.lexists(path) and (path.is_file() or not path.exists()) and not overwrite:
        raise Failure(f"{path} is there already", "--overwrite replaces it")


async def write_result(files: Download, path: Path, *, overwrite: bool, others: str) -> None:
    """Write the file of a result.

    Args:
        files: The files of the result.
        path: Where it goes, as for :func:`check_target`.
        overwrite: Whether a file that is there already is replaced.
        others: The command that writes several of them.

    Raises:
        Failure: There is not just one, or it cannot be written.
    """
    if path != STANDARD and path.is_dir():  # noqa: ASYNC240 - as it is written to
        for each in save(files, path):
            complain(f"wrote {each}")
        return
    if len(files) != 1:
        named = f"{len(files)} files, {', '.join(files)}" if files else "no files"
        hint = f"{others} writes all of them" if files else None
        raise Failure(f"the result has {named}", hint, ExitCode.SERVICE)
    [content] = files.values()
    data = content.encode() if isinstance(content, str) else content
    if path == STANDARD:
        await StandardOutput().put(data)
        return
    # It may have come to be there meanwhile.
    check_target(path, overwrite=overwrite)
    with atomic(path) as file:
        file.write(data)
    complain(f"wrote {path}")
