"""Tasks side by side, and their end."""

import asyncio

import pytest

from asyncops.utils.tasks import cancel_all, together


async def slow_to_end() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        for _ in range(5):
            await asyncio.sleep(0)


async def failing() -> int:
    raise ValueError("nobody asks")


async def test_all_have_ended_afterwards_whatever_they_do() -> None:
    tasks = [asyncio.create_task(slow_to_end()), asyncio.create_task(failing())]
    await asyncio.sleep(0)
    await cancel_all(tasks)
    assert all(task.done() for task in tasks)
    await cancel_all([])


async def test_a_cancellation_meanwhile_comes_after_their_end() -> None:
    task = asyncio.create_task(slow_to_end())
    await asyncio.sleep(0)
    ending = asyncio.create_task(cancel_all([task]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert task.cancelled()


async def test_side_by_side_the_results_come_in_order_and_an_error_ends_the_others() -> None:
    ended = asyncio.Event()

    async def one(number: int) -> int:
        await asyncio.sleep(0.001 / (number + 1))
        return number

    async def until_cancelled() -> int:
        try:
            await slow_to_end()
        finally:
            ended.set()
        return 0

    assert await together(one(number) for number in range(3)) == [0, 1, 2]
    assert await together(()) == []
    with pytest.raises(ValueError, match="nobody asks"):
        await together([until_cancelled(), failing()])
    assert ended.is_set()
