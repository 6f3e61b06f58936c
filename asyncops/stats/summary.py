"""Statistics over the operations of any service."""

from collections.abc import AsyncIterable, Iterable, Mapping
from datetime import datetime
from typing import Self

from attrs import define, field, frozen

from asyncops.models import Operation, State, has_ended, kind_of, times_of
from asyncops.stats.durations import Durations, DurationSketch, Extent
from asyncops.stats.throughput import MINUTES, MinuteCounts, Throughput
from asyncops.utils.checks import check_count, check_type

MAX_KINDS = 1_000
"""The most kinds that are counted one by one, so that a service cannot fill the memory."""


@frozen(kw_only=True)
class Summary:
    """The statistics of many operations.

    ::

        summary = await summarize(zoo.operations.list())
        print(summary.count, summary.states[State.FAILED], summary.failure_rate)

    Attributes:
        count: Operations; one that was given twice counts twice.
        states: The number of operations in each :class:`State`, including those with none.
        kinds: The number of operations of each kind (Zoo's ``type``, Chainloop's ``kind``, or
            ``""``), the most frequent first.
        other_kinds: The number of operations of kinds beyond the first 1,000.
        failure_rate: Failed operations as a share of the ended ones, from 0 to 1; ``None`` if none
            has ended. Cancelled operations, and those that ended in an unknown status, have ended
            but have not failed.
        waiting_time: The durations from creation to start.
        run_time: The durations from start to finish, of operations that have ended.
        throughput: The number of operations that finished in each minute.
        first_created_at: The first creation time, if any is known.
        last_created_at: The last creation time, if any is known.
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
    """Collects the statistics of operations, one by one, in memory of constant size.

    ::

        summarizer = Summarizer()
        for operation in operations:
            summarizer.add(operation)
        print(summarizer.result().failure_rate)

    A summarizer can be pickled: several processes may each summarize a part, and one of them may
    :meth:`merge` the parts. A time in the year 1 or 9999, with which services mark a missing time,
    counts as unknown.

    Attributes:
        minutes: The number of busy minutes, counted from the newest, whose throughput is kept; at
            least 1.

    The other attributes are the material of :meth:`result`.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
        ValueError: ``minutes`` is below 1.
    """

    minutes: int = field(default=MINUTES, kw_only=True, validator=check_count(1))
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
        """Add one operation.

        Raises:
            TypeError: The argument is no operation.
            ValueError: One of its times is naive; nothing has been added.
        """
        try:
            state, created, started = operation.state, operation.created_at, operation.started_at
            finished = operation.finished_at
        except AttributeError:
            raise TypeError(f"an operation is needed, got {type(operation).__name__}") from None
        for moment in (created, started, finished):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"the times of an operation must be aware, got {moment}")
        created, started, finished = times_of(operation)
        self.states[state] += 1
        self.ended += has_ended(operation)
        self._count_kind(kind_of(operation), 1)
        self.waiting_time.add(created, started)
        self.run_time.add(started, finished)
        self.created.add(created)
        if finished is not None:
            self.throughput.add(finished)

    def update(self, operations: Iterable[Operation]) -> Self:
        """Add many operations, and return the summarizer itself.

        ::

            summary = Summarizer().update(operations).result()

        Raises:
            TypeError: The argument is no iterable, or an element is no operation.
        """
        if not isinstance(operations, Iterable):
            raise TypeError(f"operations must be an iterable, got {type(operations).__name__}")
        for operation in operations:
            self.add(operation)
        return self

    def merge(self, other: "Summarizer") -> None:
        """Add the operations of another summarizer.

        Raises:
            TypeError: The other one is none.
            ValueError: The other one keeps another number of minutes, so its counts may be too low.
        """
        check_type("other", other, Summarizer)
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
        """Return the statistics of all operations so far, unaffected by later ones."""
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
            self.kinds[kind] = count
        else:
            self.other_kinds += count


async def summarize(
    operations: Iterable[Operation] | AsyncIterable[Operation], *, minutes: int = MINUTES
) -> Summary:
    """Return counts, durations, failure rate and throughput of operations.

    ::

        summary = await summarize(zoo.operations.list(created_after=yesterday))
        print(f"{summary.failure_rate:.1%} failed")

    The memory is of constant size. Quantiles are within 1 % of the exact ones; all other figures
    are exact. Code without an event loop uses a :class:`Summarizer`.

    Args:
        operations: A listing, a walk, a :func:`merge`, or any other iterable; it is read to its
            end.
        minutes: The number of busy minutes, counted from the newest, whose throughput is kept; at
            least 1.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
        TypeError: The argument is no iterable, or an element is no operation.
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
        # Only an iterator that was made here is closed: the caller may go on with another one.
        close = getattr(walk, "aclose", None)
        if walk is not operations and close is not None:
            await close()
    return summarizer.result()
