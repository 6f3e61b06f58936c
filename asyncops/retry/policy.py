"""When a request is sent again: the settings, and the decisions that follow from them."""

import random
from collections.abc import Callable, Iterable

from attrs import field, frozen

from asyncops.errors import (
    APIError,
    AsyncOpsError,
    AttemptTimeout,
    DeadlineExceeded,
    RateLimited,
    ServerError,
    TransportError,
    UnexpectedPage,
)
from asyncops.retry.retry_after import MAX_RETRY_AFTER, asked_to_wait
from asyncops.utils.checks import check_count, check_seconds, status_set

# 425: RFC 8470. 520 to 527 and 530: Cloudflare, which cannot reach the service behind it.
# 529: services that are overloaded.
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 528), 529, 530})
_TOO_MANY_REQUESTS = 429
_NOT_IMPLEMENTED = 501


def _statuses(value: Iterable[int]) -> frozenset[int]:
    return status_set("statuses", value)


@frozen
class RetryPolicy:
    """How often a call sends its request again, and how long it waits before each attempt.

    ::

        ZooClient(retry=RetryPolicy(attempts=5, cap=60))

    Each delay is drawn evenly between 0 and ``base`` x 2^n seconds (full jitter), or twice as much
    after a 429, and never exceeds ``cap``.

    Attributes:
        attempts: Requests of one call, the first included; 1 turns retries off.
        base: The upper end of the first delay, in seconds.
        cap: The longest delay, in seconds, unless the service asks for a longer one.
        max_retry_after: The longest ``Retry-After`` that a call waits for, in seconds; a longer one
            ends the call at once with the service's error.
        quota: Retry tokens that all calls of a client share. A retry takes 14 tokens, one after a
            429 takes 5, a success gives tokens back; without tokens, a failure is final.
        statuses: The HTTP statuses after which a request is sent again, each from 400 to 599; by
            default 408, 425, 429, 500, 502-504, 520-527, 529 and 530. Waits and watches go on after
            every 5xx but 501 all the same: their next poll sends the request again.
    """

    attempts: int = field(default=3, validator=check_count(1))
    base: float = field(default=0.5, validator=check_seconds())
    cap: float = field(default=20.0, validator=check_seconds())
    max_retry_after: float = field(default=MAX_RETRY_AFTER, validator=check_seconds())
    quota: int = field(default=500, validator=check_count(0))
    statuses: frozenset[int] = field(default=RETRIED_STATUSES, converter=_statuses)


def is_retryable(
    error: BaseException | None,
    *,
    safe: bool,
    repeatable: bool = False,
    statuses: frozenset[int] = RETRIED_STATUSES,
) -> bool:
    """Return whether sending the request again may help and does no harm.

    Args:
        error: The error of the last attempt.
        safe: Whether the request only reads, so that it may reach the service a second time.
        repeatable: Whether a request that the service has refused unread may be sent again.
        statuses: The HTTP statuses after which a safe request is sent again.
    """
    match error:
        case TransportError(retryable=True, sent=sent):
            return safe or not sent
        case RateLimited(sent=True):
            # Some services say 403 and mean 429. What was refused has done nothing.
            return (safe or repeatable) and _TOO_MANY_REQUESTS in statuses
        case APIError(status=status, sent=True):
            return safe and status in statuses
        case _:
            return False


def backoff(
    policy: RetryPolicy,
    attempt: int,
    error: BaseException | None,
    draw: Callable[[], float] = random.random,
) -> float:
    """Return the seconds to wait after failed attempt number ``attempt`` (from 1)."""
    asked = asked_to_wait(error)
    if asked is not None:
        # The jitter keeps many clients from coming back in the same instant.
        return asked + draw() * 0.1 * max(asked, 1.0)
    base = policy.base * (2 if isinstance(error, RateLimited) else 1)
    # 2^63 is far beyond any cap, and a float cannot hold much more.
    return draw() * min(policy.cap, base * 2.0 ** min(attempt - 1, 63))


def may_pass(error: AsyncOpsError) -> bool:
    """Return whether the next poll may succeed after this error of a poll.

    That is true of each error after which a request is sent again, of timeouts, of any 429, of any
    5xx but 501, and of an answer for another page, as rows that moved can lead to one.
    """
    match error:
        case AttemptTimeout() | DeadlineExceeded() | RateLimited() | UnexpectedPage():
            return True
        case ServerError(status=status):
            return status != _NOT_IMPLEMENTED
        case _:
            return is_retryable(error, safe=True)
