"""Ctrl-C, SIGTERM, pipes that break and terminals that close, with real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asyncops.testing import FakeServer, Fault
from asyncops.utils.clock import SYSTEM_CLOCK
from tests import raw_json
from tests.cli.processes import LAUNCHER, SECONDS, environment, started
from tests.cli.running import variables
from tests.cli.terminals import CTRL_C, ENTER, in_terminal

Start = Callable[..., FakeServer]


@pytest.fixture
def server(fake_server_factory: Start) -> FakeServer:
    """Both services, empty, on the real clock."""
    return fake_server_factory(clock=SYSTEM_CLOCK, operations=0, prompts=0, chainloop_operations=0)


def all_closed(server: FakeServer) -> bool:
    """Whether every connection is closed, now or in a moment."""
    deadline = time.monotonic() + SECONDS
    while server.open_connections and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    return not server.open_connections


@contextmanager
def asked(server: FakeServer, count: int = 1) -> Iterator[None]:
    """Left once the server has been asked so many times more."""
    before = server.count()
    yield
    deadline = time.monotonic() + SECONDS
    while server.count() < before + count:
        assert time.monotonic() < deadline, "the service was not asked"
        threading.Event().wait(0.005)


def test_ctrl_c_ends_a_wait_in_a_terminal(server: FakeServer) -> None:
    """While it pauses between polls: exit code 130, the line gone, nothing left open."""
    id_ = raw_json.create_operation(server, status="queued")["id"]
    with in_terminal(
        "zoo", "operations", "wait", id_, "--poll-initial", "10m", env=variables(server)
    ) as terminal:
        terminal.expect("1 of 1 still open")
        terminal.expect("next poll in")
        began = time.monotonic()
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
        # Far less than the pause, and enough for a busy machine to end a process.
        assert time.monotonic() - began < 60
        assert terminal.shown.replace("^C", "") == ""
        assert not terminal.cursor_hidden
    assert all_closed(server)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["int", "term", "hup"],
)
def test_a_signal_ends_a_command_that_waits_for_an_answer(
    number: signal.Signals, code: int, server: FakeServer
) -> None:
    """Through pipes: quietly, with the connection closed."""
    server.script(Fault(delay=600, times=100))
    with started("zoo", "prompts", "list", "--jsonl", env=variables(server)) as process:
        with asked(server):
            pass
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (code, "", "")


def test_a_terminal_that_is_closed_leaves_no_half_file(server: FakeServer, tmp_path: Path) -> None:
    server.script(Fault(delay=600, times=100))
    command = ("zoo", "prompts", "list", "-o", str(tmp_path / "rows.csv"))
    with started(*command, env=variables(server)) as process:
        with asked(server):
            pass
        assert [path.suffix for path in tmp_path.iterdir()] == [".tmp"]
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 129
    assert list(tmp_path.iterdir()) == []


def test_a_signal_ends_a_command_that_backs_off(server: FakeServer) -> None:
    """It was told to come back in a minute, and does not wait for that."""
    server.script(Fault(429, times=100, retry_after=60))
    with started("-v", "zoo", "prompts", "list", "--jsonl", env=variables(server)) as process:
        assert process.stderr is not None
        assert "RateLimited 429; attempt 2 follows in 6" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, "", "")
    assert server.count() == 1
    assert all_closed(server)


# Presses Ctrl-C when a module is imported, or, where none is named, when the interpreter ends.
HASTY = """
import atexit, os, signal, sys

wanted = sys.argv.pop(1)

def press():
    os.kill(os.getpid(), signal.SIGINT)

def hook(event, args):
    if event == "import" and args[0] == wanted:
        press()

if wanted:
    sys.addaudithook(hook)
else:
    atexit.register(press)

from asyncops.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "module",
    ["asyncops.cli.app", "typer", "aiohttp", "platformdirs", "asyncops.cli.tree", "rich.live", ""],
)
def test_ctrl_c_while_the_program_begins_or_ends_is_quiet(module: str) -> None:
    """Also in the middle of an import that makes something else of it."""
    done = subprocess.run(
        [*LAUNCHER, sys.executable, "-c", HASTY, module, "zoo", "operations", "get", "--help"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_little_is_loaded_before_ctrl_c_is_handled() -> None:
    """The script that installers write has ``re`` loaded by then."""
    code = "import re, sys; old = {*sys.modules}; import asyncops.cli; print(*{*sys.modules} - old)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert {*done.stdout.split()} <= {
        *("asyncops", "asyncops.version", "asyncops.utils", "asyncops.utils.lazy"),
        *("asyncops.cli", "contextlib", "gc", "importlib", "signal", "_signal"),
        *("importlib._bootstrap", "importlib._bootstrap_external", "warnings", "collections.abc"),
    }


STUBBORN = """
import asyncio, sys, time
from asyncops.cli.options.fields import Settings
from asyncops.cli.runtime.run import execute
from asyncops.cli.runtime import signals

async def command():
    print("ready", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        print("ending", flush=True)
        {ending}
    return 0

signals.GRACE = {grace}
sys.exit(execute(command(), Settings()))
"""


@contextmanager
def stubborn(
    ending: str, grace: float, program: str = STUBBORN
) -> Iterator["subprocess.Popen[str]"]:
    """A command that, once cancelled, does not come to its end by itself."""
    with subprocess.Popen(
        [*LAUNCHER, sys.executable, "-c", program.format(ending=ending, grace=grace)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize("ending", ["await asyncio.sleep(60)", "time.sleep(60)"])
def test_a_second_signal_ends_what_does_not_end(ending: str) -> None:
    """At once, even where the event loop is blocked."""
    with stubborn(ending, grace=60) as process:
        assert process.stdout is not None
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "ending\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (143, "", "")


@pytest.mark.parametrize("ending", ["await asyncio.sleep(60)", "time.sleep(60)"])
def test_what_does_not_end_is_ended_after_a_while(ending: str) -> None:
    with stubborn(ending, grace=0.05) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, "ending\n", "")


# A thread is left that nothing ends.
HANGING = STUBBORN.replace("await asyncio.sleep(60)", "await asyncio.to_thread(time.sleep, 60)")


def test_a_name_that_is_being_looked_up_keeps_nothing_from_ending() -> None:
    """A thread that hangs in the system's resolver is left behind."""
    with stubborn("pass", 60, HANGING) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, "ending\n", "")


def test_the_interpreter_does_not_end_while_a_thread_draws() -> None:
    """It would stop the thread within matplotlib's C++, which aborts the process."""
    program = f"import atexit\natexit.register(print, 'the interpreter ends')\n{HANGING}"
    with stubborn("pass", 60, program) as process:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (143, "ending\n", "")


def test_ctrl_c_at_the_question_for_a_token_brings_the_echo_back() -> None:
    """Exit code 130; what is typed afterwards is seen again."""
    shell = [
        "/bin/sh",
        "-c",
        f"trap : INT; '{sys.executable}' -m asyncops.cli login zoo; echo code $?; read answer",
    ]
    env = {"PYTHON_KEYRING_BACKEND": "tests.cli.keyrings.MemoryRing"}
    with in_terminal(env=env, program=shell) as terminal:
        terminal.expect("Token for Zoo, profile default:")
        terminal.type("secret")
        terminal.type(CTRL_C)
        terminal.expect("code 130")
        terminal.type("seen" + ENTER)
        terminal.expect("seen")
        assert terminal.wait() == 0
        assert "secret" not in terminal.text
        assert "Traceback" not in terminal.text


def test_a_token_is_typed_without_being_shown() -> None:
    env = {"PYTHON_KEYRING_BACKEND": "tests.cli.keyrings.MemoryRing"}
    with in_terminal("login", "zoo", env={**env, "ASYNCOPS_CONFIG": os.devnull}) as terminal:
        terminal.expect("Token for Zoo, profile default:")
        terminal.type("hunter2-hunter2" + ENTER)
        terminal.wait()
        assert "hunter2" not in terminal.text


def test_a_reader_that_goes_away_ends_a_wait_quietly(server: FakeServer) -> None:
    ids = [raw_json.create_operation(server, lifetime=1.0, fails=False)["id"] for _ in range(2)]
    with started("zoo", "operations", "wait", *ids, env=variables(server)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        process.wait(SECONDS)
    assert process.returncode == 141
    assert [line for line in err.splitlines() if "waiting for 2 of Zoo" not in line] == []


@pytest.mark.parametrize("ending", [">&- 2>&-", "2>/dev/full"])
def test_errors_that_nobody_can_read_change_nothing(ending: str) -> None:
    """The exit code is the same."""
    command = f"'{sys.executable}' -m asyncops.cli zoo prompts list {ending}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environment(), check=False, timeout=SECONDS
    )
    assert done.returncode == 2
