"""Types and marks of a model's fields."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, get_args, get_origin

import attrs
import msgspec
from attrs import NOTHING, field, frozen

from asyncops.models.description_error import DescriptionError

JSON = Any
"""Free-form JSON, as ``json.loads`` returns it."""

UNNAMED = "asyncops_unnamed"
"""A key in the metadata of an attrs field that holds values without a field of their own, by name;
they are written beside the fields."""

PRIVATE = "asyncops_private"
"""A key in the metadata of an attrs field that :func:`private` made."""

FILES = "asyncops_files"
"""A key in the metadata of an attrs field that :func:`files` made."""

_KEY = "asyncops_key"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(eq=False)
class TimeForm:
    """How a service writes times, where it is not RFC 3339 with a time zone.

    Attributes:
        wire: The type in the JSON.
        read: Turns a value of that type into an aware time, and leaves an aware time as it is.
            Raises ``ValueError`` if it is none.
    """

    wire: Any
    read: Callable[[Any], datetime]


def _since_epoch(unit: timedelta, units: str) -> TimeForm:
    def read(value: datetime | float) -> datetime:
        # A field's default is a time already.
        if isinstance(value, datetime):
            return value
        try:
            return _EPOCH + unit * value
        except OverflowError:
            raise ValueError(
                f"{units} since 1970 must be from the year 1 to 9999, got {str(value)[:24]}"
            ) from None

    return TimeForm(int | float, read)


def _in_utc(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware datetime, rounded to the nearest microsecond, which keeps the order of any two times."""

EpochSeconds = Annotated[datetime, _since_epoch(timedelta(seconds=1), "seconds")]
"""An aware datetime that the service writes as seconds since 1970, whole or not."""

EpochMillis = Annotated[datetime, _since_epoch(timedelta(milliseconds=1), "milliseconds")]
"""An aware datetime that the service writes as milliseconds since 1970, whole or not."""

UtcTimestamp = Annotated[datetime, TimeForm(datetime, _in_utc)]
"""An aware datetime that the service writes without a time zone, and means in UTC."""


def time_form(hint: Any) -> TimeForm | None:
    """Return the form of a field's type that is a time; ``None`` for RFC 3339 and other types."""
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((mark for mark in marks if isinstance(mark, TimeForm)), None)


def key(name: str, default: Any = NOTHING, *, repr: bool = True) -> Any:  # noqa: A002
    """Give a field of an attrs class another key in the service's JSON.

    ::

        @frozen(kw_only=True)
        class Run(Tracked):
            id: int
            status: RunStatus = key("state")
            finished_at: EpochSeconds | None = key("end_time", default=None)

    Needed for keys that are no Python names, and for ``state`` and ``error``, whose names mean the
    same for every service. Outputs of this library have the field's own name.

    Args:
        name: The key in the service's JSON.
        default: The value if the key is missing, or an ``attrs.Factory`` of it; without a default
            the key must be there.
        repr: Whether the value stands in the ``repr`` of its item.

    Raises:
        DescriptionError: ``name`` is empty or no text.
    """
    if not isinstance(name, str) or not name:
        raise DescriptionError(f"key() needs the name of a key in the service's JSON, got {name!r}")
    return field(default=default, repr=repr, metadata={_KEY: name})


def private(default: Any = NOTHING) -> Any:
    """Return a field whose value stands in no table, no CSV and no ``repr``, such as an address.

    JSON has it, as every other field.

    Args:
        default: The value if the key is missing; without a default the key must be there.
    """
    return field(default=default, repr=False, metadata={PRIVATE: True})


def files(default: Any = None) -> Any:
    """Return a field that holds the content of files, ``bytes`` or text, by their paths.

    ::

        @frozen(kw_only=True)
        class Conversion(Tracked):
            id: str
            status: Phase
            outputs: dict[str, bytes] | None = files()

    The command line writes them where it is told to. The values stand in no ``repr``.

    Args:
        default: The value if the key is missing.
    """
    return field(default=default, repr=False, hash=False, metadata={FILES: True})


def wire_key(field: "attrs.Attribute[Any]") -> str:
    """Return the key of a field in the service's JSON."""
    return str(field.metadata.get(_KEY, field.name))
