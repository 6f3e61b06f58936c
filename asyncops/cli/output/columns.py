"""Operations as rows: the fields of a model, in the API's names, as plain values."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Literal
from uuid import UUID

import attrs
import msgspec
from attrs import frozen

from asyncops.models import PRIVATE
from asyncops.unstructure import inner_type, names_of, plain

__all__ = ["Column", "columns_of", "values_of"]

Kind = Literal["text", "time", "integer", "json"]
"""The type of a column; ``json`` is free-form JSON, as text."""


@frozen
class Column:
    """One field of a model.

    Attributes:
        name: The API's name.
        kind: The type of its values.
    """

    name: str
    kind: Kind


@cache
def columns_of(model: type) -> tuple[Column, ...]:
    """The columns of an attrs model, in the order of every output, without what is private."""
    fields = attrs.fields_dict(model)
    shown = (name for name in names_of(model) if PRIVATE not in fields[name].metadata)
    return tuple(Column(name, _kind(fields[name].type)) for name in shown)


def values_of(item: Any, columns: Sequence[Column]) -> list[str | int | None]:
    """The values of an operation as plain ones: times as RFC 3339, free-form JSON as its text."""
    fields: dict[str, Any] = plain(item)
    return [
        _json_text(fields[column.name]) if column.kind == "json" else fields[column.name]
        for column in columns
    ]


def _json_text(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _kind(annotation: Any) -> Kind:
    shape = inner_type(annotation)
    if isinstance(shape, type):
        if issubclass(shape, datetime):
            return "time"
        if issubclass(shape, int) and not issubclass(shape, bool):
            return "integer"
        if issubclass(shape, str | UUID | Enum):
            return "text"
    return "json"
