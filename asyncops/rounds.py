"""Looking again and again, on the client's clock, until the time is up."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

from attrs import define, field

from asyncops.checks import plain_hook, seconds
from asyncops.clock import Clock
from asyncops.deadlines import polling
from asyncops.errors import (
    AsyncOpsError,
    AttemptTimeout,
    DeadlineExceeded,
    DecodeError,
    RateLimited,
    ServerError,
    UnexpectedPage,
)
from asyncops.polling import OnPoll, PollPolicy, next_delay
from asyncops.retry import RetryPolicy, is_retryable

__all__ = ["ATTEMPTS", "LAST_LOOK", "Rounds", "Tolerance", "checked_hook", "is_unread", "may_pass"]

R = TypeVar("R")

LAST_LOOK = 5.0
"""Seconds that the look at the very end may take, or the timeout where that is shorter.

A result that has begun to come by then is read to its end."""

ATTEMPTS = RetryPolicy().attempts
"""Polls that an answer without JSON is borne for before the first good one, unless told."""

_NOT_IMPLEMENTED = 501


def may_pass(error: AsyncOpsError) -> bool:
    """Whether a look that failed so may fare better the next time.

    That is what a retry may help, and: time or connections that were short, any 429, any 5xx but
    501, and a page that is not the one asked for, as rows that moved lead to none the next time.
    """
    match error:
        case AttemptTimeout() | DeadlineExceeded() | RateLimited() | UnexpectedPage():
            return True
        case ServerError(status=status):
            return status != _NOT_IMPLEMENTED
        case _:
            return is_retryable(error, "GET")


def is_unread(error: AsyncOpsError) -> bool:
    """Whether an answer came that is no JSON, such as a gateway's page."""
    return isinstance(error, DecodeError) and error.not_json


@define(eq=False)
class Tolerance:
    """Which failed polls of one wait or one watch the next poll makes up for.

    An answer that is no JSON is borne as a 502 is, once there was a good answer. Before that the
    address may be wrong, which no number of polls mends.

    Attributes:
        attempts: The poll without any JSON, from 1, that is the last one before a good answer.
        answered: Whether there was a good answer.
        unread: Polls before the first good answer that met an answer without JSON.
    """

    attempts: int = ATTEMPTS
    answered: bool = False
    unread: int = 0
    _counted: bool = field(default=False, init=False)

    def begin(self) -> None:
        """Count a new poll: of its requests, which may be many, all that fail count as one."""
        self._counted = False

    def bears(self, error: AsyncOpsError) -> bool:
        """Whether the next poll may make up for this error."""
        if not is_unread(error):
            return may_pass(error)
        if self.answered:
            return True
        self.unread += not self._counted
        self._counted = True
        return self.unread < self.attempts


def checked_hook(on_poll: OnPoll | None) -> OnPoll | None:
    """What is told of each look.

    Raises:
        TypeError: It would not be called, or not be awaited.
    """
    return plain_hook("on_poll", on_poll, takes="Look")


@define(eq=False)
class Rounds:
    """When to look, how long a look may take, and when to give up.

    Attributes:
        policy: How often.
        timeout: Seconds in all; None for no end.
        clock: What they are measured by.
        number: Looks so far.
        unanswered: Whether the time was up before the last look was answered.
        tolerance: Which failed looks are made up for.
    """

    policy: PollPolicy
    timeout: float | None
    clock: Clock
    tolerance: Tolerance = field(factory=Tolerance)
    number: int = field(default=0, init=False)
    unanswered: bool = field(default=False, init=False)
    _began: float | None = field(default=None, init=False)
    _quiet: int = field(default=0, init=False)
    _final: bool = field(default=False, init=False)

    @classmethod
    def checked(
        cls, poll: PollPolicy, timeout: float | None, clock: Clock, *, attempts: int = ATTEMPTS
    ) -> Self:
        """By the policy; ``timeout``, if given, takes the place of its own.

        Args:
            poll: How often to look.
            timeout: Seconds in all; None for the policy's own.
            clock: What they are measured by.
            attempts: How many attempts the client's retry policy gives a call.

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
        """Seconds since the first look began."""
        return 0.0 if self._began is None else self.clock.monotonic() - self._began

    async def look(self, ask: Callable[[], Awaitable[R]]) -> R | AsyncOpsError:
        """What ``ask`` gives, or the error of a look that the next one may make up for.

        Raises:
            AsyncOpsError: No other look would fare better.
        """
        self.number += 1
        self.tolerance.begin()
        if self._began is None:
            self._began = self.clock.monotonic()
        # A sleep or a hook may have taken longer than there was time: one look is still due.
        self._final = self._final or self._left <= 0
        scope = asyncio.timeout(self._bound())
        try:
            async with scope:
                with polling(scope):
                    answer = await ask()
        except TimeoutError:
            if not scope.expired():
                raise
        except AsyncOpsError as error:
            if not self.tolerance.bears(error):
                raise
            return error
        else:
            if not isinstance(answer, AsyncOpsError):
                self.tolerance.answered = True
            return answer
        self.unanswered = self._final = True
        return DeadlineExceeded("it was not answered in time")

    def next_in(self, *, news: bool = False, error: AsyncOpsError | None = None) -> float | None:
        """Seconds until the next look; None where the time is up.

        The last look of all is when the time is up, not before.

        Args:
            news: Whether the look before has seen an operation end.
            error: Why it failed; see :func:`asyncops.polling.next_delay` for what is waited.
        """
        left = self._left
        if self._final or left <= 0:
            return None
        self._quiet = 1 if news else self._quiet + 1
        delay = next_delay(self.policy, self._quiet, error, left=left)
        # Known by this and not by the clock, which may wake a sleeper a little early.
        self._final = delay >= left
        return delay

    @property
    def _left(self) -> float:
        return math.inf if self.timeout is None else self.timeout - self.elapsed

    def _bound(self) -> float | None:
        if self.timeout is None:
            return None
        return min(LAST_LOOK, self.timeout) if self._final else self._left
