"""Made-up JSON values for the classes of a description."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import msgspec

from asyncops.models import JSON, EpochMillis, EpochSeconds, UtcTimestamp, time_form, wire_key

__all__ = ["defaults_of", "example", "holders_of", "required_times", "time_examples"]

_PLAIN: Mapping[Any, JSON] = {
    bool: False,
    int: 1,
    float: 1.0,
    Any: None,
    type(None): None,
    UUID: "00000000-0000-4000-8000-000000000000",
    datetime: "2026-01-01T00:00:00Z",
}

_TIMES: Mapping[Any, JSON] = {
    time_form(EpochSeconds): 1_767_225_600,
    time_form(EpochMillis): 1_767_225_600_000,
    time_form(UtcTimestamp): "2026-01-01T00:00:00",
}


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind, include_extras=True)


@cache
def _plain_hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def example(kind: Any, name: str = "value") -> JSON:
    """Return a JSON value that a class or another type takes: the least that it needs.

    Args:
        kind: The type.
        name: What a text says.
    """
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        form = time_form(kind)
        return example(args[0], name) if form is None else _TIMES[form]
    if origin in {Union, UnionType}:
        return None if type(None) in args else example(args[0], name)
    if origin is Literal:
        return args[0]
    if kind in _PLAIN:
        return _PLAIN[kind]
    return _of_class(origin or kind, name)


def _of_class(kind: Any, name: str) -> JSON:
    if not isinstance(kind, type):
        return name
    if attrs.has(kind):
        return _object(kind)
    if issubclass(kind, Enum):
        return next(iter(kind)).value
    if issubclass(kind, Mapping):
        return {}
    return [] if issubclass(kind, tuple | list | set | frozenset) else name


def _object(kind: Any) -> dict[str, JSON]:
    hints = _hints(kind)
    return {
        wire_key(each): example(hints[each.name], each.name)
        for each in attrs.fields(kind)
        if each.init and each.default is attrs.NOTHING
    }


def defaults_of(item: Any) -> dict[str, JSON]:
    """Return the values of an item's fields, for those that the least example leaves out."""
    return {
        wire_key(each): msgspec.to_builtins(getattr(item, each.name))
        for each in attrs.fields(type(item))
        if each.init and each.default is not attrs.NOTHING
    }


def holders_of(item: Any, enum: type[Enum] | None) -> tuple[str, ...]:
    """Return the keys of an item that hold statuses."""
    hints = _plain_hints(item)
    return tuple(
        wire_key(each)
        for each in attrs.fields(item)
        if enum is not None and (hints[each.name] is enum or enum in get_args(hints[each.name]))
    )


def time_examples(item: Any) -> Mapping[str, JSON]:
    """Return a time for each key of an item that may hold one, in the form that it has there."""
    hints = _hints(item)
    found: dict[str, JSON] = {}
    for each in attrs.fields(item):
        hint = hints[each.name]
        kinds = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
        times = [kind for kind in kinds if kind is datetime or get_args(kind)[:1] == (datetime,)]
        found |= {wire_key(each): example(kind) for kind in times}
    return found


def required_times(item: Any) -> tuple[str, ...]:
    """Return the keys of an item that must hold times."""
    hints = _plain_hints(item)
    return tuple(
        wire_key(each)
        for each in attrs.fields(item)
        if each.default is attrs.NOTHING and hints[each.name] is datetime
    )
