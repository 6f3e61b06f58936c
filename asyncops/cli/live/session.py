"""The live screen in a terminal: takes the screen and the keys, and restores both."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.live import Live
from rich.text import Text

from asyncops.cli.live.drawing import Canvas
from asyncops.cli.live.keyboard import Keyboard
from asyncops.cli.runtime.signals import on_signal

__all__ = ["LiveScreen"]

_LEAST = 0.25
_MOST = 1.0
_QUIT = b"qQ"
_LINE = Text("\n", no_wrap=True, overflow="crop")


class LiveScreen:
    """Draws again when something has changed or a second has gone by, four times a second at most.

    It uses the terminal's alternate screen: when the ``with`` is left, in whatever way, the
    terminal shows its former content again.

    Args:
        console: The terminal.
        draw: Gives the lines for a canvas.
    """

    def __init__(self, console: Console, draw: Callable[[Canvas], Sequence[Text]]) -> None:
        self._console = console
        self._draw = draw
        self._changed = asyncio.Event()
        self._enough = False
        self._keyboard: Keyboard | None = None
        self._live = Live(
            console=console,
            get_renderable=self._drawn,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
        )

    def change(self) -> None:
        """Ask for the screen to be drawn again."""
        self._changed.set()

    @contextmanager
    def opened(self) -> Iterator["LiveScreen"]:
        """Take the terminal until the ``with`` is left."""
        with (
            self._reading_keys(),
            on_signal("SIGWINCH", self.change),
            self._live,
            self._stepping_aside(),
        ):
            yield self

    async def attend(self) -> None:
        """Draw until q is pressed."""
        while not self._enough:
            self._changed.clear()
            self._live.refresh()
            await asyncio.sleep(_LEAST)
            with suppress(TimeoutError):
                async with asyncio.timeout(_MOST - _LEAST):
                    await self._changed.wait()

    def _drawn(self) -> Text:
        width, height = self._console.size
        canvas = Canvas(
            width=width,
            height=height,
            ascii_only=not self._console.encoding.startswith("utf"),
            keys=self._keyboard is not None,
        )
        return _LINE.join(self._draw(canvas))

    def _pressed(self, descriptor: int) -> None:
        try:
            keys = os.read(descriptor, 64)
        except OSError:
            keys = b""
        if not keys:
            asyncio.get_running_loop().remove_reader(descriptor)
        if any(key in _QUIT for key in keys):
            self._enough = True
            self.change()

    @contextmanager
    def _reading_keys(self) -> Iterator[None]:
        """Read each key at once and without echo, where there is a keyboard."""
        keyboard = Keyboard.here()
        if keyboard is None:
            yield
            return
        loop = asyncio.get_running_loop()
        keyboard.take()
        loop.add_reader(keyboard.descriptor, self._pressed, keyboard.descriptor)
        self._keyboard = keyboard
        try:
            yield
        finally:
            loop.remove_reader(keyboard.descriptor)
            keyboard.give_back()

    @contextmanager
    def _stepping_aside(self) -> Iterator[None]:
        """Leave the shell a usable terminal at Ctrl-Z, and draw again after its ``fg``."""
        stop = getattr(signal, "SIGTSTP", None)
        # A shell without job control has it ignored: a stopped program could not be continued.
        if stop is None or signal.getsignal(stop) is not signal.SIG_DFL:
            yield
            return
        with on_signal("SIGTSTP", self._step_aside):
            yield

    def _step_aside(self) -> None:
        self._live.stop()
        if self._keyboard is not None:
            self._keyboard.give_back()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # It goes on here, maybe a long time later.
        signal.signal(signal.SIGTSTP, handler)
        if self._keyboard is not None:
            self._keyboard.take()
        self._live.start()
        self.change()
