"""What the caller of an app is not told goes to the log, or else to standard error."""

import logging
import sys

from asyncops.fastapi.problems import Problem

__all__ = ["note"]

_log = logging.getLogger("asyncops.fastapi")


def note(error: BaseException, problem: Problem) -> None:
    """Log what the caller is not told, where it is not the caller's doing."""
    if problem.status >= 500:
        told = _on_one_line(str(error))
        _log.warning("answered %d: %s: %s", problem.status, type(error).__name__, told)


def _on_one_line(text: str) -> str:
    """A service's words could make lines of their own in a log."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


class _LastResort(logging.Handler):
    """Writes to standard error what no other handler would take.

    A plain ``uvicorn app:app`` configures its own loggers alone, and the library's other loggers
    are silent until somebody asks for them; but why an app answers 502 must be said somewhere.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter(logging.BASIC_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, if nobody else does."""
        if sys.stderr is None or self._has_others():
            return
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            self.handleError(record)

    def _has_others(self) -> bool:
        logger: logging.Logger | None = _log
        while logger is not None:
            for each in logger.handlers:
                if each is not self and not isinstance(each, logging.NullHandler):
                    return True
            logger = logger.parent if logger.propagate else None
        return False


_log.addHandler(_LastResort())
