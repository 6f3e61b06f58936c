"""``Retry-After``: the seconds that a service asks its clients to wait."""

import math
import re
from collections.abc import Mapping

from asyncops.errors import APIError
from asyncops.utils.moments import http_date

MAX_RETRY_AFTER = 120.0
"""The longest ``Retry-After`` that is followed, in seconds: by a retry unless its policy says
otherwise, by a poll unless its policy polls less often anyway."""

# ASCII digits only: float() would also read "1_000", "٣", "nan" and " 1 ".
_SECONDS = r"[0-9]+(?:\.[0-9]*)?(?:[eE]\+?[0-9]+)?"


def asked_to_wait(error: BaseException | None) -> float | None:
    """Return the seconds that an error answer asks to wait, if it asks at all."""
    return error.retry_after if isinstance(error, APIError) else None


def parse_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read ``retry-after-ms`` or ``Retry-After`` (RFC 9110, section 10.2.3) from an answer.

    Args:
        headers: The headers of the answer.
        now: The time, in seconds since the epoch; see :func:`seconds_until`.

    Returns:
        Seconds, finite and not negative; ``None`` if the header is absent, malformed, or a date
        in the past.
    """
    milliseconds = parse_seconds(headers.get("Retry-After-Ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("Retry-After", "").strip(" \t")
    seconds = parse_seconds(value)
    if seconds is not None:
        return seconds
    return seconds_until(_parse_date(value), headers, now)


def seconds_until(moment: float | None, headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds from an answer until a moment; ``None`` if it is no moment, or over.

    Args:
        moment: Seconds since the epoch.
        headers: The headers of the answer. The seconds count from the ``Date`` among them, so a
            clock that is wrong here does no harm.
        now: The time from which they count if there is no ``Date``, in seconds since the epoch.
    """
    if moment is None:
        return None
    sent = _parse_date(headers.get("Date", ""))
    delay = moment - (now if sent is None else sent)
    return delay if delay > 0 else None


def parse_seconds(text: str) -> float | None:
    """Return a number of seconds, finite and not negative; ``None`` if the text is none."""
    # HTTP's own white space only: str.strip() would remove more.
    text = text.strip(" \t")
    if not re.fullmatch(_SECONDS, text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _parse_date(text: str) -> float | None:
    when = http_date(text)
    return None if when is None else when.timestamp()
