"""The fields of options classes: how each is sent, and which a file's suffix tells."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

import attrs
from attrs import field, frozen

from asyncops.kit.annotations import hints_of
from asyncops.kit.argument_types import Check, argument_check, several
from asyncops.kit.listing import Times
from asyncops.kit.options import PARAM, ListOptions, Many, Spelling, UploadOptions, WatchOptions
from asyncops.models import JSON
from asyncops.utils.checks import finite, plain_text

BY_NAME = ("status", "created_after", "created_before")
"""The fields that belong to ``ByStatus`` and ``Window`` by their names."""

ALIASES = {"page_size": "limit", "page_token": "cursor", "page": "cursor"}
"""The fields that a service may add under another name, and the option that each stands for."""

_KNOWN = {each.name for kind in (ListOptions, WatchOptions) for each in attrs.fields(kind)}
_KNOWN |= {*BY_NAME, *ALIASES}

# The annotations of a filter that takes one text.
_TEXT = (str, str | None, "str", "str | None")


@frozen
class Filter:
    """A field of an options class that is sent.

    Attributes:
        name: The name of the field.
        wire: The parameter; in a body, the place.
        many: How several values are sent; ``None`` means the way of the method.
        required: Whether it must be given.
        is_text: Whether it takes one text and nothing else.
        check: Checks its type, where that is told by more than ``is_text``.
    """

    name: str
    wire: str
    many: Many | None
    required: bool
    is_text: bool = False
    check: Check | None = field(default=None, eq=False, repr=False)


@cache
def filters_of(options: Any) -> tuple[Filter, ...]:
    """Return the fields of an options class that are sent under their own names.

    Of the options of a listing or a watch, these are the filters without those known by name; of
    an upload, all but those of :class:`~asyncops.kit.UploadOptions`.
    """
    if not isinstance(options, type) or not attrs.has(options):
        return ()
    known = _KNOWN if issubclass(options, ListOptions | WatchOptions) else set()
    if issubclass(options, UploadOptions):
        known = {each.name for each in attrs.fields(UploadOptions)}
    hints = hints_of(options)
    fields = (each for each in attrs.fields(options) if each.name not in known)
    return tuple(_filter(each, hints[each.name]) for each in fields)


def _filter(field: "attrs.Attribute[Any]", hint: Any) -> Filter:
    spelling = field.metadata.get(PARAM) or Spelling(field.name)
    required, is_text = field.default is attrs.NOTHING, field.type in _TEXT
    check = None if is_text else argument_check(hint)
    return Filter(field.name, spelling.name, spelling.many, required, is_text, check)


def time_text(name: str, when: object, times: Times = "rfc3339") -> str:
    """Return a time as it is sent.

    Raises:
        TypeError: It is no datetime.
        ValueError: It has no time zone.
    """
    if not isinstance(when, datetime):
        raise TypeError(f"{name} must be a datetime, got {type(when).__name__}")
    if when.tzinfo is None:
        raise ValueError(
            f"{name} must be an aware datetime, such as datetime.now(UTC); got {when.isoformat()}"
        )
    if times == "rfc3339":
        return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(round(when.timestamp() * (1000 if times == "milliseconds" else 1)))


def as_text(name: str, value: object, times: Times = "rfc3339") -> str:
    """Return one value of a filter as a parameter of a query.

    Raises:
        TypeError: There is no such parameter.
        ValueError: The value cannot be sent.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return plain_text(name, str(value.value))
    if isinstance(value, int | float | UUID):
        return str(finite(name, value))
    if isinstance(value, datetime):
        return time_text(name, value, times)
    return plain_text(name, value)


def as_json(name: str, value: object, times: Times = "rfc3339") -> JSON:
    """Return a value of a filter as JSON of a body.

    Raises:
        TypeError: There is no such value.
        ValueError: The value cannot be sent.
    """
    values = several(value)
    if values is not None:
        return [as_json(name, each, times) for each in values]
    if isinstance(value, Mapping):
        return value
    if isinstance(value, bool | int | float) and not isinstance(value, Enum):
        return finite(name, value)
    if isinstance(value, datetime) and times != "rfc3339":
        return int(time_text(name, value, times))
    if isinstance(value, str) and not isinstance(value, Enum):
        return plain_text(name, value, lines=True)
    return as_text(name, value, times)


def sent(
    each: Filter, value: object, times: Times = "rfc3339", *, in_body: bool
) -> Iterator[tuple[str, JSON]]:
    """Give the parameters that a value of a filter is sent as; none for ``None``.

    Args:
        each: The filter.
        value: Its value.
        times: How times are written.
        in_body: Whether it is a place of a JSON body, and no parameter of a query.

    Raises:
        TypeError: There is no such parameter.
        ValueError: The value cannot be sent, or is ``None`` and has to be given.
    """
    values = several(value)
    if value is None:
        if each.required:
            raise ValueError(f"{each.name} must be given; it cannot be None")
        return
    if each.check is not None:
        each.check(each.name, value)
    if each.is_text:
        yield each.wire, plain_text(each.name, value, lines=in_body)
    elif values is not None and each.many == "comma":
        texts = [_without_comma(each.name, as_text(each.name, one, times)) for one in values]
        if texts:
            yield each.wire, ",".join(texts)
    elif in_body:
        yield each.wire, as_json(each.name, value, times)
    else:
        for one in (value,) if values is None else values:
            yield each.wire, as_text(each.name, one, times)


def _without_comma(name: str, text: str) -> str:
    if "," in text:
        raise ValueError(
            f"{name}: the service takes several values with commas between, so that none may "
            f"hold one; got {text!r}"
        )
    return text


@frozen(eq=False)
class FromSuffix:
    """Marks an argument of an action that the suffix of a file tells, for the command line.

    ::

        @frozen(kw_only=True)
        class ConversionInput(UploadOptions):
            src_format: Annotated[Format | str, FromSuffix("content", also={"stp": "step"})]
            output_format: Annotated[Format | str, FromSuffix("result")]

    A suffix stands for the value of the same spelling: where the type names an enum, for its
    members alone. The case of letters does not count. The option is there all the same, for files
    whose suffix does not tell.

    Attributes:
        of: The file: ``"content"``, the one that is sent, or ``"result"``, the one to which the
            result is written.
        also: Further suffixes, in small letters and without a dot, each with its value.
    """

    of: Literal["content", "result"]
    also: Mapping[str, str] = field(factory=dict)


@frozen
class Suffixes:
    """The values of an argument by the suffixes that tell them.

    Attributes:
        of: The file that has the suffix.
        values: The values; ``None`` where each suffix is its own value.
    """

    of: Literal["content", "result"]
    values: Mapping[str, str] | None

    def value_for(self, path: Path) -> str | None:
        """Return the value that a file's suffix tells; ``None`` if it tells none."""
        suffix = path.suffix[1:].lower()
        return (suffix or None) if self.values is None else self.values.get(suffix)


def suffixes_of(options: Any) -> Mapping[str, Suffixes]:
    """Return the arguments of an options class that a suffix tells, by their names."""
    if not filters_of(options):
        return {}
    hints, found = hints_of(options), {}
    for each in filters_of(options):
        hint = hints[each.name]
        marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        for mark in marks:
            if isinstance(mark, FromSuffix):
                found[each.name] = Suffixes(mark.of, _values(hint, mark.also))
    return found


def _values(hint: Any, also: Mapping[str, str]) -> Mapping[str, str] | None:
    members = {str(each.value).lower(): str(each.value) for each in _members(hint)}
    return {**members, **also} or None


def _members(hint: Any) -> Iterator[Enum]:
    for kind in (hint, *get_args(hint)):
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield from kind
        elif kind is not hint:
            yield from _members(kind)
