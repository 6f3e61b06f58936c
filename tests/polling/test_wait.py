"""Waiting for one operation, or for all of a resource: fake polls on a fake clock."""

import asyncio
import pickle
from collections.abc import Awaitable, Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    ConnectionFailed,
    NotFound,
    OperationBlocked,
    OperationFailed,
    ServerError,
    State,
    WaitTimeout,
)
from asyncops.polling.policy import BlockedPolicy, Poll, PollPolicy
from asyncops.polling.wait import awaited, wait_for_all, wait_for_one
from asyncops.polling.wait_schedule import PollSchedule
from asyncops.testing import FakeClock
from tests.laws.lives import Job, Life, Service
from tests.laws.rows import others, steps

STEADY = PollPolicy(jitter=0)

Answer = State | AsyncOpsError


def job(state: State, name: str = "job") -> Job:
    error = "it broke" if state is State.FAILED else None
    return Job(id=name, state=state, error=error)


class Polls:
    """Gives one answer after the other, the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.number = 0

    async def __call__(self) -> Job:
        self.number += 1
        await asyncio.sleep(0)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, AsyncOpsError):
            raise answer
        return job(answer)


async def wait(
    get: Callable[[], Awaitable[Job]],
    clock: FakeClock,
    *,
    timeout: float | None = None,
    raise_on_failure: bool = True,
    on_poll: Callable[[Poll], object] | None = None,
    blocked_raises: bool = False,
) -> Job:
    schedule = PollSchedule.checked(STEADY, timeout, clock)
    return await wait_for_one(
        get,
        schedule,
        name="job",
        on_poll=on_poll,
        raise_on_failure=raise_on_failure,
        blocked=BlockedPolicy(blocked_raises),
    )


async def test_the_first_poll_is_at_once() -> None:
    """What has ended is given without a pause."""
    clock = FakeClock()
    assert (await wait(Polls(State.SUCCEEDED), clock)).state is State.SUCCEEDED
    assert clock.slept == []


async def test_polls_follow_the_policy_until_the_end() -> None:
    """An unknown state is no end."""
    clock, polls = FakeClock(), Polls(*[State.PENDING] * 4, State.UNKNOWN, State.SUCCEEDED)
    assert (await wait(polls, clock)).state is State.SUCCEEDED
    assert clock.slept == pytest.approx([1.0, 1.5, 2.25, 3.375, 5.0625])


async def test_failure_is_an_error_that_carries_the_operation() -> None:
    """With the service's words and nothing of how it was asked."""
    with pytest.raises(OperationFailed, match="operation job failed: it broke") as caught:
        await wait(Polls(State.RUNNING, State.FAILED), FakeClock())
    error = caught.value
    assert error.operation.state is State.FAILED
    assert error.operations == (error.operation,)
    assert error.__cause__ is None
    assert error.__context__ is None
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - what was just made
    assert (str(copy), copy.operation) == (str(error), error.operation)
    failed = await wait(Polls(State.FAILED), FakeClock(), raise_on_failure=False)
    assert failed.error == "it broke"


async def test_a_timeout_says_how_long_and_in_what_state() -> None:
    """One last poll is when the time is up."""
    clock, polls = FakeClock(), Polls(State.PENDING, State.RUNNING)
    with pytest.raises(WaitTimeout, match=r"^operation job was still running after 10.0 s$") as no:
        await wait(polls, clock, timeout=10)
    assert isinstance(no.value.last, Job)
    assert no.value.last.state is State.RUNNING
    assert sum(clock.slept) == pytest.approx(10)
    assert polls.number == 6


async def test_what_ended_while_a_hook_took_too_long_is_given() -> None:
    """The time was up before the next poll could begin."""
    clock, polls = FakeClock(), Polls(State.RUNNING, State.SUCCEEDED)
    done = await wait(polls, clock, timeout=10, on_poll=lambda _: clock.advance(1000))
    assert (done.state, polls.number) == (State.SUCCEEDED, 2)


async def test_a_timeout_after_a_hook_that_took_too_long_is_by_what_was_seen() -> None:
    """At a last poll, which was answered."""
    clock, polls = FakeClock(), Polls(State.PENDING, State.RUNNING)

    def hook(poll: Poll) -> None:
        clock.advance(1000 if poll.number == 1 else 0)

    with pytest.raises(WaitTimeout, match=r"^operation job was still running after 1001.0 s$"):
        await wait(polls, clock, timeout=10, on_poll=hook)
    assert polls.number == 2


async def test_what_ends_at_the_very_end_is_given() -> None:
    """The last poll may be the one that sees it."""
    states = [State.RUNNING] * 5 + [State.SUCCEEDED]
    assert (await wait(Polls(*states), FakeClock(), timeout=10)).state is State.SUCCEEDED


async def test_a_poll_that_fails_is_made_up_for_by_the_next_one() -> None:
    """The hook is told why it failed."""
    lost = ConnectionFailed("the connection was lost", retryable=True)
    down = ServerError("down", status=503)
    told: list[Poll] = []
    polls = Polls(State.PENDING, lost, down, State.SUCCEEDED)
    await wait(polls, FakeClock(), on_poll=told.append)
    assert [poll.error for poll in told] == [None, lost, down, None]
    assert [poll.number for poll in told] == [1, 2, 3, 4]
    assert [(poll.open, poll.ended) for poll in told] == [(1, 0)] * 3 + [(0, 1)]
    assert [poll.next_in for poll in told] == [1.0, 1.5, 2.25, None]
    assert [poll.elapsed for poll in told] == pytest.approx([0, 1, 2.5, 4.75])


async def test_a_timeout_in_an_outage_says_what_was_wrong() -> None:
    """And what had been seen before."""
    down = ServerError("down", status=503)
    with pytest.raises(WaitTimeout, match=r"still pending after 5.0 s; .* failed: 503: down") as a:
        await wait(Polls(State.PENDING, down), FakeClock(), timeout=5)
    assert a.value.last is not None
    assert a.value.__context__ is None
    with pytest.raises(WaitTimeout, match=r"was not seen in 5.0 s; .* 503: down") as b:
        await wait(Polls(down), FakeClock(), timeout=5)
    assert b.value.last is None


async def test_what_does_not_pass_ends_the_wait_at_once() -> None:
    """As it came."""
    missing, clock = NotFound("no such job", status=404), FakeClock()
    with pytest.raises(NotFound) as caught:
        await wait(Polls(State.PENDING, missing), clock)
    assert caught.value is missing
    assert len(clock.slept) == 1


async def test_a_poll_under_way_is_given_up_when_the_time_is_up() -> None:
    """Measured by the event loop, as any request."""
    ended = asyncio.Event()

    async def hang() -> Job:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    with pytest.raises(WaitTimeout, match="not answered in time") as caught:
        await wait(hang, FakeClock(), timeout=0.005)
    assert ended.is_set()
    assert caught.value.__context__ is None


async def test_a_poll_that_times_out_by_itself_is_not_taken_for_the_end() -> None:
    """A foreign TimeoutError is the caller's to see."""

    async def broken() -> Job:
        raise TimeoutError("not ours")

    with pytest.raises(TimeoutError, match="not ours"):
        await wait(broken, FakeClock())


async def test_a_poll_that_takes_too_long_but_brings_the_end_counts() -> None:
    """A result is not thrown away because it came late."""
    service = Service({"job": Life(0, 3)}, seconds=7.0)
    assert (await wait(lambda: service.get("job"), service.clock, timeout=5)).state.ended
    service = Service({"job": Life(0, None)}, seconds=7.0)
    with pytest.raises(WaitTimeout, match=r"after 7\.0 s"):
        await wait(lambda: service.get("job"), service.clock, timeout=5)
    assert service.requests == 1


async def test_a_hook_that_raises_ends_the_wait_with_its_error() -> None:
    """Whatever it is."""

    def hook(_: Poll) -> None:
        raise LookupError("of the hook")

    with pytest.raises(LookupError, match="of the hook"):
        await wait(Polls(State.PENDING), FakeClock(), on_poll=hook)


@given(st.integers(0, 30))
async def test_cancelling_anywhere_ends_the_poll_and_sends_nothing_else(after: int) -> None:
    """The operation is left alone."""
    service = Service({"job": Life(0, None)}, turns=3)
    task = asyncio.ensure_future(wait(lambda: service.get("job"), service.clock))
    await steps(after)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    sent = service.requests
    await steps(20)
    assert (service.under_way, service.requests) == (0, sent)
    assert not others()


def listing(*answers: Sequence[State]) -> Callable[[], Awaitable[list[Job]]]:
    rest = list(answers)

    async def poll() -> list[Job]:
        await asyncio.sleep(0)
        states = rest.pop(0) if len(rest) > 1 else rest[0]
        return [job(state, f"job {number}") for number, state in enumerate(states)]

    return poll


async def wait_all(
    poll: Callable[[], Awaitable[list[Job]]],
    *,
    at_least_one: bool = False,
    raise_on_failure: bool = True,
    on_poll: Callable[[Poll], object] | None = None,
    blocked_raises: bool = False,
) -> tuple[Job, ...]:
    return await wait_for_all(
        poll,
        PollSchedule.checked(STEADY, 10, FakeClock()),
        at_least_one=at_least_one,
        on_poll=on_poll,
        raise_on_failure=raise_on_failure,
        blocked=BlockedPolicy(blocked_raises),
    )


async def test_all_operations_are_waited_for() -> None:
    """Those that begin meanwhile as well."""
    told: list[Poll] = []
    poll = listing(
        [State.SUCCEEDED, State.RUNNING],
        [State.PENDING, State.SUCCEEDED, State.SUCCEEDED],
        [State.SUCCEEDED] * 3,
    )
    assert len(await wait_all(poll, on_poll=told.append)) == 3
    assert [(each.open, each.ended) for each in told] == [(1, 1), (1, 2), (0, 3)]


async def test_a_wait_for_all_goes_on_while_some_wait_for_a_person() -> None:
    told: list[Poll] = []
    held = [State.BLOCKED, State.BLOCKED, State.SUCCEEDED]
    await wait_all(listing(held, held, [State.SUCCEEDED] * 3), on_poll=told.append)
    assert [(each.open, each.blocked) for each in told] == [(2, 2), (2, 2), (0, 0)]
    with pytest.raises(WaitTimeout, match=r"^2 of 3 operations had .* after 10.0 s: 2 blocked$"):
        await wait_all(listing(held))


async def test_a_wait_for_all_can_be_told_not_to_wait_for_a_person() -> None:
    told: list[Poll] = []
    poll = listing([State.RUNNING] * 2, [State.RUNNING, State.BLOCKED])
    with pytest.raises(OperationBlocked, match=r"^operation job 1 is blocked") as caught:
        await wait_all(poll, on_poll=told.append, blocked_raises=True)
    assert [each.id for each in caught.value.operations] == ["job 0", "job 1"]
    assert [(each.blocked, each.next_in is None) for each in told] == [(0, False), (1, True)]


async def test_no_operation_is_the_end_unless_one_is_asked_for() -> None:
    """Or one that has not begun is waited for."""
    assert await wait_all(listing([])) == ()
    assert len(await wait_all(listing([], [], [State.SUCCEEDED]), at_least_one=True)) == 1
    with pytest.raises(WaitTimeout, match=r"there was no operation after 10.0 s") as caught:
        await wait_all(listing([]), at_least_one=True)
    assert caught.value.last == ()


async def test_the_first_that_failed_is_named_and_all_are_carried() -> None:
    """Once all have ended."""
    states = [State.SUCCEEDED, State.FAILED, State.FAILED]
    text = r"operation job 1 failed: it broke \(2 of 3 operations did not succeed\)"
    with pytest.raises(OperationFailed, match=text) as caught:
        await wait_all(listing([State.FAILED, State.RUNNING, State.RUNNING], states))
    assert caught.value.operation.id == "job 1"
    assert [each.state for each in caught.value.operations] == states
    ended = await wait_all(listing(states), raise_on_failure=False)
    assert [each.state for each in ended] == states


async def test_a_timeout_counts_what_had_not_ended() -> None:
    """By state."""
    states = [State.RUNNING, State.SUCCEEDED, State.PENDING, State.RUNNING]
    text = "3 of 4 operations had not ended after 10.0 s: 1 pending, 2 running"
    with pytest.raises(WaitTimeout, match=text) as caught:
        await wait_all(listing(states))
    assert isinstance(caught.value.last, tuple)
    assert len(caught.value.last) == 4


async def test_a_timeout_without_an_answer_says_so() -> None:
    """With the reason."""

    async def down() -> list[Job]:
        raise ServerError("down", status=503)

    with pytest.raises(WaitTimeout, match=r"not seen in 10.0 s; the last poll .* down") as caught:
        await wait_all(down)
    assert caught.value.last is None


async def test_an_operation_that_may_have_yet_to_begin_is_missing_until_it_is_there() -> None:
    """One that has been there and is missing again is gone."""
    gone = NotFound("no such job", status=404)
    poll = awaited(Polls(gone, gone, State.RUNNING, gone))
    assert [await poll(), await poll(), await poll()] == [None, None, job(State.RUNNING)]
    with pytest.raises(NotFound):
        await poll()
