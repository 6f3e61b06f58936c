"""When the polls of a wait happen, on the client's clock, until its timeout."""

import math
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, DeadlineExceeded
from asyncops.http.timeouts import poll_limit
from asyncops.polling.backoff import PollBackoff
from asyncops.polling.policy import ATTEMPTS, PollPolicy, Tolerance
from asyncops.utils.checks import check_type, seconds
from asyncops.utils.clock import Clock

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
        check_type("poll", poll, PollPolicy)
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
