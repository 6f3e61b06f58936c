"""Results that are files, written below a folder whatever a service names them."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import attrs

from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.output.atomic_file import atomic, file_errors
from asyncops.kit.description import Description
from asyncops.models import FILES
from asyncops.utils.outputs import safe_paths

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


def _placed(folder: Path, path: PurePosixPath) -> Path:
    place = folder / path
    # A link below the folder may lead out of it.
    if not place.resolve().is_relative_to(folder.resolve()):
        raise Failure(f"{place} leads out of {folder} by a link; it is not written")
    return place
