"""How much may go out: fewer requests at once after a 429, then more again; a rate on request."""

import asyncio
import math
from collections import OrderedDict
from typing import Protocol, runtime_checkable

from attrs import define, field

from asyncops.errors import ConfigurationError, PoolTimeout

__all__ = ["AdaptiveLimit", "RateLimiter", "Slots", "rate_limiter"]


@runtime_checkable
class RateLimiter(Protocol):
    """What a client asks before each request that it puts on the wire.

    One may serve several clients, of one event loop. ``aiolimiter.AsyncLimiter`` is one.
    """

    async def acquire(self) -> None:
        """Return when one more request may go out. A call that waits here may be cancelled."""
        ...


def rate_limiter(value: "float | RateLimiter | None") -> RateLimiter | None:
    """What keeps a client to a rate, from its ``rate_limit`` argument.

    Args:
        value: Requests per second, spaced evenly; or a limiter; or None for no limit.

    Raises:
        ConfigurationError: It is a number, and the extra ``rate`` is not installed.
        TypeError: It is none of these.
        ValueError: The number is not finite, or not above 0.
    """
    if value is None or (isinstance(value, RateLimiter) and not isinstance(value, type)):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(
            "rate_limit must be a number of requests per second or have an async acquire(), "
            f"got {type(value).__name__}"
        )
    # A number that is too large or too small for that is none to keep to either.
    if not (value > 0 and 0 < (period := 1 / value) < math.inf):
        raise ValueError(f"rate_limit must be finite and above 0, got {value}")
    try:
        # An extra: most programs have no use for it.
        from aiolimiter import AsyncLimiter  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "a rate_limit in requests per second needs aiolimiter: pip install 'asyncops[rate]'"
        ) from None
    # One at a time: a larger bucket would let as many out at once after a pause.
    return AsyncLimiter(1, period)


@define(eq=False)
class AdaptiveLimit:
    """How many requests may be in flight: half after a 429, one more after each good round.

    A round is as many good answers as may be in flight. This is the additive increase and
    multiplicative decrease by which TCP shares a link (RFC 5681, section 3.1).

    Attributes:
        ceiling: The most there may ever be, at least 1.
        limit: How many there may be now.
        epoch: How often the limit was halved. A request remembers the epoch it went out in.
    """

    ceiling: int
    limit: int = field(init=False)
    epoch: int = field(init=False, default=0)
    _good: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self.limit = self.ceiling

    @property
    def reduced(self) -> bool:
        """Whether there may be fewer than usual."""
        return self.limit < self.ceiling

    def refused(self, epoch: int, in_flight: int) -> None:
        """Count a 429 to a request of ``epoch``; what was sent before a halving tells no more."""
        if epoch == self.epoch:
            self.epoch += 1
            self.limit = max(1, min(self.limit, in_flight) // 2)
            self._good = 0

    def served(self, epoch: int) -> None:
        """Count a good answer to a request of ``epoch``."""
        if epoch != self.epoch or not self.reduced:
            return
        self._good += 1
        if self._good >= self.limit:
            self.limit += 1
            self._good = 0


class Slots:
    """The requests that may be in flight at once, first come, first served.

    Args:
        connections: The most there may be.
        patience: Seconds to wait for one while all connections are in use. After a 429 there are
            fewer, and the wait for one of those is left to the call's deadline.
    """

    def __init__(self, connections: int, patience: float) -> None:
        self._limit = AdaptiveLimit(connections)
        self._patience = patience
        self._in_use = 0
        self._full_again = -math.inf
        # Ordered, since a call that is cancelled leaves from the middle.
        self._queue: OrderedDict[asyncio.Future[None], None] = OrderedDict()

    @property
    def epoch(self) -> int:
        """What :meth:`answered` wants to know of a request that goes out now."""
        return self._limit.epoch

    async def take(self) -> None:
        """Wait for a slot; give it back with :meth:`give_back`.

        Raises:
            PoolTimeout: All connections were in use for too long.
        """
        if self._in_use < self._limit.limit and not self._queue:
            self._in_use += 1
        else:
            await self._wait()

    def give_back(self) -> None:
        """Leave a slot to whoever waits for one."""
        self._in_use -= 1
        self._wake()

    def answered(self, epoch: int, status: int) -> None:
        """Learn from an answer's status, before its slot is given back."""
        reduced = self._limit.reduced
        if status == 429:
            self._limit.refused(epoch, self._in_use)
        elif reduced and status < 500:
            self._limit.served(epoch)
            if not self._limit.reduced:
                self._full_again = asyncio.get_running_loop().time()
            self._wake()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._queue[turn] = None
        self._expire_after(self._patience, turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._queue.pop(turn, None)
            if not turn.cancelled() and turn.exception() is None:
                # Its turn had come as it was cancelled.
                self.give_back()
            raise

    def _wake(self) -> None:
        while self._queue and self._in_use < self._limit.limit:
            turn, _ = self._queue.popitem(last=False)
            if not turn.done():
                self._in_use += 1
                turn.set_result(None)

    def _expire_after(self, seconds: float, turn: "asyncio.Future[None]") -> None:
        timer = asyncio.get_running_loop().call_later(seconds, self._expire, turn)
        turn.add_done_callback(lambda _: timer.cancel())

    def _expire(self, turn: "asyncio.Future[None]") -> None:
        if turn.done():
            return
        now = asyncio.get_running_loop().time()
        waited = 0.0 if self._limit.reduced else now - self._full_again
        if waited < self._patience:
            self._expire_after(self._patience - waited, turn)
            return
        self._queue.pop(turn, None)
        turn.set_exception(
            PoolTimeout(
                f"no connection became free within {self._patience:g} s; {self._in_use} are in use",
                sent=False,
            )
        )
