"""The second reading of a body, by cattrs: as strict as the first, and it names every bad field.

It also reads forms that the first reading cannot: unions with a tag, base64 in its several
alphabets, null for an omitted field (which protobuf's JSON allows), and a time that rounds past the
year 9999.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import GenericAlias, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

import attrs
import msgspec
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, mapping_structure_factory

from asyncops.errors import DecodeError
from asyncops.models import Timestamp, time_form, wire_key

T = TypeVar("T")
U = TypeVar("U")

_LEAVES = (str, int, float, bool, UUID, NoneType)
# protobuf's largest time: msgspec refuses it, since rounding up leads past the calendar.
_PAST_THE_CALENDAR = r"(9999-12-31[Tt]23:59:59\.999999)[5-9][0-9]*(?=[Zz+-])"
_JSON_NAMES = {dict: "object", list: "array", str: "str", int: "int", float: "float"}


def structure(tree: Any, shape: type[T], path: str = "$") -> T:
    """Make a value of ``shape`` from a JSON tree.

    Args:
        tree: The JSON tree.
        shape: An attrs class.
        path: The JSON path of the tree in its body.

    Raises:
        DecodeError: Some fields do not fit; the error lists them all, with their JSON paths.
    """
    try:
        return _converter.structure(tree, shape)
    except (BaseValidationError, msgspec.MsgspecError, TypeError, ValueError) as error:
        problems = transform_error(error, path, _describe)
    reason, _, place = problems[0].partition(" @ ")
    raise DecodeError(
        f"{reason} at {place}" + (f" (and {len(problems) - 1} more)" if problems[1:] else ""),
        path=place,
        problems=tuple(" at ".join(problem.split(" @ ", 1)) for problem in problems),
    )


def tagged(tree: Any, tag: str, shapes: Mapping[str, type[T]], default: type[U]) -> T | U:
    """Make a value of the shape for the object's ``tag``, or of ``default`` for any other tag."""
    value = tree.get(tag) if isinstance(tree, dict) else None
    shape = shapes.get(value) if isinstance(value, str) else None
    return structure(tree, default) if shape is None else structure(tree, shape)


def _describe(error: BaseException, _: type | None) -> str:
    if isinstance(error, KeyError):
        return f"required field {error.args[0]!r} is missing"
    # cattrs separates the message from the path by " @ ", so the message must not contain it.
    return str(error).removesuffix(".").replace(" @ ", " at ")


def _expect(value: object, kind: type, name: str) -> None:
    if not isinstance(value, kind):
        found = "null" if value is None else _JSON_NAMES.get(type(value), type(value).__name__)
        raise TypeError(f"Expected `{name}`, got `{found}`")


def _leaf(value: Any, shape: Any) -> Any:
    return msgspec.convert(value, shape)


def _timestamp(value: Any, _: Any) -> Any:
    past = re.match(_PAST_THE_CALENDAR, value) if isinstance(value, str) else None
    if past is None:
        return msgspec.convert(value, Timestamp)
    last: datetime = msgspec.convert(past[1] + value[past.end() :], Timestamp)
    try:
        return last.astimezone(UTC) + timedelta(microseconds=1)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _formed_time(value: Any, shape: Any) -> Any:
    form = time_form(shape)
    return value if form is None else form.read(msgspec.convert(value, form.wire))


def _base64(value: Any, _: Any) -> bytes:
    _expect(value, str, "str")
    text = value.translate(str.maketrans("-_", "+/")).rstrip("=")
    return b64decode(text + "=" * (-len(text) % 4), validate=True)


def _tuple_factory(shape: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    as_list: Any = GenericAlias(list, get_args(shape)[:1])
    inner = converter.get_structure_hook(as_list)

    def hook(value: Any, _: Any) -> Any:
        _expect(value, list, "array")
        return tuple(inner(value, as_list))

    return hook


def _dict_factory(shape: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    inner = mapping_structure_factory(shape, converter)

    def hook(value: Any, kind: Any) -> Any:
        _expect(value, dict, "object")
        return inner(value, kind)

    return hook


def _attrs_factory(shape: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    # Of a field that is annotated with None, cattrs would take anything: it has no type.
    attrs.resolve_types(shape)
    inner = make_dict_structure_fn(shape, converter, _cattrs_detailed_validation=True)
    # protobuf's JSON may write null for a field that has its default.
    nullable = {
        field.name for field in attrs.fields(shape) if field.default not in (attrs.NOTHING, None)
    }
    names = {wire_key(field): field.name for field in attrs.fields(shape)}
    # A field with a key of its own is not found by its name.
    hidden = set(names.values()).difference(names)

    def hook(value: Any, kind: Any) -> Any:
        _expect(value, dict, "object")
        named = {names.get(k, k): v for k, v in value.items() if k not in hidden}
        present = {k: v for k, v in named.items() if v is not None or k not in nullable}
        return inner(present, kind)

    return hook


def _is_leaf_union(shape: Any) -> bool:
    members = get_args(shape)
    return (
        get_origin(shape) in {Union, UnionType}
        and len([member for member in members if member is not type(None)]) > 1
        and not any(attrs.has(member) for member in members)
    )


def _has_origin(origin: type) -> Callable[[Any], bool]:
    return lambda shape: get_origin(shape) == origin


def _make_converter() -> Converter:
    converter = Converter(detailed_validation=True)
    converter.register_structure_hook_factory(attrs.has)(_attrs_factory)
    converter.register_structure_hook_factory(_has_origin(tuple))(_tuple_factory)
    converter.register_structure_hook_factory(_has_origin(dict))(_dict_factory)
    converter.register_structure_hook_func(_is_leaf_union, _leaf)
    # msgspec reads any JSON for it; cattrs does so for `Any` alone.
    converter.register_structure_hook_func(lambda shape: shape is object, lambda value, _: value)
    for ready in _LEAVES:
        converter.register_structure_hook(ready, _leaf)
    converter.register_structure_hook(datetime, _timestamp)
    converter.register_structure_hook(bytes, _base64)
    converter.register_structure_hook_func(lambda shape: time_form(shape) is not None, _formed_time)
    return converter


_converter = _make_converter()
