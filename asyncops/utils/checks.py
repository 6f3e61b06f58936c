"""Checks of arguments, before a request is sent. Each error names the argument and the remedy."""

import math
import re
from collections.abc import Callable, Iterable
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, TypeVar
from uuid import UUID

from attrs import Attribute
from attrs.validators import optional

from asyncops.models import OpenEnum, Status

E = TypeVar("E", bound=OpenEnum)
H = TypeVar("H")

Validator = Callable[[object, "Attribute[Any]", Any], None]
"""A validator of attrs."""

# RFC 3986's unreserved characters and a colon: none of them ends a path or a segment.
_SEGMENT = re.compile(r"[A-Za-z0-9_.~:-]+")

# RFC 9110, section 5.1.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

# The client writes these by the address and the body; with others, the request cannot be read.
_OF_TRANSPORT = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)

_NUMBER = re.compile(r"0|[1-9][0-9]*")

# Parsing takes ten times as long as comparing with the usual spelling.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def count(name: str, value: object, *, least: int = 1) -> int:
    """Return a whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, got {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return value


def seconds(name: str, value: float, *, positive: bool = False) -> float:
    """Return a finite number of seconds: 0 or more, or above 0 if ``positive``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds, got {type(value).__name__}")
    if not _is_finite(value) or value < 0 or (positive and value == 0):
        least = "above 0" if positive else "0 or more"
        raise ValueError(f"{name} must be a finite number of seconds, {least}, got {value}")
    return value


def finite(name: str, value: H) -> H:
    """Return a value that is neither infinite nor nan."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value}")
    return value


def flag(name: str, value: object) -> bool:
    """Return ``True`` or ``False``; the text of one is true whatever it says."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {type(value).__name__}")
    return value


def status_set(name: str, value: Iterable[int]) -> frozenset[int]:
    """Return a set of HTTP error statuses, 400 to 599."""
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
        # An integer may be larger than any float.
        return False


def as_validator(check: Callable[..., object], **given: Any) -> Validator:
    """Return an attrs validator that calls a check with the name of the field and its value.

    ::

        name: str = field(validator=as_validator(header_name))

    Args:
        check: One of the checks of this module.
        given: Further arguments of the check.
    """

    def validate(_: object, attribute: "Attribute[Any]", value: Any) -> None:
        check(attribute.name, value, **given)

    return validate


def check_count(least: int) -> Validator:
    """Return an attrs validator that calls :func:`count`."""
    return as_validator(count, least=least)


def check_seconds(*, positive: bool = False) -> Validator:
    """Return an attrs validator that calls :func:`seconds`."""
    return as_validator(seconds, positive=positive)


def check_hook(takes: str) -> Validator:
    """Return an attrs validator that calls :func:`plain_hook`; ``None`` is not checked."""
    return optional(as_validator(plain_hook, takes=takes))


def plain_hook(name: str, value: H, *, takes: str) -> H:
    """Return a plain function that takes a ``takes``, or ``None``.

    Raises:
        TypeError: ``value`` is no function, or an async one.
    """
    inner: object = value
    while isinstance(inner, partial):
        inner = inner.func
    if value is not None and (not callable(inner) or _is_async(inner)):
        raise TypeError(f"{name} must be a plain function that takes a {takes}, or None")
    return value


def _is_async(value: Callable[..., object]) -> bool:
    # The type of an object, since a class with an async __call__ is a plain callable itself.
    return iscoroutinefunction(value) or iscoroutinefunction(type(value).__call__)


def check_methods(name: str, value: object, protocol: type, methods: str) -> None:
    """Check that an object has the ``methods`` of a protocol, and is no class.

    Raises:
        TypeError: It lacks one, or is a class.
    """
    is_class = isinstance(value, type)
    if is_class or not isinstance(value, protocol):
        given = repr(value) if is_class else type(value).__name__
        raise TypeError(f"{name} must have the methods {methods}, got {given}")


def check_type(name: str, value: object, kind: type) -> None:
    """Check that a value is of a class."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {type(value).__name__}")


def check_class(where: str, value: object, base: type) -> None:
    """Check that a value is the class of a client of some service, a subclass of ``base``."""
    if not (isinstance(value, type) and issubclass(value, base) and hasattr(value, "service")):
        raise TypeError(f"{where} takes the class of a client, got {value!r}")


def plain_text(name: str, value: object, *, lines: bool = False) -> str:
    """Return a text of one or more characters; none is a control character, unless ``lines``."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty")
    if not lines and any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError(f"{name} must not hold control characters, such as a line break")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} must be text that UTF-8 can encode") from None
    return value


def uuid_segment(name: str, value: UUID | str) -> str:
    """Return a UUID in its usual spelling, for a path."""
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
    # UUID() also accepts braces, "urn:uuid:" and misplaced hyphens; the service does not.
    if parsed is None or str(parsed) != value.lower():
        raise ValueError(
            f"{name} must be a UUID such as 'f135d675-c44a-4e2e-9638-87d941fa1872', got {value!r}"
        )
    return str(parsed)


def header_name(name: str, value: object, *, show: bool = True) -> str:
    """Return a text that can be the name of an HTTP header; an error shows it if ``show``."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {type(value).__name__}")
    if not _HEADER_NAME.fullmatch(value):
        got = f"; got {value!r}" if show else ""
        raise ValueError(f"{name} must be the name of a header, such as 'X-Total'{got}")
    return value


def number_segment(name: str, value: int | str) -> str:
    """Return a whole number of 0 or more in its one spelling, for a path."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"{name} must be a whole number or its string, got {type(value).__name__}")
    text = str(value)
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{name} must be a whole number such as 42, got {value!r}")
    return text


def header_text(name: str, value: object) -> str:
    """Return a text that an HTTP header can hold. No error shows it: it may be a secret."""
    text = plain_text(name, value)
    if not text.isascii() or text != text.strip():
        raise ValueError(f"{name} must be ASCII without white space around it")
    return text


def own_header(name: str, key: object, value: object) -> str:
    """Check a header of a mapping ``name``, and return its name in lower case.

    No error shows the value, nor a text that is no name: people write ``Name: value`` there.
    """
    key = header_name(f"{name}: a key", key, show=False)
    header_text(f"{name}[{key!r}]", value)
    if key.lower() in _OF_TRANSPORT:
        raise ValueError(f"{name} must not have {key!r}: the client writes it for each request")
    return key.lower()


def choice(name: str, value: object, possible: tuple[str, ...]) -> str:
    """Return one of the ``possible`` words."""
    if not isinstance(value, str) or value not in possible:
        words = ", ".join(map(repr, possible))
        raise ValueError(f"{name} must be one of {words}; got {value!r}")
    return value


def path_segment(name: str, value: object) -> str:
    """Return an id that needs no encoding as a segment of a path."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {type(value).__name__}")
    if not _SEGMENT.fullmatch(value) or value in {".", ".."}:
        raise ValueError(
            f"{name} must be an id of letters, digits and the signs - _ . ~ :, got {value!r}"
        )
    return value


def enum_member(name: str, kind: type[E], value: E | str) -> E:
    """Return a member of ``kind``, from itself or its string."""
    if isinstance(value, kind):
        if not value.known:
            plain_text(name, value.value)
        return value
    if isinstance(value, str) and kind(value).known:
        return kind(value)
    possible = ", ".join(
        repr(member.word if isinstance(member, Status) else member.value) for member in kind
    )
    raise ValueError(f"{name} must be one of {possible}; got {value!r}")
