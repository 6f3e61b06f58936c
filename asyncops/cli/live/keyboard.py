"""The keyboard for a while: each key at once and unseen. Ctrl-C and Ctrl-Z stay signals."""

import sys
from typing import Any

__all__ = ["Keyboard"]


class Keyboard:
    """Sets the terminal's modes, and restores them.

    Attributes:
        descriptor: Where the keys are read.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._before: list[Any] = []

    @classmethod
    def here(cls) -> "Keyboard | None":
        """The keyboard at standard input; `None` where that is no terminal that can be set."""
        # A program that is started with its input closed has no standard input at all.
        if sys.stdin is None or not sys.stdin.isatty():
            return None
        try:
            import termios  # noqa: F401, PLC0415 - Windows has none
        except ImportError:
            return None
        return cls(sys.stdin.fileno())

    def take(self) -> None:
        """Read each key at once, without echo."""
        import termios  # noqa: PLC0415 - Windows has none
        import tty  # noqa: PLC0415

        self._before = termios.tcgetattr(self.descriptor)
        tty.setcbreak(self.descriptor, termios.TCSANOW)

    def give_back(self) -> None:
        """Restore the terminal's modes."""
        import termios  # noqa: PLC0415 - Windows has none

        # Keys that were pressed meanwhile are not meant for the shell.
        termios.tcsetattr(self.descriptor, termios.TCSAFLUSH, self._before)
