"""Signals to a command that runs in this process."""

import asyncio
import contextvars
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from asyncops.cli.runtime.signals import Interruption, prompting, run


@pytest.fixture(autouse=True)
def _as_in_the_foreground() -> Iterator[None]:
    """Whoever runs the tests may ignore signals: a shell's background or nohup does."""
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    terminate = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, terminate)


def in_process(command: Callable[[], "asyncio.Future[int] | object"]) -> int:
    async def wrapped() -> int:
        result = command()
        assert asyncio.iscoroutine(result)
        return int(await result)

    return run(wrapped(), contextvars.copy_context())


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    async def command() -> int:
        assert signal.getsignal(signal.SIGINT) is not before[0]
        return 5

    assert in_process(command) == 5
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_whatever_comes_of_being_cancelled_the_code_is_the_signals() -> None:
    """An error, a value, or nothing: the user asked for the end."""

    async def command(ending: str) -> int:
        signal.raise_signal(signal.SIGTERM)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if ending == "error":
                raise ValueError("no") from None
            if ending == "value":
                return 0
            raise
        return 1

    for ending in ("error", "value", "nothing"):
        assert in_process(partial(command, ending)) == 143


def test_a_signal_before_the_beginning_keeps_it_from_beginning() -> None:
    begun = []

    async def command() -> int:
        begun.append(1)
        return 0

    coroutine = command()
    with Interruption() as interruption, asyncio.Runner() as runner:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(asyncio.CancelledError):
            runner.run(interruption.watch(coroutine))
    coroutine.close()
    assert (begun, interruption.signal) == ([], signal.SIGINT)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """As ``nohup`` and shells do it for what runs in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:

        async def command() -> int:
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(0)
            return 3

        assert in_process(command) == 3
        with prompting():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_signals_are_left_alone() -> None:
    codes = []

    async def command() -> int:
        with prompting():
            return 4

    thread = threading.Thread(target=lambda: codes.append(in_process(command)))
    thread.start()
    thread.join()
    assert codes == [4]


def test_work_in_threads_gives_its_value_or_its_error() -> None:
    async def command() -> int:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await asyncio.to_thread(lambda: 6)

    assert in_process(command) == 6


def test_ctrl_c_while_the_user_types_is_an_exception_at_once() -> None:
    async def command() -> int:
        with prompting():
            signal.raise_signal(signal.SIGINT)
        return 0

    with pytest.raises(KeyboardInterrupt):
        in_process(command)
