"""The command line, ``asyncops``. It needs the extra ``asyncops[cli]``.

Little is imported here: until :func:`main` runs, Ctrl-C shows a traceback.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

__all__ = ["main"]

_INTERRUPTED = 130
_EXTRA = frozenset({"platformdirs", "rich", "typer"})


def main() -> int:
    """Run the command that ``sys.argv`` asks for.

    From now on, Ctrl-C ends the process at once wherever no command is under way to be ended in
    order.

    Returns:
        The exit code, where the command line itself does not end the program: 2 when the extra is
        not installed.
    """
    # A parent process may have it ignored, and a thread cannot handle it.
    with suppress(ValueError):
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    try:
        return _commands()()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write("the command line needs the extra: pip install 'asyncops[cli]'\n")
        return 2


def _commands() -> Callable[[], int]:
    """Import the commands, and have the garbage collector leave out what stays to the end.

    Looking through all that at start and exit takes a third of a short command's time.
    """
    gc.disable()
    try:
        from asyncops.cli.app import run  # noqa: PLC0415 - typer and rich may be missing

        gc.freeze()
        return run
    finally:
        gc.enable()
