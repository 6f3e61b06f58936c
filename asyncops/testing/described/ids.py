"""Ids in the type and the form that a service gives them."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from attrs import frozen

from asyncops.kit.ids import id_type
from asyncops.models import JSON
from asyncops.testing.server.hashing import IdSpace, key

_PREFIX = re.compile(r"(?:.*/)?(?:[A-Za-z]+[_-])?")
_FIRST = 10**9
# The digits of a UUID that tell its number, and those that an id of text has.
_TELLING, _SHOWN = 12, 20


@frozen
class Ids:
    """The ids of a list.

    Attributes:
        encode: From the number of a row to its id.
        decode: From the text of an id to the number of its row; ``None`` if no row has the id.
    """

    encode: Callable[[int], JSON]
    decode: Callable[[str], int | None]


def ids_of(item: type[Any], field: str, example: JSON, seed: int, salt: str) -> Ids:
    """Return the ids of a list.

    Args:
        item: The class of the items.
        field: The field of the id.
        example: The id of the sample: its prefix is kept, as in ``batch_abc`` and ``jobs/abc``.
        seed: What all data are computed from.
        salt: Keeps one list's ids apart from another's.
    """
    kind = id_type(item, field)
    space = IdSpace(seed, salt)
    text = example if isinstance(example, str) else ""
    if kind is UUID:
        return Ids(space.encode, space.decode)
    if kind is int or text.isdigit():
        return _numbers(_FIRST + key(seed, salt) % _FIRST, int if kind is int else str)
    found = _PREFIX.match(text)
    return _texts(found[0] if found else "", space)


def _numbers(first: int, kind: type[int | str]) -> Ids:
    def decode(text: str) -> int | None:
        return int(text) - first if text.isdecimal() and int(text) >= first else None

    return Ids(lambda number: kind(first + number), decode)


def _texts(prefix: str, space: IdSpace) -> Ids:
    def encode(number: int) -> str:
        return f"{prefix}{space.encode(number).replace('-', '')[:_SHOWN]}"

    def decode(text: str) -> int | None:
        number = space.number(text.removeprefix(prefix)[:_TELLING])
        return number if number is not None and encode(number) == text else None

    return Ids(encode, decode)
