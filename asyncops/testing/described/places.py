"""Values at places of an answer that is written, and the answer as protobuf writes it."""

from functools import cache
from typing import Any

import msgspec

from asyncops.http.places import Header, Link, Place, Selection, path_steps
from asyncops.http.protobuf import camel_case
from asyncops.models import JSON


def fresh(tree: JSON) -> Any:
    """Return a copy of a tree, which may be changed."""
    return msgspec.json.decode(msgspec.json.encode(tree))


def text_of(value: JSON) -> str:
    """Return a value as it stands in a query or in a header."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def place_value(tree: Any, place: str, value: JSON) -> Any:
    """Return a tree with a value at a place, with the objects and arrays around it.

    ::

        place_value({}, "links[rel=next].href", "/runs?page=2")

    Args:
        tree: The tree, which is changed; ``None`` if there is none yet.
        place: The place; ``""`` for the whole tree.
        value: The value.
    """
    return _set(tree, list(path_steps(place)), value)


def _set(tree: Any, steps: list[Any], value: JSON) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, str):
        tree = {} if not isinstance(tree, dict) else tree
        tree[step] = _set(tree.get(step), rest, value)
        return tree
    tree = [] if not isinstance(tree, list) else tree
    if isinstance(step, Selection):
        found = [n for n, each in enumerate(tree) if each.get(step.key) == step.value]
        if not found:
            tree.append({step.key: step.value})
        step = found[0] if found else len(tree) - 1
    tree.extend([None] * (step + 1 - len(tree)))
    tree[step] = _set(tree[step], rest, value)
    return tree


def tell(tree: Any, headers: dict[str, str], place: Place | None, value: JSON) -> Any:
    """Return a body with a value at a place, or put the value into the headers.

    Args:
        tree: The body.
        headers: The headers, which are changed.
        place: The place; ``None`` if the service does not tell the value.
        value: The value; ``None`` for a link or a header that is not there.
    """
    if isinstance(place, str):
        return place_value(tree, place, value)
    if place is not None and value is not None:
        text = text_of(value)
        if isinstance(place, Link):
            link = f'<{text}>; rel="{place.rel}"'
            headers["Link"] = f"{headers['Link']}, {link}" if "Link" in headers else link
        elif isinstance(place, Header):
            headers[place.name] = text
    return tree


_camel_case = cache(camel_case)


def in_protobuf(tree: JSON, *, camel: bool = True, zeros: bool = False) -> Any:
    """Return a tree as protobuf writes it.

    Args:
        tree: The tree.
        camel: Whether its keys become camelCase.
        zeros: Whether fields that have a zero value are kept.
    """
    if isinstance(tree, list):
        return [in_protobuf(each, camel=camel, zeros=zeros) for each in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        _camel_case(key) if camel else key: (
            in_protobuf(value, camel=camel, zeros=zeros)
            if isinstance(value, dict | list)
            else value
        )
        for key, value in tree.items()
        # A message without fields is there all the same.
        if zeros or value or value == {}
    }
