"""The file to which a command writes the one file of a result."""

import os
from pathlib import Path

from attrs import frozen

from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.output.atomic_file import atomic
from asyncops.cli.output.downloads import Download, save
from asyncops.cli.output.sinks import StandardOutput
from asyncops.cli.text.terminal import complain

STANDARD = Path("-")
"""Stands for standard input or standard output."""


@frozen
class ResultFile:
    """Where the file of a result goes.

    Attributes:
        path: A file that is there whole or not at all, a folder, a device, or ``-``.
        overwrite: Whether a file that is there already is replaced.
    """

    path: Path
    overwrite: bool

    def check(self) -> None:
        """Check, before anything is sent, that the file can be written.

        Raises:
            Failure: It is there already, or its folder is not.
        """
        path = self.path
        if path == STANDARD:
            return
        if not path.parent.is_dir():
            raise Failure(f"{path}: there is no folder {path.parent}")
        if not os.access(path.parent, os.W_OK) and not path.exists():
            raise Failure(f"{path}: the folder {path.parent} cannot be written to")
        if os.path.lexists(path) and (path.is_file() or not path.exists()) and not self.overwrite:
            raise Failure(f"{path} is there already", "--overwrite replaces it")

    async def write(self, files: Download, others: str) -> None:
        """Write the file.

        Args:
            files: The files of the result.
            others: The command that writes several of them.

        Raises:
            Failure: There is not just one, or it cannot be written.
        """
        path = self.path
        if path != STANDARD and path.is_dir():
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
        self.check()
        with atomic(path) as file:
            file.write(data)
        complain(f"wrote {path}")
