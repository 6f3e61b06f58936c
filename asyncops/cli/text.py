"""Text for terminals: made safe, measured, and times as people write them.

No character of a text that a service gives moves the cursor or hides.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import typer
from rich.cells import cell_len, set_cell_size

# Terminals do not agree on how these change the width of the character before them.
_DROPPED = frozenset("\u200c\u200d") | {chr(code) for code in range(0x1F3FB, 0x1F400)}
_FLAG_A = 0x1F1E6
_FLAG_Z = 0x1F1FF
# Characters of no width could pile up in one cell without end.
_MOST_PER_CELL = 4

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


def visible(text: str) -> str:
    r"""The text on one line, with everything that a terminal would act on spelled out.

    White space of any kind, line ends included, becomes single blanks. Control characters,
    invisible ones, such as those that turn the reading direction, and those that no version of
    Unicode known here has are written as escapes: ``\x1b``, ``\u202e``. What only joins or tints
    emoji is left out, and a flag becomes its two letters, as terminals differ on their widths.

    Args:
        text: Any text, of any origin.

    Returns:
        Printable text: no character of it has an effect beyond being shown.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return "".join(map(_shown, " ".join(text.split())))


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """The text as :func:`visible` gives it, in at most ``width`` cells.

    Args:
        text: Any text, of any origin and length; only the part that may be shown is read.
        width: Cells of the terminal, 0 or more.
        ellipsis: The mark of a cut; cut itself where ``width`` is smaller.
    """
    most = _MOST_PER_CELL * (width + 1)
    head = text[: 16 * most]
    shown = visible(head)
    if len(head) == len(text) and cell_len(shown) <= width and len(shown) < most:
        return shown
    start = set_cell_size(shown[:most], max(0, width - len(ellipsis)))
    return start.rstrip(" ") + ellipsis[:width]


def end_of(text: str, width: int) -> str:
    """The text in at most ``width`` cells, cut at its beginning: ``…/file/mass``.

    Args:
        text: Any text, of any origin and length; only the part that may be shown is read.
        width: Cells of the terminal, at least 1.
    """
    most = _MOST_PER_CELL * (width + 1)
    shown = visible(text[-16 * most :])[-most:]
    if len(text) < most and cell_len(shown) <= width:
        return shown
    while cell_len(shown) >= width:
        shown = shown[1:]
    return f"…{shown.lstrip(' ')}"


def padded(text: str, width: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """The text in exactly ``width`` cells, cut or filled with blanks.

    Args:
        text: Any text, of any origin.
        width: Cells of the terminal, 0 or more.
        right: Whether the blanks come first.
        ellipsis: As in :func:`cut`.
    """
    shown = cut(text, width, ellipsis=ellipsis)
    blanks = " " * (width - cell_len(shown))
    return blanks + shown if right else shown + blanks


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    code = ord(character)
    if character in _DROPPED or 0xFE00 <= code <= 0xFE0F:
        return ""
    if _FLAG_A <= code <= _FLAG_Z:
        return chr(ord("A") + code - _FLAG_A)
    # Blanks that the text keeps are those between words; all else that is of class C acts or hides.
    if unicodedata.category(character)[0] in "CZ" and character != " ":
        return character.encode("unicode_escape").decode()
    return character


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
        f"{_quoted(text)} is no time; write 30m, 2h or 7d for so long ago, or 2026-11-01, or "
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
        raise BadTimeError(f"{_quoted(text)} is no duration; write 90s, 10m, 1h30m or 2d")
    return sum(number * _UNITS[unit] for number, unit in parts)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def _roughly(seconds: float) -> str:
    for _, size, unit, *_ in _STEPS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
