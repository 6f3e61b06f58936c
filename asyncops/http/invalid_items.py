"""Rows of a listing that do not fit their model."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import blake2s
from typing import Any, TypeVar

from attrs import field, frozen

from asyncops.errors import DecodeError
from asyncops.http.surrogates import encodable
from asyncops.models import JSON

T = TypeVar("T")

_PREFIX = "invalid:"
_LONGEST_ID = 100


@frozen
class InvalidItem:
    r"""A row of a listing that does not fit its model.

    ::

        def report(item: InvalidItem) -> None:
            print(item.error.path, json.dumps(item.raw))

        async for call in zoo.operations.list(on_invalid=report): ...

    Attributes:
        index: The position of the row on its page, from 0.
        raw: The row, as ``json.loads`` returns it. Its texts may hold lone surrogates, which UTF-8
            cannot encode; ``json.dumps(raw)`` writes them as ``\u`` escapes.
        error: The error, with the ``path`` of the bad field on the page.
    """

    index: int
    raw: JSON = field(hash=False, repr=False)
    error: DecodeError = field(eq=str, hash=False)


OnInvalid = Callable[[InvalidItem], object]
"""Called with each row that does not fit; its result is ignored."""


@frozen(eq=False)
class InvalidRow:
    """An invalid row among the items of a page; the walk passes it to ``on_invalid``.

    A strategy counts it like any other row. Its creation time cannot be relied on.

    Attributes:
        item: The argument for ``on_invalid``.
        id: Identifies the row; the ids of items never have its prefix.
        own_id: The row's own id in the service's JSON; "" if it has none that can be used.
        previous: The creation time of the last valid row before this one on its page, if any.
    """

    item: InvalidItem
    id: str
    own_id: str = ""
    previous: datetime | None = None

    @property
    def created_at(self) -> None:
        """Unknown."""
        return


def is_invalid_id(identity: str) -> bool:
    """Return whether an id in a checkpoint is that of an :class:`InvalidRow`."""
    return identity.startswith(_PREFIX)


def split_invalid(items: tuple[T, ...]) -> tuple[tuple[T, ...], tuple[InvalidRow, ...]]:
    """Split the items of a page into valid items and invalid rows."""
    if InvalidRow not in map(type, items):
        return items, ()
    good = tuple(item for item in items if not isinstance(item, InvalidRow))
    return good, tuple(item for item in items if isinstance(item, InvalidRow))


def identified(
    rows: Iterable[Any], rest: Any, identity: str = "id", keys: Iterable[str] = ("id",)
) -> Iterator[Any]:
    """Turn each :class:`InvalidItem` among the rows of a page into an :class:`InvalidRow`.

    The id is a digest of the row's content. For a row without an id of its own, it covers the row
    before as well: two rows with the same content on two pages are different rows.

    Args:
        rows: Items and invalid items.
        rest: The JSON of the page without its rows, which stands for the row before the first.
        identity: The attribute that tells one item from another.
        keys: Its keys in the JSON of a row, as for :func:`id_of`.
    """
    seen: Counter[str] = Counter()
    before, previous = _dumped(rest), None
    for row in rows:
        if not isinstance(row, InvalidItem):
            before, previous = str(getattr(row, identity)), getattr(row, "created_at", None)
            yield row
            continue
        text = _dumped(row.raw)
        name = id_of(row.raw, keys)
        if not name:
            text = f"{text} after {before}"
            seen[text] += 1
            text = f"{text} {seen[text]}"
        before = name or before
        digest = blake2s(text.encode(), digest_size=8).hexdigest()
        yield InvalidRow(row, _PREFIX + digest, name, previous)


def _dumped(tree: Any) -> str:
    try:
        return json.dumps(tree)
    except RecursionError:
        return "deep"


def id_of(raw: Any, keys: Iterable[str]) -> str:
    """Return the id in the JSON of a row, under the first of the keys it has, or an empty text."""
    known = raw if isinstance(raw, dict) else {}
    found = next((known[key] for key in keys if key in known), None)
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if len(text) <= _LONGEST_ID and encodable(text) else ""
