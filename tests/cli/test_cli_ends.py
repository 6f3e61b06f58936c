"""How the program ends where help, or a table, has nowhere to go; and what it keeps to itself."""

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from asyncops.cli.outlet import StandardOutput
from asyncops.cli.terminal import console, put_out
from tests.cli.processes import PROGRAM, environment, run


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_that_cannot_be_written_is_one_line(option: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, option],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
            timeout=90,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "asyncops: No space left on device. Make room and run it again.\n"


def test_help_that_nobody_reads_ends_quietly() -> None:
    with subprocess.Popen(
        [*PROGRAM, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(15) == 141


@pytest.mark.parametrize("columns", ["0", "00"])
def test_a_terminal_that_says_it_has_no_width_gets_a_table_all_the_same(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console().width == 120
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert console().width == 80


def test_a_password_in_an_address_is_not_shown() -> None:
    """No such address is used, but it is told of."""
    account = {"ZOO_API_TOKEN": "t", "ZOO_BASE_URL": "https://me:hunter2@zoo.example/?key=hunter2"}
    for command, code in (("profiles", 0), ("doctor", 4)):
        done = run(command, env=account)
        assert done.code == code
        assert "zoo.example" in done.out
        assert "hunter2" not in done.out + done.err
    done = run("zoo", "operations", "list", env=account)
    assert done.code == 2
    assert "hunter2" not in done.out + done.err


async def test_a_pipe_that_does_not_wait_for_its_reader_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some programs leave the pipe behind them so; Python's own text streams then drop the rest."""
    text = "x" * 300_000
    there, here = os.pipe()
    os.set_blocking(here, False)
    with ThreadPoolExecutor(1) as pool, os.fdopen(there, "rb") as reader:
        arrived = pool.submit(reader.read)
        with io.TextIOWrapper(os.fdopen(here, "wb"), encoding="utf-8") as pipe:
            monkeypatch.setattr(sys, "stdout", pipe)
            put_out(text)
            await StandardOutput().put(text.encode())
        assert len(arrived.result()) == 2 * len(text)
