"""Where the commands write."""

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from select import select
from typing import NoReturn, TextIO

from rich.console import Console

from asyncops.cli.texts import visible

__all__ = ["complain", "console", "errors", "forget", "never_fail_to_encode", "put_out"]

# A pipe has no width; this one keeps every table whole.
_PIPE_WIDTH = 120
_USUAL_WIDTH = 80


class _Output(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to :func:`asyncops.cli.failures.execute`; rich would end the program here."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output: with colours on a terminal, plain elsewhere."""
    return _console(stderr=False)


def errors() -> Console:
    """Standard error, where progress is shown: with colours on a terminal, plain elsewhere."""
    return _console(stderr=True)


def complain(message: str) -> None:
    """Write one line to standard error; nothing in it can act on a terminal."""
    try:
        sys.stderr.write(f"asyncops: {visible(message)}\n")
        sys.stderr.flush()
    except OSError:
        # Nobody is there to be told that nobody listens.
        forget(sys.stderr)


def put_out(text: str) -> None:
    """Write text to standard output, all of it, however little that takes at a time.

    Raises:
        BrokenPipeError: Nobody reads any more.
    """
    sys.stdout.flush()
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        sys.stdout.write(text)
        return
    left = text.encode(sys.stdout.encoding, "replace")
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:
            # A text stream would drop the rest here, without a word.
            select([], [descriptor], [])


def never_fail_to_encode() -> None:
    """Have characters that the terminal cannot show replaced, and output that is closed dropped."""
    # A program that is started with one of them closed has none.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def forget(stream: TextIO) -> None:
    """Drop what is still to be written to a stream, and whatever follows: nobody reads it."""
    # The interpreter flushes once more at its end, and would complain about the pipe again.
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _console(*, stderr: bool) -> Console:
    output = _Output(highlight=False, stderr=stderr)
    said = output.width if output.is_terminal or os.environ.get("COLUMNS") else 0
    if said > 0:
        return output
    # Some terminals say that they have no width.
    width = _USUAL_WIDTH if output.is_terminal else _PIPE_WIDTH
    return _Output(highlight=False, stderr=stderr, width=width)
