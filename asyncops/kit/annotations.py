"""What an attribute of a class is annotated with, a field or a property, and the types in that."""

import sys
from collections.abc import Collection, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

if sys.version_info >= (3, 14):
    from annotationlib import Format, get_annotations


def annotation_of(kind: type, name: str) -> Any:
    """Return the annotation of a field or of a property, with its marks; ``None`` if it has none.

    ::

        class Job:
            number: int

            @property
            def id(self) -> int: ...

        annotation_of(Job, "id")  # int
    """
    hint = get_type_hints(kind, include_extras=True).get(name)
    getter = getattr(getattr(kind, name, None), "fget", None)
    if hint is None and getter is not None:
        hint = get_type_hints(getter, include_extras=True).get("return")
    return hint


def hints_of(kind: Any) -> Mapping[str, Any]:
    """Return the annotations of an attrs class by the names of its fields, with their marks."""
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, AttributeError, TypeError):
        # A name that is imported for type checkers alone, or defined further down.
        return {each.name: each.type for each in attrs.fields(kind)}


def own_names(kind: type) -> Collection[str]:
    """Return the names that a class annotates itself, not those of its bases."""
    if sys.version_info >= (3, 14):
        # As text, since a type may have a name that is defined further down.
        return get_annotations(kind, format=Format.STRING)
    own: dict[str, Any] = vars(kind).get("__annotations__", {})
    return own


def types_in(hint: Any) -> tuple[Any, ...]:
    """Return the types of a union, or the one type that an annotation is."""
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
