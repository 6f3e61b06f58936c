"""The library's warnings, and with ``-v`` its log, as lines on standard error."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Self

from attrs import define, evolve, field, frozen

from asyncops.cli.shell import complain
from asyncops.errors import AsyncOpsError, ListingMoved
from asyncops.http.messages import Request

_LOGGER = logging.getLogger("asyncops")
_REQUESTS = logging.getLogger("asyncops.cli.request")


@contextmanager
def listening(verbose: int) -> Iterator[None]:
    """Write the library's warnings, and the chosen part of its log, to standard error.

    Args:
        verbose: 0 for warnings alone, 1 for retries, 2 for every request.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("always", ListingMoved)
        warnings.showwarning = _teller(warnings.showwarning)
        if not verbose:
            yield
            return
        handler = _Lines()
        level = _LOGGER.level
        _LOGGER.addHandler(handler)
        _LOGGER.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
        try:
            yield
        finally:
            _LOGGER.setLevel(level)
            _LOGGER.removeHandler(handler)


def is_logging() -> bool:
    """Whether the log is written to standard error at present."""
    return any(isinstance(each, _Lines) for each in _LOGGER.handlers)


class _Lines(logging.Handler):
    """Writes each record as a line to the present standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        complain(f"{at:%H:%M:%S} {record.getMessage()}")


def _teller(otherwise: Callable[..., None]) -> Callable[..., None]:
    def show(message: Warning | str, category: type[Warning], *more: Any, **named: Any) -> None:
        if issubclass(category, ListingMoved):
            complain(f"warning: {message}")
        else:
            otherwise(message, category, *more, **named)

    return show


@frozen
class RequestLog:
    """A client's telemetry, and that of a call or a walk: logs each request, and nothing secret.

    Attributes:
        name: The request of the call.
    """

    name: str = ""

    def call(self, request: Request, base_url: str, parent: object) -> Self:
        """A call begins."""
        del parent
        return evolve(self, name=f"{request.method} {base_url}{request.path}")

    def walk(self, path: str, base_url: str) -> Self:
        """A walk begins."""
        del path, base_url
        return self

    def items(self, path: str, base_url: str, count: int) -> None:
        """Items were given; the library's own line counts them at the end of the walk."""

    def attempt(self, resends: int) -> "_Attempt":
        """A request is sent."""
        return _Attempt(self.name, resends)

    def slept(self, seconds: float) -> None:
        """The call has waited."""
        _REQUESTS.debug("%s waited %.2f s", self.name, seconds)

    def end(self, *_: object, **__: object) -> None:
        """The attempts have said all of a call, and the library logs a walk."""


@define(eq=False)
class _Attempt:
    name: str
    resends: int
    headers: Mapping[str, str] = field(factory=dict, init=False)
    _began: float = field(factory=monotonic, init=False)

    def end(self, *, status: int | None, error: BaseException | None) -> None:
        came = f"{status}" if error is None else type(error).__name__
        came += f", {error}" if isinstance(error, AsyncOpsError) else ""
        again = f" (attempt {self.resends + 1})" if self.resends else ""
        _REQUESTS.debug("%s%s: %s in %.3f s", self.name, again, came, monotonic() - self._began)
