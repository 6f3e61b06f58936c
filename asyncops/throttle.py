"""How much may go out: fewer requests at once after a 429, then more again; a rate on request."""

import asyncio
import inspect
import math
from collections import OrderedDict
from typing import Protocol, runtime_checkable

from attrs import define, field

from asyncops.errors import ConfigurationError, PoolTimeout

__all__ = ["AdaptiveLimit", "RateLimiter", "Slots", "rate_limiter"]


@runtime_checkable
class RateLimiter(Protocol):
    """What a client asks before each request that it puts on the wire.

    One may serve several clients, of one event loop. ``aiolimiter.AsyncLimiter`` is one. A lock
    or a semaphore is none: nobody would release it.
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
        TypeError: It is none of these, or bounds what is under way and not a rate.
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
    """How many requests may be in flight: half after a 429, then more with each good answer.

    This is how TCP shares a link: slow start and congestion avoidance (RFC 5681, section 3.1).

    - A 429 leaves half of the requests that were in flight, and halves the threshold: half of
      the limit, or of the threshold while that is higher. Where one request was all that might
      be in flight, the threshold stays, as nothing is learnt of how many are too many.
    - Below the threshold, each good answer adds one: the limit doubles with each round.
    - From the threshold on, each round adds one, a round being as many good answers as the limit.

    A 429 to a lone call of 100 that might have been made leaves 1; 49 good answers later there
    are 50 again.

    Attributes:
        ceiling: The most there may ever be, at least 1.
        limit: How many there may be now.
        threshold: Up to where the limit grows fast.
        epoch: How often the limit was halved. A request remembers the epoch it went out in.
    """

    ceiling: int
    limit: int = field(init=False)
    threshold: int = field(init=False)
    epoch: int = field(init=False, default=0)
    _good: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self.limit = self.threshold = self.ceiling

    @property
    def reduced(self) -> bool:
        """Whether there may be fewer than usual."""
        return self.limit < self.ceiling

    def refused(self, epoch: int, in_flight: int) -> None:
        """Count a 429 to a request of ``epoch``; what was sent before a halving tells no more."""
        if epoch != self.epoch:
            return
        self.epoch += 1
        self._good = 0
        if self.limit > 1:
            # RFC 5681 halves what is in flight here too. A client that is hardly used would then
            # take thousands of answers to come back, for want of a burst to learn from.
            self.threshold = max(1, max(self.limit, self.threshold) // 2)
            self.limit = max(1, min(self.limit, in_flight) // 2)

    def served(self, epoch: int) -> None:
        """Count a good answer to a request of ``epoch``."""
        if epoch != self.epoch or not self.reduced:
            return
        self._good += 1
        if self.limit < self.threshold or self._good >= self.limit:
            self.limit += 1
            self._good = 0


class Slots:
    """The requests that may be in flight at once, first come, first served.

    Patience is measured by a clock that stands still while there is another reason to wait than
    that all connections are in use: after a 429, since fewer may be used then, and while the
    first in the queue waits for the rate. The rest is left to the calls' deadlines.

    Args:
        connections: The most there may be.
        patience: Seconds to wait for one while all connections are in use.

    Attributes:
        one_by_one: Whether a slot is given only when the one before it has been :meth:`sent`.
            With a rate, whoever waits for it stays first, and what the rate allows is used at
            once, not later in a burst.
    """

    def __init__(self, connections: int, patience: float) -> None:
        self.one_by_one = False
        self._limit = AdaptiveLimit(connections)
        self._patience = patience
        self._in_use = 0
        self._unsent = False
        self._stood_still = 0.0
        self._stopped_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        # By the clock's time when each came; ordered, since a call that is cancelled leaves from
        # the middle.
        self._queue: OrderedDict[asyncio.Future[None], float] = OrderedDict()

    @property
    def epoch(self) -> int:
        """What :meth:`answered` wants to know of a request that goes out now."""
        return self._limit.epoch

    async def take(self) -> None:
        """Wait for a slot; give it back with :meth:`give_back`.

        Raises:
            PoolTimeout: All connections were in use for too long.
        """
        if self._has_room() and not self._queue:
            self._grant()
        else:
            await self._wait()

    def sent(self) -> None:
        """With :attr:`one_by_one`: whoever took the last slot is done with waiting for the rate."""
        self._unsent = False
        self._wake()
        self._set_clock()

    def give_back(self) -> None:
        """Leave a slot to whoever waits for one."""
        self._in_use -= 1
        self._wake()

    def answered(self, epoch: int, status: int) -> None:
        """Learn from an answer's status, before its slot is given back."""
        if status == 429:
            self._limit.refused(epoch, self._in_use - self._unsent)
        elif self._limit.reduced and status < 500:
            self._limit.served(epoch)
            self._wake()
        else:
            return
        self._set_clock()

    def _has_room(self) -> bool:
        return self._in_use < self._limit.limit and not self._unsent

    def _grant(self) -> None:
        self._in_use += 1
        if self.one_by_one:
            self._unsent = True
            self._set_clock()

    async def _wait(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue[turn] = self._clock()
        self._set_timer()
        try:
            await turn
        except asyncio.CancelledError:
            self._queue.pop(turn, None)
            if not turn.cancelled() and turn.exception() is None:
                # Its turn had come as it was cancelled.
                if self.one_by_one:
                    self.sent()
                self.give_back()
            raise

    def _wake(self) -> None:
        while self._queue and self._has_room():
            turn, _ = self._queue.popitem(last=False)
            if not turn.done():
                self._grant()
                turn.set_result(None)

    def _clock(self) -> float:
        now = asyncio.get_running_loop().time() if self._stopped_at is None else self._stopped_at
        return now - self._stood_still

    def _set_clock(self) -> None:
        """Stop it or let it go on, as it is now."""
        stands = self._unsent or self._limit.reduced
        if stands == (self._stopped_at is not None):
            return
        now = asyncio.get_running_loop().time()
        if self._stopped_at is None:
            self._stopped_at = now
        else:
            self._stood_still += now - self._stopped_at
            self._stopped_at = None
            self._set_timer()

    def _set_timer(self) -> None:
        """Have the first in the queue, who is the next to run out of patience, looked after."""
        if self._timer is None and self._queue and self._stopped_at is None:
            left = next(iter(self._queue.values())) + self._patience - self._clock()
            self._timer = asyncio.get_running_loop().call_later(left, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self._stopped_at is None:
            latest = self._clock() - self._patience
            while self._queue and next(iter(self._queue.values())) <= latest:
                turn, _ = self._queue.popitem(last=False)
                if not turn.done():
                    turn.set_exception(self._timeout())
            self._set_timer()

    def _timeout(self) -> PoolTimeout:
        return PoolTimeout(
            f"no connection became free within {self._patience:g} s; {self._in_use} are in use",
            sent=False,
        )
