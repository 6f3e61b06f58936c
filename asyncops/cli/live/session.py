"""The live screen in a terminal: takes the screen and the keys, and restores both."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress

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
        self._keyboard = Keyboard(self._pressed)
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
        stop = getattr(signal, "SIGTSTP", None)
        # A shell without job control has it ignored: a stopped program could not be continued.
        can_stop = stop is not None and signal.getsignal(stop) is signal.SIG_DFL
        self._keyboard.take()
        try:
            with (
                on_signal("SIGWINCH", self.change),
                self._live,
                on_signal("SIGTSTP", self._step_aside) if can_stop else nullcontext(),
            ):
                yield self
        finally:
            self._keyboard.give_back()

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
            keys=self._keyboard.is_there,
        )
        return _LINE.join(self._draw(canvas))

    def _pressed(self, keys: bytes) -> None:
        if any(key in _QUIT for key in keys):
            self._enough = True
            self.change()

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
        self.change()
