"""How far a command has come: a line on a terminal that is gone at its end.

A command that waits writes a few lines in a log as well, as that of a pipeline: when something
changes, and otherwise one a minute.
"""

import asyncio
import os
import stat
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from typing import TextIO, TypeVar

from attrs import define, field
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from asyncops.cli.resources import counted
from asyncops.cli.runtime.error_messages import explained
from asyncops.cli.runtime.logging import is_logging
from asyncops.cli.shell import complain, console, descriptor_of, put_out
from asyncops.cli.text import cut, span
from asyncops.http.meter import OnPage, WalkReport
from asyncops.http.sending import OnUpload, UploadProgress
from asyncops.polling.policy import Poll

R = TypeVar("R")

HEARTBEAT = 60.0
"""Seconds between two lines of a log while nothing changes."""

_BEAT = 0.25
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


def progress_line() -> ProgressLine | None:
    """The line to draw; `None` where nobody would see it, and where the log is written instead."""
    errors = console(stderr=True)
    # Variables such as FORCE_COLOR make rich take a pipe for a terminal.
    shown = sys.stderr.isatty() and errors.is_interactive and not is_logging()
    return ProgressLine(errors) if shown else None


def listing_progress(name: str, *, beside_rows: bool) -> AbstractContextManager[OnPage | None]:
    """Show how far a listing has come: gives the hook to call with each page.

    Args:
        name: The resource: ``zoo operations``.
        beside_rows: Whether the rows go to standard output. On a terminal, or behind a pipe to a
            program that writes to one, the line would stand among the rows, and is not shown.
    """
    line = None if beside_rows and _may_be_seen(sys.stdout) else progress_line()
    return _drawing(line, lambda line, report: line.draw(_listed(name, report)))


def upload_progress(name: str) -> AbstractContextManager[OnUpload | None]:
    """Show how far an upload of a file has come, with a bar: gives the hook that is told of it."""
    began = time.monotonic()

    def draw(line: ProgressLine, progress: UploadProgress) -> None:
        bar = ProgressBar(total=progress.total, completed=progress.sent)
        line.draw(_sent(name, progress, time.monotonic() - began), bar)

    return _drawing(progress_line(), draw, lambda each: each.sent == each.total)


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


@define(eq=False, kw_only=True)
class WaitLine:
    """Tells how a wait stands while it lasts.

    Attributes:
        subject: The operations, in words that follow "waiting for".
        timeout: Seconds that the wait may take.
        line: The line on a terminal; `None` for a log.
        explained: From an error to its words.
        bar: What stands before the text of this line.
        now: A clock in seconds.
    """

    subject: str
    timeout: float
    line: ProgressLine | None
    explained: Callable[[BaseException], str] = explained
    bar: ProgressBar | None = None
    now: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _last_written: float = field(init=False)
    _last_poll: Poll | None = field(default=None, init=False)
    _polled_at: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        self._began = self._last_written = self.now()

    def begin(self) -> None:
        """Say in a log that the wait begins."""
        if self.line is None:
            self.complain(f"waiting for {self.subject}, at most {span(self.timeout)}")

    def on_poll(self, poll: Poll) -> None:
        """Note a poll: the hook that waits take."""
        before = self._last_poll
        self._last_poll, self._polled_at = poll, self.now()
        blocked, error = (0, None) if before is None else (before.blocked, before.error)
        if poll.blocked > blocked:
            self.complain(f"{poll.blocked} of {poll.open} still open wait for a person")
        if poll.error is not None and error is None:
            self.complain(f"no answer, going on: {self.explained(poll.error)}")
        elif poll.error is None and error is not None:
            self.complain("there are answers again")

    def put_out(self, line: str) -> None:
        """Write a line of the result to standard output."""
        self.clear()
        put_out(f"{line}\n")
        self._last_written = self.now()

    def complain(self, line: str) -> None:
        """Write a line to standard error."""
        self.clear()
        complain(line)
        self._last_written = self.now()

    def beat(self) -> None:
        """Draw the line anew; in a log, write one when none was written for a minute."""
        if self.line is not None:
            self.line.draw(self.text, self.bar)
        elif self.now() - self._last_written >= HEARTBEAT:
            self.complain(self.text)

    @property
    def text(self) -> str:
        """How the wait stands, in one line."""
        passed = f"{span(round(self.now() - self._began))} of {span(self.timeout)}"
        poll = self._last_poll
        if poll is None:
            return f"waiting for {self.subject}, {passed}"
        held = f" ({poll.blocked} blocked)" if poll.blocked else ""
        words = f"{poll.open} of {poll.open + poll.ended} still open{held}, {passed}"
        if poll.next_in is None:
            return words
        left = poll.next_in - (self.now() - self._polled_at)
        return f"{words}, " + (f"next poll in {span(round(left))}" if left >= 1 else "polling")

    def clear(self) -> None:
        """Take the line on a terminal away, until the next beat."""
        if self.line is not None:
            self.line.clear()


@asynccontextmanager
async def wait_line(
    subject: str, timeout: float, bar: ProgressBar | None = None
) -> AsyncIterator[WaitLine]:
    """A :class:`WaitLine` that beats until the ``async with`` is left.

    Args:
        subject: The operations, in words that follow "waiting for".
        timeout: Seconds that the wait may take.
        bar: What stands before the text on a terminal.
    """
    line = WaitLine(subject=subject, timeout=timeout, line=progress_line(), bar=bar)
    line.begin()
    beating = asyncio.create_task(_beat(line))
    try:
        yield line
    finally:
        beating.cancel()
        line.clear()


async def _beat(line: WaitLine) -> None:
    while True:
        line.beat()
        await asyncio.sleep(_BEAT)
