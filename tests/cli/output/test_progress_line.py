"""The progress of a listing: a line on a terminal, and nothing anywhere else."""

import sys
from collections.abc import Callable

import pytest

from asyncops.cli import shell
from asyncops.cli.output.progress_line import ProgressLine, listing_progress, progress_line
from asyncops.cli.runtime.logging import listening
from asyncops.testing import FakeServer, Fault
from tests.cli.processes import Done, run
from tests.cli.running import variables
from tests.cli.terminals import in_terminal

LIST = ("zoo", "operations", "list", "--jsonl", "--page-size", "100")


class Broken:
    """A terminal whose other end has gone."""

    encoding = "utf-8"

    def write(self, _: str) -> int:
        raise OSError(5, "Input/output error")

    def flush(self) -> None:
        raise OSError(5, "Input/output error")

    def isatty(self) -> bool:
        return True


@pytest.fixture
def server(fake_server_factory: Callable[..., FakeServer]) -> FakeServer:
    return fake_server_factory(operations=1000, prompts=0, chainloop_operations=0)


@pytest.mark.asyncops(unused_faults=True)  # it may be ended before the request that hangs
def test_a_terminal_shows_how_many_rows_came_and_nothing_of_it_at_the_end(
    server: FakeServer,
) -> None:
    server.script(Fault(delay=600, on=20, path="/async/operations"))
    with in_terminal(*LIST, "-o", "/dev/null", env=variables(server)) as screen:
        screen.expect(" items of zoo operations read, ")
        assert not screen.cursor_hidden
        screen.process.terminate()
        assert screen.wait() == 143
        assert screen.shown == ""
        assert not screen.cursor_hidden


@pytest.mark.parametrize("colours", [{}, {"FORCE_COLOR": "1"}])
def test_a_pipe_gets_no_progress_whatever_the_environment_says_of_colours(
    server: FakeServer, colours: dict[str, str]
) -> None:
    done = run(*LIST, "-o", "/dev/null", env={**variables(server), **colours})
    assert done == Done(0, "", "")


def test_without_a_terminal_pages_need_not_be_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    with listing_progress("zoo operations", beside_rows=False) as on_page:
        assert on_page is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    assert progress_line() is None
    with listening(1):
        assert progress_line() is None


def test_a_terminal_that_has_gone_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Broken())
    line = ProgressLine(shell.console(stderr=True))
    line.draw("one")
    line.draw("two")
    line.clear()
    assert isinstance(sys.stderr, Broken)
