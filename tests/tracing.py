"""Which functions are called; how many files of the package, and how often another one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import FrameType

from attrs import define, field

import asyncops

__all__ = ["Trace", "calls_told", "traced"]

_PACKAGE = Path(asyncops.__file__).parent
_FAKES = _PACKAGE / "testing"


@define
class Trace:
    """The files of the package that functions were entered in, one entry for each time.

    A coroutine that goes on after a wait is not entered again, since how often it waits depends on
    the machine. The fakes of ``asyncops.testing`` do not count.
    """

    entered: list[str] = field(factory=list)
    # Held, so that no other frame gets the id of one of them.
    frames: dict[int, FrameType] = field(factory=dict, repr=False)

    @property
    def files(self) -> set[str]:
        """The files, each once."""
        return set(self.entered)

    @property
    def changes(self) -> int:
        """How often a function was entered in another file than the one before it."""
        return sum(before != after for before, after in pairwise(["", *self.entered]))


@contextmanager
def traced() -> Iterator[Trace]:
    """Trace the calling thread while the ``with`` lasts."""
    trace = Trace()
    package, fakes = f"{_PACKAGE}/", f"{_FAKES}/"

    def note(frame: FrameType) -> None:
        name = frame.f_code.co_filename
        if not name.startswith(package) or name.startswith(fakes):
            return
        if id(frame) not in trace.frames:
            trace.frames[id(frame)] = frame
            trace.entered.append(name.removeprefix(package))

    try:
        with calls_told(note):
            yield trace
    finally:
        trace.frames.clear()


@contextmanager
def calls_told(note: Callable[[FrameType], None]) -> Iterator[None]:
    """Have a function told of each Python function that the calling thread enters."""

    def on_event(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            note(frame)

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        yield
    finally:
        sys.setprofile(before)
