"""Ids: of which type they are, and how they stand in a path."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import quote
from uuid import UUID

from asyncops.http.invalid_items import InvalidRow
from asyncops.kit.annotations import annotation_of
from asyncops.utils.checks import number_segment, plain_text, uuid_segment


@cache
def identity_of(item: type, name: str) -> Callable[[Any], str]:
    """Return the function from an item to the text that tells it from others; "" if it has none.

    Args:
        item: The class of the items.
        name: The attribute that tells one from another.
    """
    get = attrgetter(name)
    if name == "id" and get_type_hints(item).get(name) is str:
        return get

    def text(item: Any) -> str:
        # A row that does not fit has an id, whatever the field is called.
        value = item.id if isinstance(item, InvalidRow) else get(item)
        return "" if value is None else str(value)

    return text


def id_type(item: type, name: str) -> Any:
    """Return the type of the ids of a class, a field or a property; ``None`` if it has none."""
    kind = annotation_of(item, name)
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def id_check(kind: Any, *, slashes: bool = False) -> Callable[[str, Any], str]:
    """Return a function from an argument's name and an id to its spelling in a path.

    Args:
        kind: The type of the ids of a resource.
        slashes: Whether slashes stay, as in Google's ``projects/a/operations/b``.
    """
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if kind is UUID:
        return uuid_segment
    if kind is int:
        return number_segment
    safe = "/:" if slashes else ":"

    def text(name: str, value: Any) -> str:
        given = plain_text(name, value)
        if {".", "..", ""}.intersection(given.split("/") if slashes else [given]):
            raise ValueError(f"{name} must be an id, got {given!r}")
        return quote(given, safe=safe)

    return text
