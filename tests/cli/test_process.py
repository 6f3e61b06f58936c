"""The command line as a program of its own: pipes, terminals and signals."""

import asyncio
import fcntl
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

import asyncops
from asyncops import ZooClient

# Every warning is an error, also that of a socket left open.
PROGRAM = [sys.executable, "-W", "error", "-m", "asyncops.cli"]
COLOUR = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3[0-8]|9[0-7])[;m]")
SMALL = ["demo", "--operations", "60", "--prompts", "20"]


def environment(**more: str) -> dict[str, str]:
    decides_colours = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE"}
    kept = {name: value for name, value in os.environ.items() if name not in decides_colours}
    root = str(Path(asyncops.__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "TERM": "xterm-256color", **more}


def in_terminal(arguments: list[str], *, columns: int = 80, **more: str) -> tuple[int, str]:
    """Exit code and all output of a run in a pseudo-terminal."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=there,
        stdout=there,
        stderr=there,
        env=environment(**more),
        start_new_session=True,
    )
    os.close(there)
    chunks = []
    try:
        while chunk := os.read(here, 65536):
            chunks.append(chunk)
    except OSError:
        # The way in which Linux says that the other end of a terminal is closed.
        chunks.append(b"")
    finally:
        os.close(here)
    return process.wait(), b"".join(chunks).decode()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT works in programs started now, also where this one runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_in_a_pipe_the_demo_is_plain_text() -> None:
    """Exit code 0, all facts on whole lines, no control character, nothing on stderr."""
    done = subprocess.run(
        [*PROGRAM, *SMALL], capture_output=True, text=True, env=environment(), check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    lines = done.stdout.splitlines()
    walked = next(line for line in lines if "Operations, every status" in line)
    assert walked.split()[3:6] == ["60", "1", "10"]
    assert any(
        re.match(r"Every item came exactly once, in order: \d+ listed and \d+ fetched", line)
        for line in lines
    )


def test_in_a_terminal_the_demo_has_colours_and_bars() -> None:
    """Colours and a bar while it works, the same sentences, and the cursor back at the end."""
    code, text = in_terminal(SMALL, columns=120)
    assert code == 0
    assert COLOUR.search(text)
    assert "━" in text
    assert "Every item came exactly once, in order" in text
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l")


def test_no_color_is_honoured_in_a_terminal() -> None:
    code, text = in_terminal(SMALL, NO_COLOR="1")
    assert code == 0
    assert not COLOUR.search(text)


def test_a_dumb_terminal_gets_no_control_characters() -> None:
    code, text = in_terminal(SMALL, TERM="dumb")
    assert code == 0
    assert "\x1b" not in text


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_the_demo_quietly() -> None:
    """Exit code 130 and not a word more."""
    with subprocess.Popen(
        [*PROGRAM, "demo", "--operations", "20000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Zoo and Chainloop, faked, on ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "")


def test_a_reader_that_goes_away_ends_the_demo_quietly() -> None:
    """The exit code is that of a program ended by SIGPIPE, and stderr is empty."""
    with subprocess.Popen(
        [*PROGRAM, *SMALL],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_an_output_that_knows_ascii_only_is_no_error() -> None:
    """What cannot be written is replaced."""
    done = subprocess.run(
        [*PROGRAM, *SMALL],
        capture_output=True,
        env=environment(PYTHONIOENCODING="ascii", PYTHONUTF8="0"),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_served_service_can_be_listed_and_ends_on_a_signal(number: signal.Signals) -> None:
    """A client in this process lists the other one's operations; then a quiet end."""
    with subprocess.Popen(
        [*PROGRAM, "serve", "--operations", "40", "--arrivals", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
        export = next(line for line in lines if line.startswith("export ZOO"))
        variables = dict(word.split("=", 1) for word in shlex.split(export)[1:])

        async def listed() -> int:
            url, token = variables["ZOO_BASE_URL"], variables["ZOO_API_TOKEN"]
            async with ZooClient(token, base_url=url) as zoo:
                return len(await zoo.operations.list().collect())

        assert asyncio.run(listed()) == 40
        process.send_signal(number)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")
