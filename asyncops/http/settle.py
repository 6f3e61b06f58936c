"""From objects of the classes on the wire to objects of the models, in place."""

from collections import deque
from collections.abc import Callable, Collection
from operator import attrgetter
from typing import Any, get_args, get_origin, get_type_hints

import attrs

from asyncops.http.protobuf import init_fields, without_none
from asyncops.http.wire_shape import is_optional, wire_shape
from asyncops.models import time_form

Settle = Callable[[Collection[Any]], object]
"""Turns objects of a class on the wire into ones of the model, in place."""

_Convert = Callable[[Any], Any]

_settlers: dict[tuple[type, bool], Settle | None] = {}


def settler(shape: type, *, protobuf: bool = False) -> Settle | None:
    """Return the function that turns objects of the class on the wire into ``shape``, in place.

    ``None`` if they are of ``shape``. The function raises ``ValueError`` for a time out of range.
    """
    if (shape, protobuf) not in _settlers:
        _settlers[shape, protobuf] = None
        if wire_shape(shape, protobuf=protobuf) is not shape:
            _add_settler(shape, protobuf=protobuf)
    return _settlers[shape, protobuf]


def _add_settler(shape: type, *, protobuf: bool) -> None:
    steps: list[Settle] = []

    def settle(values: Collection[Any]) -> None:
        for value in values:
            # A new object would cost as much as reading the old one.
            if type(value) is not shape:
                value.__class__ = shape
        # A class may hold objects of its own.
        for step in steps if values else ():
            step(values)

    _settlers[shape, protobuf] = settle
    hints = get_type_hints(shape, include_extras=True)
    for field in init_fields(shape):
        step = _step(field.name, without_none(hints[field.name]), protobuf=protobuf)
        if step is not None:
            steps.append(step)


def is_settled(settle: Settle, values: Collection[Any]) -> bool:
    """Settle objects; return whether all their times are in range."""
    try:
        settle(values)
    except ValueError:
        return False
    return True


def _step(name: str, kind: Any, *, protobuf: bool) -> Settle | None:
    """Return the function that settles one field of many objects, if it needs one."""
    get = attrgetter(name)
    if kind is int:
        return (lambda values: _unquote(name, values)) if protobuf else None
    if attrs.has(kind):
        inner = settler(kind, protobuf=protobuf)
        if inner is None:
            return None
        return lambda values: inner([each for each in map(get, values) if each is not None])
    if get_origin(kind) in {tuple, list} and attrs.has(get_args(kind)[0]):
        rows = settler(get_args(kind)[0], protobuf=protobuf)
        if rows is None:
            return None
        return lambda values: deque(map(rows, filter(None, map(get, values))), maxlen=0)
    convert = converter(kind, protobuf=protobuf)
    return None if convert is None else lambda values: _convert(name, convert, values)


def _unquote(name: str, values: Collection[Any]) -> None:
    for each in values:
        value = getattr(each, name)
        if isinstance(value, str):
            object.__setattr__(each, name, int(value))


def _convert(name: str, convert: _Convert, values: Collection[Any]) -> None:
    for each in values:
        value = getattr(each, name)
        if value is not None:
            object.__setattr__(each, name, convert(value))


def converter(kind: Any, *, protobuf: bool = False) -> _Convert | None:
    """Return the function from a value of the type on the wire to one of ``kind``, if they differ.

    The function raises ``ValueError`` for a time out of range.
    """
    form, origin, args = time_form(kind), get_origin(kind), get_args(kind)
    if kind is int and protobuf:
        return _number
    if form is not None:
        read = form.read
        return (lambda value: read(_number(value))) if protobuf else read
    if attrs.has(kind):
        settle = settler(kind, protobuf=protobuf)
        return None if settle is None else lambda value: (settle((value,)), value)[1]
    optional = is_optional(kind)
    if not optional and origin not in {tuple, list, dict}:
        return None
    part = without_none(kind) if optional else args[origin is dict]
    inner = converter(part, protobuf=protobuf)
    if inner is None:
        return None
    if optional:
        return lambda value: None if value is None else inner(value)
    if origin is dict:
        return lambda value: {name: inner(each) for name, each in value.items()}
    make: Any = origin
    return lambda value: make(map(inner, value))


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) else value
