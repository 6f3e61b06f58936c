"""The end of tasks."""

import asyncio

import pytest

from asyncops.utils.tasks import cancel_all


async def slow_to_end() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        for _ in range(5):
            await asyncio.sleep(0)


async def failing() -> None:
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
