"""How often to poll, what a poll reports, and what becomes of errors and of what is blocked."""

import logging
import random
from collections.abc import Callable, Iterable
from typing import Any, Literal, Self

from attrs import Attribute, define, field, frozen

from asyncops.errors import AsyncOpsError, DecodeError, OperationBlocked
from asyncops.models import Operation, State
from asyncops.retry.policy import RetryPolicy, may_pass
from asyncops.utils.checks import check_seconds, choice, seconds

ATTEMPTS = RetryPolicy().attempts
"""Polls that may meet an answer without JSON before the first good answer, by default."""


def _number_from(least: float, most: float, text: str) -> Callable[[Any, Any, float], None]:
    def check(_: object, attribute: "Attribute[float]", value: float) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{attribute.name} must be a number, got {type(value).__name__}")
        # Infinity and nan are out of every range.
        if not least <= value <= most:
            raise ValueError(f"{attribute.name} must be from {text}, got {value}")

    return check


def _seconds_or_none(_: object, attribute: "Attribute[Any]", value: float | None) -> None:
    if value is not None:
        seconds(attribute.name, value, positive=True)


@frozen
class PollPolicy:
    """How often to poll an operation, and for how long.

    ``PollPolicy(initial=2, cap=60, timeout=3600)`` polls at once, then after 2, 3, 4.5 s and so
    on up to every minute, for an hour. Failed requests within a poll are retried by the client's
    :class:`RetryPolicy`; this policy counts whole polls.

    Attributes:
        initial: Seconds between the first poll and the second.
        factor: Each further delay is so many times the one before, at least 1.
        cap: The longest delay, in seconds.
        timeout: Seconds in all; ``None`` means no limit.
        jitter: The share of each delay that is drawn at random, from 0 to 1.
    """

    initial: float = field(default=1.0, validator=check_seconds(positive=True))
    factor: float = field(default=1.5, validator=_number_from(1, 1e6, "1 to 1e6"))
    cap: float = field(default=20.0, validator=check_seconds(positive=True))
    timeout: float | None = field(default=900.0, validator=_seconds_or_none)
    jitter: float = field(default=0.1, validator=_number_from(0, 1, "0 to 1"))

    def delay(self, polls: int, draw: Callable[[], float] = random.random) -> float:
        """Return the seconds to sleep after so many polls (from 1) without news."""
        try:
            longest = min(self.cap, self.initial * float(self.factor) ** (polls - 1))
        except OverflowError:
            longest = self.cap
        return longest * (1 - self.jitter * draw())


WATCH_POLICY = PollPolicy(timeout=None)
"""The default of a watch: a poll every 1 s to 20 s, without a timeout."""

OVERLAP = 60.0
"""Seconds after its stated creation within which a new operation may become visible."""


@frozen(kw_only=True)
class Poll:
    """The report on one poll, as ``on_poll`` gets it.

    ``zoo.operations.wait(id, on_poll=lambda poll: print(poll.number, poll.next_in))`` prints one
    line for each poll.

    Attributes:
        number: Polls so far, this one included.
        elapsed: Seconds since the first poll began.
        open: Operations that have not ended, of those waited for or watched.
        ended: Operations that have ended since the first poll began.
        blocked: How many of the open ones wait for a person.
        next_in: Seconds until the next poll; ``None`` after the last one.
        error: Why the poll, or a part of it, failed; the next poll may put it right. ``None``
            where it succeeded.
    """

    number: int
    elapsed: float
    open: int
    ended: int
    blocked: int = 0
    next_in: float | None = None
    error: AsyncOpsError | None = None


OnPoll = Callable[[Poll], object]
"""A function that is called after each poll; its result is ignored."""


def is_not_json(error: AsyncOpsError) -> bool:
    """Whether an answer was no JSON, such as a gateway's page."""
    return isinstance(error, DecodeError) and error.not_json


@define(eq=False)
class Tolerance:
    """Decides whether a wait or a watch goes on polling after an error.

    An answer that is no JSON counts as a 502 does once there was a good answer. Before that the
    base URL may be wrong, and more polls would not help.

    Attributes:
        attempts: Polls that may meet an answer without JSON before the first good answer; the
            last of them ends the wait.
        answered: Whether there was a good answer.
        not_json: Polls that met an answer without JSON before the first good answer.
        poll: The number of the poll under way: however many of its requests fail, it counts once.
    """

    attempts: int = ATTEMPTS
    answered: bool = False
    not_json: int = 0
    poll: int = 0
    _counted: int | None = field(default=None, init=False)

    def allows(self, error: AsyncOpsError) -> bool:
        """Whether the next poll may put this error right."""
        if not is_not_json(error):
            return may_pass(error)
        if self.answered:
            return True
        self.not_json += self._counted != self.poll
        self._counted = self.poll
        return self.not_json < self.attempts


OnBlocked = Literal["wait", "raise"]
"""What to do about an operation that waits for a person: wait on, or raise
:class:`asyncops.OperationBlocked`."""

_waits = logging.getLogger("asyncops.wait")


@define(eq=False)
class BlockedPolicy:
    """What one wait does about operations that wait for a person.

    Attributes:
        raises: Whether such an operation ends the wait.
        logged: Whether the log line of this wait was written.
    """

    raises: bool = False
    logged: bool = field(default=False, kw_only=True)

    @classmethod
    def checked(cls, on_blocked: OnBlocked) -> Self:
        """Make a policy from the argument of a wait.

        Raises:
            ValueError: The argument is neither ``"wait"`` nor ``"raise"``.
        """
        return cls(choice("on_blocked", on_blocked, ("wait", "raise")) == "raise")

    def error(
        self, operation: Operation, seen: tuple[Operation, ...] = ()
    ) -> OperationBlocked | None:
        """Return the error that ends the wait for an operation, if it is blocked.

        Where the wait goes on, the first blocked operation is logged.

        Args:
            operation: The operation.
            seen: All operations of the wait, where it is for several at once.
        """
        if operation.state is not State.BLOCKED:
            return None
        if self.raises:
            return OperationBlocked(operation, seen)
        if not self.logged:
            self.logged = True
            _waits.warning(
                "operation %s is blocked: it waits for a person, and the wait goes on",
                operation.id,
                extra={"operation_id": str(operation.id)},
            )
        return None


def count_blocked(operations: Iterable[Operation | None]) -> int:
    """Return how many operations wait for a person."""
    return sum(each is not None and each.state is State.BLOCKED for each in operations)
