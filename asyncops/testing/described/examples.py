"""Made-up JSON values for the classes of a description."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import msgspec
from attrs import frozen

from asyncops.kit.annotations import types_in
from asyncops.models import JSON, EpochMillis, EpochSeconds, UtcTimestamp, time_form, wire_key

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


@frozen
class Key:
    """A field of an item's class, as JSON has it.

    Attributes:
        field: Its name in Python.
        name: Its key.
        kind: Its type.
        plain: Its type, without annotations.
        required: Whether it has no default.
    """

    field: str
    name: str
    kind: Any
    plain: Any
    required: bool


def keys_of(item: Any) -> tuple[Key, ...]:
    """Return the fields of a class that JSON has."""
    return _keys_of(item)


@cache
def _keys_of(item: Any) -> tuple[Key, ...]:
    kinds, plain = get_type_hints(item, include_extras=True), get_type_hints(item)
    return tuple(
        Key(
            each.name,
            wire_key(each),
            kinds[each.name],
            plain[each.name],
            each.default is attrs.NOTHING,
        )
        for each in attrs.fields(item)
        if each.init
    )


def key_names(item: Any) -> Mapping[str, str]:
    """Return the keys of an item by the fields of its class."""
    return {each.field: each.name for each in keys_of(item)}


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
    return [] if issubclass(kind, Collection) and not issubclass(kind, str | bytes) else name


def _object(kind: Any) -> dict[str, JSON]:
    return {each.name: example(each.kind, each.field) for each in keys_of(kind) if each.required}


def defaults_of(item: Any) -> dict[str, JSON]:
    """Return the values of an item's fields, for those that the least example leaves out."""
    return {
        each.name: msgspec.to_builtins(getattr(item, each.field))
        for each in keys_of(type(item))
        if not each.required
    }


def holders_of(item: Any, enum: type[Enum] | None) -> tuple[str, ...]:
    """Return the keys of an item that hold statuses."""
    if enum is None:
        return ()
    return tuple(each.name for each in keys_of(item) if enum in (each.plain, *get_args(each.plain)))


def time_examples(item: Any) -> Mapping[str, JSON]:
    """Return a time for each key of an item that may hold one, in the form that it has there."""
    found: dict[str, JSON] = {}
    for each in keys_of(item):
        for kind in types_in(each.kind):
            if kind is datetime or get_args(kind)[:1] == (datetime,):
                found[each.name] = example(kind)
    return found
