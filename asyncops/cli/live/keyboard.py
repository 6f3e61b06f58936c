"""The keyboard for a while: each key at once and unseen. Ctrl-C and Ctrl-Z stay signals."""

import asyncio
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

__all__ = ["Keyboard"]


class Keyboard:
    """Sets the terminal's modes and restores them, where standard input is a terminal.

    Args:
        pressed: Called with the keys that were pressed.

    Attributes:
        is_there: Whether there is a keyboard; without one, nothing is set.
    """

    def __init__(self, pressed: Callable[[bytes], None]) -> None:
        self._pressed = pressed
        self._before: list[Any] = []
        # A program that is started with its input closed has no standard input; Windows has no
        # termios.
        has_modes = sys.stdin is not None and find_spec("termios") is not None
        self.is_there: bool = has_modes and sys.stdin.isatty()

    def take(self) -> None:
        """Read each key at once, without echo."""
        if self.is_there:
            import termios  # noqa: PLC0415 - Windows has none
            import tty  # noqa: PLC0415

            descriptor = sys.stdin.fileno()
            self._before = termios.tcgetattr(descriptor)
            tty.setcbreak(descriptor, termios.TCSANOW)
            asyncio.get_running_loop().add_reader(descriptor, self._read, descriptor)

    def give_back(self) -> None:
        """Restore the terminal's modes."""
        if self.is_there:
            import termios  # noqa: PLC0415 - Windows has none

            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            # Keys that were pressed meanwhile are not meant for the shell.
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSAFLUSH, self._before)

    def _read(self, descriptor: int) -> None:
        try:
            keys = os.read(descriptor, 64)
        except OSError:
            keys = b""
        if not keys:
            asyncio.get_running_loop().remove_reader(descriptor)
        self._pressed(keys)
