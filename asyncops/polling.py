"""How often to poll for something that takes its time."""

import math
import random
from collections.abc import Callable
from typing import Any

from attrs import Attribute, field, frozen

from asyncops.checks import check_seconds, seconds
from asyncops.errors import APIError, AsyncOpsError

__all__ = ["Look", "OnPoll", "PollPolicy", "next_delay"]

_LONGEST_ASKED = 120.0
_LONGEST_WITHOUT_END = 3600.0


def _at_least_one(_: object, attribute: "Attribute[float]", value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{attribute.name} must be a number, got {type(value).__name__}")
    # Far past any use; infinity and nan are refused with it.
    if not 1 <= value <= 1e6:
        raise ValueError(f"{attribute.name} must be from 1 to 1e6, got {value}")


def _seconds_or_none(_: object, attribute: "Attribute[Any]", value: float | None) -> None:
    if value is not None:
        seconds(attribute.name, value, positive=True)


def _share(_: object, attribute: "Attribute[float]", value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{attribute.name} must be a number, got {type(value).__name__}")
    if not 0 <= value <= 1:
        raise ValueError(f"{attribute.name} must be from 0 to 1, got {value}")


@frozen
class PollPolicy:
    """How often something is looked at again, and for how long.

    The first look is at once. This is about looking again, not about a look that fails: each has
    the retries of its client's :class:`RetryPolicy`, which are no concern of this one.

    Attributes:
        initial: Seconds before the second look.
        factor: Each further delay is so many times as long as the one before, at least 1.
        cap: The longest delay, in seconds.
        timeout: Seconds in all; None for no end.
        jitter: The share of each delay that is drawn at random, from 0 to 1.
    """

    initial: float = field(default=1.0, validator=check_seconds(positive=True))
    factor: float = field(default=1.5, validator=_at_least_one)
    cap: float = field(default=20.0, validator=check_seconds(positive=True))
    timeout: float | None = field(default=900.0, validator=_seconds_or_none)
    jitter: float = field(default=0.1, validator=_share)

    def delay(self, looks: int, draw: Callable[[], float] = random.random) -> float:
        """Seconds to wait after so many looks (from 1) that saw nothing new."""
        try:
            longest = min(self.cap, self.initial * float(self.factor) ** (looks - 1))
        except OverflowError:
            longest = self.cap
        return longest * (1 - self.jitter * draw())


def next_delay(
    policy: PollPolicy, polls: int, error: AsyncOpsError | None, *, left: float = math.inf
) -> float:
    """Seconds from one poll to the next, the same for every wait and every watch.

    A ``Retry-After`` is followed up to the policy's cap or 120 s, whichever is longer: a service
    that asks for a day must not leave a wait without any poll until its time is up. Without a
    timeout it is followed for an hour at most. No delay goes past the deadline.

    Args:
        policy: How often to poll.
        polls: Polls in a row, from 1, that saw nothing new.
        error: Why the last poll failed; None where it did not.
        left: Seconds until the deadline; infinite without one.
    """
    delay = policy.delay(polls)
    if isinstance(error, APIError) and error.retry_after is not None:
        longest = max(policy.cap, _LONGEST_ASKED)
        if math.isinf(left):
            longest = min(longest, _LONGEST_WITHOUT_END)
        delay = max(delay, min(error.retry_after, longest))
    return min(delay, left)


@frozen(kw_only=True)
class Look:
    """What a hook is told after each look.

    Attributes:
        number: Looks so far, this one included.
        elapsed: Seconds since the first look began.
        open: Operations that are still waited for, or watched.
        ended: Operations that have ended since the first look began.
        next_in: Seconds until the next look; None where there is none.
        error: Why the look, or a part of it, failed; None where it did not. It is made up for by
            the next one.
    """

    number: int
    elapsed: float
    open: int
    ended: int
    next_in: float | None = None
    error: AsyncOpsError | None = None


OnPoll = Callable[[Look], object]
"""Told of each look, as it happens; what it returns is of no account."""
