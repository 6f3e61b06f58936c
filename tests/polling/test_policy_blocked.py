"""Operations that wait for a person, at every place that polls."""

import logging
import pickle
from collections.abc import Callable

import pytest
from attrs import evolve

from asyncops import (
    OperationBlocked,
    OperationError,
    OperationFailed,
    PollPolicy,
    State,
    WaitTimeout,
)
from asyncops.polling.pending import Source
from asyncops.polling.policy import BlockedPolicy, count_blocked
from asyncops.polling.wait_many import wait_many
from tests.laws.four_places import (
    PLACES,
    Place,
    Script,
    at_every_place,
    job,
    taskiq,
    wait,
    wait_for_many,
    watch,
)
from tests.laws.lives import Job, Life, Service, pending
from tests.log_records import fields, of

STEADY = PollPolicy(factor=1, jitter=0, timeout=10)
HELD = job(State.BLOCKED, "on_hold")
DONE = job(State.SUCCEEDED)

of_waits = pytest.mark.parametrize(
    "place", [each for each in PLACES if each is not watch], ids=lambda place: place.__name__
)


@at_every_place
async def test_polling_goes_on_and_tells_how_many_wait_for_a_person(place: Place) -> None:
    script = Script([job(State.RUNNING), HELD, HELD, job(State.RUNNING), DONE], STEADY)
    assert await place(script) == DONE
    told = [(poll.open, poll.blocked) for poll in script.polls]
    assert told == ([] if place is taskiq else [(1, 0), (1, 1), (1, 1), (1, 0), (0, 0)])


@of_waits
async def test_a_wait_is_one_log_line_however_long_a_person_takes(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place(Script([HELD, HELD, job(State.RUNNING), HELD, DONE], STEADY))
    (record,) = of(caplog, "asyncops.wait")
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("operation job is blocked: it waits for a person")
    assert fields(record, "operation_id") == {"operation_id": "job"}


@of_waits
async def test_the_timeout_names_the_state(place: Place) -> None:
    text = r"operation job was still blocked, waiting for a person, after 10\.0 s"
    with pytest.raises(WaitTimeout, match=text) as caught:
        await place(Script([HELD], STEADY))
    assert caught.value.last == HELD


@of_waits
async def test_a_wait_can_be_told_not_to_wait_for_a_person(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """The error carries the operation, and is none of those for what has ended."""
    script = Script([job(State.RUNNING), HELD, DONE], STEADY, on_blocked="raise")
    with pytest.raises(OperationBlocked, match="operation job is blocked") as caught:
        await place(script)
    error = caught.value
    assert (error.operation, error.operations) == (HELD, (HELD,))
    assert isinstance(error, OperationError)
    assert not isinstance(error, OperationFailed)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - what was just made
    assert (str(copy), copy.operation) == (str(error), error.operation)
    assert [poll.next_in is None for poll in script.polls] in ([], [False, True])
    assert not of(caplog, "asyncops.wait")


@pytest.mark.parametrize("place", [wait, wait_for_many])
async def test_another_word_is_refused_before_anything_is_asked(place: Place) -> None:
    script = Script([DONE], STEADY, on_blocked="stop")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="on_blocked must be one of 'wait', 'raise'"):
        await place(script)


class HeldLife(Life):
    """One that waits for a person instead of running."""

    def job(self, name: str, now: float) -> Job:
        return evolve(super().job(name, now), state=State.BLOCKED)


@pytest.mark.parametrize(
    "source", [Service.unfinished_and_single, Service.all_and_single, Service.all_only]
)
async def test_of_many_those_that_wait_for_a_person_are_given_by_themselves(
    source: Callable[[Service], Source[Job]],
) -> None:
    """However the service is asked, the others are waited for."""
    lives = {f"job {at}": Life(0, 5.0) for at in range(3)} | {"held": HeldLife(0, None)}
    service = Service(lives)
    group = pending(source(service), list(lives))
    async with wait_many(group, on_blocked="raise") as finished:
        results = {id_: result async for id_, result in finished}
    assert isinstance(results.pop("held"), OperationBlocked)
    assert {result.state for result in results.values() if isinstance(result, Job)} == {
        State.SUCCEEDED
    }


def test_only_blocked_operations_are_counted() -> None:
    assert count_blocked([HELD, None, DONE, HELD]) == 2
    assert BlockedPolicy(raises=True).error(DONE) is None
