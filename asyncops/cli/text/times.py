"""Times as people write and read them: ``10m``, ``2026-11-01``, ``3m ago``."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import typer

_UNITS = {"ms": 1e-3, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
# Only a lone number may lack its unit: there is one way to read a text, and so no long search.
_PARTS = re.compile(rf"{_NUMBER}|(?:{_NUMBER} *[a-z]+ *)+", re.IGNORECASE)
_PART = re.compile(rf"({_NUMBER}) *([a-z]*)", re.IGNORECASE)
_LONGEST = 100 * 366 * 86_400.0
# ASCII digits alone; fromisoformat would take others.
_DATE = re.compile(
    r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[T ][0-9:.,+\-]+(?:Z|[+-][0-9:]+)?)?", re.IGNORECASE
)

# From so many seconds on, so many are a unit, and so many a smaller one.
_STEPS = ((172_800, 86_400, "d", 3600, "h"), (3600, 3600, "h", 60, "m"), (60, 60, "m", 1, "s"))


class BadTimeError(typer.BadParameter):
    """A text that is no time, or a time that is not allowed; typer shows a usage error."""


def duration(text: str | float) -> float:
    """Seconds, of a text such as ``90``, ``90s``, ``1.5h``, ``1h30m``, ``500ms`` or ``7d``.

    Args:
        text: A number with a unit, or several; without a unit it is seconds. A number is taken
            for seconds, so that an option's default may be one.

    Raises:
        BadTimeError: It is none of these, not above 0, or above a hundred years.
    """
    seconds = float(text) if isinstance(text, int | float) else _seconds(text)
    if not 0 < seconds <= _LONGEST:
        raise BadTimeError("a duration must be above 0 and at most 100 years")
    return seconds


def moment(text: str | datetime, *, now: datetime | None = None) -> datetime:
    """An aware time, of a text such as ``2h`` (so long ago), ``2026-11-01`` or ISO 8601.

    Args:
        text: A duration, a date (its first moment) or a date and time. Without a time zone, this
            machine's applies.
        now: The moment that durations are counted back from; by default the present.

    Raises:
        BadTimeError: It is none of these.
    """
    if isinstance(text, datetime):
        return text.astimezone(UTC)
    written, now = text.strip(), now or datetime.now(UTC)
    with suppress(BadTimeError, ValueError, OverflowError):
        if written.lower() == "now":
            return now
        if _DATE.fullmatch(written):
            # RFC 3339 allows t and z, which Python does not read.
            return datetime.fromisoformat(written.replace(",", ".").upper()).astimezone(UTC)
        # A bare number would be taken for seconds here, and may be meant as a year.
        if _PARTS.fullmatch(written) and not written.isdecimal():
            return now - timedelta(seconds=duration(written))
    raise BadTimeError(
        f"{_shown(text)} is no time; write 30m, 2h or 7d for so long ago, or 2026-11-01, or "
        "2026-11-01T08:00Z"
    )


def ago(then: datetime, now: datetime) -> str:
    """How long ago a time was, or how long it is until then: ``3m ago``, ``in 12s``, ``now``.

    Args:
        then: The time; aware.
        now: The present; aware.
    """
    seconds = (now - then).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"{_roughly(seconds)} ago" if seconds > 0 else f"in {_roughly(-seconds)}"


def span(seconds: float) -> str:
    """A duration in at most two units: ``0.35s``, ``12s``, ``3m05s``, ``2h``, ``3d04h``.

    Args:
        seconds: How long; a negative one has a minus sign.
    """
    if seconds < 0:
        return f"-{span(-seconds)}"
    if seconds < 10:
        return f"{f'{seconds:.2f}'.rstrip('0').rstrip('.')}s"
    whole = round(seconds)
    for least, size, unit, smaller, smaller_unit in _STEPS:
        if whole >= least:
            count, rest = divmod(whole, size)
            rest //= smaller
            return f"{count}{unit}{rest:02d}{smaller_unit}" if rest else f"{count}{unit}"
    return f"{whole}s"


def dated(moment: datetime) -> str:
    """A time as RFC 3339 has it, in UTC, to the second."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        # Services put unset times at either end of the calendar, and UTC may lie beyond it.
        return moment.isoformat(timespec="seconds")
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def clock_time(then: datetime, now: datetime) -> str:
    """A time as this machine's clock shows it: ``14:03:20``, with the date if that is not today's.

    Args:
        then: The time; aware.
        now: The present; aware.
    """
    here, today = then.astimezone(), now.astimezone()
    return f"{here:%H:%M:%S}" if here.date() == today.date() else f"{here:%Y-%m-%d %H:%M:%S}"


def _seconds(text: str) -> float:
    written = text.strip()
    parts = [(float(number), unit.lower() or "s") for number, unit in _PART.findall(written)]
    if not _PARTS.fullmatch(written) or any(unit not in _UNITS for _, unit in parts):
        raise BadTimeError(f"{_shown(text)} is no duration; write 90s, 10m, 1h30m or 2d")
    return sum(number * _UNITS[unit] for number, unit in parts)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def _roughly(seconds: float) -> str:
    for _, size, unit, *_ in _STEPS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
