"""What becomes of one request: read whole, perhaps made to fail, counted against a limit."""

import math

import msgspec
from aiohttp import web

from asyncops.testing.server.faults import Fault
from asyncops.testing.server.service import Answered, Asked, RefusedError
from asyncops.utils.clock import Clock

__all__ = ["RateLimit", "faulty", "now_ns", "read_request"]

_FIRST_ERROR = 400
# The sum of many small floats may fall a hair short of one.
_ROUNDING = 1e-6


def now_ns(clock: Clock) -> int:
    """The clock's time in nanoseconds; a float is good to the microsecond only."""
    return round(clock.time() * 1e6) * 1000


class RateLimit:
    """A token bucket that holds the requests of one second, on a clock of its own choice."""

    def __init__(self, rate: float, clock: Clock) -> None:
        if rate <= 0:
            raise ValueError("rate_limit must be greater than 0")
        self._rate = rate
        self._clock = clock
        self._capacity = max(1.0, rate)
        self._tokens = self._capacity
        self._filled_at = clock.monotonic()

    @property
    def left(self) -> int:
        """How many requests are left at once."""
        return int(self._tokens)

    def take(self) -> int | None:
        """None: go on. Otherwise in how many whole seconds to come back."""
        now = self._clock.monotonic()
        grown = self._tokens + (now - self._filled_at) * self._rate
        self._tokens = min(self._capacity, grown)
        self._filled_at = now
        missing = 1.0 - self._tokens
        if missing > _ROUNDING:
            return math.ceil(missing / self._rate)
        self._tokens -= 1.0
        return None


def faulty(fault: Fault) -> Answered | None:
    """Return the answer that a fault gives; None if it gives none.

    Raises:
        RefusedError: It is an error of the service's.
    """
    if fault.body is not None:
        return Answered(msgspec.Raw(fault.body), fault.status or 200)
    if fault.status is None:
        return None
    if fault.status < _FIRST_ERROR:
        return Answered(msgspec.Raw(b""), fault.status)
    raise RefusedError(fault.status, fault.message)


async def read_request(request: web.BaseRequest) -> Asked:
    """Return a request, read whole."""
    return Asked(
        method=request.method,
        url=f"http://{request.headers.get('Host', '')}{request.raw_path}",
        path=request.path,
        raw_path=request.rel_url.raw_path,
        query=tuple(request.query.items()),
        headers=request.headers,
        # Of any size, as uploads are: Request.read() refuses more than a MiB.
        body=await request.content.read() if request.can_read_body else b"",
    )
