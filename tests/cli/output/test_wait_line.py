"""What a wait says meanwhile: a line that moves on a terminal, few lines elsewhere."""

from unittest.mock import Mock

import pyte
import pytest
from attrs import evolve
from pyte import modes
from rich.console import Console

from asyncops.cli.output.progress_line import HEARTBEAT, ProgressLine, WaitLine
from asyncops.errors import ConnectionFailed
from asyncops.polling.policy import Poll


def wait_line(*, terminal: bool, now: Mock | None = None) -> WaitLine:
    console = Console(stderr=True, force_terminal=True)
    return WaitLine(
        subject="3 operations",
        timeout=600,
        explained=lambda error: f"because {error}",
        line=ProgressLine(console) if terminal else None,
        now=now or Mock(return_value=0.0),
    )


class Screen:
    """A terminal that shows what was written to standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._screen = pyte.Screen(80, 5)
        # As the terminal's driver would have it: a new line begins at its first column.
        self._screen.set_mode(modes.LNM)
        self._stream = pyte.Stream(self._screen)

    @property
    def lines(self) -> list[str]:
        self._stream.feed(self._capsys.readouterr().err)
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip().splitlines()


def poll(number: int = 1, *, failed: bool = False, next_in: float | None = 4.0) -> Poll:
    error = ConnectionFailed("refused") if failed else None
    return Poll(number=number, elapsed=1, open=2, ended=1, next_in=next_in, error=error)


def test_a_log_gets_a_line_at_the_beginning_and_one_a_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """However often time passes, and without control characters."""
    now = Mock(return_value=0.0)
    waiting = wait_line(terminal=False, now=now)
    waiting.begin()
    waiting.on_poll(poll())
    for second in range(int(3 * HEARTBEAT)):
        now.return_value = float(second)
        waiting.beat()
    waiting.clear()
    assert capsys.readouterr().err.splitlines() == [
        "asyncops: waiting for 3 operations, at most 10m",
        "asyncops: 2 of 3 still open, 1m of 10m, polling",
        "asyncops: 2 of 3 still open, 2m of 10m, polling",
    ]


def test_what_is_said_puts_the_next_line_off(capsys: pytest.CaptureFixture[str]) -> None:
    now = Mock(return_value=0.0)
    waiting = wait_line(terminal=False, now=now)
    now.return_value = 50.0
    waiting.put_out("one has ended")
    now.return_value = 100.0
    waiting.beat()
    assert capsys.readouterr().err == ""
    now.return_value = 110.0
    waiting.beat()
    assert capsys.readouterr().err == "asyncops: waiting for 3 operations, 1m50s of 10m\n"


def test_an_outage_is_told_once_and_so_is_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = wait_line(terminal=False)
    for number, failed in enumerate([False, True, True, True, False, False], start=1):
        waiting.on_poll(poll(number, failed=failed))
    assert capsys.readouterr().err.splitlines() == [
        "asyncops: no answer, going on: because refused",
        "asyncops: there are answers again",
    ]


def test_what_waits_for_a_person_is_told_when_it_becomes_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waiting = wait_line(terminal=False)
    for blocked in (0, 1, 1, 2, 0, 1):
        waiting.on_poll(evolve(poll(), blocked=blocked))
    assert capsys.readouterr().err.splitlines() == [
        f"asyncops: {number} of 2 still open wait for a person" for number in (1, 2, 1)
    ]
    assert waiting.text == "2 of 3 still open (1 blocked), 0s of 10m, next poll in 4s"


def test_on_a_terminal_one_line_moves_and_is_gone_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = Mock(return_value=0.0)
    waiting = wait_line(terminal=True, now=now)
    screen = Screen(capsys)
    waiting.begin()
    assert screen.lines == []
    waiting.beat()
    assert screen.lines == ["waiting for 3 operations, 0s of 10m"]
    waiting.on_poll(poll())
    now.return_value = 1.0
    waiting.beat()
    assert screen.lines == ["2 of 3 still open, 1s of 10m, next poll in 3s"]
    now.return_value = 3.5
    waiting.beat()
    assert screen.lines == ["2 of 3 still open, 4s of 10m, polling"]
    waiting.clear()
    waiting.clear()
    assert screen.lines == []


def test_on_a_terminal_a_result_takes_the_place_of_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waiting = wait_line(terminal=True)
    waiting.beat()
    waiting.put_out("one has ended")
    out, err = capsys.readouterr()
    assert out == "one has ended\n"
    assert err.endswith("\r\x1b[1A\x1b[2K")
    waiting.beat()
    screen = Screen(capsys)
    waiting.complain("another has failed")
    waiting.beat()
    assert screen.lines == [
        "asyncops: another has failed",
        "waiting for 3 operations, 0s of 10m",
    ]


def test_the_line_fits_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    waiting = wait_line(terminal=True)
    waiting.beat()
    (line,) = Screen(capsys).lines
    assert len(line) <= 19
    assert line.endswith("…")


def test_after_the_last_poll_no_next_one_is_promised() -> None:
    waiting = wait_line(terminal=False)
    waiting.on_poll(poll(next_in=None))
    assert waiting.text == "2 of 3 still open, 0s of 10m"
