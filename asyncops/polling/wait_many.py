"""Waiting for many operations, of one service or of several."""

from collections import deque
from functools import partial
from typing import Any, Generic, TypedDict, TypeVar, Unpack, overload

from asyncops.errors import AsyncOpsError
from asyncops.models import Operation
from asyncops.polling.fair_slots import FairSlots
from asyncops.polling.pending import Pending
from asyncops.polling.policy import BlockedPolicy, OnBlocked, OnPoll, Poll, PollPolicy
from asyncops.polling.wait import overdue
from asyncops.polling.wait_group import WaitGroup
from asyncops.polling.wait_schedule import PollSchedule
from asyncops.utils.checks import count, plain_hook
from asyncops.utils.task_scope import TaskScope

K = TypeVar("K")
R = TypeVar("R", bound=Operation)
K1 = TypeVar("K1")
K2 = TypeVar("K2")
K3 = TypeVar("K3")
R1 = TypeVar("R1", bound=Operation)
R2 = TypeVar("R2", bound=Operation)
R3 = TypeVar("R3", bound=Operation)


class WaitManyOptions(TypedDict, total=False):
    """The keyword arguments of :func:`wait_many`."""

    poll: PollPolicy
    timeout: float | None
    on_poll: OnPoll | None
    on_blocked: OnBlocked
    concurrency: int


@overload
def wait_many(a: Pending[K, R], /, **options: Unpack[WaitManyOptions]) -> "WaitMany[K, R]": ...


@overload
def wait_many(
    a: Pending[K1, R1], b: Pending[K2, R2], /, **options: Unpack[WaitManyOptions]
) -> "WaitMany[K1 | K2, R1 | R2]": ...


@overload
def wait_many(
    a: Pending[K1, R1],
    b: Pending[K2, R2],
    c: Pending[K3, R3],
    /,
    **options: Unpack[WaitManyOptions],
) -> "WaitMany[K1 | K2 | K3, R1 | R2 | R3]": ...


@overload
def wait_many(*groups: Pending[K, R], **options: Unpack[WaitManyOptions]) -> "WaitMany[K, R]": ...


def wait_many(
    *groups: Pending[Any, Any], **options: Unpack[WaitManyOptions]
) -> "WaitMany[Any, Any]":
    """Wait for many operations, of one service or of several, and give each when it has ended.

    ::

        pending = zoo.operations.pending(ids), chainloop.operations.pending(others)
        async with wait_many(*pending) as finished:
            async for id, result in finished:
                print(id, result)

    Each id comes once: with its operation, failed or not, or with an error. See
    :class:`WaitMany`.

    Args:
        groups: The operations to wait for, as ``pending`` of a resource gives them.
        poll: How often to poll. Each group has its own delay: ``initial`` after a poll in which
            an operation ended, growing otherwise.
        timeout: Seconds in all; ``None`` means the policy's own timeout.
        on_poll: Is called after each poll of a group; ``open``, ``ended`` and ``blocked`` count
            all groups.
        on_blocked: ``"raise"`` gives an operation that waits for a person as
            :class:`OperationBlocked`; otherwise it is waited for.
        concurrency: The most requests under way at once, at least 1. Each group keeps a fair
            share of them until it is done. With fewer requests than groups, services that hang
            may hold up the others until the timeout.

    Raises:
        TypeError: One of ``groups`` was not made by ``pending``, or ``poll`` is no policy.
        ValueError: ``timeout``, ``on_blocked`` or ``concurrency`` is out of range.
    """
    for position, group in enumerate(groups):
        if not isinstance(group, Pending):
            raise TypeError(
                f"groups[{position}] must be made by pending(ids), got {type(group).__name__}"
            )
    return WaitMany(groups, **options)


class WaitMany(TaskScope[tuple[K, R | AsyncOpsError]], Generic[K, R]):
    """Pairs of an id, as it was given, and its ended operation or its error, as they come.

    ::

        async with zoo.operations.wait_many(ids) as finished:
            async for id, result in finished:
                print(id, result)

    Each id comes exactly once: with its operation when that has ended, in success or not; with an
    :class:`AsyncOpsError` of its own, such as :class:`NotFound` or, where it waits for a person and
    ``on_blocked`` is ``"raise"``, :class:`OperationBlocked`; or, at the timeout, with a
    :class:`WaitTimeout` that carries the operation as it was last seen. Then the iteration ends.
    A poll that fails with an error that may pass (a lost connection, 5xx, 429) ends nothing: the
    next poll may put it right.

    A poll reads the service's listings where that takes fewer requests than the ids alone, and
    gets each operation by its id otherwise. Groups are polled side by side, so that a service that
    is down or hangs does not hold up the others. Results are kept until they are taken; several
    tasks may iterate, and each result goes to one of them.

    Leaving the ``async with`` ends all requests and leaves the operations alone.

    Iterating raises :class:`ConfigurationError` where a client is closed or belongs to another
    event loop, or where the ``async with`` was left; and whatever ``on_poll`` raises.
    """

    def __init__(
        self,
        groups: tuple[Pending[K, R], ...],
        *,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        on_poll: OnPoll | None = None,
        on_blocked: OnBlocked = "wait",
        concurrency: int = 16,
    ) -> None:
        super().__init__()
        self._on_poll = plain_hook("on_poll", on_poll, takes="Poll")
        slots = FairSlots(count("concurrency", concurrency))
        blocked = BlockedPolicy.checked(on_blocked)
        self._finished: deque[tuple[K, R | AsyncOpsError]] = deque()
        self._polls = 0
        self._total = sum(len(group.ids) for group in groups)
        self._groups: list[tuple[WaitGroup[K, R], PollSchedule]] = []
        for pending in groups:
            source = pending.source
            schedule = PollSchedule.checked(poll, timeout, source.clock, attempts=source.attempts)
            group = WaitGroup.of(pending, self._give, slots, schedule.tolerance, blocked)
            self._groups.append((group, schedule))

    async def __anext__(self) -> tuple[K, R | AsyncOpsError]:
        while True:
            self._check_open()
            if self._finished:
                return self._finished.popleft()
            if not await self._arrival():
                raise StopAsyncIteration

    def _start(self) -> None:
        for group, schedule in self._groups:
            if group.open:
                self._spawn(partial(self._follow, group, schedule))

    async def _follow(self, group: WaitGroup[K, R], schedule: PollSchedule) -> None:
        delay: float | None = 0.0
        error: AsyncOpsError | None = None
        while delay is not None:
            before = len(group.open)
            error = await schedule.poll(group.poll)
            delay = None
            if group.open:
                delay = schedule.next_in(news=len(group.open) < before, error=error)
            self._report(schedule, delay, error)
            if delay is not None:
                await schedule.clock.sleep(delay)
        for spelling, entry in tuple(group.open.items()):
            failure = entry.error or (error if schedule.unanswered else None)
            group.end(spelling, overdue(spelling, entry.last, schedule.elapsed, failure))

    def _report(
        self, schedule: PollSchedule, delay: float | None, error: AsyncOpsError | None
    ) -> None:
        self._polls += 1
        if self._on_poll is None:
            return
        still = sum(len(group.open) for group, _ in self._groups)
        self._on_poll(
            Poll(
                number=self._polls,
                elapsed=schedule.elapsed,
                open=still,
                ended=self._total - still,
                blocked=sum(group.blocked for group, _ in self._groups),
                next_in=delay,
                error=error,
            )
        )

    def _give(self, id_: K, result: R | AsyncOpsError) -> None:
        self._finished.append((id_, result))
        self._arrivals.wake()
