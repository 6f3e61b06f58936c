"""Classes that msgspec reads into, where the JSON differs from the model.

The class of such a model has other names for the same slots, and other types. So one reading fills
the slots, and the object then becomes one of the model in place. A model that needs none of that is
read into as it is.
"""

from collections.abc import Iterator
from types import MemberDescriptorType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs

from asyncops.http.protobuf import WireInt, camel_case, init_fields, is_union, without_none, zero_of
from asyncops.models import time_form, wire_key

_shapes: dict[tuple[type, bool], Any] = {}


def wire_shape(shape: type, *, protobuf: bool = False) -> Any:
    """Return the class for msgspec to read into: ``shape``, or one with the names on the wire.

    msgspec sets a field by its name, and treats a field without a value as missing; in protobuf's
    JSON, both names of a slot reach the same value. :func:`asyncops.http.settle.settler` turns the
    objects into ones of ``shape``.

    Raises:
        TypeError: Two fields have the same key, or a type cannot be read.
    """
    if (shape, protobuf) not in _shapes:
        if not protobuf and _is_read_as_it_is(shape):
            _shapes[shape, protobuf] = shape
        else:
            try:
                _make(shape, protobuf=protobuf)
            except TypeError:
                del _shapes[shape, protobuf]
                raise
    return _shapes[shape, protobuf]


def _make(shape: type, *, protobuf: bool) -> None:
    namespace: dict[str, Any] = {
        "__slots__": (),
        "__module__": shape.__module__,
        # That of a frozen class always raises.
        "__setattr__": object.__setattr__,
    }
    made: Any = type(shape)(f"_Wire{shape.__name__}", (shape,), namespace)
    # Known before its fields are, since these may be of the same class.
    _shapes[shape, protobuf] = made
    hints = get_type_hints(shape, include_extras=True)
    annotations: dict[str, Any] = {}
    fields: list[attrs.Attribute[Any]] = []
    others: list[attrs.Attribute[Any]] = []
    for field in init_fields(shape):
        kind = wire_type(hints[field.name], protobuf=protobuf)
        default = field.default
        if protobuf and default is attrs.NOTHING:
            default = zero_of(hints[field.name])
        key = wire_key(field)
        names = (key, camel_case(key)) if protobuf else (key,)
        for name in dict.fromkeys(names):
            if name in annotations:
                raise TypeError(f"two fields of {shape.__name__} have the key {name!r}")
            annotations[name] = kind
            entry = field.evolve(name=name, alias=name, default=default)
            (fields if name == key else others).append(entry)
            if name != field.name:
                setattr(made, name, _slot(shape, field.name))
    made.__annotations__ = annotations
    made.__attrs_attrs__ = (*fields, *others)


def _slot(shape: type, name: str) -> Any:
    slot = getattr(shape, name, None)
    if not isinstance(slot, MemberDescriptorType):
        raise TypeError(f"{shape.__name__} must be an attrs class with slots, as frozen makes it")
    return slot


def wire_type(hint: Any, *, protobuf: bool = False) -> Any:
    """Return the type for msgspec to read into: ``hint``, or one with the types on the wire.

    Raises:
        TypeError: The type cannot be read.
    """
    form, origin, args = time_form(hint), get_origin(hint), get_args(hint)

    def within(part: Any) -> Any:
        return part if part is ... else wire_type(part, protobuf=protobuf)

    if form is not None:
        return form.wire | WireInt if protobuf and form.wire == int | float else form.wire
    if attrs.has(hint):
        return wire_shape(hint, protobuf=protobuf)
    if hint is int and protobuf:
        return WireInt
    if origin in {tuple, list, dict}:
        return origin[tuple(map(within, args))]
    if is_union(hint) and (is_optional(hint) or not any(map(_differs, nested_types(hint)))):
        return Union[tuple(map(within, args))]  # noqa: UP007 - made of what is only known here
    if any(map(_differs, nested_types(hint))):
        raise TypeError(
            f"{hint} cannot be read: a time in another form, or a class with key(), stands alone, "
            "with None, or in a tuple, a list or a dict"
        )
    return hint


def _is_read_as_it_is(shape: type) -> bool:
    """Whether msgspec can read into a class, and into all that its objects hold."""
    todo, seen = [shape], {shape}
    while todo:
        kind = todo.pop()
        hints = get_type_hints(kind, include_extras=True)
        if any(wire_key(field) != field.name for field in init_fields(kind)):
            return False
        for part in (each for hint in hints.values() for each in nested_types(hint)):
            if time_form(part) is not None:
                return False
            if attrs.has(part) and part not in seen:
                seen.add(part)
                todo.append(part)
    return True


def _differs(part: Any) -> bool:
    return time_form(part) is not None or (attrs.has(part) and not _is_read_as_it_is(part))


def nested_types(hint: Any) -> Iterator[Any]:
    """Give a type and all the types inside of it."""
    yield hint
    for part in get_args(hint)[: 1 if get_origin(hint) is Annotated else None]:
        yield from nested_types(part)


def is_optional(hint: Any) -> bool:
    """Return whether a type is ``X | None``."""
    return is_union(hint) and without_none(hint) is not hint
