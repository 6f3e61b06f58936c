"""One line on standard error that says how far a listing has come, and is gone at its end."""

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from asyncops.cli.times import span
from asyncops.progress import WalkReport

__all__ = ["Ticker", "ticking"]

_EVERY = 0.2
_CLEAR = "\r\x1b[2K"


class Ticker:
    """Told of each page; writes now and then.

    Args:
        name: What is listed.
        shown: Whether anybody sees it.
    """

    def __init__(self, name: str, *, shown: bool) -> None:
        self._name = name
        self._shown = shown
        self._next = 0.0
        self._written = False

    def turn(self, report: WalkReport) -> None:
        """A page has come."""
        if not self._shown or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY
        self._write(f"{_CLEAR}{_words(self._name, report)}")
        self._written = True

    def clear(self) -> None:
        """Leave nothing of it."""
        if self._written:
            self._write(_CLEAR)

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


@contextmanager
def ticking(name: str, *, hidden: bool, beside: bool) -> Iterator[Ticker]:
    """A ticker, where standard error is a terminal.

    Args:
        name: What is listed.
        hidden: Whether something else is written there.
        beside: Whether the rows go to standard output: on a terminal, or behind a pipe to a
            program that writes to it, the line would stand among them.
    """
    smart = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    ticker = Ticker(name, shown=smart and not hidden and not (beside and _is_seen(sys.stdout)))
    try:
        yield ticker
    finally:
        ticker.clear()


def _is_seen(stream: TextIO) -> bool:
    """Whether what is written there may come to be seen: it goes to no file."""
    try:
        return not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return True


def _words(name: str, report: WalkReport) -> str:
    words = f"{report.items:,} {name} read, {report.pages:,} pages, {span(report.elapsed)}"
    if report.elapsed > 1:
        words += f", {report.items / report.elapsed:,.0f}/s"
    return f"{words}, {report.retries:,} retries" if report.retries else words
