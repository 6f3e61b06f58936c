"""Waiting until operations have ended."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

from attrs import frozen

from asyncops.errors import AsyncOpsError, OperationFailed, WaitTimeout
from asyncops.models import Operation, State, has_ended, word_of
from asyncops.polling import Look, OnPoll
from asyncops.rounds import Rounds

__all__ = ["overdue", "wait_for_all", "wait_for_one"]

O = TypeVar("O", bound=Operation)  # noqa: E741 - an operation


async def wait_for_one(
    get: Callable[[], Awaitable[O | None]],
    rounds: Rounds,
    *,
    name: str,
    on_poll: OnPoll | None,
    raise_on_failure: bool,
) -> O:
    """The operation that ``get`` gives, once it has ended; None stands for "not there yet".

    Raises:
        OperationFailed: It ended, but not in success, unless ``raise_on_failure`` is off.
        WaitTimeout: It had not ended in time.
    """

    async def look() -> tuple[O, ...]:
        operation = await get()
        return () if operation is None else (operation,)

    end = await _follow(look, rounds, on_poll, least=1)
    operation = end.seen[0] if end.seen else None
    if operation is None or not end.over:
        raise overdue(name, operation, rounds.elapsed, end.error)
    if raise_on_failure and operation.state is not State.SUCCEEDED:
        raise OperationFailed.of(operation)
    return operation


async def wait_for_all(
    listed: Callable[[], Awaitable[Sequence[O]]],
    rounds: Rounds,
    *,
    at_least_one: bool,
    on_poll: OnPoll | None,
    raise_on_failure: bool,
) -> tuple[O, ...]:
    """The operations that ``listed`` gives, once all of them have ended.

    Raises:
        OperationFailed: One of them did not succeed, unless ``raise_on_failure`` is off.
        WaitTimeout: They had not all ended in time.
    """
    end = await _follow(listed, rounds, on_poll, least=1 if at_least_one else 0)
    seen = end.seen
    if seen is None or not end.over:
        raise WaitTimeout(_unended(seen, rounds.elapsed) + _after(end.error), last=seen)
    failed = next((each for each in seen if each.state is not State.SUCCEEDED), None)
    if raise_on_failure and failed is not None:
        raise OperationFailed.of(failed, seen)
    return seen


def overdue(
    name: str, last: Operation | None, elapsed: float, error: AsyncOpsError | None
) -> WaitTimeout:
    """The error for one operation that has not ended in time."""
    text = (
        f"operation {name} was not seen in {elapsed:.1f} s"
        if last is None
        else f"operation {name} was still {_quoted(last)} after {elapsed:.1f} s"
    )
    return WaitTimeout(text + _after(error), last=last)


@frozen
class _End(Generic[O]):
    """How a wait came to its end.

    Attributes:
        over: Whether all has ended that was waited for.
        seen: What the last look that was answered has seen; None if none was.
        error: Why the very last look failed.
    """

    over: bool
    seen: tuple[O, ...] | None
    error: AsyncOpsError | None


async def _follow(
    look: Callable[[], Awaitable[Sequence[O]]],
    rounds: Rounds,
    on_poll: OnPoll | None,
    *,
    least: int,
) -> _End[O]:
    seen: tuple[O, ...] | None = None
    while True:
        answer = await rounds.look(look)
        error = answer if isinstance(answer, AsyncOpsError) else None
        if not isinstance(answer, AsyncOpsError):
            seen = tuple(answer)
        still = _still_open(seen or ())
        waits = max(len(still), least - len(seen or ()))
        over = error is None and not waits
        delay = None if over else rounds.next_in(error=error)
        if on_poll is not None:
            on_poll(
                Look(
                    number=rounds.number,
                    elapsed=rounds.elapsed,
                    open=waits,
                    ended=len(seen or ()) - len(still),
                    next_in=delay,
                    error=error,
                )
            )
        if delay is None:
            return _End(over, seen, error)
        await rounds.clock.sleep(delay)


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
    """Where it is in its life; a word that only the service knows is in quotes."""
    word = word_of(operation)
    return repr(word) if operation.state is State.UNKNOWN else word


def _after(error: AsyncOpsError | None) -> str:
    return "" if error is None else f"; the last look failed: {error}"
