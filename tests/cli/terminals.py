"""A command in a real pseudo-terminal, and what its user would see on the screen."""

import errno
import fcntl
import os
import pty
import selectors
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyte

from tests.cli.processes import PROGRAM, SECONDS, environment

__all__ = ["CTRL_C", "CTRL_S", "ENTER", "Terminal", "in_terminal"]

CTRL_C = "\x03"
CTRL_S = "\x13"
ENTER = "\r"

# The terminal must be the process's own, or Ctrl-C reaches nobody.
_LAUNCHER = (
    sys.executable,
    "-I",
    "-S",
    "-c",
    (
        "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "[signal.signal(each, signal.SIG_DFL) "
        "for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP)]; "
        "os.execv(sys.argv[1], sys.argv[1:])"
    ),
)


class Terminal:
    """A terminal with one program in it.

    Attributes:
        raw: All that the program wrote, control sequences and all.
        process: The program.
    """

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], columns: int, lines: int
    ) -> None:
        self.raw: bytearray = bytearray()
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._here, there = pty.openpty()
        self._size(columns, lines)
        try:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(
                [*_LAUNCHER, *command],
                stdin=there,
                stdout=there,
                stderr=there,
                env=dict(env),
                start_new_session=True,
            )
        finally:
            os.close(there)
        self._open = True

    @property
    def text(self) -> str:
        """All that the program wrote, as text, with its control sequences."""
        return self.raw.decode(errors="replace")

    @property
    def screen(self) -> list[str]:
        """The lines of the screen as they are now, without the blanks at their ends."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def shown(self) -> str:
        """The screen as one text, without empty lines at its end."""
        return "\n".join(self.screen).rstrip()

    @property
    def cursor_hidden(self) -> bool:
        """Whether the program has hidden the cursor."""
        return bool(self._screen.cursor.hidden)

    def colour_at(self, text: str) -> str:
        """The colour in which the first character of a text on the screen is shown."""
        for number, line in enumerate(self._screen.display):
            if (column := line.find(text)) >= 0:
                return str(self._screen.buffer[number][column].fg)
        raise AssertionError(f"{text!r} is not on the screen:\n{self.shown}")

    def type(self, keys: str) -> None:
        """Press keys: text, :data:`ENTER`, :data:`CTRL_C`, :data:`CTRL_S`."""
        os.write(self._here, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size; the program gets SIGWINCH."""
        self._size(columns, lines)
        self._screen.resize(lines, columns)

    def expect(self, text: str, *, seconds: float = SECONDS) -> None:
        """Read until a text is on the screen."""
        self.until(lambda: text in self.shown, f"{text!r} on the screen", seconds=seconds)

    def until(
        self, happened: Callable[[], bool], what: str = "it", *, seconds: float = SECONDS
    ) -> None:
        """Read until something has happened.

        Raises:
            AssertionError: The program ended first, or the time was up; with the screen.
        """
        deadline = time.monotonic() + seconds
        while not happened():
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"waited in vain for {what}; the screen:\n{self.shown}")

    def wait(self, *, seconds: float = SECONDS) -> int:
        """Read to the program's end, and give its exit code."""
        deadline = time.monotonic() + seconds
        while self._open and (left := deadline - time.monotonic()) > 0:
            self._read(left)
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def hang_up(self) -> None:
        """Close the terminal while the program runs, as closing a window does."""
        os.close(self._here)
        self._here = os.open(os.devnull, os.O_RDONLY)

    def close(self) -> None:
        """End the program, if it has not ended, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._here)

    def _size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._here, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self, seconds: float) -> bool:
        """Take what was written; False at the end, and where nothing came in time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._here, selectors.EVENT_READ)
            if not self._open or not selector.select(seconds):
                return False
        try:
            data = os.read(self._here, 65536)
        except OSError as error:
            # The way in which Linux says that the other end is closed.
            if error.errno != errno.EIO:
                raise
            data = b""
        self._open = bool(data)
        self.raw += data
        self._stream.feed(data)
        return self._open


@contextmanager
def in_terminal(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    columns: int = 100,
    lines: int = 30,
    program: Sequence[str] = PROGRAM,
) -> Iterator[Terminal]:
    """``asyncops`` in a pseudo-terminal of its own; it is killed if it outlasts the ``with``.

    Args:
        arguments: What stands behind ``asyncops``.
        env: Variables besides those of :func:`tests.cli.processes.environment`.
        columns: The window's width, in cells.
        lines: Its height.
        program: What is run, if not ``asyncops``.
    """
    terminal = Terminal([*program, *arguments], environment(env), columns, lines)
    try:
        yield terminal
    finally:
        terminal.close()
