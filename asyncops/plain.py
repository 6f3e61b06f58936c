"""From a model to plain data: the one way that programs, the command line and FastAPI take.

The order of fields is the same in every output: ``id``, ``status``, ``type`` or ``kind``, then
the times, then the other fields as the model declares them.
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

__all__ = [
    "Told",
    "is_open_ended",
    "json_bytes",
    "kind_of",
    "named",
    "names_of",
    "plain",
    "to_dict",
    "to_json",
]

Told: TypeAlias = Callable[[AsyncOpsError], JSON]
"""From an error to the JSON that tells of it."""

_FIRST = ("id", "status", "type", "kind")
# The other fields of a page are about the answer that it came in, headers among them.
_OF_A_PAGE = ("items", "next_cursor", "total_count", "total_pages", "page_size")
_LEAVES = (str, int, float, bytes, UUID, Enum, type(None))


def to_dict(operation: Operation | AttrsInstance) -> dict[str, JSON]:
    """A model as a dict of plain data, which ``json.dumps`` takes.

    ``to_dict(call)["status"]`` is ``"completed"``, a plain string. ``id``, ``status`` and
    ``type`` (of Chainloop, ``kind``) come first, then the times, then the other fields in the
    model's order. A field without a value is None.

    UUIDs and enums become strings, bytes become base64, and times become RFC 3339 in UTC:
    ``"2026-11-01T08:00:00Z"``, with six fractional digits unless these are zero. The ``fields``
    of an ``UnknownOutput`` stand beside those that all results have. Of a page, ``items``,
    ``next_cursor``, ``total_count``, ``total_pages`` and ``page_size`` are written. The ``error``
    of a change becomes ``type`` and ``message``, with ``status`` and ``request_id`` where the
    service answered.

    Args:
        operation: An operation, listed or with its result; a page, a change, a report, or
            another model of the library.

    Raises:
        TypeError: ``operation`` is no such model.
    """
    tree: dict[str, JSON] = plain(_checked(operation))
    return tree


def to_json(operation: Operation | AttrsInstance) -> str:
    """A model as JSON on one line, with the fields and values of :func:`to_dict`.

    ``print(to_json(call))`` gives ``{"id":"f135d675-…","status":"completed",…}``: the line that
    ``asyncops zoo operations list --jsonl`` writes of a call.

    Args:
        operation: What :func:`to_dict` takes.

    Raises:
        TypeError: ``operation`` is no such model.
    """
    return json_bytes(_checked(operation)).decode()


def plain(value: object, told: Told | None = None) -> Any:
    """Plain data from a model, or from lists, tuples and mappings of models.

    Args:
        value: The models.
        told: Tells of the errors among them; :func:`to_dict` says what is told unless given.
    """
    return msgspec.to_builtins(_tree(value, told or _told))


def json_bytes(value: object, told: Told | None = None) -> bytes:
    """What :func:`plain` gives, as JSON on one line, without its end."""
    return msgspec.json.encode(_tree(value, told or _told))


def names_of(model: type) -> tuple[str, ...]:
    """The fields that are written of an attrs class, by name, in the order of every output."""
    return _plan(model).names


def is_open_ended(model: type) -> bool:
    """Whether values that have no field are written beside those of an attrs class's fields."""
    return _plan(model).unnamed is not None


def named(model: object) -> dict[str, Any]:
    """The values of a model as they are, by the names and in the order that they are written."""
    kind: Any = type(model)
    plan = _plan(kind)
    values = {name: getattr(model, name) for name in plan.names}
    if plan.unnamed is not None:
        values |= getattr(model, plan.unnamed)
    return values


def kind_of(annotation: Any) -> Any:
    """The type within ``X | None`` and ``Annotated``; what has several stays as it is."""
    if get_origin(annotation) is Annotated:
        return kind_of(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        members = [each for each in get_args(annotation) if each is not type(None)]
        return kind_of(members[0]) if len(members) == 1 else annotation
    return annotation


@frozen
class _Plan:
    """How the values of one class are written.

    Attributes:
        names: The fields that are written, in order.
        times: Those that hold a time.
        nested: Those that may hold models or errors.
        unnamed: The field that holds, by their names, values that have no field; None for none.
    """

    names: tuple[str, ...]
    times: tuple[str, ...]
    nested: tuple[str, ...]
    unnamed: str | None


@cache
def _plan(model: type) -> _Plan:
    fields = attrs.fields(model)
    unnamed = next((each.name for each in fields if UNNAMED in each.metadata), None)
    kinds = {each.name: kind_of(each.type) for each in fields if each.name != unnamed}
    if model is Page:
        kinds = {name: kinds[name] for name in _OF_A_PAGE}
    first = [name for name in _FIRST if name in kinds]
    times = [name for name, kind in kinds.items() if kind is datetime]
    return _Plan(
        names=tuple(dict.fromkeys((*first, *times, *kinds))),
        times=tuple(times),
        nested=tuple(name for name, kind in kinds.items() if kind is not datetime and _nests(kind)),
        unnamed=unnamed,
    )


def _nests(annotation: Any) -> bool:
    """Whether values of this type may hold models. Free-form JSON holds none."""
    if annotation is JSON or annotation is Ellipsis:
        return False
    if parts := get_args(annotation):
        return any(map(_nests, parts))
    return not (isinstance(annotation, type) and issubclass(annotation, _LEAVES))


def _tree(value: object, told: Told) -> Any:
    """The same with dicts for models, and with leaves that msgspec writes as they are to be."""
    kind = type(value)
    if attrs.has(kind):
        plan = _plan(kind)
        tree = named(value)
        for name in plan.times:
            tree[name] = _utc(tree[name])
        for name in plan.nested:
            tree[name] = _tree(tree[name], told)
        return tree
    match value:
        case AsyncOpsError():
            return told(value)
        case datetime():
            return _utc(value)
        case list() | tuple():
            return [_tree(each, told) for each in value]
        case Mapping():
            return {key: _tree(each, told) for key, each in value.items()}
    return value


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is UTC or moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # At either end of the calendar, UTC may lie beyond it.
        return moment


def _told(error: AsyncOpsError) -> dict[str, JSON]:
    told: dict[str, JSON] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, APIError):
        told |= {"status": error.status, "request_id": error.request_id}
    return told


def _checked(model: object) -> object:
    kind = type(model)
    if not attrs.has(kind) or any(each.name.startswith("_") for each in attrs.fields(kind)):
        raise TypeError(
            "operation must be a model, such as AsyncApiCall, AsyncOperation, Page or Change, "
            f"got {kind.__name__}"
        )
    return model
