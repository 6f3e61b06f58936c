"""Logs the errors whose details are not sent to the client."""

import logging
import sys
from typing import TextIO

from asyncops.fastapi.problems import Problem

_log = logging.getLogger("asyncops.fastapi")


def log_problem(error: BaseException, problem: Problem) -> None:
    """Log an error that is not the client's doing."""
    if problem.status >= 500:
        text = _on_one_line(str(error))
        _log.warning("answered %d: %s: %s", problem.status, type(error).__name__, text)


def _on_one_line(text: str) -> str:
    """Escape line ends, so that a service cannot write log lines of its own."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


class _LastResort(logging.StreamHandler[TextIO]):
    """Writes records to standard error where no other handler takes them.

    A plain ``uvicorn app:app`` configures its own loggers alone; the reason why an app answers 502
    must appear somewhere all the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(logging.BASIC_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, unless another handler does."""
        if not self._has_others():
            self.stream = sys.stderr
            super().emit(record)

    def _has_others(self) -> bool:
        logger: logging.Logger | None = _log
        while logger is not None:
            for each in logger.handlers:
                if each is not self and not isinstance(each, logging.NullHandler):
                    return True
            logger = logger.parent if logger.propagate else None
        return False


_log.addHandler(_LastResort())
