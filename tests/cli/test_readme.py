"""The README files' command lines and settings are ones that the program understands."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from asyncops.cli.accounts.profiles import read_profiles
from asyncops.cli.app import app
from tests.readmes import blocks

AN_ID = "f135d675-c44a-4e2e-9638-87d941fa1872"


def commands() -> list[str]:
    """What follows ``asyncops`` on each line of a shell block, up to a pipe or a redirection."""
    lines = "".join(each.text for each in blocks("sh")).replace("\\\n", " ").splitlines()
    return [
        re.split(r" [|>]|>>|  +#", line)[0].removeprefix("asyncops ").strip()
        for line in lines
        if line.startswith("asyncops ")
    ]


@pytest.mark.parametrize("line", commands())
def test_a_command_line_is_understood(line: str) -> None:
    """Its command, its options and their values; nothing is run."""
    words = shlex.split(re.sub(r"\$\([^)]*\)|\$\w+", AN_ID, line))
    # Some releases of typer have a click of their own.
    command: Any = typer.main.get_command(app)
    context = command.context_class(command, info_name="asyncops")
    while hasattr(command, "resolve_command"):
        name, command, words = command.resolve_command(context, words)
        context = command.context_class(command, info_name=name, parent=context)
    command.make_context("asyncops", words, parent=context.parent)


def test_the_command_lines_are_found() -> None:
    """One that is not found would not be looked at."""
    assert len(commands()) >= 20


def test_the_file_of_profiles_is_understood(tmp_path: Path) -> None:
    """Each of its settings."""
    (block,) = blocks("toml")
    (tmp_path / "config.toml").write_text(block.text)
    profiles = read_profiles(tmp_path / "config.toml")
    assert set(profiles.services) == {"work", "lab"}
