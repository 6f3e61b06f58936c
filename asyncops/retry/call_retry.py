"""The retry of one call, with tenacity."""

import random
from collections.abc import Awaitable, Callable
from copy import copy
from typing import TYPE_CHECKING, TypeVar

from attrs import define, field

from asyncops.errors import RateLimited
from asyncops.retry.budget import RETRY_COST, SUCCESS_REWARD, THROTTLE_COST, RetryQuota
from asyncops.retry.policy import RetryPolicy, backoff, is_retryable
from asyncops.retry.retry_after import asked_to_wait
from asyncops.retry.throttle import RetriedCall, Throttle

if TYPE_CHECKING:
    from tenacity import RetryCallState

R = TypeVar("R")


@define(eq=False, repr=False)
class CallRetry:
    """The retry of one call.

    Attributes:
        call: The call.
        policy: The policy of its client.
        quota: The retry tokens that all calls of the client share.
        throttle: The pause of all calls of the client; a 429 prolongs it.
        before_sleep: Called with tenacity's state before each backoff.
        draw: Returns a random number from 0 to 1, for the jitter.
    """

    call: RetriedCall
    policy: RetryPolicy
    quota: RetryQuota
    throttle: Throttle
    before_sleep: "Callable[[RetryCallState], None] | None" = None
    draw: Callable[[], float] = random.random
    _paid: int = field(default=0, init=False)

    async def run(self, attempt: Callable[[], Awaitable[R]]) -> R:
        """Repeat ``attempt`` until it succeeds or another attempt cannot help.

        Raises:
            Exception: The error of the last attempt.
        """
        # Most programs never see a failed attempt, and the import takes a while.
        try:
            from tenacity import AsyncRetrying, retry_if_exception  # noqa: PLC0415
        except OSError:
            # No file can be opened now; most likely the attempt failed because of that, too.
            return await attempt()

        # Tasks that share one controller lose their results, so each call makes its own.
        retrying = AsyncRetrying(
            retry=retry_if_exception(self.is_worth_it),
            wait=self._wait,
            stop=self._is_final,
            sleep=self.call.sleep,
            before_sleep=self.before_sleep,
            reraise=True,
        )
        result: R = await retrying(attempt)
        self.quota.give_back(self._paid or SUCCESS_REWARD)
        return result

    def is_worth_it(self, error: BaseException) -> bool:
        """Return whether another attempt may help after this error, and does no harm."""
        call, statuses = self.call, self.policy.statuses
        return is_retryable(error, safe=call.safe, repeatable=call.repeatable, statuses=statuses)

    def _wait(self, state: "RetryCallState") -> float:
        error = _error_of(state)
        delay = backoff(self.policy, state.attempt_number, error, self.draw)
        if isinstance(error, RateLimited) and not self._asks_for_too_long(error):
            # Other calls raise a copy, since this call raises the error itself.
            self.throttle.close_until(self.call.clock.monotonic() + delay, copy(error))
        return delay

    def _is_final(self, state: "RetryCallState") -> bool:
        error = _error_of(state)
        return (
            state.attempt_number >= self.policy.attempts
            or self._asks_for_too_long(error)
            or self.call.clock.monotonic() + state.upcoming_sleep >= self.call.deadline
            or not self._pay_for(error)
        )

    def _asks_for_too_long(self, error: BaseException | None) -> bool:
        return (asked_to_wait(error) or 0) > self.policy.max_retry_after

    def _pay_for(self, error: BaseException | None) -> bool:
        self._paid = THROTTLE_COST if isinstance(error, RateLimited) else RETRY_COST
        return self.quota.take(self._paid)


def _error_of(state: "RetryCallState") -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
