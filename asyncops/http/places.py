"""Places in an answer: a path in its body, or one of its headers."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from attrs import Attribute, field, frozen

from asyncops.http.links import link_target
from asyncops.models import JSON
from asyncops.utils.checks import as_validator, header_name
from asyncops.utils.declarations import declared

P = TypeVar("P")


@frozen(field_transformer=declared)
class Header:
    """A place in the headers: the text of one header.

    ::

        Pages(total=Header("X-Total"), next=Header("X-Next-Page"))

    Attributes:
        name: The header's name, in any case of letters.

    Raises:
        DescriptionError: The name cannot be that of a header.
    """

    name: str = field(validator=as_validator(header_name))


@frozen(field_transformer=declared)
class Link:
    """A place in the headers: the URL of one relation in ``Link`` (RFC 8288).

    ::

        NextURL(Link("next"))

    Attributes:
        rel: The relation, in any case of letters.

    Raises:
        DescriptionError: The relation is empty or holds a space.
    """

    rel: str = field(default="next")

    @rel.validator
    def _check(self, _: "Attribute[str]", value: str) -> None:
        if not isinstance(value, str) or value.split() != [value]:
            raise ValueError(f"{value!r} is no relation of a link; write one such as 'next'")


Place = str | Header | Link
"""Where a value is in an answer. A text is a path in the body: ``""`` is the whole body,
``data.items`` goes down two keys, ``errors[0].detail`` takes the first of an array, and
``links[rel=next].href`` takes the first object of an array whose ``rel`` is ``next``."""


@frozen
class Selection:
    """A step into an array: the first object whose key has this text.

    Attributes:
        key: The key.
        value: Its text.
    """

    key: str
    value: str


Step = str | int | Selection
"""A key of an object, an index of an array, or a selection from an array."""


_SEGMENT = re.compile(r"(?P<key>[^.\[\]]*)(?P<brackets>(?:\[[^\[\]]*\])*)")


@lru_cache(maxsize=1024)
def path_steps(path: str) -> tuple[Step, ...]:
    """Return the steps of a path in the body.

    ::

        path_steps("errors[0].detail")  # ("errors", 0, "detail")

    Raises:
        ValueError: The text is no path.
    """
    if path == "":
        return ()
    steps: list[Step] = []
    end = -1
    while end < len(path):
        found = _SEGMENT.match(path, end + 1)
        if found is None or (found.end() < len(path) and path[found.end()] != "."):
            raise _bad_path(path, "a bracket has no partner")
        key, brackets = found["key"], found["brackets"]
        if key != key.strip() or not (key or (brackets and end < 0)):
            raise _bad_path(path, "a key is empty or has spaces around it")
        steps += [key] if key else []
        steps += [_bracket_step(path, each) for each in brackets[1:-1].split("][") if brackets]
        end = found.end()
    return tuple(steps)


def _bracket_step(path: str, text: str) -> Step:
    key, equals, value = text.partition("=")
    if key and equals and value:
        return Selection(key, value)
    if text.isascii() and text.isdigit():
        return int(text)
    raise _bad_path(path, f"[{text}] is neither an index nor a selection")


def _bad_path(path: str, problem: str) -> ValueError:
    return ValueError(
        f"{path!r} is no place in an answer: {problem}; write a path such as 'data.items', "
        "'errors[0].detail' or 'links[rel=next].href', Header('X-Total') or Link('next')"
    )


def check_place(_: object, attribute: "Attribute[P]", value: P) -> None:
    """Check a place as an attrs validator.

    Raises:
        TypeError: The value is neither a text nor a :class:`Header` nor a :class:`Link`.
        ValueError: The text is no path.
    """
    if isinstance(value, Header | Link):
        return
    if not isinstance(value, str):
        raise TypeError(
            f"{attribute.name} must be a place, which is a text, a Header or a Link, "
            f"got {type(value).__name__}"
        )
    try:
        path_steps(value)
    except ValueError as error:
        raise ValueError(f"{attribute.name}: {error}") from None


def value_at(place: Place, body: JSON, headers: Mapping[str, str]) -> JSON:
    """Return the value at a place of an answer; ``None`` if there is none.

    ::

        value_at("errors[0].detail", {"errors": [{"detail": "no such run"}]}, {})

    Args:
        place: The place.
        body: The body, decoded as free-form JSON.
        headers: The headers; look-up ignores case.

    Raises:
        ValueError: The text is no path.
    """
    if not isinstance(place, str):
        return header_at(place, headers)
    value = body
    for step in path_steps(place):
        value = step_into(value, step)
    return value


def step_into(value: JSON, step: Step) -> JSON:
    """Return the value one step further in a decoded body; ``None`` if there is none."""
    if isinstance(step, str):
        return value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, list):
        return None
    if isinstance(step, int):
        return value[step] if step < len(value) else None
    found = (each for each in value if isinstance(each, dict) and each.get(step.key) == step.value)
    return next(found, None)


def header_at(place: Header | Link, headers: Mapping[str, str]) -> str | None:
    """Return the text at a place in the headers; ``None`` if there is none."""
    if isinstance(place, Header):
        return headers.get(place.name)
    # aiohttp keeps each of several headers of a name, and its mapping shows the first alone.
    every = getattr(headers, "getall", None)
    values = [headers.get("Link", "")] if every is None else every("Link", [])
    return link_target(", ".join(values), place.rel)
