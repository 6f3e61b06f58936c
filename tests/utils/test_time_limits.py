"""Many time limits over one timer: each limit ends as if it had a timer of its own."""

import asyncio

import pytest

from asyncops.utils.time_limits import TimeLimit, TimeLimits


async def hang(limits: TimeLimits) -> float:
    """How long a limit lasted whose body has no end."""
    loop = asyncio.get_running_loop()
    began, limit = loop.time(), TimeLimit(limits)
    with pytest.raises(TimeoutError), limit:
        await loop.create_future()
    assert limit.expired
    # Differences of the loop's time are off by the last digits of a float.
    return round(loop.time() - began, 6)


async def test_each_limit_ends_after_its_own_time() -> None:
    limits = TimeLimits(0.02)
    tasks = []
    for _ in range(5):
        tasks.append(asyncio.create_task(hang(limits)))
        await asyncio.sleep(0.004)
    for lasted in await asyncio.gather(*tasks):
        assert 0.02 <= lasted < 1


async def test_a_limit_that_was_left_in_time_does_not_end_the_next_one_early() -> None:
    limits = TimeLimits(0.5)
    for _ in range(3):
        with TimeLimit(limits) as limit:
            await asyncio.sleep(0.005)
        assert not limit.expired
    assert await hang(limits) >= 0.5


async def test_a_limit_still_works_after_a_time_without_any() -> None:
    limits = TimeLimits(0.005)
    assert await hang(limits) >= 0.005
    await asyncio.sleep(0.01)
    assert 0.005 <= await hang(limits) < 1


async def test_all_can_be_ended_at_once() -> None:
    limits = TimeLimits(60)
    tasks = [asyncio.create_task(hang(limits)) for _ in range(3)]
    await asyncio.sleep(0)
    limits.end_all()
    assert max(await asyncio.gather(*tasks)) < 1
    limits.end_all()


async def test_a_cancellation_that_comes_with_the_end_goes_on() -> None:
    limits = TimeLimits(60)
    task = asyncio.create_task(hang(limits))
    await asyncio.sleep(0)
    limits.end_all()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelling() == 1


@pytest.mark.parametrize("outer_ends_too", [False, True])
async def test_a_limit_within_another_ends_alone(outer_ends_too: bool) -> None:
    inner, outer = TimeLimits(60), TimeLimits(60)
    ended = []

    async def nested() -> None:
        with TimeLimit(outer):
            try:
                with TimeLimit(inner):
                    await asyncio.get_running_loop().create_future()
            except TimeoutError:
                ended.append("inner")

    task = asyncio.create_task(nested())
    await asyncio.sleep(0)
    if outer_ends_too:
        outer.end_all()
    inner.end_all()
    if outer_ends_too:
        with pytest.raises(TimeoutError):
            await task
    else:
        await task
    assert ended == ([] if outer_ends_too else ["inner"])
    assert task.cancelling() == 0


async def test_another_error_stays_itself_as_the_time_runs_out() -> None:
    limits = TimeLimits(60)
    with pytest.raises(KeyError), TimeLimit(limits):
        try:
            limits.end_all()
            await asyncio.sleep(0)
        finally:
            raise KeyError
    await asyncio.sleep(0)


async def test_a_limit_is_for_a_task() -> None:
    loop = asyncio.get_running_loop()
    entered: asyncio.Future[None] = loop.create_future()

    def enter() -> None:
        with pytest.raises(RuntimeError, match="needs a task"), TimeLimit(TimeLimits(60)):
            pass
        entered.set_result(None)

    loop.call_soon(enter)
    await entered


async def test_a_cancellation_from_outside_stays_one() -> None:
    limits = TimeLimits(60)
    task = asyncio.create_task(hang(limits))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_limit_that_is_paused_does_not_end_and_keeps_what_it_had_left() -> None:
    limits, loop = TimeLimits(0.3), asyncio.get_running_loop()
    limit = TimeLimit(limits)
    began = loop.time()
    with pytest.raises(TimeoutError), limit:
        for _ in range(2):
            limit.pause()
            await asyncio.sleep(0.35)
            limit.resume()
            await asyncio.sleep(0.02)
        assert not limit.expired
        await loop.create_future()
    assert limit.expired
    assert 0.95 <= loop.time() - began < 3


async def test_a_paused_limit_holds_none_of_the_others_up() -> None:
    limits = TimeLimits(0.02)
    with TimeLimit(limits) as limit:
        limit.pause()
        assert await hang(limits) < 1
    assert not limit.expired


@pytest.mark.parametrize("resumed", [False, True])
async def test_all_ends_what_was_paused_too(resumed: bool) -> None:
    limits = TimeLimits(60)

    async def paused() -> None:
        with TimeLimit(limits) as limit:
            limit.pause()
            if resumed:
                limit.resume()
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(paused())
    await asyncio.sleep(0)
    limits.end_all()
    with pytest.raises(TimeoutError):
        await task


async def test_a_limit_whose_time_was_over_is_not_paused() -> None:
    limits = TimeLimits(60)
    limit = TimeLimit(limits)
    with pytest.raises(TimeoutError), limit:
        limits.end_all()
        limit.pause()
        limit.resume()
        await asyncio.get_running_loop().create_future()


async def test_a_timer_of_a_limit_that_was_left_ends_nothing() -> None:
    limits = TimeLimits(0.02)
    with TimeLimit(limits) as limit:
        limit.pause()
        limit.resume()
    await asyncio.sleep(0.05)
    assert not limit.expired


async def test_a_limit_that_runs_out_as_all_end_is_over_once() -> None:
    limits = TimeLimits(0.0001)
    with pytest.raises(TimeoutError), TimeLimit(limits) as limit:
        limit.pause()
        limit.expire()
        limits.end_all()
        await asyncio.get_running_loop().create_future()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_limit_that_was_paused_twice_goes_on_when_it_was_resumed_twice() -> None:
    """As where two large results of one poll come in at the same time."""
    resumed = False
    with pytest.raises(TimeoutError), TimeLimit(TimeLimits(0.02)) as limit:
        limit.pause()
        limit.pause()
        limit.resume()
        await asyncio.sleep(0.05)
        resumed = True
        limit.resume()
        await asyncio.get_running_loop().create_future()
    assert resumed


async def test_a_limit_that_was_left_while_it_was_paused_ends_nothing() -> None:
    """A task that is left over from its body resumes it."""
    with TimeLimit(TimeLimits(0.02)) as limit:
        limit.pause()
    limit.resume()
    await asyncio.sleep(0.05)
    assert not limit.expired


async def test_without_seconds_there_is_no_limit() -> None:
    with TimeLimit(TimeLimits(None)) as limit:
        limit.pause()
        limit.resume()
        await asyncio.sleep(0.01)
    assert not limit.expired
