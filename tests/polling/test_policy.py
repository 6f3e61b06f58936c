"""What every place that polls promises alike: when it polls next, what it bears, what is an end."""

from collections.abc import Awaitable, Callable

import pytest

from asyncops import (
    DecodeError,
    OperationCancelled,
    OperationFailed,
    ServerError,
    State,
    WaitTimeout,
)
from asyncops.polling.policy import PollPolicy
from tests.laws.four_places import PLACES, Script, at_every_place, job
from tests.laws.lives import EPOCH, Job

Place = Callable[[Script], Awaitable[Job | None]]

RUNNING, DONE = job(State.RUNNING), job(State.SUCCEEDED)
STEADY = PollPolicy(initial=0.5, factor=1, cap=0.5, jitter=0)


def gateway() -> DecodeError:
    return DecodeError("the answer is 'text/html', not JSON: '<html>'", not_json=True)


def steady(cap: float = 20.0, timeout: float | None = 900.0) -> PollPolicy:
    """A policy that polls each half second."""
    return PollPolicy(initial=0.5, factor=1, cap=cap, timeout=timeout, jitter=0)


@at_every_place
@pytest.mark.parametrize(
    ("asked", "policy", "expected"),
    [
        pytest.param(None, steady(), 0.5, id="nothing asked"),
        pytest.param(0.0, steady(), 0.5, id="less than the policy"),
        pytest.param(5.0, steady(), 5.0, id="as asked"),
        pytest.param(90.0, steady(), 90.0, id="beyond the cap"),
        pytest.param(120.0, steady(), 120.0, id="the most"),
        pytest.param(3600.0, steady(cap=0.5), 120.0, id="an hour, a small cap"),
        pytest.param(3600.0, steady(cap=600), 600.0, id="an hour, a large cap"),
        pytest.param(86_400.0, steady(cap=7200), 899.5, id="a day, a cap past the deadline"),
        pytest.param(86_400.0, steady(cap=7200, timeout=1e6), 7200.0, id="a day, a long wait"),
        pytest.param(30.0, steady(timeout=20), 19.5, id="past the deadline"),
        pytest.param(1e9, steady(), 120.0, id="30 years"),
        pytest.param(1e9, steady(timeout=None), 120.0, id="30 years, no timeout"),
        pytest.param(1e9, steady(cap=1800, timeout=None), 1800.0, id="no timeout, a cap"),
        pytest.param(1e9, steady(cap=7200, timeout=None), 3600.0, id="no timeout, a large cap"),
    ],
)
async def test_what_a_service_asks_to_wait_is_waited_within_bounds(
    place: Place, asked: float | None, policy: PollPolicy, expected: float
) -> None:
    """One table for all four."""
    down = ServerError("down", status=503, retry_after=asked)
    script = Script([RUNNING, down, DONE], policy)
    await place(script)
    assert script.clock.slept[0] == 0.5
    assert script.clock.slept[1] == pytest.approx(expected)


@at_every_place
@pytest.mark.parametrize("pages", [1, 2, 3, 20])
async def test_a_page_that_is_no_json_is_outlasted_once_there_was_a_good_answer(
    place: Place, pages: int
) -> None:
    """As a 502 is, however many there are."""
    for error in (gateway(), ServerError("bad gateway", status=502)):
        script = Script([RUNNING, *[error] * pages, RUNNING, DONE], STEADY)
        assert await place(script) == DONE
        assert script.clock.slept == [0.5] * (pages + 2)
        assert script.told in ([], ["interrupted", "recovered", "finished"])


@at_every_place
async def test_before_a_good_answer_it_ends_the_wait_after_three_polls(place: Place) -> None:
    """With pauses between them: an address may be wrong, or a gateway not yet ready."""
    script = Script([gateway(), gateway(), RUNNING, DONE], STEADY)
    assert await place(script) == DONE
    script = Script([gateway()], PollPolicy(initial=1, factor=3, cap=20, jitter=0))
    with pytest.raises(DecodeError, match="not JSON"):
        await place(script)
    assert script.clock.slept == [1, 3]


@at_every_place
async def test_an_outage_before_it_does_not_count(place: Place) -> None:
    """A watch needs its first answer at once, as nothing can be told without it."""
    down = ServerError("down", status=503)
    script = Script([down, down, down, gateway(), gateway(), RUNNING, DONE], STEADY)
    if place is PLACES[2]:
        with pytest.raises(ServerError):
            await place(script)
        return
    assert await place(script) == DONE


@at_every_place
async def test_json_of_the_wrong_shape_is_final(place: Place) -> None:
    """No other poll would fare better."""
    wrong = DecodeError("missing field `id`", path="$.id")
    script = Script([RUNNING, wrong, DONE], STEADY)
    with pytest.raises(DecodeError) as caught:
        await place(script)
    assert caught.value is wrong
    assert script.clock.slept == [0.5]


ENDS = [
    pytest.param(
        job(State.CANCELLED, "canceled"), OperationCancelled, "was cancelled", id="cancelled"
    ),
    pytest.param(
        job(State.UNKNOWN, "aborted", finished_at=EPOCH),
        OperationFailed,
        "ended in the status 'aborted', which this release does not know",
        id="unknown, with an end time",
    ),
]


@at_every_place
@pytest.mark.parametrize(("end", "kind", "words"), ENDS)
async def test_every_end_is_an_end(
    place: Place, end: Job, kind: type[OperationFailed], words: str
) -> None:
    """Never as a success: an error of its own kind, a change that says it did not go well."""
    script = Script([RUNNING, end], STEADY)
    if place in (PLACES[0], PLACES[3]):
        with pytest.raises(kind, match=words) as caught:
            await place(script)
        assert type(caught.value) is kind
        assert caught.value.operation == end
    else:
        assert await place(script) == end
        assert script.told in ([], ["finished"])
    assert script.clock.slept == [0.5]


@at_every_place
@pytest.mark.parametrize("unset", [None, EPOCH.replace(year=1), EPOCH.replace(year=9999)])
async def test_an_unknown_status_without_an_end_time_goes_on(place: Place, unset: object) -> None:
    """The timeout names it by the service's word."""
    paused = job(State.UNKNOWN, "paused", finished_at=unset)
    script = Script([RUNNING, paused], PollPolicy(initial=1, timeout=30, jitter=0))
    if place is PLACES[2]:
        assert await place(script) is None
        assert script.told == ["updated"]
        return
    with pytest.raises(WaitTimeout, match=r"operation job was still 'paused' after 30.0 s"):
        await place(script)
