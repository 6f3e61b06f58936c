"""The pause of all calls of a client after the service has refused one of them with a 429."""

import math
from copy import copy
from typing import Protocol

from attrs import define, field

from asyncops.errors import DeadlineExceeded, RateLimited
from asyncops.utils.clock import Clock


class RetriedCall(Protocol):
    """A call that may have to wait before its next request."""

    @property
    def clock(self) -> Clock:
        """The client's clock."""
        ...

    @property
    def deadline(self) -> float:
        """The end of its time, on the clock."""
        ...

    @property
    def safe(self) -> bool:
        """Whether its request may be sent again after it has reached the service."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether its request may be sent again after a 429."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Sleep, and count the time in the call's report."""
        ...


@define(eq=False)
class Throttle:
    """The time until which no call of a client sends a request.

    Attributes:
        opens_at: That time, on the client's monotonic clock.
    """

    opens_at: float = -math.inf
    _reason: RateLimited | None = field(default=None, init=False)

    def close_until(self, moment: float, reason: RateLimited | None = None) -> None:
        """Let no call pass before ``moment``, because of the answer ``reason``."""
        if moment > self.opens_at:
            self.opens_at, self._reason = moment, reason

    def delay(self, now: float) -> float:
        """Return the seconds until calls may pass; 0 if they may pass now."""
        return max(0.0, self.opens_at - now)

    async def wait(self, call: RetriedCall) -> None:
        """Wait until the call may pass.

        Raises:
            RateLimited: The wait would exceed the call's deadline.
            DeadlineExceeded: The same, if the reason of the pause is unknown.
        """
        while (delay := self.delay(now := call.clock.monotonic())) > 0:
            if now + delay >= call.deadline:
                raise self._refusal(delay)
            # A delay that is left by rounding may be too small to move a clock.
            await call.sleep(max(delay, 1e-6))

    def _refusal(self, delay: float) -> RateLimited | DeadlineExceeded:
        if self._reason is None:
            return DeadlineExceeded(
                f"the service asked to wait {delay:.1f} s more, past the call's deadline",
                sent=False,
            )
        error = copy(self._reason)
        error.sent = False
        error.retry_after = delay
        return error
