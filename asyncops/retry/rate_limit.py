"""The limit on a client's requests per second."""

import inspect
import math
from typing import Protocol, runtime_checkable

from asyncops.errors import ConfigurationError


@runtime_checkable
class RateLimiter(Protocol):
    """Limits the rate of requests; a client calls :meth:`acquire` before each of them.

    ::

        limiter = aiolimiter.AsyncLimiter(10, 1)
        ZooClient(rate_limit=limiter)

    Several clients of one event loop may share a limiter. A lock or a semaphore does not work: the
    client releases nothing.
    """

    async def acquire(self) -> None:
        """Return when one more request may be sent. The waiting task may be cancelled."""
        ...


def rate_limiter(value: "float | RateLimiter | None") -> RateLimiter | None:
    """Return the limiter for the argument ``rate_limit`` of a client.

    Args:
        value: Requests per second, spaced evenly; a limiter; or ``None`` for no limit.

    Raises:
        ConfigurationError: ``value`` is a number, and the extra ``rate`` is not installed.
        TypeError: ``value`` has another type, or limits concurrency, as a semaphore does.
        ValueError: The number is not finite, or not above 0.
    """
    if value is None:
        return None
    if isinstance(value, RateLimiter) and not isinstance(value, type):
        if hasattr(value, "release") or not inspect.iscoroutinefunction(value.acquire):
            raise TypeError(
                "rate_limit must have an async acquire() that returns when one more request may "
                "go out, and no release(): give requests per second, or an object such as "
                f"aiolimiter.AsyncLimiter, not {type(value).__name__}"
            )
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(
            "rate_limit must be a number of requests per second or have an async acquire(), "
            f"got {type(value).__name__}"
        )
    # A number so large or so small that its inverse is 0 or infinite is no rate either.
    if not (value > 0 and 0 < (period := 1 / value) < math.inf):
        raise ValueError(f"rate_limit must be finite and above 0, got {value}")
    try:
        # An extra, which most programs do not need.
        from aiolimiter import AsyncLimiter  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "a rate_limit in requests per second needs aiolimiter: pip install 'asyncops[rate]'"
        ) from None
    # A larger bucket would allow a burst of as many requests after a pause.
    return AsyncLimiter(1, period)
