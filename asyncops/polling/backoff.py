"""The delay from one poll to the next."""

import math

from attrs import define, field

from asyncops.errors import AsyncOpsError
from asyncops.polling.policy import PollPolicy
from asyncops.retry.retry_after import MAX_RETRY_AFTER, asked_to_wait

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
