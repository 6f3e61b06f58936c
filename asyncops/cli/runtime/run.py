"""Runs a command; an error becomes one line on standard error and an exit code."""

import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import UTC, datetime

import typer

from asyncops.cli.connect import ACCOUNT_IN_USE, Account
from asyncops.cli.options.fields import Settings
from asyncops.cli.runtime.error_messages import details, explain
from asyncops.cli.runtime.logging import listening
from asyncops.cli.runtime.signals import run
from asyncops.cli.shell import ExitCode, Failure, complain, forget


def execute(command: Coroutine[object, object, int | None], settings: Settings) -> int:
    """Run a command, and give its exit code, however it ends.

    An error that a user can cause is one line on standard error, with a hint where there is one,
    and with details with ``-v``; only a bug shows a traceback, with ``-v``.

    Args:
        command: The command; it returns its exit code, or nothing for 0, and may raise
            :class:`Failure`.
        settings: ``verbose`` adds the details.

    Returns:
        The exit code; see :class:`ExitCode`.
    """
    # Context variables that the command sets can be read from it afterwards.
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
            try:
                sys.stdout.flush()
            except OSError:
                forget(sys.stdout)
            return tell(error, settings, context.get(ACCOUNT_IN_USE))
        if code == ExitCode.INTERRUPTED and sys.stderr.isatty():
            # A new line after the ^C that the terminal has written.
            with suppress(OSError):
                sys.stderr.write("\n")
                sys.stderr.flush()
        return code


def tell(error: Exception, settings: Settings, account: Account | None = None) -> int:
    """Write the message of an error to standard error, and give its exit code.

    Args:
        error: The error that ended the command.
        settings: ``verbose`` adds the details.
        account: The account in use, if any.
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
def right_use(
    words: Callable[[Exception], str] = str, kind: type[Exception] = Failure
) -> Iterator[None]:
    """Turn the library's ``ValueError`` and ``TypeError`` into a failure: wrong arguments.

    Args:
        words: The words for an error, where its arguments are options of the command.
        kind: The class of the error that has these words.

    Raises:
        Failure: With these words, unless ``kind`` is another.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        raise kind(words(error)) from error


def _tell_bug(error: Exception, settings: Settings) -> int:
    if settings.verbose:
        sys.stderr.write("".join(traceback.format_exception(error)))
    words = " ".join(str(error).split())
    shown = f"{type(error).__name__}: {words}" if words else type(error).__name__
    more = "" if settings.verbose else ". Run it again with -v for where it happened"
    complain(f"a mistake in asyncops itself: {shown}{more}.")
    return ExitCode.BUG
