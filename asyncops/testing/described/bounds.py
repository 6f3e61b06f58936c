"""The range of creation times that a request asks for."""

import re
from datetime import timedelta

from attrs import frozen

from asyncops.kit.listing import Window
from asyncops.testing.described.params import Params, bad_request
from asyncops.testing.described.times import read_time

__all__ = ["Bounds", "bounds_of"]


@frozen
class Bounds:
    """A range of creation times, in nanoseconds since the epoch, cut to the window's resolution.

    Attributes:
        after: The earliest; ``None`` means no bound.
        before: The latest; ``None`` means no bound.
        step: The resolution: both bounds take in all that is created within it.
    """

    after: int | None = None
    before: int | None = None
    step: int = 1

    @property
    def are_open(self) -> bool:
        """Whether each creation time is in the range."""
        return self.after is None and self.before is None

    def hold(self, created: int) -> bool:
        """Whether a creation time is in the range."""
        at = created // self.step
        return (self.after is None or at >= self.after // self.step) and (
            self.before is None or at <= self.before // self.step
        )


def bounds_of(window: Window | None, params: Params, now: int) -> Bounds:
    """Return the range that a request asks for.

    Raises:
        RefusedError: A bound is no time in the form of the window.
    """
    if window is None:
        return Bounds()
    step = _nanoseconds(window.resolution)
    if window.both:
        bounds = _read(window, window.after, params, 2)
    else:
        bounds = _read(window, window.after, params, 1) + _read(window, window.before, params, 1)
    after, before = bounds
    if after is None and window.unfiltered is not None:
        after = now - _nanoseconds(window.unfiltered)
    return Bounds(after, before, step)


def _nanoseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1) * 1000


def _read(window: Window, name: str | None, params: Params, many: int) -> list[int | None]:
    value = None if name is None else params.one(name)
    if value is None:
        return [None] * many
    pattern = re.escape(window.form).replace(r"\{\}", "(.+?)")
    found = re.fullmatch(pattern, str(value))
    try:
        return [read_time(text, window.times) for text in found.groups()] if found else _no()
    except ValueError:
        raise bad_request(f"{name} is no time in the form {window.form!r}: {value!r}.") from None


def _no() -> list[int | None]:
    raise ValueError
