"""What a client and its walks tell of their work: one log line a retry and a walk, and a hook.

Loggers are below ``asyncops``; their records carry what they say as fields of their own too. What
they say holds nothing secret: no header, no query string, no body.
"""

import logging
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from asyncops.errors import APIError, AsyncOpsError, TransportError
from asyncops.messages import Request
from asyncops.progress import WalkReport

__all__ = [
    "AttemptSpan",
    "CallSpan",
    "Telemetry",
    "WalkSpan",
    "checked_telemetry",
    "log_retry",
    "log_walk",
    "outcome",
]

# A library says nothing unless the program asks for it.
logging.getLogger("asyncops").addHandler(logging.NullHandler())
_retries = logging.getLogger("asyncops.retry")
_walks = logging.getLogger("asyncops.walk")


class AttemptSpan(Protocol):
    """One request on the wire."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers to send with it, such as a trace context."""
        ...

    def end(self, *, status: int | None, error: BaseException | None) -> None:
        """It was answered with ``status``, or ended with ``error``; a cancellation is one too."""
        ...


class CallSpan(Protocol):
    """One call, with all its attempts."""

    def attempt(self, resends: int) -> AttemptSpan:
        """A request goes out; so many of this call went out before."""
        ...

    def slept(self, seconds: float) -> None:
        """It has waited so long before going on: a backoff, or a service that asked to wait."""
        ...

    def end(self, error: BaseException | None) -> None:
        """It is over; ``error`` is what it raises."""
        ...


class WalkSpan(Protocol):
    """One walk over a listing."""

    def end(self, report: WalkReport, error: BaseException | None) -> None:
        """It is over: read to its end, or left (``GeneratorExit``), or failed."""
        ...


@runtime_checkable
class Telemetry(Protocol):
    """What a client tells of its work, as it happens, if it was given one.

    Its methods are called in the client's event loop and must return at once. What they raise is
    raised from the call or walk that they were told of.
    """

    def call(self, request: Request, base_url: str, parent: object) -> CallSpan:
        """A call begins; ``parent`` is the :class:`WalkSpan` that it belongs to, or None."""
        ...

    def walk(self, path: str) -> WalkSpan:
        """A walk over the listing at this path begins."""
        ...

    def items(self, path: str, count: int) -> None:
        """So many items of the listing at this path were given to the program."""
        ...


def checked_telemetry(value: Telemetry | None) -> Telemetry | None:
    """What a client can tell of its work; or None.

    Raises:
        TypeError: It has not the methods, or is a class.
    """
    if value is None or (isinstance(value, Telemetry) and not isinstance(value, type)):
        return value
    given = repr(value) if isinstance(value, type) else type(value).__name__
    raise TypeError(f"telemetry must have the methods call, walk and items, got {given}")


def log_retry(
    request: Request, base_url: str, error: AsyncOpsError, attempt: int, delay: float
) -> None:
    """Log that a request is sent again."""
    if not _retries.isEnabledFor(logging.INFO):
        return
    _retries.info(
        "%s %s%s: %s; attempt %d follows in %.2f s",
        request.method,
        base_url,
        request.path,
        reason(error),
        attempt + 1,
        delay,
        extra={
            "http_method": request.method,
            "service": base_url,
            "path": request.path,
            "attempt": attempt,
            "delay": delay,
            "status": error.status if isinstance(error, APIError) else None,
            "error_type": type(error).__name__,
            "request_id": getattr(error, "request_id", None),
        },
    )


def log_walk(path: str, report: WalkReport, error: BaseException | None) -> None:
    """Log that a walk is over."""
    if not _walks.isEnabledFor(logging.DEBUG):
        return
    _walks.debug(
        "%s %s: %d items on %d pages, %d requests, %d retries, %.2f s asleep, %.2f s",
        path,
        outcome(error),
        report.items,
        report.pages,
        report.requests,
        report.retries,
        report.slept,
        report.elapsed,
        extra={
            "path": path,
            "outcome": outcome(error),
            "error_type": None if error is None else type(error).__name__,
            "pages": report.pages,
            "items": report.items,
            "requests": report.requests,
            "retries": report.retries,
            "slept": report.slept,
            "bytes": report.bytes,
            "elapsed": report.elapsed,
        },
    )


def outcome(error: BaseException | None) -> str:
    """How a walk came to its end: ``complete``, ``left`` early, or ``failed``."""
    if error is None:
        return "complete"
    return "failed" if isinstance(error, Exception) else "left"


def reason(error: AsyncOpsError) -> str:
    """Why something failed, without the service's words: they may repeat what was asked."""
    if isinstance(error, APIError):
        return f"{type(error).__name__} {error.status}"
    if isinstance(error, TransportError):
        return f"{type(error).__name__}, {error}"
    return type(error).__name__
