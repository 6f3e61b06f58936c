"""``watch`` as people run it: in a terminal, through pipes, against a service next to it."""

import os
import re
import shlex
import signal
import subprocess
import termios
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from asyncops import AirflowClient, GitHubClient, PrefectClient
from asyncops.testing import Fake, FakeServer, Fault
from asyncops.utils.clock import SYSTEM_CLOCK
from tests import raw_json
from tests.cli.processes import PROGRAM, SECONDS, Served, serving, started
from tests.cli.running import invoke, variables
from tests.cli.terminals import CTRL_C, CTRL_S, ENTER, Terminal, in_terminal
from tests.until import until_blocking

CALLS = ("zoo", "operations", "watch")
OFTEN = ("--interval", "200ms", "--cap", "200ms")
RESOURCES = [
    pytest.param(CALLS, id="operations"),
    pytest.param(("zoo", "prompts", "watch"), id="prompts"),
    pytest.param(("chainloop", "operations", "watch"), id="chainloop"),
]
OTHER_SCREEN, FIRST_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """A fake in a process of its own, in which something happens all the time."""
    with serving("--operations", "40", "--arrivals", "5") as served:
        yield served


@pytest.fixture
def quiet() -> Iterator[FakeServer]:
    """A fake in which only that happens which a test does."""
    with FakeServer(operations=0, prompts=0, clock=SYSTEM_CLOCK) as server:
        yield server


def echoes(terminal: Terminal) -> bool:
    """Whether the terminal shows what is typed, line by line, as a shell expects."""
    modes = termios.tcgetattr(terminal._here)[3]
    return bool(modes & termios.ECHO and modes & termios.ICANON)


def restored(terminal: Terminal) -> bool:
    """Whether the terminal is as it was found; what is not, is in the assertion's text."""
    found = {
        "first screen": terminal.raw.rfind(FIRST_SCREEN) >= terminal.raw.rfind(OTHER_SCREEN),
        "echo": echoes(terminal),
        "cursor": not terminal.cursor_hidden,
    }
    assert all(found.values()), (found, terminal.text[-2000:])
    return True


def last_poll(terminal: Terminal) -> int:
    """The number of the last poll that was drawn; 0 before the first one."""
    numbers = re.findall(rb"poll (\d+),", terminal.raw)
    return int(numbers[-1]) if numbers else 0


def line_from(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_a_screen_is_alive_fits_and_is_gone_at_q(service: Served) -> None:
    with in_terminal(*CALLS, *OFTEN, env=service.variables, columns=80, lines=24) as terminal:
        terminal.expect("Zoo operations")
        # A screen is read whole: between two reads, one is half of the old and half of the new.
        terminal.until(
            lambda: (
                last_poll(terminal) >= 3
                and terminal.screen[-1] == "q or Ctrl-C ends it"
                and "Still waiting, oldest first" in terminal.screen
                and terminal.screen[1].startswith("pending ")
            ),
            "a third poll on a whole screen",
        )
        assert terminal.cursor_hidden
        assert not echoes(terminal)
        before = last_poll(terminal)
        terminal.resize(40, 12)
        terminal.until(
            lambda: (
                terminal.screen[-1] == "q or Ctrl-C ends it"
                # Only a title for forty columns has two blanks there.
                and terminal.screen[0].startswith("Zoo operations  watched for")
            ),
            "the smaller screen",
        )
        terminal.resize(80, 24)
        terminal.until(
            lambda: (
                last_poll(terminal) > before
                and terminal.screen[-1] == "q or Ctrl-C ends it"
                and "Still waiting, oldest first" in terminal.screen
            ),
            "a later poll on the larger screen",
        )
        terminal.type("q")
        assert terminal.wait() == 0
        assert restored(terminal)
        assert "Zoo operations: watched for" in terminal.text.rpartition("\x1b[?1049l")[2]


def test_ctrl_c_ends_the_screen_and_gives_the_terminal_back(service: Served) -> None:
    command = ("zoo", "prompts", "watch")
    with in_terminal(*command, env=service.variables, columns=120, lines=40) as terminal:
        terminal.expect("Newest changes")
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
        assert restored(terminal)
        assert "Traceback" not in terminal.text


# What is asked to end is ended at once.
HASTY = (*PROGRAM[:-1], PROGRAM[-1].replace("1000.0", "0.0"))


def test_a_watch_that_is_ended_at_once_gives_the_terminal_back_too(service: Served) -> None:
    command = ("zoo", "prompts", "watch")
    with in_terminal(*command, env=service.variables, program=HASTY) as terminal:
        terminal.expect("Newest changes")
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
        assert restored(terminal)
        assert "Traceback" not in terminal.text


def test_a_terminal_that_takes_nothing_keeps_no_watch_from_its_end(service: Served) -> None:
    """As after Ctrl-S: who writes to it waits."""
    command = ("zoo", "prompts", "watch")
    with in_terminal(*command, env=service.variables, program=HASTY) as terminal:
        terminal.expect("Newest changes")
        terminal.type(CTRL_S)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(SECONDS) == 143


def test_ctrl_z_gives_the_terminal_back_and_going_on_takes_it_again(service: Served) -> None:
    command = " ".join([*map(shlex.quote, PROGRAM), *CALLS, *OFTEN])
    shell = ("/bin/sh", "-c", f"set -m; {command}; echo 'it stands still'; read go; fg >/dev/null")
    with in_terminal(program=shell, env=service.variables) as terminal:
        terminal.until(lambda: last_poll(terminal) >= 2)
        terminal.type("\x1a")
        terminal.until(lambda: b"it stands still" in terminal.raw)
        assert restored(terminal)
        terminal.type(ENTER)
        terminal.until(lambda: terminal.raw.count(OTHER_SCREEN) == 2)
        terminal.until(lambda: b"poll" in terminal.raw.rpartition(OTHER_SCREEN)[2])
        assert not echoes(terminal)
        terminal.type("q")
        assert terminal.wait() == 0
        assert restored(terminal)


def test_a_terminal_that_closes_ends_the_screen_also_where_sighup_is_ignored(
    service: Served,
) -> None:
    """Nobody would see it, and it would ask the service for ever."""
    command = " ".join([*map(shlex.quote, PROGRAM), *CALLS, *OFTEN])
    shell = ("/bin/sh", "-c", f"trap '' HUP; exec {command}")
    with in_terminal(program=shell, env=service.variables) as terminal:
        terminal.until(lambda: last_poll(terminal) >= 2)
        terminal.hang_up()
        assert terminal.process.wait(SECONDS) == 141


def test_a_screen_needs_no_standard_input(service: Served) -> None:
    command = " ".join([*map(shlex.quote, PROGRAM), *CALLS, "--timeout", "1s"])
    with in_terminal(
        program=("/bin/sh", "-c", f"{command} <&-"), env=service.variables
    ) as terminal:
        terminal.until(lambda: b"Ctrl-C ends it" in terminal.raw)
        assert terminal.wait() == 0
        assert "a mistake" not in terminal.text
        assert restored(terminal)


def test_an_error_comes_when_the_screen_is_gone(service: Served) -> None:
    env = {**service.variables, "ZOO_API_TOKEN": "wrong"}
    with in_terminal(*CALLS, env=env) as terminal:
        assert terminal.wait() == 4
        assert restored(terminal)
        assert "does not accept the token" in terminal.text.rpartition("\x1b[?1049l")[2]


def test_an_outage_is_shown_until_it_is_over(quiet: FakeServer) -> None:
    command = ("zoo", "prompts", "watch", "--interval", "50ms", "--cap", "50ms")
    with in_terminal(*command, env=variables(quiet), columns=90) as terminal:
        terminal.until(lambda: last_poll(terminal) >= 2)
        quiet.script(Fault(503, times=10_000))
        terminal.expect("no answer since")
        quiet.recover()
        terminal.until(
            lambda: "no answer since" not in terminal.shown and "recovered" in terminal.shown,
            "the end of the outage",
        )
        terminal.type("Q")
        assert terminal.wait() == 0


def test_without_colours_there_are_none(service: Served) -> None:
    env = {**service.variables, "NO_COLOR": "1"}
    with in_terminal(*CALLS, env=env) as terminal:
        terminal.expect("Newest changes")
        terminal.type("q")
        assert terminal.wait() == 0
        assert not any(code in terminal.text for code in ("\x1b[31m", "\x1b[32m", "\x1b[36m"))


def test_a_terminal_that_knows_nothing_gets_lines(service: Served) -> None:
    env = {**service.variables, "TERM": "dumb"}
    with in_terminal(*CALLS, "--from-start", env=env) as terminal:
        terminal.until(lambda: terminal.text.count("\n") >= 3)
        assert "\x1b" not in terminal.text
        terminal.type(CTRL_C)
        assert terminal.wait() == 130


@pytest.mark.parametrize("command", RESOURCES)
def test_through_a_pipe_each_change_is_a_line_at_once(
    quiet: FakeServer, command: tuple[str, ...]
) -> None:
    for create in (raw_json.create_operation, raw_json.create_prompt):
        create(quiet, status="in_progress")
    raw_json.create_chainloop_operation(quiet, status="ASYNC_OPERATION_STATUS_RUNNING")
    with started(*command, "--from-start", env=variables(quiet)) as process:
        first = line_from(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert first[0].startswith("20")
    assert first[1] == "running"
    assert len(first) == 4


def test_a_reader_that_goes_away_ends_it_quietly(service: Served) -> None:
    with started(*CALLS, "--from-start", "--jsonl", env=service.variables) as process:
        line_from(process)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((*CALLS, "--jsonl"), id="watch"),
        pytest.param(("zoo", "operations", "wait"), id="wait"),
    ],
)
def test_a_reader_that_goes_while_nothing_happens_ends_it(
    quiet: FakeServer, command: tuple[str, ...]
) -> None:
    """With 141, within a poll, and without any request more."""
    ids = [raw_json.create_operation(quiet, status="queued")["id"] for _ in range(2)]
    arguments = ids if command[-1] == "wait" else ["--interval", "60s", "--cap", "60s"]
    pace = ["--poll-initial", "60s"] if command[-1] == "wait" else []
    with started(*command, *arguments, *pace, env=variables(quiet)) as process:
        until_blocking(lambda: quiet.count() >= 2)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        asked = quiet.count()
        assert process.wait(SECONDS) == 141
        assert quiet.count() - asked <= 5
        assert "Traceback" not in process.stderr.read()


def test_two_watches_do_not_keep_their_place_in_one_file(quiet: FakeServer, tmp_path: Path) -> None:
    """The second is refused, as a listing's is; when the first is over, the next one goes on."""
    place = tmp_path / "calls.watch"
    command = (*CALLS, "--jsonl", "--resume", str(place))
    with started(*command, env=variables(quiet)) as process:
        until_blocking(place.exists)
        second = invoke(quiet, *command, "--timeout", "1s")
        assert (second.code, second.out) == (2, "")
        assert f"another program is writing to {place}" in second.err
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 143
    assert invoke(quiet, *command, "--timeout", "100ms").code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["calls.watch"]


def test_a_program_that_is_killed_goes_on_without_losing_a_change(
    quiet: FakeServer, tmp_path: Path
) -> None:
    command = (*CALLS, "--resume", str(tmp_path / "place"), "--interval", "20ms", "--cap", "20ms")
    env = variables(quiet)
    told: list[str] = []
    expected: list[str] = []
    with started(*command, env=env) as process:
        until_blocking(lambda: (tmp_path / "place").exists() or process.poll() is not None)
        expected.append(raw_json.create_operation(quiet)["id"])
        told.append(line_from(process)[2])
        process.kill()
        process.wait()
    expected.append(raw_json.create_operation(quiet)["id"])
    with started(*command, env=env) as process:
        while told[-1] != expected[-1]:
            told.append(line_from(process)[2])
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 143
    assert list(dict.fromkeys(told)) == expected


def test_it_ends_by_itself_when_its_time_is_up(quiet: FakeServer) -> None:
    done = invoke(quiet, *CALLS, "--timeout", "50ms")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("command", RESOURCES)
def test_only_changes_of_a_status_are_told_where_one_is_asked_for(
    quiet: FakeServer, command: tuple[str, ...]
) -> None:
    """By the word of a state, on every service; a slip is wrong use."""
    if command[0] == "chainloop":
        prefix = "ASYNC_OPERATION_STATUS_"
        running = raw_json.create_chainloop_operation(quiet, status=f"{prefix}RUNNING")
        raw_json.create_chainloop_operation(quiet, status=f"{prefix}PENDING")
    else:
        prompts = command[1] == "prompts"
        create = raw_json.create_prompt if prompts else raw_json.create_operation
        running = create(quiet, status="in_progress")
        create(quiet, status="queued")
    options = ("--from-start", "--timeout", "200ms", "--lines")
    done = invoke(quiet, *command, *options, "--status", "Running")
    assert done.code == 0
    told = [line.split() for line in done.out.splitlines()]
    assert {words[1] for words in told} == {"running"}
    assert running["id"] in {words[2] for words in told}
    done = invoke(quiet, *command, "--status", "faild")
    assert (done.code, "did you mean 'failed'?" in done.err) == (2, True)


def test_one_that_fails_ends_it_with_exit_code_1() -> None:
    with FakeServer(operations=0) as server:
        raw_json.create_operation(
            server, lifetime=30, fails=True, error="no idea", type="file_mass"
        )
        done = invoke(server, *CALLS, "--until-failure", "--timeout", "5m")
    assert done.code == 1
    assert done.out.splitlines()[-1].endswith("file_mass no idea")
    assert "failed: no idea" in done.err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param(("--interval", "30s", "--cap", "2s"), "must not be shorter", id="cap"),
        pytest.param(("--jsonl", "--lines"), "exclude each other", id="formats"),
        pytest.param(("--timeout", "soon"), "no duration", id="duration"),
    ],
)
def test_options_that_do_not_do_are_refused(options: tuple[str, ...], reason: str) -> None:
    done = invoke(None, *CALLS, *options)
    assert done.code == 2
    assert reason in " ".join(done.err.split())


def test_a_resource_needs_its_type_and_its_id() -> None:
    done = invoke(None, "chainloop", "operations", "watch", "--resource-type", "evidence")
    assert done.code == 2
    assert "--resource-type goes with --resource-id" in done.err


def test_a_place_of_another_watch_is_refused(quiet: FakeServer, tmp_path: Path) -> None:
    place = str(tmp_path / "place")
    assert invoke(quiet, *CALLS, "--timeout", "10ms", "--resume", place).code == 0
    done = invoke(quiet, "chainloop", "operations", "watch", "--resume", place)
    assert done.code == 2
    assert done.err.startswith("asyncops: --resume was taken from a watch of /async/operations")
    assert len(done.err.splitlines()) == 1


def test_several_services_are_on_one_screen(quiet: FakeServer) -> None:
    named = ("zoo.operations", "chainloop.operations")
    with in_terminal("watch", *named, *OFTEN, env=variables(quiet), columns=120) as terminal:
        terminal.expect("Newest changes")
        raw_json.create_operation(quiet, status="in_progress")
        raw_json.create_chainloop_operation(quiet, status="ASYNC_OPERATION_STATUS_RUNNING")
        terminal.until(lambda: all(f"{name} " in terminal.shown for name in named), "both")
        assert terminal.screen[0].startswith("zoo.operations chainloop.operations")
        terminal.type("q")
        assert terminal.wait() == 0
        assert restored(terminal)


def test_airflow_prefect_and_github_are_on_one_screen() -> None:
    """Each at its own address, with what is alive and what happens from then on."""
    named = ("airflow.dag_runs:~", "prefect.flow_runs", "github.runs:python/cpython")
    with ExitStack() as opened:
        airflow, prefect, github = fakes = [
            opened.enter_context(Fake(each, rows=0, clock=SYSTEM_CLOCK))
            for each in (AirflowClient, PrefectClient, GitHubClient)
        ]
        env = {"ASYNCOPS_CONFIG": os.devnull}
        for fake in fakes:
            env |= {fake.service.url_variable: fake.url, str(fake.service.token): fake.token}
        airflow.add("dag_runs", "~", status="running")
        screen = in_terminal("watch", *named, *OFTEN, env=env, columns=160, lines=40)
        with screen as terminal:
            terminal.expect("airflow.dag_runs:~ etl")
            prefect.add("flow_runs", status="RUNNING")
            github.add("runs", "python", "cpython", status="failure")
            terminal.until(
                lambda: all(each in "\n".join(terminal.screen[1:]) for each in named), "all three"
            )
            assert terminal.screen[0].startswith(" ".join(named))
            terminal.expect("running 2   succeeded 0   failed 1")
            terminal.type("q")
            assert terminal.wait() == 0
            assert restored(terminal)
