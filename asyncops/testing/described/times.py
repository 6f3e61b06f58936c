"""Times as a service writes them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from asyncops.models import JSON
from asyncops.testing.server.lifecycle import SECOND, rfc3339

TimeForm = Literal["rfc3339", "seconds", "milliseconds", "no zone"]

_MICROSECOND = 1000
# Later than any time in seconds, earlier than any in milliseconds.
_LATEST_SECONDS = 1e11
_STEPS: dict[TimeForm, int] = {"seconds": SECOND, "milliseconds": SECOND // 1000}
_WRITE: dict[TimeForm, Callable[[int], JSON]] = {
    "rfc3339": lambda at: rfc3339(at, 6),
    "no zone": lambda at: rfc3339(at, 6).removesuffix("Z"),
    "seconds": lambda at: at // SECOND,
    "milliseconds": lambda at: at * 1000 // SECOND,
}


def form_of(value: JSON) -> TimeForm:
    """Return the form in which a time is written."""
    if isinstance(value, int | float):
        return "milliseconds" if value > _LATEST_SECONDS else "seconds"
    if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None:
        return "no zone"
    return "rfc3339"


def rounded(at: int, form: TimeForm) -> int:
    """Return an instant, cut to what the form can tell; at most microseconds, as models are."""
    step = _STEPS.get(form, _MICROSECOND)
    return at // step * step


def write_time(at: int, form: TimeForm) -> JSON:
    """Return an instant in nanoseconds since the epoch, as the service writes it."""
    return _WRITE[form](at)


def read_time(text: Any, form: TimeForm) -> int:
    """Return the instant that a client has written, in nanoseconds since the epoch.

    Raises:
        ValueError: It is no time in this form.
    """
    if form in _STEPS:
        return int(text) * _STEPS[form]
    moment = datetime.fromisoformat(text)
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds * _MICROSECOND
