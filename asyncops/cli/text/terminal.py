"""Standard output and standard error of the commands."""

import io
import os
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any, NoReturn, TextIO

from rich.console import Console

from asyncops.cli.text.safe import padded, visible, width_of

# A pipe has no width; this one keeps every table whole.
_PIPE_WIDTH = 120
_USUAL_WIDTH = 80


class _Output(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Raise for :func:`asyncops.cli.runtime.run.execute`; rich would end the program here."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Standard output or standard error: with colours on a terminal, plain elsewhere."""
    output = _Output(highlight=False, stderr=stderr)
    if not output.is_terminal and not os.environ.get("COLUMNS"):
        output.width = _PIPE_WIDTH
    elif output.width <= 0:
        # Some terminals report a width of zero.
        output.width = _USUAL_WIDTH if output.is_terminal else _PIPE_WIDTH
    return output


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
    widths = [max(map(width_of, column)) for column in zip(*lines, strict=True)]
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
