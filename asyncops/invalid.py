"""Rows of a listing that do not fit their model: told to whoever wants them, and never given."""

from collections.abc import Callable
from typing import TypeVar

from attrs import field, frozen

from asyncops.checks import plain_hook
from asyncops.errors import DecodeError
from asyncops.models import JSON

__all__ = ["InvalidItem", "InvalidRow", "OnInvalid", "check_on_invalid", "is_invalid", "parted"]

T = TypeVar("T")

_PREFIX = "invalid:"


@frozen
class InvalidItem:
    r"""A row of a listing that does not fit its model, as ``list(on_invalid=...)`` is told of it.

    Attributes:
        index: Where it is on its page, from 0.
        raw: The row as it came, as ``json.loads`` gives it. Its texts may hold lone surrogates,
            which UTF-8 cannot encode: ``json.dumps(raw)`` writes them with ``\u`` escapes.
        error: What does not fit, with its ``path`` on the page.
    """

    index: int
    raw: JSON = field(hash=False, repr=False)
    error: DecodeError = field(eq=str, hash=False)


OnInvalid = Callable[[InvalidItem], object]
"""Told of each row that does not fit; what it returns is of no account."""


def check_on_invalid(value: OnInvalid | None) -> None:
    """Raises :class:`TypeError` for what would not be called, or not be awaited."""
    plain_hook("on_invalid", value, takes="InvalidItem")


@frozen(eq=False)
class InvalidRow:
    """Such a row among the items of a page, on its way to the walk, which tells of it.

    A strategy counts it as any other row. It has no time of creation that could be relied on.

    Attributes:
        item: What is told.
        id: What tells it from other rows; no id of an item looks like it.
    """

    item: InvalidItem
    id: str

    @property
    def created_at(self) -> None:
        """Not known."""
        return

    @classmethod
    def of(cls, item: InvalidItem, digest: str) -> "InvalidRow":
        """The row with this digest."""
        return cls(item, _PREFIX + digest)


def is_invalid(identity: str) -> bool:
    """Whether an id, as a checkpoint holds it, is that of an :class:`InvalidRow`."""
    return identity.startswith(_PREFIX)


def parted(items: tuple[T, ...]) -> tuple[tuple[T, ...], tuple[InvalidRow, ...]]:
    """The items of a page that fit, and the rows that do not."""
    if InvalidRow not in map(type, items):
        return items, ()
    good = tuple(item for item in items if not isinstance(item, InvalidRow))
    return good, tuple(item for item in items if isinstance(item, InvalidRow))
