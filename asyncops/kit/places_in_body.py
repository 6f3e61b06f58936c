"""A JSON body that is written by its places."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

import msgspec

from asyncops.http.places import path_steps
from asyncops.kit.path import PARAMETER
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
    """Return the body that has each value at its place.

    Raises:
        ValueError: A value cannot be JSON; its place is named.
    """
    body: dict[str, JSON] = {}
    pairs = tuple(values)
    for place, value in pairs:
        put(body, place, value)
    try:
        return msgspec.json.encode(body)
    except (TypeError, ValueError, RecursionError):
        # Which one it is takes time that is spent here alone.
        for place, value in pairs:
            json_of(place, value)
        raise


def json_of(name: str, value: JSON) -> bytes:
    """Return a value as JSON.

    Raises:
        ValueError: It cannot be.
    """
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} must be what JSON can hold: {error}") from None


def parameter(value: JSON) -> str | None:
    """Return the name of the parameter that a value stands for; ``None`` if it is itself.

    Only a text that is a parameter alone stands for one: there are braces in other languages too.
    """
    found = PARAMETER.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else found[2]


def filled(
    values: Mapping[str, JSON], params: Mapping[str, str], *, number: bool = False
) -> Iterator[tuple[str, JSON]]:
    """Give the values at places of a body, with those of the parameters that they stand for.

    ::

        dict(filled({"job.id": "{id}", "force": True}, {"id": "a%2Fb"}))
        # {"job.id": "a/b", "force": True}

    Args:
        values: The values, by their places.
        params: The parameters, encoded as for a path.
        number: Whether ids are numbers.
    """
    for place, value in values.items():
        name = parameter(value)
        if name is not None:
            text = unquote(params[name])
            value = int(text) if number and name == "id" else text  # noqa: PLW2901
        yield place, value
