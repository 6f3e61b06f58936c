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
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - redis-py's own, which is none of Python's
)
from redis.exceptions import ConnectionError as RedisConnectionError

from asyncops.checks import plain_text
from asyncops.errors import ConfigurationError, ConnectionFailed

__all__ = ["RedisRate"]

# GCRA (ITU-T I.371) without a burst: each request gets a moment of its own, one period after the
# one before. Microseconds on Redis's clock, which alone is the same for all machines.
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


class RedisRate:
    """A :class:`~asyncops.throttle.RateLimiter` that all who name it the same keep to together.

    Give it to a client as ``rate_limit=RedisRate(redis, "zoo", rate=10)``. Requests of all
    processes are spaced evenly, ``1 / rate`` seconds apart, in the order in which they asked;
    after a pause there is no burst. Each asks Redis once and then sleeps until its moment: nobody
    polls. It may serve several clients of one event loop.

    A rate that cannot be asked is not passed over: without Redis, no request goes out.

    Args:
        redis: A client of redis-py, ``redis.asyncio.Redis``; it is not closed here.
        name: What is shared: the key is ``asyncops:rate:`` and this.
        rate: Requests per second of all processes together, from one a day to a million. Processes
            that say different rates under one name each leave their own period after a request.

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
        # Rounded up, as the rate is the most there may be.
        self._period = math.ceil(_MICROSECONDS / rate)
        self._next_moment = redis.register_script(_NEXT_MOMENT)
        # Moments of requests that were given up while they waited, by the event loop's clock.
        self._unused: list[float] = []

    async def acquire(self) -> None:
        """Return when one more request may go out.

        A call that is cancelled while it waits leaves its moment to the next one of this object.

        Raises:
            ConnectionFailed: Redis did not answer. It may be tried again; nothing was sent.
            ConfigurationError: Redis refuses: the password, for instance, or what is at the key.
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
        """A moment that nobody uses and that is still to come."""
        while self._unused:
            moment = heapq.heappop(self._unused)
            if moment > now:
                return moment
        return None

    async def _ask(self) -> float:
        """Seconds until the moment that this request was given."""
        try:
            wait = await self._next_moment(keys=[self._key], args=[self._period])
        except (AuthenticationError, AuthorizationError) as error:
            raise self._refused(error) from error
        except (RedisConnectionError, TimeoutError, ReadOnlyError, OSError) as error:
            raise ConnectionFailed(
                f"the request rate could not be asked of Redis: {error}", retryable=True, sent=False
            ) from error
        except RedisError as error:
            raise self._refused(error) from error
        return int(wait) / _MICROSECONDS

    def _refused(self, error: RedisError) -> ConfigurationError:
        return ConfigurationError(f"Redis does not keep the request rate {self._key!r}: {error}")
