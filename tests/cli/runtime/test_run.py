"""What an error is to the user: a line, a hint, an exit code; and never a traceback."""

import asyncio
import logging
import signal
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

import asyncops.cli
from asyncops.cli import main
from asyncops.cli.connect import ACCOUNT_IN_USE, Account
from asyncops.cli.options.fields import Settings
from asyncops.cli.resources import SERVICES
from asyncops.cli.runtime.error_messages import explain
from asyncops.cli.runtime.run import execute, right_use
from asyncops.cli.shell import ExitCode, Failure, complain, console, never_fail_to_encode
from asyncops.errors import (
    APIError,
    DecodeError,
    ListingMoved,
)

NOW = datetime(2026, 11, 22, 14, 3, 20, tzinfo=UTC)
ACCOUNT = Account(
    client=SERVICES["zoo"],
    token="very-secret-token",
    token_source="the variable ZOO_API_TOKEN",
)


def raising(error: BaseException, account: Account | None = None) -> int:
    async def command() -> int:
        ACCOUNT_IN_USE.set(account)
        raise error

    return execute(command(), Settings())


def test_of_several_errors_the_first_that_can_be_explained_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    group = ExceptionGroup(
        "two", [ValueError("x"), ExceptionGroup("in", [Failure("that", "this")])]
    )
    assert raising(group) == 2
    assert capsys.readouterr().err == "asyncops: that. This.\n"


def test_a_long_message_of_a_service_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    error = APIError.of(400)("x" * 5000, status=400)
    assert raising(error, ACCOUNT) == 4
    assert len(capsys.readouterr().err) < 400


def test_what_a_service_says_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    error = APIError.of(400)("bad\x1b[2J\r\nword\u202e", status=400)
    assert raising(error, ACCOUNT) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isascii()
    assert line.isprintable()


def test_a_mistake_of_the_program_is_one_line_and_a_traceback_only_with_v(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def command() -> int:
        raise KeyError("gone")

    assert execute(command(), Settings()) == 70
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("asyncops: a mistake in asyncops itself: KeyError: 'gone'. Run it again")
    assert execute(command(), Settings(verbose=1)) == ExitCode.BUG
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_v_tells_more_of_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Its class, the causes, and what an answer held; still no traceback."""

    async def command() -> int:
        raise DecodeError(
            "wrong", problems=("a at $.x", "b at $.y"), snippet="<html>", request_id="r"
        ) from ValueError("below")

    assert execute(command(), Settings(verbose=1)) == 4
    err = capsys.readouterr().err
    assert "asyncops.errors.DecodeError: wrong" in err
    assert "builtins.ValueError: below" in err
    assert "problem: a at $.x" in err
    assert "problem: b at $.y" in err
    assert "the answer began: <html>" in err
    assert "Traceback" not in err


def test_wrong_arguments_of_the_library_are_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    async def command() -> int:
        with right_use():
            raise ValueError("limit must be at least 1")

    assert execute(command(), Settings()) == 2
    assert capsys.readouterr().err == "asyncops: limit must be at least 1\n"


@pytest.mark.parametrize("error", [typer.Exit(7), typer.BadParameter("no"), typer.Abort()])
def test_what_the_command_line_itself_raises_is_left_to_it(error: Exception) -> None:
    async def command() -> int:
        raise error

    with pytest.raises(type(error)):
        execute(command(), Settings())


def test_a_listing_that_moved_is_a_line_and_the_command_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Other warnings go where they went before."""

    async def command() -> int:
        warnings.warn(ListingMoved("rows vanished"), stacklevel=1)
        with pytest.warns(UserWarning, match="another"):
            warnings.warn("another", stacklevel=1)
        return 0

    assert execute(command(), Settings()) == 0
    assert capsys.readouterr().err == "asyncops: warning: rows vanished\n"


@pytest.mark.parametrize(("verbose", "told"), [(0, 0), (1, 1), (2, 2)])
def test_the_librarys_log_is_told_as_far_as_was_asked_for(
    verbose: int, told: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async def command() -> int:
        logging.getLogger("asyncops.retry").info("again in %d s", 3)
        logging.getLogger("asyncops.walk").debug("done")
        return 0

    before = logging.getLogger("asyncops").handlers[:]
    assert execute(command(), Settings(verbose=verbose)) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == told
    assert all(line.startswith("asyncops: ") for line in lines)
    assert logging.getLogger("asyncops").handlers == before


def test_output_that_cannot_be_written_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk behind standard output is one line, and nothing more at the program's end."""

    async def command() -> int:
        sys.stdout.write("lost")
        return 0

    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert execute(command(), Settings()) == 2
    assert "no space left on device" in capsys.readouterr().err.lower()


def test_a_command_that_is_interrupted_from_within_ends_with_130() -> None:
    async def command() -> int:
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    assert execute(command(), Settings()) == 130


def test_an_error_of_the_program_that_looks_like_the_systems_is_a_mistake_of_the_program() -> None:
    assert explain(TimeoutError(), ACCOUNT, NOW) is None
    assert explain(ExceptionGroup("bugs", [ValueError("x")]), ACCOUNT, NOW) is None


@pytest.fixture
def own_ctrl_c() -> Iterator[None]:
    """Ctrl-C is again what it was: the program keeps it to the end."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("own_ctrl_c")
def test_ctrl_c_while_the_program_loads_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("asyncops.cli.app.run", interrupted)
    assert main() == 130


@pytest.mark.usefixtures("own_ctrl_c")
def test_without_the_extra_a_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What else is missing is a mistake, and raised."""
    monkeypatch.delitem(sys.modules, "asyncops.cli.app", raising=False)
    monkeypatch.setattr(asyncops.cli, "app", None, raising=False)
    monkeypatch.setitem(sys.modules, "typer", None)
    assert main() == 2
    assert "pip install 'asyncops[cli]'" in capsys.readouterr().err
    monkeypatch.delitem(sys.modules, "typer")
    monkeypatch.setitem(sys.modules, "asyncops.cli.app", None)
    with pytest.raises(ModuleNotFoundError):
        main()


def test_output_that_is_closed_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is started without standard output can still write to it."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    never_fail_to_encode()
    with sys.stdout, sys.stderr:
        sys.stdout.write("dropped \u2713")
        complain("dropped, too")


def test_a_console_has_the_terminals_colours_and_a_pipes_width(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert (console().width, console(stderr=True).width) == (120, 120)
    assert console(stderr=True).stderr
    monkeypatch.setenv("COLUMNS", "70")
    assert console().width == 70
