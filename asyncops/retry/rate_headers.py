"""The headers in which a service says how many requests are left, and until when."""

import math
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Literal, get_args

from attrs import field, frozen

from asyncops.retry.retry_after import parse_retry_after, parse_seconds, seconds_until
from asyncops.utils.checks import as_validator, choice, header_name, status_set
from asyncops.utils.declarations import declared

_TOO_MANY_REQUESTS = 429

Times = Literal["seconds", "epoch", "rfc3339", "duration"]
"""How a service writes a time: the seconds until then, the seconds since 1970 at which it is, a
date and time, or a duration such as ``6m0s``."""


def _statuses(value: Collection[int]) -> frozenset[int]:
    return status_set("also", value)


@frozen(field_transformer=declared)
class RateLimit:
    """The headers of a service that tell its limit on requests.

    ::

        RateLimit("X-RateLimit-Remaining", "X-RateLimit-Reset", times="epoch", also={403})

    After an answer that refuses a request because of the limit, the client waits until the reset,
    unless ``Retry-After`` says how long to wait.

    Attributes:
        remaining: The header with the number of requests that are left.
        reset: The header with the time at which there are more.
        times: How ``reset`` is written.
        also: The statuses, besides 429, of which an answer refuses a request because of the limit
            if no requests are left or ``Retry-After`` is given. Otherwise they mean what they mean
            elsewhere.

    Raises:
        DescriptionError: A field cannot be right; the message names it.
    """

    remaining: str = field(validator=as_validator(header_name))
    reset: str = field(validator=as_validator(header_name))
    times: Times = field(
        default="seconds", validator=as_validator(choice, possible=get_args(Times))
    )
    also: frozenset[int] = field(default=frozenset(), converter=_statuses)

    def is_used_up(self, headers: Mapping[str, str]) -> bool | None:
        """Return whether no requests are left; ``None`` if the answer does not say."""
        left = parse_seconds(headers.get(self.remaining, ""))
        return None if left is None else left == 0

    def seconds_until_reset(self, headers: Mapping[str, str], now: float) -> float | None:
        """Return the seconds until there are more requests; ``None`` if the answer does not say."""
        text = headers.get(self.reset, "").strip(" \t")
        match self.times:
            case "seconds":
                return parse_seconds(text)
            case "duration":
                return _parse_duration(text)
            case "epoch":
                return seconds_until(parse_seconds(text), headers, now)
            case "rfc3339":
                return seconds_until(_parse_time(text), headers, now)


def meant_status(
    status: int, headers: Mapping[str, str], now: float, limit: RateLimit | None
) -> int:
    """Return the status of an error answer; 429 if it refuses a request because of a limit.

    Args:
        status: The status of the answer.
        headers: Its headers.
        now: The time, in seconds since the epoch.
        limit: The headers of the service, if it has any.
    """
    if limit is None or status not in limit.also:
        return status
    refused = limit.is_used_up(headers) or parse_retry_after(headers, now) is not None
    return _TOO_MANY_REQUESTS if refused else status


def wait_asked_for(
    status: int, headers: Mapping[str, str], now: float, limit: RateLimit | None
) -> float | None:
    """Return the seconds that an error answer asks to wait; ``None`` if it does not ask.

    That is ``Retry-After``, or else the time until the reset, if the answer refuses a request
    because of the limit and does not say that requests are left: some services have several limits
    and describe one of them.

    Args:
        status: The status of the answer.
        headers: Its headers.
        now: The time, in seconds since the epoch.
        limit: The headers of the service, if it has any.
    """
    asked = parse_retry_after(headers, now)
    if asked is not None or limit is None or limit.is_used_up(headers) is False:
        return asked
    refused = meant_status(status, headers, now, limit) == _TOO_MANY_REQUESTS
    return limit.seconds_until_reset(headers, now) if refused else None


_UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_UNITS["\u00b5s"] = _UNITS["us"]
_PART = r"([0-9]+(?:\.[0-9]*)?)(d|h|ms|m|s|us|\u00b5s|ns)"


def _parse_duration(text: str) -> float | None:
    if not re.fullmatch(f"(?:{_PART})+", text):
        return None
    seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, text))
    return seconds if math.isfinite(seconds) else None


def _parse_time(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
