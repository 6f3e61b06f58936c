"""Operations as rows: the fields of a model, in the API's names, as plain values."""

import types
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import attrs
import msgspec
from attrs import frozen

__all__ = ["Column", "columns_of", "json_line", "values_of"]

Kind = Literal["text", "time", "integer", "json"]
"""What a column holds; ``json`` is free-form JSON, as text."""


@frozen
class Column:
    """One field of a model.

    Attributes:
        name: The API's name.
        kind: What it holds.
    """

    name: str
    kind: Kind


@cache
def columns_of(model: type) -> tuple[Column, ...]:
    """The columns of an attrs model, in the order of its fields."""
    return tuple(Column(each.name, _kind(each.type)) for each in attrs.fields(model))


def values_of(item: Any, columns: Sequence[Column]) -> list[str | int | None]:
    """The values of an operation as plain ones: times as RFC 3339, free-form JSON as its text."""
    fields: dict[str, Any] = msgspec.to_builtins(item)
    return [
        _json_text(fields[column.name]) if column.kind == "json" else fields[column.name]
        for column in columns
    ]


json_line: Callable[[Any], bytes] = msgspec.json.Encoder().encode
"""An operation as a JSON object, field for field as the API names them; times as RFC 3339."""


def _json_text(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _kind(annotation: Any) -> Kind:
    shape = _plain(annotation)
    if isinstance(shape, type):
        if issubclass(shape, datetime):
            return "time"
        if issubclass(shape, int) and not issubclass(shape, bool):
            return "integer"
        if issubclass(shape, str | UUID | Enum):
            return "text"
    return "json"


def _plain(annotation: Any) -> Any:
    """The type within ``X | None`` and ``Annotated``; what has several stays as it is."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        members = [each for each in get_args(annotation) if each is not type(None)]
        return _plain(members[0]) if len(members) == 1 else annotation
    return annotation
