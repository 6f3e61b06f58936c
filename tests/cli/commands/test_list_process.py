"""``list`` and ``get`` as programs of their own: through pipes, and in a real terminal."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asyncops.cli.app import app
from asyncops.testing import FakeServer, Fault
from tests.cli.processes import (
    PROGRAM,
    SECONDS,
    Served,
    environment,
    run,
    serving,
    started,
)
from tests.cli.running import variables
from tests.cli.terminals import CTRL_C, in_terminal

CALLS = ("zoo", "operations", "list")
PROMPTS = ("zoo", "prompts", "list")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A service whose answers take a moment."""
    size = ("--operations", "400", "--prompts", "4000", "--arrivals", "0", "--latency", "0.005")
    with serving(*size) as server:
        yield server


@pytest.fixture
def halting() -> Iterator[FakeServer]:
    """A service that gives so many pages of a listing, and then hangs."""
    with FakeServer(prompts=400) as server:
        server.script(Fault(delay=600, on=10, times=1000))
        yield server


def test_a_table_fits_the_terminal_and_has_colours(served: Served) -> None:
    """Whole ids, states in colour, nothing wider than the window, a note below."""
    with in_terminal(*CALLS, env=served.variables, columns=80, lines=60) as terminal:
        assert terminal.wait() == 0
        lines = terminal.screen
        assert lines[0].split() == ["ID", "STATUS", "TYPE", "CREATED"]
        assert terminal.colour_at("completed") == "green"
        assert "\x1b[3" in terminal.text
        assert any("first 50" in line for line in lines)
        assert len(lines[1].split()[0]) == 36
        assert "\r\n\r\n" not in terminal.text


def test_no_color_is_honoured(served: Served) -> None:
    env = {**served.variables, "NO_COLOR": "1"}
    with in_terminal(*CALLS, env=env, columns=80, lines=60) as terminal:
        assert terminal.wait() == 0
        assert terminal.colour_at("completed") == "default"


def test_a_pipe_gets_whole_lines_without_colours(served: Served) -> None:
    done = run(*CALLS, "--all", env=served.variables)
    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    assert len(done.out.splitlines()) == 401
    assert "…" not in done.out


def test_a_shell_s_redirection_is_a_file_like_any_other(served: Served, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    with path.open("wb") as file:
        command = [*PROGRAM, *CALLS, "--jsonl"]
        done = subprocess.run(command, stdout=file, env=environment(served.variables), check=False)
    assert done.returncode == 0
    assert path.read_text().count("\n") == 400


def test_a_reader_that_has_enough_ends_it_quietly(served: Served) -> None:
    """As ``| head`` does: nothing on standard error, and the exit code that SIGPIPE has."""
    with started(*PROMPTS, "--jsonl", "--page-size", "50", env=served.variables) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"]
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(SECONDS) == 141


def test_a_reader_that_takes_its_time_does_not_hold_up_ctrl_c(served: Served) -> None:
    """The pipe is full and nobody reads: one signal ends it all the same."""
    with started(*PROMPTS, "--jsonl", env=served.variables) as process:
        assert process.stdout is not None
        _until_full(process.stdout.fileno())
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130


def test_ctrl_c_leaves_no_file_and_a_clean_terminal(halting: FakeServer, tmp_path: Path) -> None:
    """While a progress line is shown, which is gone afterwards."""
    path = tmp_path / "rows.csv"
    command = (*PROMPTS, "--page-size", "20", "-o", str(path))
    with in_terminal(*command, env=variables(halting)) as terminal:
        terminal.expect("items of zoo prompts read")
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
        assert "read" not in terminal.shown
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_told_of_on_a_terminal_alone(served: Served, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    with in_terminal(*CALLS, "-o", str(path), env=served.variables) as terminal:
        assert terminal.wait() == 0
        assert "400 items of zoo operations in" in terminal.shown
    assert path.read_text().count("\n") == 400


def test_ctrl_c_keeps_what_a_resume_file_needs(halting: FakeServer, tmp_path: Path) -> None:
    """The next run goes on behind all that had been read."""
    path, state = tmp_path / "rows.jsonl", tmp_path / "state"
    command = (*PROMPTS, "-o", str(path), "--resume", str(state), "--page-size", "20")
    with in_terminal(*command, env=variables(halting)) as terminal:
        terminal.expect("items of zoo prompts read")
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
    settled = json.loads(state.read_text())
    assert settled["rows"] > 0
    assert settled["bytes"] == path.with_name("rows.jsonl.part").stat().st_size
    halting.recover()
    done = run(*command[:-2], "--concurrency", "8", env=variables(halting))
    assert (done.code, done.err) == (0, "")
    rows = [json.loads(line)["id"] for line in path.read_text().splitlines()]
    assert len(rows) == len(set(rows)) == 400


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_statuses(shell: str) -> None:
    """As their scripts ask for it."""
    line = "asyncops zoo operations list --status in"
    env = {
        "_ASYNCOPS_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": line,
        "COMP_CWORD": "5",
    }
    done = CliRunner().invoke(app, [], env=env, prog_name="asyncops")
    assert "in_progress" in done.stdout


def _until_full(descriptor: int) -> None:
    """Until a pipe takes no more of what is ready to be written to it."""
    capacity = fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)
    deadline = time.monotonic() + 90
    held = b""
    while int.from_bytes(held, sys.byteorder) <= capacity - 8192:
        assert time.monotonic() < deadline
        os.sched_yield()
        held = fcntl.ioctl(descriptor, termios.FIONREAD, b"\0\0\0\0")
