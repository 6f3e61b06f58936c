"""JSON as protobuf writes it, read into the same models as any other.

A field may come as ``created_at`` or as ``createdAt``, a 64-bit integer in quotes, and a field at
its zero value may be left out. Each spelling of a field is read into the same slot, so that one
reading of a body serves both, and a body in which they are mixed as well.
"""

import re
from collections import deque
from collections.abc import Callable, Collection
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
import msgspec

__all__ = ["camel_case", "in_snake_case", "settler", "wire_shape"]

_QUOTED_INTEGER = r"-?[0-9]{1,19}\Z"
_WireInt = int | Annotated[str, msgspec.Meta(pattern=f"^{_QUOTED_INTEGER}")]
_ZEROS: dict[object, object] = {str: "", int: 0, float: 0.0, bool: False}

Settle = Callable[[Collection[Any]], object]


def camel_case(name: str) -> str:
    """A field's name as protobuf's JSON spells it: ``created_at`` becomes ``createdAt``."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


@cache
def wire_shape(shape: type) -> Any:
    """What msgspec reads a body into: ``shape`` with a second name for each of its slots.

    msgspec sets a field by its name, and takes one for missing whose name has no value. Both names
    of a slot lead to the same value. :func:`settler` makes what was read a ``shape`` itself.
    """
    hints = get_type_hints(shape, include_extras=True)
    namespace: dict[str, Any] = {
        "__slots__": (),
        "__module__": shape.__module__,
        # A frozen class has one that refuses everything.
        "__setattr__": object.__setattr__,
    }
    annotations, fields, others = {}, [], []
    for field in _fields(shape):
        annotations[field.name] = _wire_type(hints[field.name])
        default = _zero(hints[field.name]) if field.default is attrs.NOTHING else field.default
        fields.append(field.evolve(default=default))
        other = camel_case(field.name)
        if other != field.name:
            annotations[other] = annotations[field.name]
            namespace[other] = getattr(shape, field.name)
            others.append(field.evolve(name=other, alias=other, default=default))
    namespace |= {"__annotations__": annotations, "__attrs_attrs__": (*fields, *others)}
    return type(shape)(f"_Wire{shape.__name__}", (shape,), namespace)


@cache
def settler(shape: type) -> Settle:
    """What turns objects read into :func:`wire_shape` into ones of ``shape``, where they are."""
    steps = [step for field in _fields(shape) if (step := _step(field.name, field.type))]

    def settle(values: Collection[Any]) -> None:
        for value in values:
            # Made anew, an object would cost as much as reading it.
            if type(value) is not shape:
                value.__class__ = shape
        for step in steps:
            step(values)

    return settle


def in_snake_case(tree: Any, shape: Any) -> Any:
    """A JSON tree as the models spell it, for the second reading."""
    origin, args = get_origin(shape), get_args(shape)
    if attrs.has(shape):
        return _object(tree, shape) if isinstance(tree, dict) else tree
    if origin is Annotated:
        return in_snake_case(tree, args[0])
    if origin in {tuple, list} and isinstance(tree, list):
        return [in_snake_case(each, args[0]) for each in tree]
    if _is_union(shape):
        return in_snake_case(tree, _without_none(shape)) if tree is not None else None
    if shape is int and isinstance(tree, str) and re.match(_QUOTED_INTEGER, tree, re.ASCII):
        return int(tree)
    return tree


def _object(tree: dict[str, Any], shape: type) -> dict[str, Any]:
    hints = get_type_hints(shape, include_extras=True)
    names = {camel_case(field.name): field.name for field in _fields(shape)}
    found: dict[str, Any] = {
        field.name: [] if zero == () else zero
        for field in _fields(shape)
        if field.default is attrs.NOTHING and (zero := _zero(field.type)) is not attrs.NOTHING
    }
    for key, value in tree.items():
        name = names.get(key, key)
        if name not in found or value is not None:
            found[name] = in_snake_case(value, hints[name]) if name in hints else value
    return found


def _fields(shape: type) -> "list[attrs.Attribute[Any]]":
    return [field for field in attrs.fields(shape) if field.init]


def _zero(hint: Any) -> Any:
    """What a field that is left out stands for; NOTHING where it has to be there."""
    return () if get_origin(hint) is tuple else _ZEROS.get(hint, attrs.NOTHING)


def _wire_type(hint: Any) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if attrs.has(hint):
        return wire_shape(hint)
    if hint is int:
        return _WireInt
    if origin in {tuple, list}:
        return origin[tuple(each if each is ... else _wire_type(each) for each in args)]
    if _is_union(hint):
        return Union[tuple(map(_wire_type, args))]  # noqa: UP007 - made of what is only known here
    return hint


def _step(name: str, hint: Any) -> Settle | None:
    """What is left to do to one field of many objects; None where it is nothing."""
    kind, get = _without_none(hint), attrgetter(name)
    if kind is int:
        return lambda values: _unquote(name, values)
    if attrs.has(kind):
        inner = settler(kind)
        return lambda values: inner([each for each in map(get, values) if each is not None])
    if get_origin(kind) in {tuple, list} and attrs.has(get_args(kind)[0]):
        rows = settler(get_args(kind)[0])
        return lambda values: deque(map(rows, filter(None, map(get, values))), maxlen=0)
    return None


def _unquote(name: str, values: Collection[Any]) -> None:
    for each in values:
        value = getattr(each, name)
        if isinstance(value, str):
            object.__setattr__(each, name, int(value))


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in {Union, UnionType}


def _without_none(hint: Any) -> Any:
    members = [each for each in get_args(hint) if each is not type(None)]
    return members[0] if _is_union(hint) and len(members) == 1 else hint
