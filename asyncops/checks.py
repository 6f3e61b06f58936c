"""Arguments, checked before anything is sent. Each error names the argument and what is right."""

import math
import re
from collections.abc import Callable, Iterable
from functools import partial
from inspect import iscoroutinefunction
from typing import TypeVar
from uuid import UUID

from attrs import Attribute

from asyncops.models import OpenEnum

__all__ = [
    "check_count",
    "check_seconds",
    "choice",
    "count",
    "enum_member",
    "header_text",
    "path_segment",
    "plain_hook",
    "plain_text",
    "seconds",
    "status_set",
    "uuid_segment",
]

E = TypeVar("E", bound=OpenEnum)
H = TypeVar("H")

# RFC 3986's unreserved characters and a colon: nothing that a path could be left by.
_SEGMENT = re.compile(r"[A-Za-z0-9_.~:-]+")

# The usual spelling needs no parsing, which takes ten times as long.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def count(name: str, value: object, *, least: int = 1) -> int:
    """A whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, got {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return value


def seconds(name: str, value: float, *, positive: bool = False) -> float:
    """A finite number of seconds, 0 or more, or above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds, got {type(value).__name__}")
    if not _is_finite(value) or value < 0 or (positive and value == 0):
        least = "above 0" if positive else "0 or more"
        raise ValueError(f"{name} must be a finite number of seconds, {least}, got {value}")
    return value


def status_set(name: str, value: Iterable[int]) -> frozenset[int]:
    """HTTP statuses of errors, 400 to 599."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a set of HTTP statuses, got {type(value).__name__}")
    found = list(value)
    for each in found:
        if isinstance(each, bool) or not isinstance(each, int):
            raise TypeError(f"{name} must hold whole numbers, got {type(each).__name__}")
        if not 400 <= each <= 599:
            raise ValueError(f"{name} must be from 400 to 599, the statuses of errors, got {each}")
    return frozenset(found)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        # A whole number may be larger than any float.
        return False


def check_count(least: int) -> "Callable[[object, Attribute[int], int], None]":
    """An attrs validator over :func:`count`."""

    def validate(_: object, attribute: "Attribute[int]", value: int) -> None:
        count(attribute.name, value, least=least)

    return validate


def check_seconds(*, positive: bool = False) -> "Callable[[object, Attribute[float], float], None]":
    """An attrs validator over :func:`seconds`."""

    def validate(_: object, attribute: "Attribute[float]", value: float) -> None:
        seconds(attribute.name, value, positive=positive)

    return validate


def plain_hook(name: str, value: H, *, takes: str) -> H:
    """What is called with a ``takes`` and never awaited; or None.

    Raises:
        TypeError: It cannot be called, or would have to be awaited.
    """
    inner: object = value
    while isinstance(inner, partial):
        inner = inner.func
    if value is not None and (not callable(inner) or _is_awaited(inner)):
        raise TypeError(f"{name} must be a plain function that takes a {takes}, or None")
    return value


def _is_awaited(value: Callable[..., object]) -> bool:
    # Of the type, as a class whose instances are awaited is itself a plain callable.
    return iscoroutinefunction(value) or iscoroutinefunction(type(value).__call__)


def plain_text(name: str, value: object) -> str:
    """Text that is neither empty nor holds control characters."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty")
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError(f"{name} must not hold control characters, such as a line break")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} must be text that UTF-8 can encode") from None
    return value


def uuid_segment(name: str, value: UUID | str) -> str:
    """A UUID, in the one spelling that is sent as a path segment."""
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a UUID or its string, got {type(value).__name__}")
    if _UUID.fullmatch(value):
        return value
    try:
        parsed = UUID(value)
    except ValueError:
        parsed = None
    # UUID() also reads braces, "urn:uuid:" and stray hyphens; the service does not.
    if parsed is None or str(parsed) != value.lower():
        raise ValueError(
            f"{name} must be a UUID such as 'f135d675-c44a-4e2e-9638-87d941fa1872', got {value!r}"
        )
    return str(parsed)


def header_text(name: str, value: object) -> str:
    """Text that can be the value of an HTTP header."""
    text = plain_text(name, value)
    if not text.isascii() or text != text.strip():
        raise ValueError(f"{name} must be ASCII without white space around it, got {text!r}")
    return text


def choice(name: str, value: object, possible: tuple[str, ...]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in possible:
        words = ", ".join(map(repr, possible))
        raise ValueError(f"{name} must be one of {words}; got {value!r}")
    return value


def path_segment(name: str, value: object) -> str:
    """An id that can be one segment of a path as it is."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {type(value).__name__}")
    if not _SEGMENT.fullmatch(value) or value in {".", ".."}:
        raise ValueError(
            f"{name} must be an id of letters, digits and the signs - _ . ~ :, got {value!r}"
        )
    return value


def enum_member(name: str, kind: type[E], value: E | str, *, short_prefix: str = "") -> E:
    """A member of ``kind``, given as itself, its string or, with a prefix, its short form."""
    if isinstance(value, kind):
        if not value.known:
            plain_text(name, value.value)
        return value
    if isinstance(value, str):
        for candidate in (value, short_prefix + value.upper() if short_prefix else value):
            if kind(candidate).known:
                return kind(candidate)
    possible = ", ".join(repr(member.value.removeprefix(short_prefix).lower()) for member in kind)
    raise ValueError(f"{name} must be one of {possible}; got {value!r}")
