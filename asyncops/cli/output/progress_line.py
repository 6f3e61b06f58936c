"""One line on standard error that says how far a command has come, and is gone at its end."""

import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TextIO, TypeVar

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from asyncops.cli.resources import counted
from asyncops.cli.shell import console, descriptor_of
from asyncops.cli.text.safe import cut
from asyncops.cli.text.times import span
from asyncops.http.meter import OnPage, WalkReport
from asyncops.http.sending import OnUpload, UploadProgress

R = TypeVar("R")

_EVERY = 0.2
_BAR = 24
_ROOMY = 60


class ProgressLine:
    """A line at the bottom of a terminal, drawn anew in its place.

    Warnings that are written meanwhile stand above the line. A progress line that cannot be
    written is no reason to end the command.

    Args:
        console: Standard error, which is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        # Results on standard output may go to a pipe: rich must not take them to the terminal.
        self._live = Live(
            console=console, auto_refresh=False, transient=True, redirect_stdout=False
        )

    def draw(self, text: str, bar: ProgressBar | None = None) -> None:
        """Show a text in place of the one before, cut to the terminal's width.

        Args:
            text: The text.
            bar: What stands before it, where there is room for both.
        """
        with suppress(OSError):
            self._live.start()
            # Nobody could show the cursor again after Ctrl-Z or SIGKILL.
            self._console.show_cursor()
            width = max(1, self._console.width - 1)
            line = Table.grid(padding=(0, 1))
            if bar is None or width < _ROOMY:
                line.add_row(Text(cut(text, width), no_wrap=True))
            else:
                bar.width = _BAR
                line.add_row(bar, Text(cut(text, width - _BAR - 1), no_wrap=True))
            self._live.update(line, refresh=True)

    def clear(self) -> None:
        """Take the line away, until it is drawn again."""
        with suppress(OSError):
            self._live.stop()


def progress_line(*, hidden: bool) -> ProgressLine | None:
    """The line to draw; `None` where nobody would see it.

    Args:
        hidden: Whether the command writes something else to standard error meanwhile.
    """
    errors = console(stderr=True)
    # Variables such as FORCE_COLOR make rich take a pipe for a terminal.
    shown = sys.stderr.isatty() and errors.is_interactive and not hidden
    return ProgressLine(errors) if shown else None


def listing_progress(
    name: str, *, hidden: bool, beside_rows: bool
) -> AbstractContextManager[OnPage | None]:
    """Show how far a listing has come: gives the hook to call with each page.

    Args:
        name: The resource: ``zoo operations``.
        hidden: Whether the command writes something else to standard error meanwhile.
        beside_rows: Whether the rows go to standard output. On a terminal, or behind a pipe to a
            program that writes to one, the line would stand among the rows, and is not shown.
    """
    line = progress_line(hidden=hidden or (beside_rows and _may_be_seen(sys.stdout)))
    return _drawing(line, lambda line, report: line.draw(_listed(name, report)))


def upload_progress(name: str, *, hidden: bool) -> AbstractContextManager[OnUpload | None]:
    """Show how far an upload has come, with a bar: gives the hook that is told of it.

    Args:
        name: What is sent.
        hidden: Whether the command writes something else to standard error meanwhile.
    """
    began = time.monotonic()

    def draw(line: ProgressLine, progress: UploadProgress) -> None:
        bar = ProgressBar(total=progress.total, completed=progress.sent)
        line.draw(_sent(name, progress, time.monotonic() - began), bar)

    return _drawing(progress_line(hidden=hidden), draw, lambda each: each.sent == each.total)


@contextmanager
def _drawing(
    line: ProgressLine | None,
    draw: Callable[[ProgressLine, R], None],
    is_last: Callable[[R], bool] = lambda _: False,
) -> Iterator[Callable[[R], None] | None]:
    """Give a hook that has the line drawn a few times a second at most, and at the last report."""
    if line is None:
        yield None
        return
    next_draw = 0.0

    def hook(report: R) -> None:
        nonlocal next_draw
        if time.monotonic() >= next_draw or is_last(report):
            next_draw = time.monotonic() + _EVERY
            draw(line, report)

    try:
        yield hook
    finally:
        line.clear()


def _may_be_seen(stream: TextIO) -> bool:
    """Whether text written to a stream may come to a screen: it goes to no file."""
    descriptor = descriptor_of(stream)
    return descriptor is None or not stat.S_ISREG(os.fstat(descriptor).st_mode)


def _listed(name: str, report: WalkReport) -> str:
    words = f"{counted(report.items, name)} read, {report.pages:,} pages, {span(report.elapsed)}"
    if report.elapsed > 1:
        words += f", {report.items / report.elapsed:,.0f}/s"
    return f"{words}, {report.retries:,} retries" if report.retries else words


def _sent(name: str, progress: UploadProgress, passed: float) -> str:
    if progress.sent == progress.total:
        return f"sent {name}, waiting for the answer"
    of = "" if progress.total is None else f" of {progress.total:,}"
    words = f"sending {name}: {progress.sent:,}{of} bytes, {span(round(passed))}"
    return f"{words}, {progress.sent / passed:,.0f}/s" if passed > 1 else words
