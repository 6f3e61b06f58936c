"""Checks of the fields of a class that answers are read into, and of the classes in them."""

from enum import Enum
from typing import Any, get_origin

import attrs
from msgspec import Struct

from asyncops.http.protobuf import init_fields
from asyncops.http.wire_shape import nested_types
from asyncops.kit.annotations import hints_of, own_names
from asyncops.kit.checks.subject import Subject
from asyncops.models import wire_key

# What a decorator or a base class leaves in a class whose fields can be read.
_READABLE = {"__attrs_attrs__", "__dataclass_fields__", "__total__", "_fields"}


def check_fields(subject: Subject, field: str, kind: type[Any]) -> None:
    """Check that the fields of an attrs class can be read, and those of the classes in it.

    Raises:
        DescriptionError: Two fields have the same key, or a class has no decorator, or parameters.
    """
    todo, seen = [kind], {kind}
    while todo:
        owner = todo.pop()
        names: dict[str, str] = {}
        for each in init_fields(owner):
            other = names.setdefault(wire_key(each), each.name)
            if other != each.name:
                raise subject.error(
                    field,
                    f"{other} and {each.name} of {owner.__name__} have the key "
                    f"{wire_key(each)!r}: give one of them another by key()",
                )
        hints = hints_of(owner)
        for each in attrs.fields(owner):
            for part in nested_types(hints[each.name]):
                _check_class(subject, field, part, f"{owner.__name__}.{each.name}")
                if attrs.has(part) and part not in seen:
                    seen.add(part)
                    todo.append(part)


def _check_class(subject: Subject, field: str, kind: Any, where: str) -> None:
    """Check that no class of fields has parameters, or lacks what makes them fields."""
    if get_origin(kind) is not None and attrs.has(kind):
        text = str(kind).replace(f"{kind.__module__}.", "")
        raise subject.error(
            field,
            f"{text}, in {where}, is a class with parameters: write a class of its own that has "
            "their types",
        )
    if not isinstance(kind, type) or issubclass(kind, Enum | Struct):
        return
    if _READABLE & vars(kind).keys():
        return
    own = own_names(kind)
    if own:
        raise subject.error(
            field,
            f"{kind.__name__}, in {where}, has no decorator, so that {', '.join(own)} would not "
            "be read: write @frozen(kw_only=True) above it",
        )
