"""Where the commands write, and what they end with."""

import asyncio
import io
import os
import sys
from collections.abc import Coroutine
from typing import NoReturn

from rich.console import Console

from asyncops.errors import AsyncOpsError

__all__ = [
    "BROKEN_PIPE",
    "INTERRUPTED",
    "LIBRARY_ERROR",
    "NOT_DONE",
    "complain",
    "console",
    "execute",
    "never_fail_to_encode",
]

NOT_DONE = 1
LIBRARY_ERROR = 4
INTERRUPTED = 130
BROKEN_PIPE = 141

# A pipe has no width; this one keeps every table whole.
_PIPE_WIDTH = 120


class _Output(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to :func:`execute`; rich would end the program here."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output: with colours on a terminal, plain elsewhere."""
    output = _Output(highlight=False)
    if output.is_terminal or os.environ.get("COLUMNS"):
        return output
    return _Output(highlight=False, width=_PIPE_WIDTH)


def complain(message: str) -> None:
    """Write one line to standard error."""
    line = " ".join(message.split())
    sys.stderr.write(f"asyncops: {line}\n")


def execute(command: Coroutine[object, object, int]) -> int:
    """Run a command to its end, and give its exit code, whatever that end is."""
    try:
        return asyncio.run(command)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE
    except AsyncOpsError as error:
        complain(f"{type(error).__name__}: {error}")
        return LIBRARY_ERROR


def never_fail_to_encode() -> None:
    """Have characters that the terminal cannot show replaced."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _forget_output() -> None:
    # The interpreter flushes once more at its end, and would complain about the pipe again.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
