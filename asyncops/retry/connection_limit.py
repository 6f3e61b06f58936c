"""The number of requests in flight: fewer after a 429, then more again."""

import asyncio
from collections import OrderedDict

from attrs import define, field

from asyncops.errors import PoolTimeout


@define(eq=False)
class AdaptiveLimit:
    """A limit on requests in flight that halves after a 429 and grows with each good answer.

    TCP shares a link in this way: slow start and congestion avoidance (RFC 5681, section 3.1).

    - After a 429, the limit is half of the requests that were in flight, and the threshold is half
      of the limit, or of the old threshold if that is higher. A limit of one request tells nothing
      about how many are too many, so the threshold stays.
    - Below the threshold, each good answer adds one: the limit doubles in each round.
    - From the threshold on, each round adds one; a round is as many good answers as the limit.

    After a 429 to the only request in flight, with a ceiling of 100, the limit is 1; 49 good
    answers later it is 50.

    Attributes:
        ceiling: The highest limit, at least 1.
        limit: The limit now.
        threshold: The limit up to which it grows fast.
        epoch: The number of halvings. Each request belongs to the epoch in which it was sent.
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
        """Whether the limit is below its ceiling."""
        return self.limit < self.ceiling

    def refused(self, epoch: int, in_flight: int) -> None:
        """Count a 429 to a request of ``epoch``; those of earlier epochs were counted already."""
        if epoch != self.epoch:
            return
        self.epoch += 1
        self._good = 0
        if self.limit > 1:
            # RFC 5681 takes the threshold from the requests in flight, too. A client with few
            # requests would then need thousands of answers to come back to its ceiling.
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


class ConnectionLimit:
    """Gives each request a connection, first come, first served.

    A request fails when it has waited too long because all connections are in use. Time counts
    only while that is the reason: not while fewer connections may be used after a 429, nor while
    the last request that got a connection waits for the rate. The deadlines of the calls limit
    those waits.

    Args:
        connections: The most connections in use at once.
        timeout: Seconds to wait for one of them.

    Attributes:
        one_by_one: Whether the next request gets a connection only after :meth:`rate_passed`. With
            a rate, the request that waits for it then stays the first, and each permit of the rate
            is used at once instead of later in a burst.
    """

    def __init__(self, connections: int, timeout: float) -> None:
        self.one_by_one = False
        self._limit = AdaptiveLimit(connections)
        self._timeout = timeout
        self._in_use = 0
        self._waits_for_rate = False
        # The clock of all waits: the loop's time, less the time in which waiting does not count.
        self._uncounted = 0.0
        self._stopped_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Each waiting request and the clock's time when its wait began. An OrderedDict, since a
        # cancelled call leaves the middle of the queue.
        self._queue: OrderedDict[asyncio.Future[None], float] = OrderedDict()

    @property
    def epoch(self) -> int:
        """The epoch of a request that is sent now, for :meth:`answered`."""
        return self._limit.epoch

    def take_now(self) -> bool:
        """Take a connection, if there is one; return it with :meth:`give_back`."""
        if self._queue or not self._has_room():
            return False
        self._grant()
        return True

    async def take(self) -> None:
        """Wait for a connection; return it with :meth:`give_back`.

        Raises:
            PoolTimeout: All connections were in use for too long.
        """
        if not self.take_now():
            await self._wait()

    def rate_passed(self) -> None:
        """Let the next request have a connection, if they go :attr:`one_by_one`."""
        self._waits_for_rate = False
        self._wake()
        self._set_clock()

    def give_back(self) -> None:
        """Return a connection; the next request in the queue gets it."""
        self._in_use -= 1
        if self._queue:
            self._wake()

    def answered(self, epoch: int, status: int) -> None:
        """Adapt the limit to the status of an answer, before its connection is given back."""
        if status == 429:
            self._limit.refused(epoch, self._in_use - self._waits_for_rate)
        elif self._limit.reduced and status < 500:
            self._limit.served(epoch)
            self._wake()
        else:
            return
        self._set_clock()

    def _has_room(self) -> bool:
        return self._in_use < self._limit.limit and not self._waits_for_rate

    def _grant(self) -> None:
        self._in_use += 1
        if self.one_by_one:
            self._waits_for_rate = True
            self._set_clock()

    async def _wait(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue[waiter] = self._clock()
        self._set_timer()
        try:
            await waiter
        except asyncio.CancelledError:
            self._queue.pop(waiter, None)
            if not waiter.cancelled() and waiter.exception() is None:
                # The connection was granted in the same moment: another request takes it.
                if self.one_by_one:
                    self.rate_passed()
                self.give_back()
            raise

    def _wake(self) -> None:
        while self._queue and self._has_room():
            waiter, _ = self._queue.popitem(last=False)
            if not waiter.done():
                self._grant()
                waiter.set_result(None)

    def _clock(self) -> float:
        now = asyncio.get_running_loop().time() if self._stopped_at is None else self._stopped_at
        return now - self._uncounted

    def _set_clock(self) -> None:
        """Stop the clock or let it go on, depending on why requests wait now."""
        stopped = self._waits_for_rate or self._limit.reduced
        if stopped == (self._stopped_at is not None):
            return
        now = asyncio.get_running_loop().time()
        if self._stopped_at is None:
            self._stopped_at = now
        else:
            self._uncounted += now - self._stopped_at
            self._stopped_at = None
            self._set_timer()

    def _set_timer(self) -> None:
        """Start the timer for the first request in the queue, whose wait expires first."""
        if self._timer is None and self._queue and self._stopped_at is None:
            left = next(iter(self._queue.values())) + self._timeout - self._clock()
            self._timer = asyncio.get_running_loop().call_later(left, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self._stopped_at is None:
            latest = self._clock() - self._timeout
            while self._queue and next(iter(self._queue.values())) <= latest:
                waiter, _ = self._queue.popitem(last=False)
                if not waiter.done():
                    waiter.set_exception(self._pool_timeout())
            self._set_timer()

    def _pool_timeout(self) -> PoolTimeout:
        return PoolTimeout(
            f"no connection became free within {self._timeout:g} s; {self._in_use} are in use",
            sent=False,
        )
