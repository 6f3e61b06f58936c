"""From models to plain data, for programs, the command line and FastAPI.

The order of fields is the same in every output: ``id``, ``status``, ``type`` or ``kind``, then the
times, then the other fields in the order of the model.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin
from uuid import UUID

import attrs
import msgspec
from attrs import AttrsInstance, frozen

from asyncops.errors import APIError, AsyncOpsError
from asyncops.models import JSON, UNNAMED, Operation, Page

ErrorFields: TypeAlias = Callable[[AsyncOpsError], JSON]
"""Returns the JSON for an error."""

_FIRST = ("id", "status", "type", "kind")
# Written even where they are properties: they tell what an item is, and its other fields may not.
_PROPERTIES = ("id", "status")
# The other fields of a page describe its HTTP answer.
_OF_A_PAGE = ("items", "next_cursor", "total_count", "total_pages", "page_size")
_LEAVES = (str, int, float, bytes, UUID, Enum, type(None))


def to_dict(operation: Operation | AttrsInstance) -> dict[str, JSON]:
    """Return a model as a dict of plain data, for ``json.dumps`` and the like.

    ::

        to_dict(call)["status"]  # "completed", a plain string

    ``id``, ``status`` and ``type`` (of Chainloop, ``kind``) come first, then the times, then the
    other fields in the order of the model. A field without a value is ``None``. An ``id`` and a
    ``status`` that are properties are there, too.

    UUIDs and enums become strings, bytes become base64, and times become RFC 3339 in UTC:
    ``"2026-11-01T08:00:00Z"``, with six fractional digits unless they are zero. The ``fields`` of
    an ``UnknownOutput`` stand beside those of every result. A page gives ``items``,
    ``next_cursor``, ``total_count``, ``total_pages`` and ``page_size``. The ``error`` of a change
    becomes ``type`` and ``message``, and ``status`` and ``request_id`` if the service answered.

    Args:
        operation: An operation, listed or with its result; a page, a change, a report, or another
            model of the library.

    Raises:
        TypeError: ``operation`` is no model.
    """
    tree: dict[str, JSON] = plain(_checked(operation))
    return tree


def to_json(operation: Operation | AttrsInstance) -> str:
    """Return a model as JSON on one line, with the fields and values of :func:`to_dict`.

    ::

        print(to_json(call))  # {"id":"f135d675-…","status":"completed",…}

    ``asyncops zoo operations list --jsonl`` writes the same line for a call.

    Args:
        operation: An operation or another model, as for :func:`to_dict`.

    Raises:
        TypeError: ``operation`` is no model.
    """
    return json_bytes(_checked(operation)).decode()


def plain(value: object, error_fields: ErrorFields | None = None) -> Any:
    """Return plain data for a model, or for lists, tuples and mappings of models.

    Args:
        value: The models.
        error_fields: Returns the JSON for each error; by default the fields that :func:`to_dict`
            describes.
    """
    return msgspec.to_builtins(_tree(value, error_fields or _error_fields))


def json_bytes(value: object, error_fields: ErrorFields | None = None) -> bytes:
    """Return the data of :func:`plain` as JSON on one line, without a line break."""
    return msgspec.json.encode(_tree(value, error_fields or _error_fields))


def names_of(model: type) -> tuple[str, ...]:
    """Return the names that are written of an attrs class, in order.

    These are its fields, and ``id`` and ``status`` where they are properties.
    """
    return _plan(model).names


def is_open_ended(model: type) -> bool:
    """Return whether an attrs class also writes values that have no field of their own."""
    return _plan(model).unnamed is not None


def written_fields(model: object) -> dict[str, Any]:
    """Return the values of a model, by name and in order of output, but not yet as plain data."""
    kind: Any = type(model)
    plan = _plan(kind)
    values = {name: getattr(model, name) for name in plan.names}
    if plan.unnamed is not None:
        values |= getattr(model, plan.unnamed)
    return values


def inner_type(annotation: Any) -> Any:
    """Return the type inside of ``X | None`` and ``Annotated``; other unions stay unions."""
    if get_origin(annotation) is Annotated:
        return inner_type(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        members = [each for each in get_args(annotation) if each is not type(None)]
        return inner_type(members[0]) if len(members) == 1 else annotation
    return annotation


@frozen
class _Plan:
    """The output of one class.

    Attributes:
        names: The fields and properties to write, in order.
        times: The fields that hold a time.
        nested: The fields that may hold models or errors.
        unnamed: The field with the values that have no field of their own, if there is one.
    """

    names: tuple[str, ...]
    times: tuple[str, ...]
    nested: tuple[str, ...]
    unnamed: str | None


@cache
def _plan(model: type) -> _Plan:
    fields = attrs.fields(model)
    if any(isinstance(each.type, str) for each in fields):
        # As in a module with `from __future__ import annotations`.
        attrs.resolve_types(model)
    unnamed = next((each.name for each in fields if UNNAMED in each.metadata), None)
    kinds = {each.name: inner_type(each.type) for each in fields if each.name != unnamed}
    if model is Page:
        kinds = {name: kinds[name] for name in _OF_A_PAGE}
    made = {name for name in _PROPERTIES if isinstance(getattr(model, name, None), property)}
    first = [name for name in _FIRST if name in kinds or name in made]
    times = [name for name, kind in kinds.items() if kind is datetime]
    return _Plan(
        names=tuple(dict.fromkeys((*first, *times, *kinds))),
        times=tuple(times),
        nested=tuple(name for name, kind in kinds.items() if kind is not datetime and _nests(kind)),
        unnamed=unnamed,
    )


def _nests(annotation: Any) -> bool:
    """Return whether values of a type may hold models. Free-form JSON holds none."""
    if annotation is JSON or annotation is Ellipsis:
        return False
    if parts := get_args(annotation):
        return any(map(_nests, parts))
    return not (isinstance(annotation, type) and issubclass(annotation, _LEAVES))


def _tree(value: object, error_fields: ErrorFields) -> Any:
    """Replace models by dicts, and leaves by values that msgspec writes in the right form."""
    kind = type(value)
    if attrs.has(kind):
        plan = _plan(kind)
        tree = written_fields(value)
        for name in plan.times:
            tree[name] = _utc(tree[name])
        for name in plan.nested:
            tree[name] = _tree(tree[name], error_fields)
        return tree
    match value:
        case AsyncOpsError():
            return error_fields(value)
        case datetime():
            return _utc(value)
        case list() | tuple():
            return [_tree(each, error_fields) for each in value]
        case Mapping():
            return {key: _tree(each, error_fields) for key, each in value.items()}
    return value


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is UTC or moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # The first and last hours of some time zones are beyond the calendar in UTC.
        return moment


def _error_fields(error: AsyncOpsError) -> dict[str, JSON]:
    fields: dict[str, JSON] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, APIError):
        fields |= {"status": error.status, "request_id": error.request_id}
    return fields


def _checked(model: object) -> object:
    kind = type(model)
    if not attrs.has(kind) or any(each.name.startswith("_") for each in attrs.fields(kind)):
        raise TypeError(
            "operation must be a model, such as AsyncApiCall, AsyncOperation, Page or Change, "
            f"got {kind.__name__}"
        )
    return model
