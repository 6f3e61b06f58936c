"""Statistics over operations: against plain arithmetic, in whatever order and parts they come."""

import math
import pickle
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from attrs import asdict, evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import ConfigurationError
from asyncops.models import Operation, State
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from asyncops.stats.durations import RELATIVE_ERROR, Durations
from asyncops.stats.summary import MAX_KINDS, Summarizer, Summary, summarize
from asyncops.stats.throughput import MinuteCounts
from asyncops.testing import Fake
from tests.testing.contracts.farms import CursorsClient

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Job:
    """An operation of a service that the package does not know."""

    id: str = "job"
    kind: str | None = "export"
    state: State = State.SUCCEEDED
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None


times = st.none() | st.datetimes(
    datetime(1, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(9999, 12, 31, 23, 59, 59, 999_999),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]),
)
near_times = st.none() | st.integers(0, 3_600_000).map(
    lambda milliseconds: NEW_YEAR + timedelta(milliseconds=milliseconds)
)


def jobs(moments: st.SearchStrategy[datetime | None]) -> st.SearchStrategy[list[Job]]:
    return st.lists(
        st.builds(
            Job,
            kind=st.sampled_from([None, "export", "convert", "mass"]),
            state=st.sampled_from(State),
            created_at=moments,
            started_at=moments,
            finished_at=moments,
        ),
        max_size=40,
    )


def summary_of(operations: Sequence[Operation], minutes: int = 5) -> Summary:
    return Summarizer(minutes=minutes).update(operations).result()


def known(moment: datetime | None) -> datetime | None:
    """Not the first or the last year of the calendar, nor 0, which stand for no time."""
    unset = moment is None or moment.year in {1, 9999} or moment.timestamp() == 0
    return None if unset else moment


def has_ended(job: Job) -> bool:
    return job.state in {State.SUCCEEDED, State.FAILED, State.CANCELLED} or (
        job.state is State.UNKNOWN and known(job.finished_at) is not None
    )


def finish(job: Job) -> datetime | None:
    """Not that of an earlier end, which an operation that goes on may still bear."""
    return known(job.finished_at) if has_ended(job) else None


def seconds_between(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> list[float]:
    return sorted((b - a).total_seconds() for a, b in pairs if a is not None and b is not None)


def check_durations(found: Durations, whole: list[float], operations: int) -> None:
    measured = [each for each in whole if each >= 0]
    assert found.count == len(measured)
    assert found.negative == len(whole) - len(measured)
    assert found.missing == operations - len(whole)
    if not measured:
        facts = (found.min, found.max, found.mean, found.p50, found.p90, found.p99)
        assert facts == (None,) * 6
        return
    assert (found.min, found.max) == (measured[0], measured[-1])
    assert found.mean == pytest.approx(sum(measured) / len(measured))
    for percent, value in ((50, found.p50), (90, found.p90), (99, found.p99)):
        # The shortest of which it is true that so many in a hundred took no longer.
        exact = next(
            each
            for number, each in enumerate(measured, 1)
            if number * 100 >= percent * len(measured)
        )
        assert value is not None
        assert math.isclose(value, exact, rel_tol=0, abs_tol=exact * RELATIVE_ERROR * 1.0001)


@given(jobs(times) | jobs(near_times))
def test_durations_are_those_of_plain_arithmetic(operations: list[Job]) -> None:
    """Quantiles within the sketch's promise, from a microsecond to 9,999 years; the rest exact."""
    summary = summary_of(operations)
    check_durations(
        summary.waiting_time,
        seconds_between((known(job.created_at), known(job.started_at)) for job in operations),
        len(operations),
    )
    check_durations(
        summary.run_time,
        seconds_between((known(job.started_at), finish(job)) for job in operations),
        len(operations),
    )


@given(jobs(near_times))
def test_counts_are_those_of_plain_counting(operations: list[Job]) -> None:
    """By state and by kind, the failure rate, and the first and the last that was created."""
    summary = summary_of(operations)
    states = Counter(job.state for job in operations)
    assert summary.count == len(operations)
    assert summary.states == {state: states[state] for state in State}
    assert summary.kinds == Counter(job.kind or "" for job in operations)
    ended = sum(map(has_ended, operations))
    assert summary.failure_rate == (states[State.FAILED] / ended if ended else None)
    created = sorted(job.created_at for job in operations if job.created_at is not None)
    assert summary.first_created_at == (created[0] if created else None)
    assert summary.last_created_at == (created[-1] if created else None)


@given(jobs(near_times) | jobs(times), st.integers(1, 6), st.randoms())
def test_throughput_is_exact_for_the_newest_minutes_in_any_order(
    operations: list[Job], minutes: int, random: Random
) -> None:
    """However they come, the same minutes are kept, and none of them lacks an operation."""
    moments = [moment for job in operations if (moment := finish(job)) is not None]
    exact = Counter((moment - EPOCH) // timedelta(minutes=1) for moment in moments)
    kept = sorted(exact)[-minutes:]
    random.shuffle(operations)
    found = summary_of(operations, minutes).throughput
    assert found.finished == len(moments)
    assert list(found.minutes.values()) == [exact[minute] for minute in kept]
    assert found.earlier == len(moments) - sum(found.minutes.values())
    assert found.peak == max(found.minutes.values(), default=0)
    assert (found.first, found.last) == (
        min(moments, default=None),
        max(moments, default=None),
    )
    if moments:
        assert found.mean == pytest.approx(len(moments) / (max(exact) - min(exact) + 1))
        assert all(moment.second == moment.microsecond == 0 for moment in found.minutes)
        assert list(found.minutes) == sorted(found.minutes)


@given(jobs(near_times), st.integers(0, 40), st.integers(1, 6))
def test_merged_parts_are_the_whole(operations: list[Job], cut: int, minutes: int) -> None:
    """As where several processes summarize a part each; what is merged stays as it is."""
    parts = [
        pickle.loads(pickle.dumps(Summarizer(minutes=minutes).update(part)))  # noqa: S301
        for part in (operations[:cut], operations[cut:])
    ]
    before = parts[1].result()
    parts[0].merge(parts[1])
    assert parts[1].result() == before
    merged, whole = asdict(parts[0].result()), asdict(summary_of(operations, minutes))
    # Sums of floats depend on the order of their parts in the last digits.
    for name in ("waiting_time", "run_time"):
        assert merged[name].pop("mean") == pytest.approx(whole[name].pop("mean"))
    assert merged == whole


@given(jobs(near_times), jobs(near_times))
def test_a_result_stays_as_it_is(first: list[Job], more: list[Job]) -> None:
    """Taking more gives another result."""
    summarizer = Summarizer(minutes=2)
    result = summarizer.update(first).result()
    copy = pickle.loads(pickle.dumps(result))  # noqa: S301
    assert summarizer.update(more).result().count == len(first) + len(more)
    assert result == copy == summary_of(first, 2)


def test_memory_is_bounded_by_structure() -> None:
    """Whatever comes: as many bins, minutes and kinds as there may be, and no more."""
    summarizer = Summarizer(minutes=10)
    random = Random(1)
    for number in range(20_000):
        started = EPOCH + timedelta(minutes=random.randrange(10**6))
        # From a microsecond to about 8,000 years, evenly over the magnitudes.
        length = timedelta(microseconds=math.exp(random.uniform(0, 40)))
        summarizer.add(
            Job(
                kind=f"kind {number}",
                created_at=datetime.min.replace(tzinfo=UTC),
                started_at=started,
                finished_at=min(started + length, datetime.max.replace(tzinfo=UTC))
                if length < timedelta(days=365 * 8000)
                else None,
            )
        )
    store = summarizer.run_time.sketch._store
    assert len(store.bins) <= 2048
    assert not store.is_collapsed
    assert len(summarizer.throughput.counts) == len(summarizer.throughput._oldest) == 10
    assert len(summarizer.kinds) == MAX_KINDS
    assert summarizer.result().other_kinds == 20_000 - MAX_KINDS


def test_one_wrong_date_costs_one_minute() -> None:
    """A clock that runs ahead does not push the real minutes out."""
    counts = MinuteCounts(3)
    for moment in (datetime.max.replace(tzinfo=UTC), NEW_YEAR, NEW_YEAR + timedelta(minutes=1)):
        counts.add(moment)
    assert list(counts.result().minutes)[:2] == [NEW_YEAR, NEW_YEAR + timedelta(minutes=1)]


@pytest.mark.parametrize("year", [1, 9999])
def test_dates_that_nobody_set_are_no_dates(year: int) -> None:
    """Neither the oldest nor the newest, no duration, no minute in which something finished."""
    unset = NEW_YEAR.replace(year=year)
    summary = summary_of(
        [
            Job(created_at=unset, started_at=NEW_YEAR, finished_at=unset),
            Job(created_at=NEW_YEAR, started_at=unset, finished_at=NEW_YEAR),
            Job(state=State.UNKNOWN, finished_at=unset),
        ]
    )
    assert summary.first_created_at == summary.last_created_at == NEW_YEAR
    assert (summary.waiting_time.missing, summary.run_time.missing) == (3, 3)
    assert (summary.throughput.finished, summary.failure_rate) == (1, 0.0)


def test_a_cancellation_has_ended_without_failing() -> None:
    """As has what ended in a status that nobody knows."""
    ends = [
        Job(),
        Job(state=State.FAILED),
        Job(state=State.CANCELLED),
        Job(state=State.UNKNOWN, finished_at=NEW_YEAR),
        Job(state=State.UNKNOWN),
    ]
    summary = summary_of(ends)
    assert summary.failure_rate == 1 / 4
    assert (summary.states[State.CANCELLED], summary.states[State.UNKNOWN]) == (1, 2)


def test_what_goes_on_after_its_end_has_not_ended() -> None:
    """Whatever time of an earlier end it still bears; its next end is counted then."""
    begun = Job(created_at=NEW_YEAR, started_at=NEW_YEAR, state=State.FAILED)
    failed = evolve(begun, finished_at=NEW_YEAR + timedelta(minutes=5))
    reopened = evolve(failed, state=State.RUNNING)
    blocked = evolve(failed, state=State.BLOCKED)
    done = evolve(failed, state=State.SUCCEEDED, finished_at=NEW_YEAR + timedelta(minutes=9))
    assert summary_of([failed]).throughput.finished == 1
    for goes_on in (reopened, blocked):
        summary = summary_of([goes_on])
        assert (summary.failure_rate, summary.throughput.finished) == (None, 0)
        assert (summary.run_time.count, summary.run_time.missing) == (0, 1)
        assert summary.states[goes_on.state] == 1
    summary = summary_of([done])
    assert (summary.failure_rate, summary.run_time.max) == (0.0, 540.0)
    assert list(summary.throughput.minutes) == [NEW_YEAR + timedelta(minutes=9)]


async def test_any_service_is_summarized() -> None:
    """One whose ids are numbers and whose ended operations may go on."""
    async with Fake(CursorsClient, rows=0) as fake, fake.client() as client:
        ids = [fake.add("batches", lifetime=60, fails=n < 2).id for n in range(5)]
        fake.add("batches", status="held")
        fake.advance(61)
        summary = await summarize(client.batches.list())
        assert (summary.failure_rate, summary.throughput.finished) == (2 / 5, 5)
        fake.move("batches", ids[0], status="running")
        summary = await summarize(client.batches.list())
        assert (summary.failure_rate, summary.throughput.finished) == (1 / 4, 4)
        assert (summary.states[State.RUNNING], summary.states[State.BLOCKED]) == (1, 1)
        assert summary.run_time.count + summary.run_time.missing == summary.count == 6
        assert summary.kinds == {"": 6}


def test_both_services_kinds_are_counted_together() -> None:
    """Chainloop's ``kind`` and Zoo's ``type``, the most frequent first, each as a plain string."""
    evaluation = AsyncOperation(
        kind="evidence_evaluation", status=AsyncOperationStatus.FAILED, created_at=NEW_YEAR
    )
    summary = summary_of(
        [Job(), evaluation, evaluation, Job(kind=None), evolve(evaluation, kind="")]
    )
    assert list(summary.kinds.items()) == [("", 2), ("evidence_evaluation", 2), ("export", 1)]
    assert {type(kind) for kind in summary.kinds} == {str}
    assert summary.failure_rate == 3 / 5


def test_nothing_gives_a_summary_of_nothing() -> None:
    """No operation: no rate, no times, all counts 0."""
    summary = summary_of([])
    assert (summary.count, summary.failure_rate, summary.first_created_at) == (0, None, None)
    assert set(summary.states.values()) == {0}
    assert summary.throughput.mean is None
    hash(summary)


async def given_out(operations: Sequence[Operation]) -> AsyncIterator[Operation]:
    for operation in operations:
        yield operation


async def test_summarize_takes_any_iterable() -> None:
    """A list, a generator and an async generator give the same."""
    operations = [Job(created_at=NEW_YEAR), Job(state=State.FAILED)]
    whole = summary_of(operations, 1_440)
    assert await summarize(operations) == whole
    assert await summarize(each for each in operations) == whole
    assert await summarize(given_out(operations)) == whole


class Listing:
    """An iterable whose iterators have to be closed."""

    def __init__(self, items: Sequence[object]) -> None:
        self._items = items
        self.closed = 0

    def __aiter__(self) -> AsyncIterator[object]:
        return self._walk()

    async def _walk(self) -> AsyncIterator[object]:
        try:
            for item in self._items:
                yield item
        finally:
            self.closed += 1


async def test_what_is_no_operation_is_refused_and_the_listing_closed() -> None:
    """Pairs out of ``get_many``, for instance."""
    listing: Any = Listing([Job(), ("id", Job())])
    with pytest.raises(TypeError, match="an operation is needed, got tuple"):
        await summarize(listing)
    assert listing.closed == 1


def test_other_numbers_of_minutes_do_not_merge() -> None:
    """A minute that one part gave up would be counted too low."""
    summarizer = Summarizer(minutes=2)
    with pytest.raises(ValueError, match="minutes must be the same, got 2 and 3"):
        summarizer.merge(Summarizer(minutes=3).update([Job()]))
    assert summarizer.result().count == 0


@pytest.mark.parametrize(("minutes", "error"), [(0, ValueError), (1.5, TypeError)])
async def test_minutes_are_a_whole_number_above_0(minutes: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="minutes must be"):
        await summarize([], minutes=minutes)


async def test_only_operations_and_summarizers_are_taken() -> None:
    """By name, where they are none at all."""
    wrong: Any = None
    with pytest.raises(TypeError, match="operations must be an iterable, got NoneType"):
        await summarize(wrong)
    with pytest.raises(TypeError, match="other must be a Summarizer, got Summary"):
        wrong = Summarizer().result()
        Summarizer().merge(wrong)


async def test_without_the_extra_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Importing the module needs nothing; using it does."""
    monkeypatch.setitem(sys.modules, "ddsketch", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'asyncops\[stats\]'"):
        await summarize([])


def test_of_an_operation_with_a_naive_time_nothing_is_counted() -> None:
    """Who catches the error and goes on has totals that add up."""
    summarizer = Summarizer()
    naive = AsyncOperation(id="1", finished_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        summarizer.add(naive)
    assert summarizer.result() == Summarizer().result()
