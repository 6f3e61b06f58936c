"""The fake clock: moved by sleeping, or by hand, from any thread."""

import asyncio
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest

from asyncops.testing import FakeClock
from asyncops.utils.clock import Clock


def test_it_starts_at_the_new_year_and_moves_only_when_told() -> None:
    clock = FakeClock()
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    before = clock.monotonic()
    clock.advance(90.5)
    assert clock.now() == datetime(2026, 1, 1, 0, 1, 30, 500_000, tzinfo=UTC)
    assert clock.time() == clock.now().timestamp()
    assert clock.monotonic() - before == 90.5


def test_it_is_a_clock() -> None:
    clock: Clock = FakeClock()
    assert clock.time() > 0


async def test_a_sleep_moves_the_clock_at_once_and_lets_others_run() -> None:
    clock = FakeClock()
    seen: list[str] = []

    async def other() -> None:
        seen.append("other")

    task = asyncio.create_task(other())
    before = clock.monotonic()
    await clock.sleep(3600)
    assert seen == ["other"]
    assert clock.monotonic() - before == 3600
    await clock.sleep(0)
    await clock.sleep(-1)
    assert clock.slept == [3600, 0, -1]
    assert clock.monotonic() - before == 3600
    await task


async def test_without_auto_advance_a_sleep_waits_for_its_moment() -> None:
    clock = FakeClock(auto_advance=False)
    short = asyncio.create_task(clock.sleep(1))
    long = asyncio.create_task(clock.sleep(2))
    await asyncio.sleep(0)
    clock.advance(0.5)
    await asyncio.sleep(0)
    assert not short.done()
    clock.advance(0.5)
    await short
    assert not long.done()
    clock.advance(5)
    await long


async def test_another_thread_may_wake_a_sleep() -> None:
    clock = FakeClock(auto_advance=False)
    sleeping = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    thread = Thread(target=clock.advance, args=(10,))
    thread.start()
    await sleeping
    thread.join()


async def test_a_cancelled_sleep_is_forgotten() -> None:
    clock = FakeClock(auto_advance=False)
    sleeping = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    clock.advance(20)
    assert clock.slept == [10]


async def test_a_sleep_cancelled_in_the_moment_it_is_woken_is_no_error() -> None:
    clock = FakeClock(auto_advance=False)
    sleeping = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    clock.advance(20)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    await asyncio.sleep(0)


def test_a_loop_that_has_gone_is_not_woken() -> None:
    clock = FakeClock(auto_advance=False)
    loop = asyncio.new_event_loop()
    coroutine = clock.sleep(1)
    task = loop.create_task(coroutine)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.call_soon(task.cancel)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    clock.advance(2)
    assert clock.slept == [1]


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="back"):
        FakeClock().advance(-1)
    with pytest.raises(ValueError, match="seconds must be finite"):
        FakeClock().advance(float("nan"))
    with pytest.raises(ValueError, match="seconds must be finite"):
        FakeClock().advance(float("inf"))
    text: Any = "2026-01-01"
    with pytest.raises(TypeError, match="start must be a datetime, got str"):
        FakeClock(text)


def test_its_repr_shows_the_time() -> None:
    assert "2026-01-01T00:00:00" in repr(FakeClock())
