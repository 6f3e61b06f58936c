"""The time limits of calls, attempts and polls."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from attrs import define, field, frozen

from asyncops.utils.checks import check_seconds
from asyncops.utils.clock import Clock
from asyncops.utils.time_limits import TimeLimit, TimeLimits


@frozen
class Timeout:
    """The time limits of a client, in seconds.

    ::

        ZooClient(timeout=Timeout(read=60, deadline=300))

    The result of a single operation (of ``get``, ``get_many``, ``wait`` and the like) may be large:
    ``attempt`` and ``deadline`` limit the time until its first byte, and from then on 64 KiB have
    to come in every ``read`` seconds. The same holds for a content that is sent from a file or a
    stream: the time stands still meanwhile.

    Attributes:
        connect: Setting up a connection.
        read: Silence between two reads of an answer, which is noticed up to a sixteenth too late;
            and 64 KiB of a single result.
        attempt: One request with its answer.
        deadline: One call, with its retries and the waiting between them.
        pool: Waiting for a free connection while all are in use. After a 429, the client uses fewer
            connections; waiting for one of those, or for a ``rate_limit``, is limited by
            ``deadline`` only.
    """

    connect: float = field(default=5.0, validator=check_seconds(positive=True))
    read: float = field(default=30.0, validator=check_seconds(positive=True))
    attempt: float = field(default=60.0, validator=check_seconds(positive=True))
    deadline: float = field(default=120.0, validator=check_seconds(positive=True))
    pool: float = field(default=5.0, validator=check_seconds(positive=True))


_limit_of_poll: ContextVar[TimeLimit | None] = ContextVar("_limit_of_poll", default=None)


@contextmanager
def poll_limit(seconds: float | None) -> Iterator[TimeLimit]:
    """Limit the time of a poll, without the time in which a large result comes in.

    A context variable holds the limit: the poll's requests may be made in tasks of their own, and
    only the call that receives a large result pauses the limit.

    Args:
        seconds: The limit; ``None`` means no limit.
    """
    limits = TimeLimits(seconds)
    try:
        with TimeLimit(limits) as limit:
            token = _limit_of_poll.set(limit)
            try:
                yield limit
            finally:
                _limit_of_poll.reset(token)
    finally:
        # The timer would go on to the end of the wait, for a next limit that never comes.
        limits.end_all()


@define(eq=False)
class CallTime(TimeLimit):
    """The time of one call, which stands still while a body of any size is on its way.

    The time of the poll that the call is made for stands still with it.

    Attributes:
        clock: The client's clock.
        deadline: The end of the time, on the clock.
    """

    clock: Clock
    deadline: float
    _stopped_at: float | None = field(default=None, init=False)
    _paused: tuple[TimeLimit, ...] = field(default=(), init=False)

    def stop(self) -> None:
        """Stop the time, if it goes on."""
        if self._stopped_at is not None:
            return
        self._stopped_at = self.clock.monotonic()
        poll = _limit_of_poll.get()
        self._paused = (self,) if poll is None else (self, poll)
        for limit in self._paused:
            limit.pause()

    def go_on(self) -> None:
        """Let the time go on, if :meth:`stop` has stopped it."""
        if self._stopped_at is None:
            return
        self.deadline += self.clock.monotonic() - self._stopped_at
        self._stopped_at = None
        for limit in self._paused:
            limit.resume()
