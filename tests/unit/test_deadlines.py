"""Many time limits over one timer: each scope ends as if it had a timer of its own."""

import asyncio

import pytest

from asyncops.deadlines import Deadlines


async def hang(deadlines: Deadlines) -> float:
    """How long a scope lasted whose body has no end."""
    loop = asyncio.get_running_loop()
    began, scope = loop.time(), deadlines.scope()
    with pytest.raises(TimeoutError), scope:
        await loop.create_future()
    assert scope.expired
    return loop.time() - began


async def test_each_scope_ends_after_its_own_time() -> None:
    deadlines = Deadlines(0.02)
    tasks = []
    for _ in range(5):
        tasks.append(asyncio.create_task(hang(deadlines)))
        await asyncio.sleep(0.004)
    for lasted in await asyncio.gather(*tasks):
        assert 0.02 <= lasted < 1


async def test_a_scope_that_was_left_in_time_does_not_end_the_next_one_early() -> None:
    deadlines = Deadlines(0.02)
    for _ in range(3):
        with deadlines.scope() as scope:
            await asyncio.sleep(0.005)
        assert not scope.expired
    assert await hang(deadlines) >= 0.02


async def test_a_scope_still_works_after_a_time_without_any() -> None:
    deadlines = Deadlines(0.005)
    assert await hang(deadlines) >= 0.005
    await asyncio.sleep(0.01)
    assert 0.005 <= await hang(deadlines) < 1


async def test_all_can_be_ended_at_once() -> None:
    deadlines = Deadlines(60)
    tasks = [asyncio.create_task(hang(deadlines)) for _ in range(3)]
    await asyncio.sleep(0)
    deadlines.end_all()
    assert max(await asyncio.gather(*tasks)) < 1
    deadlines.end_all()


async def test_a_cancellation_that_comes_with_the_end_goes_on() -> None:
    deadlines = Deadlines(60)
    task = asyncio.create_task(hang(deadlines))
    await asyncio.sleep(0)
    deadlines.end_all()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelling() == 1


@pytest.mark.parametrize("outer_ends_too", [False, True])
async def test_a_scope_within_another_ends_alone(outer_ends_too: bool) -> None:
    inner, outer = Deadlines(60), Deadlines(60)
    ended = []

    async def nested() -> None:
        with outer.scope():
            try:
                with inner.scope():
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
    deadlines = Deadlines(60)
    with pytest.raises(KeyError), deadlines.scope():
        try:
            deadlines.end_all()
            await asyncio.sleep(0)
        finally:
            raise KeyError
    await asyncio.sleep(0)


async def test_a_scope_is_for_a_task() -> None:
    loop = asyncio.get_running_loop()
    entered: asyncio.Future[None] = loop.create_future()

    def enter() -> None:
        with pytest.raises(RuntimeError, match="needs a task"), Deadlines(60).scope():
            pass
        entered.set_result(None)

    loop.call_soon(enter)
    await entered


async def test_a_cancellation_from_outside_stays_one() -> None:
    deadlines = Deadlines(60)
    task = asyncio.create_task(hang(deadlines))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_scope_that_is_paused_does_not_end_and_keeps_what_it_had_left() -> None:
    deadlines, loop = Deadlines(0.3), asyncio.get_running_loop()
    scope = deadlines.scope()
    began = loop.time()
    with pytest.raises(TimeoutError), scope:
        for _ in range(2):
            scope.pause()
            await asyncio.sleep(0.35)
            scope.resume()
            await asyncio.sleep(0.02)
        assert not scope.expired
        await loop.create_future()
    assert scope.expired
    assert 0.95 <= loop.time() - began < 3


async def test_a_paused_scope_holds_none_of_the_others_up() -> None:
    deadlines = Deadlines(0.02)
    with deadlines.scope() as scope:
        scope.pause()
        assert await hang(deadlines) < 1
    assert not scope.expired


@pytest.mark.parametrize("resumed", [False, True])
async def test_all_ends_what_was_paused_too(resumed: bool) -> None:
    deadlines = Deadlines(60)

    async def paused() -> None:
        with deadlines.scope() as scope:
            scope.pause()
            if resumed:
                scope.resume()
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(paused())
    await asyncio.sleep(0)
    deadlines.end_all()
    with pytest.raises(TimeoutError):
        await task


async def test_a_scope_whose_time_was_over_is_not_paused() -> None:
    deadlines = Deadlines(60)
    scope = deadlines.scope()
    with pytest.raises(TimeoutError), scope:
        deadlines.end_all()
        scope.pause()
        scope.resume()
        await asyncio.get_running_loop().create_future()


async def test_a_timer_of_a_scope_that_was_left_ends_nothing() -> None:
    deadlines = Deadlines(0.02)
    with deadlines.scope() as scope:
        scope.pause()
        scope.resume()
    await asyncio.sleep(0.05)
    assert not scope.expired


async def test_a_scope_that_runs_out_as_all_end_is_over_once() -> None:
    deadlines = Deadlines(0.0001)
    with pytest.raises(TimeoutError), deadlines.scope() as scope:
        scope.pause()
        scope.run_out()
        deadlines.end_all()
        await asyncio.get_running_loop().create_future()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
