"""protobuf's JSON, read into the same models as any other.

A field may be spelled ``created_at`` or ``createdAt``, a 64-bit integer may be in quotes, and a
field with its zero value may be missing.
"""

import re
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
import msgspec

from asyncops.models import time_form, wire_key

_QUOTED_INTEGER = r"-?[0-9]{1,19}\Z"
WireInt = int | Annotated[str, msgspec.Meta(pattern=f"^{_QUOTED_INTEGER}")]
_HAVE_ZEROS = frozenset({str, int, float, bool, tuple, list, dict})


def camel_case(name: str) -> str:
    """Return the name of a field in protobuf's JSON: ``createdAt`` for ``created_at``."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def in_snake_case(tree: Any, shape: Any) -> Any:
    """Return a JSON tree with keys in snake_case, for the second reading."""
    origin, args = get_origin(shape), get_args(shape)
    if attrs.has(shape):
        return _object(tree, shape) if isinstance(tree, dict) else tree
    if origin is Annotated:
        form = time_form(shape)
        return in_snake_case(tree, int if form and form.wire == int | float else args[0])
    if origin in {tuple, list} and isinstance(tree, list):
        return [in_snake_case(each, args[0]) for each in tree]
    if origin is dict and isinstance(tree, dict):
        return {key: in_snake_case(each, args[1]) for key, each in tree.items()}
    if is_union(shape):
        inner = without_none(shape)
        return tree if tree is None or inner is shape else in_snake_case(tree, inner)
    if shape is int and isinstance(tree, str) and re.match(_QUOTED_INTEGER, tree, re.ASCII):
        return int(tree)
    return tree


def _object(tree: dict[str, Any], shape: type) -> dict[str, Any]:
    hints, names, zeros = _layout(shape)
    found = {name: [] if kind is tuple else kind() for name, kind in zeros.items()}
    for key, value in tree.items():
        name = names.get(key, key)
        if name not in found or value is not None:
            found[name] = in_snake_case(value, hints[name]) if name in hints else value
    return found


@cache
def _layout(shape: type) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """The types of a class's keys, the keys by those in camelCase, and what is left out."""
    hints = get_type_hints(shape, include_extras=True)
    keys = {wire_key(field): field for field in init_fields(shape)}
    kinds = {key: hints[field.name] for key, field in keys.items()}
    zeros = {
        key: kind
        for key, field in keys.items()
        if field.default is attrs.NOTHING and (kind := _kind_with_zero(kinds[key])) is not None
    }
    return kinds, {camel_case(key): key for key in keys}, zeros


def init_fields(shape: type) -> "list[attrs.Attribute[Any]]":
    """Return the fields of an attrs class that its objects are made with."""
    return [field for field in attrs.fields(shape) if field.init]


def zero_of(hint: Any) -> Any:
    """Return the zero value of a field, or a factory; NOTHING for a field that must be there."""
    kind = _kind_with_zero(hint)
    if kind is None:
        return attrs.NOTHING
    return attrs.Factory(kind) if kind in {list, dict} else kind()


def _kind_with_zero(hint: Any) -> Any:
    kind = get_origin(hint) or hint
    return kind if kind in _HAVE_ZEROS else None


def is_union(hint: Any) -> bool:
    """Return whether a type is a union, such as ``X | None``."""
    return get_origin(hint) in {Union, UnionType}


def without_none(hint: Any) -> Any:
    """Return ``X`` for ``X | None``, and any other type as it is."""
    members = [each for each in get_args(hint) if each is not type(None)]
    return members[0] if is_union(hint) and len(members) == 1 else hint
