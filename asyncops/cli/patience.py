"""What a command that waits says meanwhile: a line that moves on a terminal, a few lines elsewhere.

On a terminal one line on standard error is drawn anew and gone at the end. Elsewhere, as in the log
of a pipeline, there is a line when something changes and otherwise one a minute.
"""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from attrs import define, field

from asyncops.cli.terminal import complain, put_out
from asyncops.cli.texts import cut
from asyncops.cli.times import span
from asyncops.polling import Look

__all__ = ["HEARTBEAT", "Patience", "waiting_aloud"]

HEARTBEAT = 60.0
"""Seconds between two lines where nothing changes and no terminal shows the line that moves."""

_EVERY = 0.25
_CLEAR = "\r\x1b[2K"
_DEFAULT_WIDTH = 80


@define(eq=False, kw_only=True)
class Patience:
    """Tells of a wait while it lasts.

    Attributes:
        what: What is waited for, in words that follow a number: ``Zoo operations``.
        timeout: Seconds that the wait may take.
        explained: From an error to its words.
        lively: Whether there is a terminal to draw on.
        now: A clock in seconds.
    """

    what: str
    timeout: float
    explained: Callable[[BaseException], str]
    lively: bool
    now: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _spoke: float = field(init=False)
    _last: Look | None = field(default=None, init=False)
    _looked: float = field(default=0.0, init=False)
    _silent: bool = field(default=False, init=False)
    _drawn: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._began = self._spoke = self.now()

    def begin(self) -> None:
        """Say what is waited for, where no line will show it."""
        if not self.lively:
            self.complain(f"waiting for {self.what}, at most {span(self.timeout)}")

    def look(self, look: Look) -> None:
        """There was a look: the hook that waits take."""
        self._last, self._looked = look, self.now()
        if look.error is not None and not self._silent:
            self.complain(f"no answer, going on: {self.explained(look.error)}")
        elif look.error is None and self._silent:
            self.complain("there are answers again")
        self._silent = look.error is not None

    def say(self, line: str) -> None:
        """Write a line of the result to standard output."""
        self.clear()
        put_out(f"{line}\n")
        self._spoke = self.now()

    def complain(self, line: str) -> None:
        """Write a line to standard error."""
        self.clear()
        complain(line)
        self._spoke = self.now()

    def beat(self) -> None:
        """Time has passed: draw the line anew, or say that it still goes on."""
        if self.lively:
            width = shutil.get_terminal_size((_DEFAULT_WIDTH, 1)).columns
            self._write(f"{_CLEAR}{cut(self.line(), max(1, width - 1))}")
            self._drawn = True
        elif self.now() - self._spoke >= HEARTBEAT:
            self.complain(self.line())

    def line(self) -> str:
        """How the wait stands, in one line."""
        passed = f"{span(round(self.now() - self._began))} of {span(self.timeout)}"
        if self._last is None:
            return f"waiting for {self.what}, {passed}"
        total = self._last.open + self._last.ended
        words = f"{self._last.open} of {total} still open, {passed}"
        if self._last.next_in is None:
            return words
        left = self._last.next_in - (self.now() - self._looked)
        return f"{words}, " + (f"next look in {span(round(left))}" if left >= 1 else "looking")

    def clear(self) -> None:
        """Leave nothing of the line that moves."""
        if self._drawn:
            self._write(_CLEAR)
            self._drawn = False

    @staticmethod
    def _write(text: str) -> None:
        # What only shows progress is no reason to end.
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


@asynccontextmanager
async def waiting_aloud(
    what: str, timeout: float, *, explained: Callable[[BaseException], str], quiet: bool = False
) -> AsyncIterator[Patience]:
    """A :class:`Patience` whose line moves by itself until this is left.

    Args:
        what: What is waited for.
        timeout: Seconds that the wait may take.
        explained: From an error to its words.
        quiet: Whether something else is written to standard error, so that no line may move there.
    """
    lively = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not quiet
    patience = Patience(what=what, timeout=timeout, explained=explained, lively=lively)
    patience.begin()
    ticking = asyncio.create_task(_tick(patience))
    try:
        yield patience
    finally:
        ticking.cancel()
        patience.clear()


async def _tick(patience: Patience) -> None:
    while True:
        patience.beat()
        await asyncio.sleep(_EVERY)
