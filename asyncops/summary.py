"""Statistics over operations, of any service, as they come."""

from collections.abc import AsyncIterable, Iterable, Mapping
from datetime import datetime
from typing import Self

from attrs import define, field, frozen

from asyncops.durations import Durations, DurationSketch, Extent
from asyncops.models import Operation, State, has_ended, known_time
from asyncops.throughput import MINUTES, MinuteCounts, Throughput

__all__ = ["MAX_KINDS", "Summarizer", "Summary", "summarize"]

MAX_KINDS = 1_000
"""Kinds that are counted one by one: a service that makes them up cannot fill the memory."""


@frozen(kw_only=True)
class Summary:
    """What many operations have in common.

    Attributes:
        count: Operations; one that was given twice counts twice.
        states: How many are in each state; every :class:`State` is there.
        kinds: How many there are of each kind: Zoo's ``type``, Chainloop's ``kind``, ``""``
            where an operation has neither. The most frequent comes first.
        other_kinds: How many are of kinds beyond the first 1,000.
        failure_rate: Failed ones as a share of those that ended, from 0 to 1; None where none
            has ended. What was cancelled has ended, but has not failed; nor has what ended in a
            status that this release does not know.
        waiting_time: From when they were created to when they started.
        run_time: From when they started to when they finished, either way.
        throughput: How many finished in each minute.
        first_created_at: When the oldest was created; None where none says.
        last_created_at: When the newest was created; None where none says.
    """

    count: int
    states: Mapping[State, int] = field(hash=False)
    kinds: Mapping[str, int] = field(hash=False)
    other_kinds: int
    failure_rate: float | None
    waiting_time: Durations
    run_time: Durations
    throughput: Throughput
    first_created_at: datetime | None
    last_created_at: datetime | None


@define(eq=False)
class Summarizer:
    """Takes operations one by one, and says at any time what they come to.

    Its memory does not grow with the operations. It may be pickled, so that several processes can
    each summarize a part and one can :meth:`merge` what they have.

    Attributes:
        minutes: Busy minutes whose throughput is kept one by one, the newest ones; at least 1.

    The other attributes are what :meth:`result` is made from. A time of the year 1 or 9999, which
    services write where there is none, counts as unknown.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
        ValueError: ``minutes`` is below 1.
    """

    minutes: int = field(default=MINUTES, kw_only=True)
    states: dict[State, int] = field(init=False)
    ended: int = field(default=0, init=False)
    kinds: dict[str, int] = field(factory=dict, init=False)
    other_kinds: int = field(default=0, init=False)
    waiting_time: DurationSketch = field(factory=DurationSketch, init=False)
    run_time: DurationSketch = field(factory=DurationSketch, init=False)
    throughput: MinuteCounts = field(init=False)
    created: Extent = field(factory=Extent, init=False)

    def __attrs_post_init__(self) -> None:
        self.throughput = MinuteCounts(self.minutes)
        self.states = dict.fromkeys(State, 0)

    def add(self, operation: Operation) -> None:
        """Take one operation. Its times have to be aware.

        Raises:
            TypeError: It is none.
            ValueError: One of its times is naive. Nothing of it has been counted.
        """
        try:
            state, created, started = operation.state, operation.created_at, operation.started_at
            finished = operation.finished_at
        except AttributeError:
            raise TypeError(f"an operation is needed, got {type(operation).__name__}") from None
        for moment in (created, started, finished):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"the times of an operation must be aware, got {moment}")
        created, started, finished = map(known_time, (created, started, finished))
        self.states[state] += 1
        self.ended += has_ended(operation)
        self._count_kind(_kind_of(operation), 1)
        self.waiting_time.add(created, started)
        self.run_time.add(started, finished)
        self.created.see(created)
        if finished is not None:
            self.throughput.add(finished)

    def update(self, operations: Iterable[Operation]) -> Self:
        """Take all of them.

        Returns:
            Itself: ``Summarizer().update(operations).result()`` needs no event loop.
        """
        for operation in operations:
            self.add(operation)
        return self

    def merge(self, other: "Summarizer") -> None:
        """Take all that another one took; that one stays as it is.

        Raises:
            ValueError: It keeps another number of minutes, so some of its counts may be too low.
        """
        if other.minutes != self.minutes:
            raise ValueError(f"minutes must be the same, got {self.minutes} and {other.minutes}")
        for state, count in other.states.items():
            self.states[state] += count
        self.ended += other.ended
        for kind, count in tuple(other.kinds.items()):
            self._count_kind(kind, count)
        self.other_kinds += other.other_kinds
        self.waiting_time.merge(other.waiting_time)
        self.run_time.merge(other.run_time)
        self.throughput.merge(other.throughput)
        self.created.merge(other.created)

    def result(self) -> Summary:
        """What has been taken so far comes to; taking more does not change it."""
        return Summary(
            count=sum(self.states.values()),
            states=dict(self.states),
            kinds=dict(sorted(self.kinds.items(), key=lambda each: (-each[1], each[0]))),
            other_kinds=self.other_kinds,
            failure_rate=self.states[State.FAILED] / self.ended if self.ended else None,
            waiting_time=self.waiting_time.result(),
            run_time=self.run_time.result(),
            throughput=self.throughput.result(),
            first_created_at=self.created.first,
            last_created_at=self.created.last,
        )

    def _count_kind(self, kind: str, count: int) -> None:
        if kind in self.kinds:
            self.kinds[kind] += count
        elif len(self.kinds) < MAX_KINDS:
            # An unknown member of an open enum would keep its enum's look in every repr.
            self.kinds[str(kind)] = count
        else:
            self.other_kinds += count


def _kind_of(operation: Operation) -> str:
    kind = getattr(operation, "kind", None)
    if kind is None:
        kind = getattr(operation, "type", None)
    return "" if kind is None else kind


async def summarize(
    operations: Iterable[Operation] | AsyncIterable[Operation], *, minutes: int = MINUTES
) -> Summary:
    """Counts, durations, failure rate and throughput of operations, of any service or several.

    Takes a listing, a walk, what :func:`merge` gives, or a plain iterable alike, one operation at
    a time, in memory that does not grow. Quantiles are within 1 % of the exact ones; all else is
    exact. Code without an event loop uses a :class:`Summarizer`.

    Args:
        operations: What to summarize. It is read to its end.
        minutes: Busy minutes whose throughput is kept one by one, the newest ones; at least 1.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
        TypeError: Something among them is no operation.
        ValueError: ``minutes`` is below 1.
    """
    summarizer = Summarizer(minutes=minutes)
    if not isinstance(operations, AsyncIterable):
        return summarizer.update(operations).result()
    walk = aiter(operations)
    try:
        async for operation in walk:
            summarizer.add(operation)
    finally:
        # What is begun here is closed here; a walk that was given may be used further.
        close = getattr(walk, "aclose", None)
        if walk is not operations and close is not None:
            await close()
    return summarizer.result()
