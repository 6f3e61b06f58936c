"""Checks of the arguments that are sent, made from their annotations once a class."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

from asyncops.kit.annotations import types_in

Check = Callable[[str, object], None]
"""Checks the value of the argument of this name."""

# What values of a type are called, and of which classes they are.
_KINDS: Mapping[Any, tuple[str, tuple[type, ...]]] = {
    str: ("a string", (str,)),
    bool: ("True or False", (bool,)),
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    datetime: ("a datetime", (datetime,)),
    UUID: ("a UUID", (UUID, str)),
}


def several(value: object) -> Collection[object] | None:
    """Return the values of an argument that has several; ``None`` if it is one value."""
    if isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping):
        return value
    return None


def argument_check(*hints: Any) -> Check | None:
    """Return the check of values by their annotation; ``None`` where any value may be right.

    The text of a UUID is taken, the value of a member of an enum, also of one that is new, and any
    collection for another. ``None`` is never checked, as it is not sent.

    Args:
        hints: The annotation, or those of a union.
    """
    words: list[str] = []
    classes: tuple[type, ...] = ()
    inner: list[Any] = []
    for kind in (each for hint in hints for each in _members(hint)):
        found = _kind_of(get_origin(kind) or kind)
        if found is None:
            return None
        word, own = found
        words.append(word)
        classes += own
        inner += [] if own else [each for each in get_args(kind) or [Any] if each is not ...]
    wanted = " or ".join(dict.fromkeys(words))
    of_each = argument_check(*inner) if inner else None

    def check(name: str, value: object) -> None:
        values = several(value) if inner else None
        if values is None and not _is_one(value, classes):
            raise TypeError(f"{name} must be {wanted}, got {type(value).__name__}")
        if values is not None and of_each is not None:
            for one in values:
                of_each(f"each of {name}", one)

    return check


def _kind_of(outer: Any) -> tuple[str, tuple[type, ...]] | None:
    """What a value is called, and its classes: none for several; ``None`` if it may be anything."""
    if outer in _KINDS:
        return _KINDS[outer]
    if not isinstance(outer, type):
        return None
    if issubclass(outer, Enum):
        return f"a member of {outer.__name__}", (outer, *{type(each.value) for each in outer})
    if issubclass(outer, Mapping):
        return "a mapping", (Mapping,)
    if issubclass(outer, Collection) and not issubclass(outer, bytes):
        return "several values, such as a tuple", ()
    return None


def _is_one(value: object, classes: tuple[type, ...]) -> bool:
    return isinstance(value, classes) and (bool in classes or not isinstance(value, bool))


def _members(hint: Any) -> Iterator[Any]:
    """The types of an annotation, without its marks and ``None``."""
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    for each in types_in(plain):
        if each is not plain:
            yield from _members(each)
        elif each is not NoneType:
            yield each
