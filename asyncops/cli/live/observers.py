"""Who is told of the changes of a watch: lines of text or JSON, or a live screen in a terminal."""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from typing import Any

from attrs import evolve
from rich.console import Console
from rich.text import Text

from asyncops.cli.live.drawing import Canvas, drawn
from asyncops.cli.live.state import WatchState, summary_of
from asyncops.cli.options.watch import Telling
from asyncops.cli.output.sinks import StandardOutput
from asyncops.cli.runtime.signals import on_signal, undone_at_once
from asyncops.cli.text import span, visible
from asyncops.models import State
from asyncops.polling.change import Change
from asyncops.polling.policy import Poll
from asyncops.unstructure import json_bytes

_LEAST = 0.25
_MOST = 1.0
_QUIT = b"qQ"
_FIRST_SCREEN = b"\x1b[?1049l"
_LINE = Text("\n", no_wrap=True, overflow="crop")

_WORD = len("interrupted")


def plain_of(change: Change[Any]) -> bytes:
    """A change as one line: time, state, id, type and error; ``-`` for a missing id or type."""
    news = summary_of(change)
    at = news.at.astimezone(UTC)
    parts = [news.id or "-", news.kind or "-", news.error]
    words = " ".join(visible(part) for part in parts).rstrip()
    line = f"{at:%Y-%m-%dT%H:%M:%SZ} {visible(news.word):<{_WORD}} {words}\n"
    return line.encode(sys.stdout.encoding or "utf-8", "replace")


def json_of(change: Change[Any]) -> bytes:
    """A change as one line of JSON, as :func:`asyncops.to_json` writes it."""
    return json_bytes(change) + b"\n"


class Lines:
    """Writes each change as a line to standard output, at once, and whole before another one.

    Args:
        telling: Whether the lines are JSON.
    """

    def __init__(self, telling: Telling) -> None:
        self._line_of = json_of if telling.jsonl else plain_of
        self._output = StandardOutput()
        self._turn = asyncio.Lock()

    async def take(self, change: Change[Any], of: str = "") -> None:
        """Write one change; that of a watch with a name under this and its id."""
        if of:
            change = evolve(change, id=f"{of} {change.id or ''}".rstrip())
        async with self._turn:
            await self._output.put(self._line_of(change))

    def on_poll(self, poll: Poll, of: str = "") -> None:
        """Polls are not written."""


class Keyboard:
    """Sets the terminal's modes and restores them, where standard input is a terminal.

    Args:
        pressed: Called with the keys that were pressed.

    Attributes:
        is_there: Whether there is a keyboard; without one, nothing is set.
    """

    def __init__(self, pressed: Callable[[bytes], None]) -> None:
        self._pressed = pressed
        self._undo = ExitStack()
        # A program that is started with its input closed has no standard input; Windows has no
        # termios.
        has_modes = sys.stdin is not None and find_spec("termios") is not None
        self.is_there: bool = has_modes and sys.stdin.isatty()

    def take(self) -> None:
        """Read each key at once, without echo."""
        if self.is_there:
            import termios  # noqa: PLC0415 - Windows has none
            import tty  # noqa: PLC0415

            descriptor, loop = sys.stdin.fileno(), asyncio.get_running_loop()
            # Keys that were pressed meanwhile are not meant for the shell.
            before = (descriptor, termios.TCSAFLUSH, termios.tcgetattr(descriptor))
            restore = partial(termios.tcsetattr, *before)
            self._undo.enter_context(undone_at_once(restore))
            self._undo.callback(restore)
            tty.setcbreak(descriptor, termios.TCSANOW)
            loop.add_reader(descriptor, self._read, descriptor)
            self._undo.callback(loop.remove_reader, descriptor)

    def give_back(self) -> None:
        """Restore the terminal's modes."""
        self._undo.close()

    def _read(self, descriptor: int) -> None:
        try:
            keys = os.read(descriptor, 64)
        except OSError:
            keys = b""
        if not keys:
            asyncio.get_running_loop().remove_reader(descriptor)
        self._pressed(keys)


class LiveScreen:
    """Shows what a watch tells: four times a second at most, and at least once a second.

    It uses the terminal's alternate screen: when the ``with`` is left, in whatever way, the
    terminal shows its former content again, and one line of what was seen.

    Args:
        console: The terminal.
        title: The resource with its filters.
        introduced: Whether operations that are older than the watch count as news.
    """

    def __init__(self, console: Console, title: str, *, introduced: bool) -> None:
        from rich.live import Live  # noqa: PLC0415 - other commands do not need it

        self._console = console
        self._state = WatchState(title=title, since=datetime.now(UTC), introduced=introduced)
        self._changed = asyncio.Event()
        self._enough = False
        self._keyboard = Keyboard(self._pressed)
        self._live = Live(
            console=console,
            get_renderable=self._drawn,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
        )

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Take the terminal until the ``with`` is left."""
        stop = getattr(signal, "SIGTSTP", None)
        # A shell without job control has it ignored: a stopped program could not be continued.
        can_stop = stop is not None and signal.getsignal(stop) is signal.SIG_DFL
        self._keyboard.take()
        try:
            with (
                on_signal("SIGWINCH", self._changed.set),
                undone_at_once(lambda: os.write(self._console.file.fileno(), _FIRST_SCREEN)),
                self._live,
                on_signal("SIGTSTP", self._step_aside) if can_stop else nullcontext(),
            ):
                yield
        except OSError:
            self._check_terminal()
            raise
        finally:
            if self._console.is_terminal:
                self._keyboard.give_back()
                if self._state.poll is not None:
                    self._console.print(_last_words(self._state), markup=False, soft_wrap=True)

    async def take(self, change: Change[Any], of: str = "") -> None:
        """Have one change shown, of the watch of a name."""
        self._state.take(change, of)
        self._changed.set()

    def on_poll(self, poll: Poll, of: str = "") -> None:
        """Have it shown when the next poll is due."""
        self._state.on_poll(poll, datetime.now(UTC), of)
        self._changed.set()

    async def attend(self) -> None:
        """Draw until q is pressed.

        Raises:
            BrokenPipeError: The terminal was closed, and the program has its SIGHUP ignored.
        """
        while not self._enough:
            self._changed.clear()
            self._check_terminal()
            self._live.refresh()
            await asyncio.sleep(_LEAST)
            with suppress(TimeoutError):
                async with asyncio.timeout(_MOST - _LEAST):
                    await self._changed.wait()

    def _check_terminal(self) -> None:
        # What is drawn on a closed terminal is left out without an error.
        if not self._console.is_terminal:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from None

    def _drawn(self) -> Text:
        ascii_only = not self._console.encoding.startswith("utf")
        canvas = Canvas(*self._console.size, ascii_only=ascii_only, keys=self._keyboard.is_there)
        return _LINE.join(drawn(self._state, canvas, datetime.now(UTC)))

    def _pressed(self, keys: bytes) -> None:
        if any(key in _QUIT for key in keys):
            self._enough = True
            self._changed.set()

    def _step_aside(self) -> None:
        """Leave the shell a usable terminal at Ctrl-Z, and draw again after its ``fg``."""
        self._live.stop()
        self._keyboard.give_back()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # It goes on here, maybe a long time later.
        signal.signal(signal.SIGTSTP, handler)
        self._keyboard.take()
        self._live.start()
        self._changed.set()


def _last_words(board: WatchState) -> str:
    watched = span(max(1, int((datetime.now(UTC) - board.since).total_seconds())))
    alive = 0 if board.poll is None else board.poll.open
    failed, cancelled = board.ended[State.FAILED], board.ended[State.CANCELLED]
    return (
        f"{board.title}: watched for {watched}, {board.ended.total():,} ended"
        f"{f', {failed:,} of them failed' if failed else ''}"
        f"{f', {cancelled:,} cancelled' if cancelled else ''}, {alive:,} have not ended"
    )
