"""Waiting for many: each id once, with its end, whatever fails meanwhile."""

import asyncio
from collections.abc import Callable

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    ConnectionFailed,
    NotFound,
    RateLimited,
    ServerError,
    State,
    WaitTimeout,
)
from asyncops.polling.pending import Source
from asyncops.polling.policy import PollPolicy
from asyncops.polling.wait_many import wait_many
from tests.laws.lives import Job, Life, Service, pending
from tests.laws.rows import others, steps

ENDLESS = PollPolicy(timeout=None)
FORMS: dict[str, Callable[[Service], Source[Job]]] = {
    "unfinished and single": Service.unfinished_and_single,
    "all and single": Service.all_and_single,
    "all only": Service.all_only,
}
EVERY_FORM = pytest.mark.parametrize("form", FORMS)

FAULTS: list[AsyncOpsError] = [
    ServerError("down", status=503),
    ConnectionFailed("lost", retryable=True),
    RateLimited("slow down", status=429, retry_after=7.0),
]


@frozen
class Story:
    """What happens to some jobs, to their service, and to who waits for them."""

    lives: dict[str, Life]
    missing: list[str]
    faulty: frozenset[int]
    ascending: bool
    page: int
    concurrency: int
    restarts: list[int]

    @property
    def names(self) -> list[str]:
        """What is waited for, in no order."""
        return sorted([*self.lives, *self.missing], key=hash)

    def service(self) -> Service:
        """The service of this story."""
        service = Service(self.lives, size=self.page, ascending=self.ascending)
        service.down = lambda number: FAULTS[number % 3] if number in self.faulty else None
        return service


LIVES = st.builds(
    lambda created, lasts, fails: Life(created, created + lasts, fails),
    st.integers(-50, 0),
    st.floats(0, 120),
    st.booleans(),
)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    lives = draw(st.lists(LIVES, max_size=40))
    outages = draw(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 30)), max_size=4))
    return Story(
        {f"job {number}": life for number, life in enumerate(lives)},
        [f"missing {number}" for number in range(draw(st.integers(0, 3)))],
        frozenset(each for start, length in outages for each in range(start, start + length)),
        draw(st.booleans()),
        draw(st.integers(1, 12)),
        draw(st.integers(1, 8)),
        draw(st.lists(st.integers(0, 15), max_size=3)),
    )


@EVERY_FORM
@settings(max_examples=60)
@given(story=stories())
async def test_each_id_comes_once_with_its_end_whatever_fails(form: str, story: Story) -> None:
    """Through outages, and through restarts that go on with the ids not yet given."""
    service = story.service()
    given_: dict[str, Job | AsyncOpsError] = {}
    rest = story.names
    for stop_after in [*story.restarts, 1_000_000]:
        group = pending(FORMS[form](service), rest)
        waiting = wait_many(group, poll=ENDLESS, concurrency=story.concurrency)
        async with waiting as finished:
            taken = 0
            async for name, result in finished:
                assert name not in given_
                given_[name] = result
                check(story, service, name, result)
                taken += 1
                if taken > stop_after:
                    break
        assert service.under_way == 0
        assert not others()
        rest = [name for name in story.names if name not in given_]
    assert sorted(given_) == sorted(story.names)
    assert service.most <= story.concurrency


def check(story: Story, service: Service, name: str, result: Job | AsyncOpsError) -> None:
    if name in story.missing:
        assert isinstance(result, NotFound)
        return
    life = story.lives[name]
    assert isinstance(result, Job), result
    assert result.id == name
    assert result.state is (State.FAILED if life.fails else State.SUCCEEDED)
    assert life.ends is not None
    assert service.now() >= life.ends - 1e-6


@EVERY_FORM
@settings(max_examples=50)
@given(story=stories(), timeout=st.floats(0.5, 100))
async def test_when_the_time_is_up_what_is_open_comes_as_a_timeout(
    form: str, story: Story, timeout: float
) -> None:
    """With the state it was last seen in; what has ended before comes as it is."""
    service = story.service()
    waiting = wait_many(pending(FORMS[form](service), story.names), timeout=timeout)
    async with waiting as finished:
        pairs = [pair async for pair in finished]
    assert sorted(name for name, _ in pairs) == sorted(story.names)
    # A service that asks for more patience than there is does not prolong it.
    assert service.now() <= timeout + 1e-6
    for name, result in pairs:
        if not isinstance(result, WaitTimeout):
            check(story, service, name, result)
            continue
        if result.last is not None:
            assert isinstance(result.last, Job)
            assert (result.last.id, result.last.state.ended) == (name, False)
        if not story.faulty and name in story.lives:
            assert result.last is not None
            assert (story.lives[name].ends or 0) > timeout - 1e-6


@EVERY_FORM
@settings(max_examples=60)
@given(after=st.integers(0, 120), late=st.integers(0, 8))
async def test_cancelling_anywhere_leaves_no_task_and_no_request(
    form: str, after: int, late: int
) -> None:
    """Whether it waits, asks or sleeps."""
    lives = {f"job {number}": Life(-number, 5.0 * number) for number in range(12)}
    service = Service(lives, size=5, turns=late)

    async def use() -> None:
        while True:
            async with wait_many(pending(FORMS[form](service), list(lives))) as finished:
                async for _ in finished:
                    await asyncio.sleep(0)

    task = asyncio.ensure_future(use())
    await steps(after)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled(), task.exception()
    sent = service.requests
    await steps(30)
    assert (service.under_way, service.requests) == (0, sent)
    assert not others()
