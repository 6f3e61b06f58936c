"""How a command is run, and how it ends: one line for what went wrong, and an exit code."""

import sys
import traceback
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import UTC, datetime

import typer

from asyncops.cli.accounts import ACCOUNT_IN_USE, Account
from asyncops.cli.explaining import ExitCode, Failure, details, explain
from asyncops.cli.interrupting import run
from asyncops.cli.logs import listening
from asyncops.cli.terminal import complain, forget
from asyncops.cli.tree import Settings

__all__ = ["ExitCode", "Failure", "execute", "right_use", "tell"]


def execute(command: Coroutine[object, object, int], settings: Settings) -> int:
    """Run a command to its end, and give its exit code, whatever that end is.

    Nothing that a user can cause shows a traceback: it is one line on standard error, with a hint
    where there is one, and more with ``-v``.

    Args:
        command: What to run; it gives its exit code, and may raise :class:`Failure`.
        settings: Of which ``verbose`` says how much to tell.

    Returns:
        The exit code; see :class:`ExitCode`.
    """
    # What is set in it while the command runs can be read afterwards.
    context = copy_context()
    with listening(settings.verbose):
        try:
            code = run(command, context)
            sys.stdout.flush()
        except BrokenPipeError:
            forget(sys.stdout)
            return ExitCode.BROKEN_PIPE
        except KeyboardInterrupt:
            code = ExitCode.INTERRUPTED
        except (typer.BadParameter, typer.Exit, typer.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - told of, each in its own words
            _flush_what_can_be()
            return tell(error, settings, context.get(ACCOUNT_IN_USE))
        if code == ExitCode.INTERRUPTED:
            _end_line()
        return code


def tell(error: Exception, settings: Settings, account: Account | None = None) -> int:
    """Write what an error means to standard error, and give the exit code that goes with it.

    Args:
        error: What ended the command.
        settings: Of which ``verbose`` says how much to tell.
        account: Whose service was spoken to, if any.
    """
    failure = explain(error, account, datetime.now(UTC))
    if failure is None:
        return _tell_bug(error, settings)
    complain(str(failure))
    if settings.verbose:
        for line in details(error):
            complain(f"  {line}")
    return failure.code


@contextmanager
def right_use() -> Iterator[None]:
    """Make of the library's ``ValueError`` and ``TypeError`` a failure: arguments that do not do.

    Raises:
        Failure: With what the library said.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        raise Failure(str(error)) from error


def _flush_what_can_be() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        forget(sys.stdout)


def _end_line() -> None:
    """The terminal has written ``^C``; what the shell asks next should not stand behind it."""
    with suppress(OSError):
        if sys.stderr.isatty():
            sys.stderr.write("\n")
            sys.stderr.flush()


def _tell_bug(error: Exception, settings: Settings) -> int:
    if settings.verbose:
        sys.stderr.write("".join(traceback.format_exception(error)))
    words = " ".join(str(error).split())
    shown = f"{type(error).__name__}: {words}" if words else type(error).__name__
    more = "" if settings.verbose else ". Run it again with -v for where it happened"
    complain(f"a mistake in asyncops itself: {shown}{more}.")
    return ExitCode.BUG
