"""A JSON body that is written by its places."""

from collections.abc import Iterable

import msgspec

from asyncops.http.places import path_steps
from asyncops.models import JSON


def put(tree: dict[str, JSON], place: str, value: JSON) -> None:
    """Set the value at a place of a body, with the objects around it.

    ::

        put(body, "filter.status", ["failed"])

    Args:
        tree: The body.
        place: The place, keys of objects alone.
        value: The value.
    """
    *above, last = map(str, path_steps(place))
    for key in above:
        tree = tree.setdefault(key, {})
    tree[last] = value


def encoded(values: Iterable[tuple[str, JSON]]) -> bytes:
    """Return the body that has each value at its place."""
    body: dict[str, JSON] = {}
    for place, value in values:
        put(body, place, value)
    return msgspec.json.encode(body)
