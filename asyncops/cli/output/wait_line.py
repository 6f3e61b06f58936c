"""The progress of a command that waits: a line on a terminal, a few lines in a log.

On a terminal one line on standard error is drawn anew and gone at the end. Elsewhere, as in the log
of a pipeline, a line is written when something changes, and otherwise one a minute.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from attrs import define, field
from rich.progress_bar import ProgressBar

from asyncops.cli.output.progress_line import ProgressLine, progress_line
from asyncops.cli.runtime.error_messages import explained
from asyncops.cli.shell import complain, put_out
from asyncops.cli.text.times import span
from asyncops.polling.policy import Poll

HEARTBEAT = 60.0
"""Seconds between two lines of a log while nothing changes."""

_EVERY = 0.25


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
    subject: str, timeout: float, *, hidden: bool, bar: ProgressBar | None = None
) -> AsyncIterator[WaitLine]:
    """A :class:`WaitLine` that beats until the ``async with`` is left.

    Args:
        subject: The operations, in words that follow "waiting for".
        timeout: Seconds that the wait may take.
        hidden: Whether the command writes something else to standard error, as a log.
        bar: What stands before the text on a terminal.
    """
    line = WaitLine(subject=subject, timeout=timeout, line=progress_line(hidden=hidden), bar=bar)
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
        await asyncio.sleep(_EVERY)
