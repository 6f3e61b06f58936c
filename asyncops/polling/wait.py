"""Waiting until operations have ended."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypedDict, TypeVar, Unpack

from attrs import frozen

from asyncops.errors import AsyncOpsError, NotFound, OperationFailed, WaitTimeout
from asyncops.models import Operation, State, has_ended, status_word
from asyncops.polling.policy import (
    BlockedPolicy,
    OnBlocked,
    OnPoll,
    Poll,
    PollPolicy,
    count_blocked,
)
from asyncops.polling.wait_schedule import PollSchedule

O = TypeVar("O", bound=Operation)  # noqa: E741 - an operation


class WaitOptions(TypedDict, total=False):
    """The keyword arguments of every wait for one operation, or for all of several."""

    poll: PollPolicy
    timeout: float | None
    raise_on_failure: bool
    on_poll: OnPoll | None
    on_blocked: OnBlocked


class WaitRules(TypedDict):
    """What a wait makes of what it sees."""

    on_poll: OnPoll | None
    raise_on_failure: bool
    blocked: BlockedPolicy


async def wait_for_one(
    get: Callable[[], Awaitable[O | None]],
    schedule: PollSchedule,
    *,
    name: str,
    **rules: Unpack[WaitRules],
) -> O:
    """Poll ``get`` until the operation has ended, and return it; ``None`` means "not there yet".

    Raises:
        OperationFailed: The operation failed, and ``raise_on_failure`` is on.
        OperationBlocked: The operation waits for a person, and ``blocked`` raises.
        WaitTimeout: The operation had not ended in time.
    """

    async def poll() -> tuple[O, ...]:
        operation = await get()
        return () if operation is None else (operation,)

    end = await _follow(poll, schedule, rules, least=1)
    operation = end.seen[0] if end.seen else None
    if operation is None or not end.done:
        raise overdue(name, operation, schedule.elapsed, end.error)
    if rules["raise_on_failure"] and operation.state is not State.SUCCEEDED:
        raise OperationFailed.of(operation)
    return operation


def awaited(get: Callable[[], Awaitable[O]]) -> Callable[[], Awaitable[O | None]]:
    """Return a poll of an operation that may have yet to begin: ``None`` as long as it is missing.

    An operation that has been there and is missing again is gone: its ``NotFound`` is raised.
    """
    seen = False

    async def poll() -> O | None:
        nonlocal seen
        try:
            operation = await get()
        except NotFound:
            if seen:
                raise
            return None
        seen = True
        return operation

    return poll


async def wait_for_all(
    read: Callable[[], Awaitable[Sequence[O]]],
    schedule: PollSchedule,
    *,
    at_least_one: bool,
    **rules: Unpack[WaitRules],
) -> tuple[O, ...]:
    """Poll ``read`` until all of its operations have ended, and return them.

    Raises:
        OperationFailed: An operation failed, and ``raise_on_failure`` is on.
        OperationBlocked: An operation waits for a person, and ``blocked`` raises.
        WaitTimeout: Not all had ended in time.
    """
    end = await _follow(read, schedule, rules, least=1 if at_least_one else 0)
    seen = end.seen
    if seen is None or not end.done:
        raise WaitTimeout(_unended(seen, schedule.elapsed) + _after(end.error), last=seen)
    failed = next((each for each in seen if each.state is not State.SUCCEEDED), None)
    if rules["raise_on_failure"] and failed is not None:
        raise OperationFailed.of(failed, seen)
    return seen


def overdue(
    name: str, last: Operation | None, elapsed: float, error: AsyncOpsError | None
) -> WaitTimeout:
    """Make the error for one operation that has not ended in time."""
    text = (
        f"operation {name} was not seen in {elapsed:.1f} s"
        if last is None
        else f"operation {name} was still {_in_words(last)} after {elapsed:.1f} s"
    )
    return WaitTimeout(text + _after(error), last=last)


@frozen
class _End(Generic[O]):
    """How a wait ended.

    Attributes:
        done: Whether all operations have ended.
        seen: The operations in the last good answer; ``None`` where there was none.
        error: The error of the very last poll.
    """

    done: bool
    seen: tuple[O, ...] | None
    error: AsyncOpsError | None


async def _follow(
    poll: Callable[[], Awaitable[Sequence[O]]],
    schedule: PollSchedule,
    rules: WaitRules,
    *,
    least: int,
) -> _End[O]:
    on_poll, blocked = rules["on_poll"], rules["blocked"]
    seen: tuple[O, ...] | None = None
    while True:
        answer = await schedule.poll(poll)
        error = answer if isinstance(answer, AsyncOpsError) else None
        if not isinstance(answer, AsyncOpsError):
            seen = tuple(answer)
        still = _still_open(seen or ())
        waits = max(len(still), least - len(seen or ()))
        done = error is None and not waits
        failure = next(filter(None, (blocked.error(each, seen or ()) for each in still)), None)
        delay = None if done or failure else schedule.next_in(error=error)
        if on_poll is not None:
            on_poll(
                Poll(
                    number=schedule.number,
                    elapsed=schedule.elapsed,
                    open=waits,
                    ended=len(seen or ()) - len(still),
                    blocked=count_blocked(still),
                    next_in=delay,
                    error=error,
                )
            )
        if failure is not None:
            raise failure
        if delay is None:
            return _End(done, seen, error)
        await schedule.clock.sleep(delay)


def _still_open(seen: Iterable[O]) -> list[O]:
    return [each for each in seen if not has_ended(each)]


def _unended(seen: Sequence[Operation] | None, elapsed: float) -> str:
    if seen is None:
        return f"the operations were not seen in {elapsed:.1f} s"
    if not seen:
        return f"there was no operation after {elapsed:.1f} s"
    still = _still_open(seen)
    states = Counter(_quoted(each) for each in still)
    counts = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    return f"{len(still)} of {len(seen)} operations had not ended after {elapsed:.1f} s: {counts}"


def _quoted(operation: Operation) -> str:
    """The operation's state; a word that this release does not know is in quotes."""
    word = status_word(operation)
    return repr(word) if operation.state is State.UNKNOWN else word


def _in_words(operation: Operation) -> str:
    waits = operation.state is State.BLOCKED
    return f"{_quoted(operation)}{', waiting for a person,' if waits else ''}"


def _after(error: AsyncOpsError | None) -> str:
    return "" if error is None else f"; the last poll failed: {error}"
