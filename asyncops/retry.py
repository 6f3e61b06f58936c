"""Whether to try again, and when: pure decisions, and tenacity set up with them for one call."""

import math
import random
import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from asyncops.checks import check_count, check_seconds, status_set
from asyncops.clock import Clock
from asyncops.errors import APIError, RateLimited, TransportError

if TYPE_CHECKING:
    from tenacity import AsyncRetrying, RetryCallState

__all__ = [
    "RETRIED_STATUSES",
    "SUCCESS_REWARD",
    "CallRetry",
    "Gate",
    "RetryPolicy",
    "RetryQuota",
    "backoff",
    "is_retryable",
    "parse_retry_after",
]

# What passes by itself: 425 (RFC 8470), 520 to 527 and 530 are Cloudflare's own for a service that
# it does not reach, 529 is said by services that are overloaded.
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 528), 529, 530})
SAFE_METHODS = frozenset({"GET", "HEAD"})

# Costs of the AWS SDKs' standard retry mode: https://docs.aws.amazon.com/sdkref (2026).
RETRY_COST = 14
THROTTLE_COST = 5
SUCCESS_REWARD = 1


def _statuses(value: Iterable[int]) -> frozenset[int]:
    return status_set("statuses", value)


@frozen
class RetryPolicy:
    """How often, and how patiently, one call is tried again.

    Delays are drawn evenly between nothing and ``base`` x 2^n seconds (full jitter), twice that
    when the service throttles, never more than ``cap``.

    Attributes:
        attempts: Wire attempts for one call, the first included; 1 turns retries off.
        base: Upper end of the first delay, in seconds.
        cap: The longest delay of our own choosing, in seconds.
        max_retry_after: The longest ``Retry-After`` that is waited for, in seconds; a longer one
            ends the call at once with the service's error.
        quota: Retry tokens that all calls of a client share. A retry takes 14, a throttled one 5,
            a success gives back; with none left, a failure is final.
        statuses: The HTTP statuses that a request is sent again after, each from 400 to 599: 408,
            425, 429, 500, 502-504, 520-527, 529 and 530 unless given. Polling outlasts every 5xx
            but 501 whatever this says: the next poll asks again.
    """

    attempts: int = field(default=3, validator=check_count(1))
    base: float = field(default=0.5, validator=check_seconds())
    cap: float = field(default=20.0, validator=check_seconds())
    max_retry_after: float = field(default=120.0, validator=check_seconds())
    quota: int = field(default=500, validator=check_count(0))
    statuses: frozenset[int] = field(default=RETRIED_STATUSES, converter=_statuses)


@define(eq=False)
class RetryQuota:
    """The retry tokens of one client. In a full outage it runs dry, and calls fail at once."""

    capacity: int
    tokens: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tokens = self.capacity

    def take(self, cost: int) -> bool:
        """Take ``cost`` tokens; False, and none taken, when there are too few."""
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def give_back(self, tokens: int) -> None:
        """Put tokens back, up to the capacity."""
        if self.tokens < self.capacity:
            self.tokens = min(self.capacity, self.tokens + tokens)


@define(eq=False)
class Gate:
    """One 429 holds back every task of the client, not only the one that was told."""

    opens_at: float = -math.inf
    _reason: RateLimited | None = None

    def close_until(self, moment: float, reason: RateLimited | None = None) -> None:
        """Let nobody pass before ``moment`` on the client's monotonic clock."""
        if moment > self.opens_at:
            self.opens_at, self._reason = moment, reason

    def refusal(self, now: float) -> RateLimited | None:
        """What closed it, as an error for a call that cannot wait so long."""
        if self._reason is None:
            return None
        error = copy(self._reason)
        error.sent = False
        error.retry_after = self.delay(now)
        return error

    def delay(self, now: float) -> float:
        """Seconds until it opens; 0 when it is open."""
        return max(0.0, self.opens_at - now)


def is_retryable(
    error: BaseException | None, method: str, statuses: frozenset[int] = RETRIED_STATUSES
) -> bool:
    """Whether sending the request again is safe and may help."""
    match error:
        case TransportError(retryable=True, sent=sent):
            return method in SAFE_METHODS or not sent
        case APIError(status=status, sent=True):
            return status in statuses and method in SAFE_METHODS
        case _:
            return False


def backoff(
    policy: RetryPolicy,
    attempt: int,
    error: BaseException | None,
    draw: Callable[[], float] = random.random,
) -> float:
    """Seconds to wait after failed attempt number ``attempt`` (from 1)."""
    asked = error.retry_after if isinstance(error, APIError) else None
    if asked is not None:
        # A little more than asked, so that many clients do not come back in one instant.
        return asked + draw() * 0.1 * max(asked, 1.0)
    base = policy.base * (2 if isinstance(error, RateLimited) else 1)
    # 2^63 is far past any cap, and a float cannot hold much more.
    return draw() * min(policy.cap, base * 2.0 ** min(attempt - 1, 63))


# ASCII digits alone: Python's own float() would also read "1_000", "٣", "nan" and " 1 ".
_SECONDS = r"[0-9]+(?:\.[0-9]*)?(?:[eE]\+?[0-9]+)?"


def parse_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait, from ``retry-after-ms`` or ``Retry-After``.

    A date is read against the answer's own ``Date``, so that a clock that is wrong here does no
    harm; ``now`` (seconds since the epoch) serves where there is none.

    Returns:
        Seconds, finite and not negative; None where the header is absent, not understood, or a
        date that has passed. Source: RFC 9110, section 10.2.3.
    """
    milliseconds = _parse_seconds(headers.get("Retry-After-Ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("Retry-After", "").strip(" \t")
    seconds = _parse_seconds(value)
    if seconds is not None:
        return seconds
    moment = _parse_date(value)
    if moment is None:
        return None
    sent = _parse_date(headers.get("Date", ""))
    delay = moment - (now if sent is None else sent)
    return delay if delay > 0 else None


def _parse_seconds(text: str) -> float | None:
    # The header's own white space alone: str.strip() would take more.
    text = text.strip(" \t")
    if not re.fullmatch(_SECONDS, text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _parse_date(text: str) -> float | None:
    if not text.isascii() or not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


@define(eq=False, repr=False)
class CallRetry:
    """The retry of one call: tenacity's hooks over the policy and what the client's calls share.

    Attributes:
        deadline: When the call must be over, on the client's monotonic clock.
    """

    policy: RetryPolicy
    quota: RetryQuota
    gate: Gate
    clock: Clock
    method: str
    deadline: float
    draw: Callable[[], float] = random.random
    _paid: int = 0

    def retrying(self) -> "AsyncRetrying":
        """A new tenacity controller; one shared between tasks loses their results."""
        # Imported here, since it takes a while and most programs never see an attempt fail.
        from tenacity import AsyncRetrying  # noqa: PLC0415

        return AsyncRetrying(
            sleep=self.clock.sleep,
            retry=self._may_help,
            wait=self._wait,
            stop=self._is_final,
            reraise=True,
        )

    def succeeded(self) -> None:
        """Pay the quota back once the call has its answer."""
        self.quota.give_back(self._paid or SUCCESS_REWARD)

    def _may_help(self, state: "RetryCallState") -> bool:
        return is_retryable(_error_of(state), self.method, self.policy.statuses)

    def _wait(self, state: "RetryCallState") -> float:
        error = _error_of(state)
        delay = backoff(self.policy, state.attempt_number, error, self.draw)
        if isinstance(error, RateLimited) and (error.retry_after or 0) <= (
            self.policy.max_retry_after
        ):
            self.gate.close_until(self.clock.monotonic() + delay, copy(error))
        return delay

    def _is_final(self, state: "RetryCallState") -> bool:
        error = _error_of(state)
        asked = error.retry_after if isinstance(error, APIError) else None
        if state.attempt_number >= self.policy.attempts:
            return True
        if asked is not None and asked > self.policy.max_retry_after:
            return True
        if self.clock.monotonic() + state.upcoming_sleep >= self.deadline:
            return True
        cost = THROTTLE_COST if isinstance(error, RateLimited) else RETRY_COST
        if not self.quota.take(cost):
            return True
        self._paid = cost
        return False


def _error_of(state: "RetryCallState") -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
