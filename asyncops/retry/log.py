"""The log line of a retry."""

import logging
from typing import TYPE_CHECKING

from asyncops.errors import APIError, AsyncOpsError, TransportError

if TYPE_CHECKING:
    from tenacity import RetryCallState

_retries = logging.getLogger("asyncops.retry")


def log_retry(method: str, base_url: str, path: str, state: "RetryCallState") -> None:
    """Log that a request will be sent again; ``state`` is tenacity's, before the backoff."""
    error = None if state.outcome is None else state.outcome.exception()
    if not _retries.isEnabledFor(logging.INFO) or not isinstance(error, AsyncOpsError):
        return
    _retries.info(
        "%s %s%s: %s; attempt %d follows in %.2f s",
        method,
        base_url,
        path,
        _cause(error),
        state.attempt_number + 1,
        state.upcoming_sleep,
        extra={
            "http_method": method,
            "service": base_url,
            "path": path,
            "attempt": state.attempt_number,
            "delay": state.upcoming_sleep,
            "status": error.status if isinstance(error, APIError) else None,
            "error_type": type(error).__name__,
            "request_id": getattr(error, "request_id", None),
        },
    )


def _cause(error: AsyncOpsError) -> str:
    """Describe an error without the service's message, which may repeat parts of the request."""
    if isinstance(error, APIError):
        return f"{type(error).__name__} {error.status}"
    if isinstance(error, TransportError):
        return f"{type(error).__name__}, {error}"
    return type(error).__name__
