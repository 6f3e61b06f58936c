"""How a range of creation times is sent, by the window of a listing."""

from datetime import UTC, datetime, timedelta

from asyncops.kit.filters import as_json, time_text
from asyncops.kit.listing import Window
from asyncops.models import JSON
from asyncops.utils.moments import rounded

__all__ = ["window_params"]

# Bounds of a window that takes both, where the caller gives one: before and after all operations.
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_STEPS = {"seconds": timedelta(seconds=1), "milliseconds": timedelta(milliseconds=1)}


def _whole(window: Window, when: datetime | None, *, up: bool) -> datetime | None:
    """Return a bound in whole steps of what is sent, so that the range holds all of its times."""
    step = _STEPS.get(window.times)
    return when if when is None or step is None else rounded(when, step, up=up)


def window_params(
    window: Window,
    after: datetime | None,
    before: datetime | None,
    *,
    in_body: bool = False,
) -> tuple[tuple[str, JSON], ...]:
    """Return the parameters for a range of creation times.

    Args:
        window: How the service takes them.
        after: The earliest creation time; ``None`` means no bound.
        before: The latest; ``None`` means no bound.
        in_body: Whether they are sent as JSON: times that are numbers stay numbers, unless
            ``form`` puts them into a text.
    """
    if after is None and (window.unfiltered is not None or (window.both and before is not None)):
        after = _FIRST
    if after is None and before is None:
        return ()
    after, before = _whole(window, after, up=False), _whole(window, before, up=True)
    if window.both:
        low, high = after or _FIRST, before or _LAST
        bounds = (
            time_text("created_after", low, window.times),
            time_text("created_before", high, window.times),
        )
        return ((window.after, window.form.format(*bounds)),)
    bare = in_body and window.form == "{}"
    pairs = ((window.after, "created_after", after), (window.before, "created_before", before))
    return tuple(
        (
            wire,
            as_json(name, when, window.times)
            if bare
            else window.form.format(time_text(name, when, window.times)),
        )
        for wire, name, when in pairs
        if wire is not None and when is not None
    )
