"""What a command tells the shell and its user: exit codes, failures, and lines of text."""

import errno
import io
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from select import select
from typing import Any, NoReturn, TextIO

from attrs import define
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from asyncops.cli.text import padded, visible

# A pipe has no width; this one keeps every table whole.
_PIPE_WIDTH = 120
_USUAL_WIDTH = 80


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


@define
class Failure(Exception):
    """The end of a command by a problem that its user can solve.

    Attributes:
        message: The problem in one line, without a full stop.
        hint: A remedy in one line; `None` where none is known.
        code: The exit code.
    """

    message: str
    hint: str | None = None
    code: int = ExitCode.WRONG_USE

    def __str__(self) -> str:
        if self.hint is None:
            return self.message
        end = "" if self.hint.endswith("?") else "."
        # A command's name keeps its spelling.
        first = self.hint[0] if self.hint.startswith("asyncops ") else self.hint[:1].upper()
        return f"{self.message.rstrip('.')}. {first}{self.hint[1:]}{end}"


def of_system(error: OSError) -> Failure:
    """The failure to show for an error of the operating system."""
    reason = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename is not None else ""
    hint = "make room and run it again" if error.errno == errno.ENOSPC else None
    return Failure(f"{where}{reason}", hint)


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


class _Output(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Raise for :func:`asyncops.cli.runtime.run.execute`; rich would end the program here."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Standard output or standard error: with colours on a terminal, plain elsewhere."""
    output = _Output(highlight=False, stderr=stderr)
    usual = _USUAL_WIDTH if output.is_terminal else _PIPE_WIDTH
    # Some terminals report a width of zero.
    if output.width <= 0 or not (output.is_terminal or os.environ.get("COLUMNS")):
        output.width = usual
    return output


def printed(lines: Iterable[Text], console: Console) -> bytes:
    """Lines as they are written to a console, each whole however wide that is."""
    if console.color_system is None:
        # Many times as fast, and the same.
        text = "".join([f"{line.plain}\n" for line in lines])
    else:
        with console.capture() as captured:
            for line in lines:
                console.print(line, soft_wrap=True)
        text = captured.get()
    return text.encode(console.encoding, "replace")


def complain(message: str) -> None:
    """Write one line to standard error; nothing in it can act on a terminal.

    On a terminal that is narrower than the line, lines end between words.
    """
    line = f"asyncops: {visible(message)}"
    try:
        if sys.stderr.isatty():
            width = os.get_terminal_size(sys.stderr.fileno()).columns
            line = textwrap.fill(
                line, width or len(line), break_long_words=False, break_on_hyphens=False
            )
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        # Standard error is closed, so this cannot be reported.
        forget(sys.stderr)


def put_out(text: str) -> None:
    """Write text to standard output, all of it, however little that takes at a time.

    Raises:
        BrokenPipeError: The reader has gone.
    """
    sys.stdout.flush()
    descriptor = descriptor_of(sys.stdout)
    if descriptor is None:
        sys.stdout.write(text)
        return
    left = text.encode(sys.stdout.encoding, "replace")
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:
            # A text stream would drop the rest here, without a word.
            select([], [descriptor], [])


def descriptor_of(stream: Any) -> int | None:
    """The number of a stream's file; `None` for a buffer in memory, or a stream that is closed."""
    try:
        number: int = stream.fileno()
    except (AttributeError, OSError, ValueError):
        return None
    return number


def put_rows(lines: Sequence[Sequence[str]]) -> None:
    """Write rows of texts to standard output, in columns; the first row is their heading."""
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [padded(text, width) for text, width in zip(line, widths, strict=True)]
        put_out("  ".join(cells).rstrip() + "\n")


def never_fail_to_encode() -> None:
    """Have characters that the terminal cannot show replaced, and output that is closed dropped."""
    # A program that is started with one of them closed has none.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def forget(stream: TextIO) -> None:
    """Drop the unwritten rest of a stream and all that follows, since its reader has gone."""
    # The interpreter flushes once more at its end, and would complain about the pipe again.
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
