"""Many operations, of one service or of several, each given when it has ended."""

from collections import deque
from functools import partial
from typing import Any, Generic, TypeVar, overload

from asyncops.checks import count
from asyncops.crew import Crew
from asyncops.errors import AsyncOpsError
from asyncops.following import Following
from asyncops.models import Operation
from asyncops.pending import Pending
from asyncops.polling import Look, OnPoll, PollPolicy
from asyncops.rounds import Rounds, checked_hook
from asyncops.sweep import Slots
from asyncops.waiting import overdue

__all__ = ["CONCURRENCY", "WaitMany", "wait_many"]

K = TypeVar("K")
R = TypeVar("R", bound=Operation)
K1 = TypeVar("K1")
K2 = TypeVar("K2")
K3 = TypeVar("K3")
R1 = TypeVar("R1", bound=Operation)
R2 = TypeVar("R2", bound=Operation)
R3 = TypeVar("R3", bound=Operation)

CONCURRENCY = 16
"""Requests under way at once, unless told otherwise."""


@overload
def wait_many(
    a: Pending[K, R],
    /,
    *,
    poll: PollPolicy = PollPolicy(),
    timeout: float | None = None,
    on_poll: OnPoll | None = None,
    concurrency: int = CONCURRENCY,
) -> "WaitMany[K, R]": ...


@overload
def wait_many(
    a: Pending[K1, R1],
    b: Pending[K2, R2],
    /,
    *,
    poll: PollPolicy = PollPolicy(),
    timeout: float | None = None,
    on_poll: OnPoll | None = None,
    concurrency: int = CONCURRENCY,
) -> "WaitMany[K1 | K2, R1 | R2]": ...


@overload
def wait_many(
    a: Pending[K1, R1],
    b: Pending[K2, R2],
    c: Pending[K3, R3],
    /,
    *,
    poll: PollPolicy = PollPolicy(),
    timeout: float | None = None,
    on_poll: OnPoll | None = None,
    concurrency: int = CONCURRENCY,
) -> "WaitMany[K1 | K2 | K3, R1 | R2 | R3]": ...


@overload
def wait_many(
    *groups: Pending[K, R],
    poll: PollPolicy = PollPolicy(),
    timeout: float | None = None,
    on_poll: OnPoll | None = None,
    concurrency: int = CONCURRENCY,
) -> "WaitMany[K, R]": ...


def wait_many(
    *groups: Pending[Any, Any],
    poll: PollPolicy = PollPolicy(),
    timeout: float | None = None,
    on_poll: OnPoll | None = None,
    concurrency: int = CONCURRENCY,
) -> "WaitMany[Any, Any]":
    """Wait for many operations, of one service or of several, and give each when it has ended.

    ``async with wait_many(zoo.operations.pending(ids), chainloop.operations.pending(others)) as
    finished: async for id, result in finished`` gives each id once: with its operation, failed or
    not, or with the error that it met. See :class:`WaitMany`.

    Args:
        groups: What to wait for: what ``pending`` of the services' operations gave.
        poll: How often to look. Each group has its own rhythm: ``initial`` after a look that saw
            an operation end, growing otherwise.
        timeout: Seconds in all; None for the policy's own.
        on_poll: Told of each look at a group; ``open`` and ``ended`` count those of all groups.
        concurrency: The most requests under way at once, at least 1. Each group that has not
            ended has its fair part of them kept for it; with fewer than groups, services that
            hang may keep the others from their turn until the time is up.

    Raises:
        TypeError: One of ``groups`` is none, or ``poll`` is no policy.
        ValueError: ``timeout`` or ``concurrency`` is out of range.
    """
    for position, group in enumerate(groups):
        if not isinstance(group, Pending):
            raise TypeError(
                f"groups[{position}] must be made by pending(ids), got {type(group).__name__}"
            )
    return WaitMany(groups, poll=poll, timeout=timeout, on_poll=on_poll, concurrency=concurrency)


class WaitMany(Crew[tuple[K, R | AsyncOpsError]], Generic[K, R]):
    """Pairs of an id, as it was given, and its ended operation or its error, as they come.

    Each id comes exactly once: with its operation once that has ended, succeeded or failed; with
    the :class:`AsyncOpsError` that a look at it met, such as :class:`NotFound`, which costs the
    others nothing; or, when the time is up, with a :class:`WaitTimeout` that carries the
    operation as it was last seen. Then the iteration ends. A look that fails with what may pass
    (a lost connection, 5xx, 429) ends nothing: the next one makes up for it.

    A round of looks reads the service's listings where that takes fewer requests than asking for
    each id, and asks for each id otherwise. Groups are looked at side by side, so that one whose
    service is down or hangs does not hold up the others. Results that are not yet taken are held;
    several tasks may iterate, and each result goes to one of them.

    Leaving the ``async with`` ends what is under way and leaves the operations alone.

    Iterating raises :class:`ConfigurationError` where a client is closed, belongs to another
    event loop, or where the ``async with`` was left; and whatever ``on_poll`` raises.
    """

    def __init__(
        self,
        groups: tuple[Pending[K, R], ...],
        *,
        poll: PollPolicy,
        timeout: float | None,
        on_poll: OnPoll | None,
        concurrency: int,
    ) -> None:
        super().__init__()
        self._on_poll = checked_hook(on_poll)
        slots = Slots(count("concurrency", concurrency))
        self._finished: deque[tuple[K, R | AsyncOpsError]] = deque()
        self._looks = 0
        self._total = sum(len(group.ids) for group in groups)
        rounds = [
            Rounds.checked(poll, timeout, group.source.clock, attempts=group.source.attempts)
            for group in groups
        ]
        followed = [
            Following.of(group, self._give, slots, each.tolerance)
            for group, each in zip(groups, rounds, strict=True)
        ]
        self._groups = list(zip(followed, rounds, strict=True))

    async def __anext__(self) -> tuple[K, R | AsyncOpsError]:
        while True:
            self._check_open()
            if self._finished:
                return self._finished.popleft()
            if not await self._arrival():
                raise StopAsyncIteration

    def _start(self) -> None:
        for group, rounds in self._groups:
            if group.open:
                self._spawn(partial(self._follow, group, rounds))

    async def _follow(self, group: Following[K, R], rounds: Rounds) -> None:
        delay: float | None = 0.0
        error: AsyncOpsError | None = None
        while delay is not None:
            before = len(group.open)
            error = await rounds.look(group.look)
            delay = None
            if group.open:
                delay = rounds.next_in(news=len(group.open) < before, error=error)
            self._tell(rounds, delay, error)
            if delay is not None:
                await rounds.clock.sleep(delay)
        for spelling, entry in tuple(group.open.items()):
            failure = entry.error or (error if rounds.unanswered else None)
            group.end(spelling, overdue(spelling, entry.last, rounds.elapsed, failure))

    def _tell(self, rounds: Rounds, delay: float | None, error: AsyncOpsError | None) -> None:
        self._looks += 1
        if self._on_poll is None:
            return
        still = sum(len(group.open) for group, _ in self._groups)
        self._on_poll(
            Look(
                number=self._looks,
                elapsed=rounds.elapsed,
                open=still,
                ended=self._total - still,
                next_in=delay,
                error=error,
            )
        )

    def _give(self, id_: K, result: R | AsyncOpsError) -> None:
        self._finished.append((id_, result))
        self._arrivals.wake()
