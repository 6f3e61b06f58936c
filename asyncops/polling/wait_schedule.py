"""The delays from one poll to the next, and when the polls of a wait happen, until its timeout."""

import math
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, DeadlineExceeded
from asyncops.http.timeouts import poll_limit
from asyncops.polling.policy import ATTEMPTS, PollPolicy, Tolerance
from asyncops.retry.retry_after import MAX_RETRY_AFTER, asked_to_wait
from asyncops.utils.checks import seconds
from asyncops.utils.clock import Clock

# The longest ``Retry-After`` that a poll without a timeout follows.
_LONGEST_WITHOUT_TIMEOUT = 3600.0


@define(eq=False)
class PollBackoff:
    """The delays between polls: they grow while nothing happens, and are short again after news.

    Attributes:
        policy: How often to poll.
    """

    policy: PollPolicy
    _without_news: int = field(default=0, init=False)

    def delay(self, error: AsyncOpsError | None, *, news: bool, left: float = math.inf) -> float:
        """Return the seconds from one poll to the next.

        Args:
            error: The error of the last poll; ``None`` where it succeeded.
            news: Whether the last poll brought news.
            left: Seconds until the deadline; infinite without one.
        """
        self._without_news = 1 if news else self._without_news + 1
        return next_delay(self.policy, self._without_news, error, left=left)


def next_delay(
    policy: PollPolicy, polls: int, error: AsyncOpsError | None, *, left: float = math.inf
) -> float:
    """Return the seconds from one poll to the next: the one rule for every wait and every watch.

    A ``Retry-After`` counts up to the policy's cap or 120 s, whichever is longer: a service that
    asks for a day must not leave a wait without any poll until its timeout. Without a timeout it
    counts up to an hour. No delay goes past the deadline.

    Args:
        policy: How often to poll.
        polls: Polls in a row, from 1, without news.
        error: The error of the last poll; ``None`` where it succeeded.
        left: Seconds until the deadline; infinite without one.
    """
    delay = policy.delay(polls)
    asked = None if error is None else asked_to_wait(error)
    if asked is not None:
        longest = max(policy.cap, MAX_RETRY_AFTER)
        if math.isinf(left):
            longest = min(longest, _LONGEST_WITHOUT_TIMEOUT)
        delay = max(delay, min(asked, longest))
    return min(delay, left)


R = TypeVar("R")

LAST_POLL = 5.0
"""Seconds that the poll after the timeout may take, or the timeout where that is shorter.

A result that has begun to arrive by then is read to its end."""


@define(eq=False)
class PollSchedule:
    """When the next poll is due, how long it may take, and when the wait is over.

    Attributes:
        policy: How often to poll.
        timeout: Seconds in all; ``None`` means no limit.
        clock: Measures the time.
        tolerance: Decides after which errors polling goes on.
        number: Polls so far.
        unanswered: Whether the timeout cut off the last poll.
    """

    policy: PollPolicy
    timeout: float | None
    clock: Clock
    tolerance: Tolerance = field(factory=Tolerance)
    number: int = field(default=0, init=False)
    unanswered: bool = field(default=False, init=False)
    _began: float | None = field(default=None, init=False)
    _backoff: PollBackoff = field(init=False)
    _final: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._backoff = PollBackoff(self.policy)

    @classmethod
    def checked(
        cls, poll: PollPolicy, timeout: float | None, clock: Clock, *, attempts: int = ATTEMPTS
    ) -> Self:
        """Make a schedule from the arguments of a wait.

        Args:
            poll: How often to poll.
            timeout: Seconds in all; ``None`` means the policy's own timeout.
            clock: Measures the time.
            attempts: Attempts that the client's retry policy gives a call.

        Raises:
            TypeError: ``poll`` is no policy, ``timeout`` no number.
            ValueError: ``timeout`` is not above 0.
        """
        if not isinstance(poll, PollPolicy):
            raise TypeError(f"poll must be a PollPolicy, got {type(poll).__name__}")
        limit = poll.timeout
        if timeout is not None:
            limit = seconds("timeout", timeout, positive=True)
        return cls(poll, limit, clock, Tolerance(attempts))

    @property
    def elapsed(self) -> float:
        """Seconds since the first poll began."""
        return 0.0 if self._began is None else self.clock.monotonic() - self._began

    async def poll(self, ask: Callable[[], Awaitable[R]]) -> R | AsyncOpsError:
        """Poll once: return the answer, or an error that the next poll may put right.

        Raises:
            AsyncOpsError: No further poll would help.
        """
        self.number += 1
        self.tolerance.poll = self.number
        if self._began is None:
            self._began = self.clock.monotonic()
        # A sleep or a hook may have gone past the timeout: one last poll is still due.
        self._final = self._final or self._left <= 0
        try:
            with poll_limit(self._time_limit()) as limit:
                answer = await ask()
        except TimeoutError:
            if not limit.expired:
                raise
        except AsyncOpsError as error:
            if not self.tolerance.allows(error):
                raise
            return error
        else:
            if not isinstance(answer, AsyncOpsError):
                self.tolerance.answered = True
            return answer
        self.unanswered = self._final = True
        return DeadlineExceeded("it was not answered in time")

    def next_in(self, *, news: bool = False, error: AsyncOpsError | None = None) -> float | None:
        """Return the seconds until the next poll; ``None`` after the last one.

        The last poll happens when the timeout is reached.

        Args:
            news: Whether an operation ended in the last poll.
            error: The error of the last poll, for its ``Retry-After``.
        """
        left = self._left
        if self._final or left <= 0:
            return None
        delay = self._backoff.delay(error, news=news, left=left)
        # Decided here, since a clock may wake the wait a little before the timeout.
        self._final = delay >= left
        return delay

    @property
    def _left(self) -> float:
        return math.inf if self.timeout is None else self.timeout - self.elapsed

    def _time_limit(self) -> float | None:
        if self.timeout is None:
            return None
        return min(LAST_POLL, self.timeout) if self._final else self._left
