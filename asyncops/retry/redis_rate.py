"""One request rate for many processes and machines, kept in Redis.

It needs the extra ``asyncops[redis]``.
"""

import asyncio
import heapq
import math

from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - redis-py's own, which is none of Python's
)
from redis.exceptions import ConnectionError as RedisConnectionError

from asyncops.errors import ConfigurationError, ConnectionFailed
from asyncops.utils.checks import plain_text

# GCRA (ITU-T I.371) without bursts: each request gets a moment of its own, one period after the
# one before; in microseconds of Redis's clock, the only one that all machines share.
_NEXT_MOMENT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local moment = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
local free = moment + ARGV[1]
redis.call('SET', KEYS[1], free, 'PX', math.ceil((free - now) / 1000) + 1)
return moment - now
"""

_MICROSECONDS = 1_000_000
_SLOWEST = 1 / 86_400

_PASSING = (
    OSError,
    RedisConnectionError,
    TimeoutError,
    ReadOnlyError,
    ClusterDownError,
    OutOfMemoryError,
)
# Those for which redis-py has no class.
_PASSING_CODES = ("BUSY ", "MISCONF ", "NOREPLICAS ")


class RedisRate:
    """A :class:`~asyncops.RateLimiter` that processes on several machines share by its name.

    ::

        ZooClient(rate_limit=RedisRate(redis, "zoo", rate=10))

    The requests of all processes are ``1 / rate`` seconds apart, in the order in which they asked,
    without a burst after a pause. Each request asks Redis once for its moment and sleeps until
    then. Several clients of one event loop may share the object. Without Redis, requests fail.

    Args:
        redis: A client of redis-py, ``redis.asyncio.Redis``; it stays open.
        name: The shared name; the key in Redis is ``asyncops:rate:`` and this name.
        rate: Requests per second of all processes together, from one a day to a million. If
            processes give different rates for one name, each keeps its own distance after its
            requests.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: ``name`` is empty, or ``rate`` is out of range.
    """

    def __init__(self, redis: Redis, name: str, *, rate: float) -> None:
        given: object = redis
        if not isinstance(given, Redis):
            kind = type(given)
            raise TypeError(
                f"redis must be a redis.asyncio.Redis, got {kind.__module__}.{kind.__qualname__}"
            )
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise TypeError(f"rate must be a number, got {type(rate).__name__}")
        if not _SLOWEST <= rate <= _MICROSECONDS:
            raise ValueError(f"rate must be from 1/86400 to 1e6 requests per second, got {rate}")
        self._key = f"asyncops:rate:{plain_text('name', name)}"
        # Rounded up, since the rate is an upper limit.
        self._period = math.ceil(_MICROSECONDS / rate)
        self._next_moment = redis.register_script(_NEXT_MOMENT)
        # The moments of requests that were cancelled while they waited, on the event loop's clock.
        self._unused: list[float] = []

    async def acquire(self) -> None:
        """Return when one more request may be sent.

        A request that is cancelled while it waits leaves its moment to the next one.

        Raises:
            ConnectionFailed: Redis did not answer, or is full, busy or in a failover. The call
                sent nothing and may be retried.
            ConfigurationError: Redis refuses the password, or holds another type at the key.
        """
        loop = asyncio.get_running_loop()
        moment = self._left_over(loop.time())
        if moment is None:
            moment = await self._ask() + loop.time()
        try:
            await asyncio.sleep(moment - loop.time())
        except asyncio.CancelledError:
            heapq.heappush(self._unused, moment)
            raise

    def _left_over(self, now: float) -> float | None:
        """Take a future moment that a cancelled request has left."""
        while self._unused:
            moment = heapq.heappop(self._unused)
            if moment > now:
                return moment
        return None

    async def _ask(self) -> float:
        """Ask Redis for a moment; return the seconds until then."""
        try:
            wait = await self._next_moment(keys=[self._key], args=[self._period])
        except (OSError, RedisError) as error:
            if _may_pass(error):
                text = f"the request rate could not be asked of Redis: {error}"
                raise ConnectionFailed(text, retryable=True, sent=False) from error
            text = f"Redis does not keep the request rate {self._key!r}: {error}"
            raise ConfigurationError(text) from error
        return int(wait) / _MICROSECONDS


def _may_pass(error: OSError | RedisError) -> bool:
    """Whether Redis is away, busy or full, rather than set up in another way than it should be."""
    if isinstance(error, AuthenticationError | AuthorizationError):
        return False
    return isinstance(error, _PASSING) or str(error).startswith(_PASSING_CODES)
