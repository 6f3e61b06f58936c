"""What a wait says meanwhile: a line that moves on a terminal, few lines elsewhere."""

import re
from unittest.mock import Mock

import pytest

from asyncops.cli.patience import HEARTBEAT, Patience
from asyncops.errors import ConnectionFailed
from asyncops.polling import Look


def patience(*, lively: bool, now: Mock | None = None) -> Patience:
    return Patience(
        what="3 operations",
        timeout=600,
        explained=lambda error: f"because {error}",
        lively=lively,
        now=now or Mock(return_value=0.0),
    )


def look(number: int = 1, *, failed: bool = False, next_in: float | None = 4.0) -> Look:
    error = ConnectionFailed("refused") if failed else None
    return Look(number=number, elapsed=1, open=2, ended=1, next_in=next_in, error=error)


def test_a_log_gets_a_line_at_the_beginning_and_one_a_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """However often time passes, and without control characters."""
    now = Mock(return_value=0.0)
    waiting = patience(lively=False, now=now)
    waiting.begin()
    waiting.look(look())
    for second in range(int(3 * HEARTBEAT)):
        now.return_value = float(second)
        waiting.beat()
    waiting.clear()
    assert capsys.readouterr().err.splitlines() == [
        "asyncops: waiting for 3 operations, at most 10m",
        "asyncops: 2 of 3 still open, 1m of 10m, looking",
        "asyncops: 2 of 3 still open, 2m of 10m, looking",
    ]


def test_what_is_said_puts_the_next_line_off(capsys: pytest.CaptureFixture[str]) -> None:
    now = Mock(return_value=0.0)
    waiting = patience(lively=False, now=now)
    now.return_value = 50.0
    waiting.say("one has ended")
    now.return_value = 100.0
    waiting.beat()
    assert capsys.readouterr().err == ""
    now.return_value = 110.0
    waiting.beat()
    assert capsys.readouterr().err == "asyncops: waiting for 3 operations, 1m50s of 10m\n"


def test_an_outage_is_told_once_and_so_is_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = patience(lively=False)
    for number, failed in enumerate([False, True, True, True, False, False], start=1):
        waiting.look(look(number, failed=failed))
    assert capsys.readouterr().err.splitlines() == [
        "asyncops: no answer, going on: because refused",
        "asyncops: there are answers again",
    ]


def test_on_a_terminal_one_line_moves_and_is_gone_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = Mock(return_value=0.0)
    waiting = patience(lively=True, now=now)
    waiting.begin()
    waiting.beat()
    waiting.look(look())
    now.return_value = 1.0
    waiting.beat()
    now.return_value = 3.5
    waiting.beat()
    waiting.clear()
    waiting.clear()
    assert re.split(r"\r\x1b\[2K", capsys.readouterr().err) == [
        "",
        "waiting for 3 operations, 0s of 10m",
        "2 of 3 still open, 1s of 10m, next look in 3s",
        "2 of 3 still open, 4s of 10m, looking",
        "",
    ]


def test_on_a_terminal_a_result_takes_the_place_of_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waiting = patience(lively=True)
    waiting.beat()
    waiting.say("one has ended")
    out, err = capsys.readouterr()
    assert out == "one has ended\n"
    assert err.endswith("\r\x1b[2K")


def test_the_line_fits_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    waiting = patience(lively=True)
    waiting.beat()
    line = capsys.readouterr().err.removeprefix("\r\x1b[2K")
    assert len(line) <= 19
    assert line.endswith("…")


def test_after_the_last_look_no_next_one_is_promised() -> None:
    waiting = patience(lively=False)
    waiting.look(look(next_in=None))
    assert waiting.line() == "2 of 3 still open, 0s of 10m"
