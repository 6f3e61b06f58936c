"""The exit codes of commands, and the failure that a user can solve."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit code of a command."""

    DONE = 0
    FAILED = 1
    """An operation failed, or something is not as it should be."""
    WRONG_USE = 2
    """Arguments, settings or files that cannot be used."""
    TIMED_OUT = 3
    SERVICE = 4
    """An error of a service, or of the way to it."""
    BUG = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class Failure(Exception):
    """The end of a command by a problem that its user can solve.

    Args:
        message: The problem in one line, without a full stop.
        hint: A remedy in one line; `None` where none is known.
        code: The exit code.
    """

    def __init__(
        self, message: str, hint: str | None = None, code: int = ExitCode.WRONG_USE
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        if self.hint is None:
            return self.message
        end = "" if self.hint.endswith("?") else "."
        # A command's name keeps its spelling.
        first = self.hint[0] if self.hint.startswith("asyncops ") else self.hint[:1].upper()
        return f"{self.message.rstrip('.')}. {first}{self.hint[1:]}{end}"


@contextmanager
def needing(module: str, message: str, hint: str | None = None) -> Iterator[None]:
    """Import a library of an extra inside this ``with``.

    Raises:
        Failure: It is not installed; its message is the one given here.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module:
            raise
        raise Failure(message, hint) from None
