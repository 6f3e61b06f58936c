"""One task at a time advances an iteration, and any task may end it."""

import asyncio

import pytest

from asyncops import ConfigurationError, PaginationError
from asyncops.utils.iteration_guard import IterationGuard


def ended() -> PaginationError:
    return PaginationError("ended")


async def stall() -> None:
    await asyncio.Event().wait()


async def one() -> str:
    await asyncio.sleep(0)
    return "one"


async def test_a_second_task_is_refused_unless_the_steps_are_shared() -> None:
    guard = IterationGuard("walk")
    first = asyncio.create_task(guard.take(one, ended))
    await asyncio.sleep(0)
    assert guard.taken
    with pytest.raises(ConfigurationError, match="one walk for each task"):
        await guard.take(one, ended)
    assert await first == "one"
    assert await guard.take(one, ended) == "one"
    shared = IterationGuard("watch", shared=True)
    assert await asyncio.gather(*(shared.take(one, ended) for _ in range(3))) == ["one"] * 3


async def test_closing_ends_the_step_of_another_task_before_it_finishes() -> None:
    guard = IterationGuard("walk")
    step = asyncio.create_task(guard.take(stall, ended))
    await asyncio.sleep(0)

    async def finish() -> None:
        assert not guard.taken

    await guard.close(finish)
    with pytest.raises(PaginationError, match="ended"):
        await step


async def test_a_step_may_close_what_it_is_a_step_of() -> None:
    guard = IterationGuard("walk")

    async def step() -> str:
        await guard.close()
        await asyncio.sleep(0)
        return "closed"

    assert await guard.take(step, ended) == "closed"


async def test_a_timeout_of_the_step_s_own_stays_one() -> None:
    async def slow() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await IterationGuard("walk").take(slow, ended)


async def test_a_cancellation_while_it_is_closed_comes_after_the_end() -> None:
    guard, finished = IterationGuard("walk"), False

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)

    async def finish() -> None:
        nonlocal finished
        finished = True

    step = asyncio.create_task(guard.take(stubborn, ended))
    await asyncio.sleep(0)
    closing = asyncio.create_task(guard.close(finish))
    for _ in range(3):
        await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert finished
    with pytest.raises(PaginationError):
        await step


async def test_a_cancellation_of_the_task_of_a_closed_step_goes_on() -> None:
    guard = IterationGuard("walk")
    step = asyncio.create_task(guard.take(stall, ended))
    await asyncio.sleep(0)
    closing = asyncio.create_task(guard.close())
    await asyncio.sleep(0)
    step.cancel()
    with pytest.raises(asyncio.CancelledError):
        await step
    await closing


async def test_a_step_that_is_closed_twice_is_cancelled_once() -> None:
    guard, left = IterationGuard("walk"), -1

    async def step() -> None:
        nonlocal left
        with pytest.raises(PaginationError, match="ended"):
            await guard.take(stall, ended)
        task = asyncio.current_task()
        assert task is not None
        left = task.cancelling()

    task = asyncio.create_task(step())
    await asyncio.sleep(0)
    await asyncio.gather(guard.close(), guard.close())
    await task
    assert left == 0
