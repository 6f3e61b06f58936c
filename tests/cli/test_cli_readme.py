"""The README's command lines are ones that the program understands."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from asyncops.cli.app import app

README = Path(__file__).parents[2] / "README.md"
AN_ID = "f135d675-c44a-4e2e-9638-87d941fa1872"


def commands() -> list[str]:
    """What follows ``asyncops`` on each line of a shell block, up to a pipe or a redirection."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [
        re.split(r" [|>]|>>|  +#", line)[0].removeprefix("asyncops ").strip()
        for line in lines
        if line.startswith("asyncops ")
    ]


@pytest.mark.parametrize("line", commands())
def test_a_command_line_of_the_readme_is_understood(line: str) -> None:
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
