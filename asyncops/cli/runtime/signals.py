"""Ctrl-C, SIGTERM, a closed terminal: a command is cancelled, ends cleanly, and ends soon."""

import asyncio
import atexit
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import Context
from threading import Thread, Timer, current_thread, main_thread
from types import FrameType
from typing import ParamSpec, Self, TypeVar
from weakref import WeakSet

T = TypeVar("T")
P = ParamSpec("P")

GRACE = 0.8
"""Seconds that a command has for its end once it was asked to end."""

# SIGHUP is sent when the terminal is closed; Windows does not have it.
_SIGNALS = [each for each in signal.Signals if each.name in {"SIGINT", "SIGTERM", "SIGHUP"}]
_SHOW_CURSOR = b"\x1b[?25h"
_OF_SIGNALS = 128
# Seconds for what is undone where the program is ended at once.
_UNDOING = 0.2


def run(command: Coroutine[object, object, int | None], context: Context) -> int:
    """Run a command to its end in a loop of its own, and give its exit code.

    The first signal cancels it; the second, or :data:`GRACE` seconds, end the program at once.

    Args:
        command: The command.
        context: The context that the command runs in.

    Returns:
        The command's own exit code; 130 after SIGINT, 143 after SIGTERM, 129 where the terminal was
        closed.
    """
    threads = _Unawaited()
    with Interruption() as interruption:
        try:
            with asyncio.Runner() as runner:
                runner.get_loop().set_default_executor(threads)
                code = runner.run(interruption.watch(command), context=context) or 0
        except BaseException:
            # The signal ended the command, whatever the cancellation raised.
            if interruption.signal is None:
                raise
            code = 0
        finally:
            # The command may never have begun.
            command.close()
    if interruption.signal is None:
        return code
    code = _OF_SIGNALS + interruption.signal
    atexit.register(threads.leave, code)
    return code


class Interruption:
    """Handles signals while it is entered: the first one cancels the watched command.

    Attributes:
        signal: The number of the first signal; `None` while none has come.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[signal.Signals, object] = {}
        self._task: asyncio.Task[object] | None = None
        self._watchdog: Timer | None = None

    def __enter__(self) -> Self:
        # Python gives signals to the main thread only.
        if current_thread() is main_thread():
            for each in _SIGNALS:
                # A parent process may have had it ignored.
                if signal.getsignal(each) is not signal.SIG_IGN:
                    self._before[each] = signal.signal(each, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
        for each, handler in self._before.items():
            signal.signal(each, handler if callable(handler) else signal.SIG_DFL)

    async def watch(self, command: Coroutine[object, object, T]) -> T:
        """Await a command, which a signal cancels."""
        self._task = asyncio.current_task()
        if self.signal is not None:
            raise asyncio.CancelledError
        return await command

    def _take(self, number: int, _: FrameType | None) -> None:
        if self.signal is not None:
            _leave(number)
        self.signal = number
        self._watchdog = Timer(GRACE, _leave, [number])
        self._watchdog.daemon = True
        self._watchdog.start()
        if self._task is not None and not (loop := self._task.get_loop()).is_closed():
            # The loop may be asleep, waiting for a socket.
            loop.call_soon_threadsafe(self._task.cancel)


@contextmanager
def prompting() -> Iterator[None]:
    """Let Ctrl-C be a ``KeyboardInterrupt`` at once, while the program waits for its user to type.

    Nothing could be cancelled then, and whoever has turned the terminal's echo off must undo that.
    """
    if current_thread() is not main_thread() or not callable(signal.getsignal(signal.SIGINT)):
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def on_signal(name: str, handle: Callable[[], None]) -> Iterator[None]:
    """Handle a signal in the event loop, where the platform and the loop can.

    Args:
        name: Its name, such as ``SIGTERM``.
        handle: Called for each of them while the ``with`` lasts.
    """
    number = getattr(signal, name, None)
    loop = asyncio.get_running_loop()
    try:
        if number is not None:
            loop.add_signal_handler(number, handle)
    except (NotImplementedError, RuntimeError, ValueError):
        # Signals go to the main thread only; it works without.
        number = None
    try:
        yield
    finally:
        if number is not None:
            loop.remove_signal_handler(number)


class _Unawaited(ThreadPoolExecutor):
    """A thread for each piece of work, that neither the loop's end nor the program's waits for.

    asyncio looks names up in threads, and a look-up may take a minute to fail.
    """

    _closed = False

    def __init__(self) -> None:
        super().__init__()
        self._working: WeakSet[Thread] = WeakSet()

    def leave(self, code: int) -> None:
        """End the program at once if a thread still works.

        The end of the interpreter would stop the thread within matplotlib's C++, and that aborts.
        """
        if any(each.is_alive() for each in self._working):
            os._exit(code)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Begin at once."""
        future: Future[T] = Future()

        def work() -> None:
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - whoever awaits it gets it
                if not self._closed:
                    future.set_exception(error)
                return
            # After the shutdown the future's loop is closed.
            if not self._closed:
                future.set_result(result)

        future.set_running_or_notify_cancel()
        thread = Thread(target=work, daemon=True)
        self._working.add(thread)
        thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Return at once, whatever the arguments say."""
        del wait, cancel_futures
        self._closed = True


_undone_at_once = list[Callable[[], object]]()


@contextmanager
def undone_at_once(undo: Callable[[], object]) -> Iterator[None]:
    """Have something undone also where the program is ended at once, while the ``with`` lasts."""
    _undone_at_once.append(undo)
    try:
        yield
    finally:
        _undone_at_once.remove(undo)


def _leave(number: int) -> None:
    undoing = Thread(target=_undo_at_once, daemon=True)
    undoing.start()
    # Who writes to a terminal that takes nothing, as after Ctrl-S, waits for ever.
    undoing.join(_UNDOING)
    os._exit(_OF_SIGNALS + number)


def _undo_at_once() -> None:
    for undo in _undone_at_once:
        # A terminal that was closed needs nothing.
        with suppress(Exception):
            undo()
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed and stream.isatty():
            os.write(stream.fileno(), _SHOW_CURSOR)
