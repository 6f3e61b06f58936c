"""The parameters of a request: of its query, or at places of its body."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from attrs import frozen
from multidict import CIMultiDict

from asyncops.models import JSON
from asyncops.testing.server.service import Asked, RefusedError

_INTEGER = re.compile(r"[0-9]{1,10}")
_LARGEST = 2**31 - 1


def bad_request(message: str) -> RefusedError:
    """Return the refusal of a request that is not well formed."""
    return RefusedError(400, message)


@frozen
class Params:
    """The parameters of a request.

    Attributes:
        values: All values, by name; of a body, by place.
        malformed: What a number is answered with that cannot be read.
    """

    values: Mapping[str, tuple[JSON, ...]]
    malformed: int = 400

    def all(self, name: str) -> tuple[JSON, ...]:
        """Return all values of a parameter."""
        return self.values.get(name, ())

    def one(self, name: str | None) -> JSON:
        """Return the value of a parameter; ``None`` if it was not sent.

        Raises:
            RefusedError: It was sent several times.
        """
        values = self.all(name or "")
        if len(values) > 1:
            raise bad_request(f"{name} was sent {len(values)} times.")
        return values[0] if values else None

    def count(self, name: str | None, least: int) -> int | None:
        """Return a whole number; ``None`` if it was not sent.

        Raises:
            RefusedError: It is none, or too small.
        """
        value = self.one(name)
        if value is None:
            return None
        text = str(value)
        number = int(text) if _INTEGER.fullmatch(text) else -1
        if not least <= number <= _LARGEST:
            message = f"{name} must be a whole number of {least} or more, not {text!r}."
            raise RefusedError(self.malformed, message)
        return number


def params_of(
    asked: Asked, known: frozenset[str], headers: Mapping[str, str], malformed: int = 400
) -> Params:
    """Return the parameters of a request: of its query, or of a POST's body.

    Args:
        asked: The request.
        known: The names of all parameters that the service knows.
        headers: The headers that are declared.
        malformed: What a number is answered with that cannot be read.

    Raises:
        RefusedError: The body is no JSON object, or there is a parameter that is not known.
    """
    found: Iterable[tuple[str, JSON]] = asked.query
    if asked.method != "GET":
        found = _leaves(body_of(asked, headers), "", known)
    values: dict[str, tuple[JSON, ...]] = {}
    for name, value in found:
        if name not in known:
            raise bad_request(f"There is no parameter {name!r}.")
        several = value if isinstance(value, list) else [value]
        values[name] = (*values.get(name, ()), *(each for each in several if each is not None))
    return Params(values, malformed)


def body_of(asked: Asked, headers: Mapping[str, str]) -> Any:
    """Return the JSON object of a body, which has the type that is declared, or else JSON's.

    Raises:
        RefusedError: It is none.
    """
    kind = CIMultiDict(headers).get("Content-Type", "application/json")
    if not asked.headers.get("Content-Type", "").startswith(kind):
        raise RefusedError(415, f"The body must be {kind}.")
    try:
        body = msgspec.json.decode(asked.body)
    except msgspec.DecodeError:
        raise bad_request("The body is no JSON.") from None
    if not isinstance(body, dict):
        raise bad_request("The body must be an object.")
    return body


def _leaves(tree: Any, above: str, known: frozenset[str]) -> Iterator[tuple[str, JSON]]:
    """Give the values of a body by their places; one that is an object stands at a known place."""
    for key, value in tree.items():
        place = f"{above}{key}"
        if isinstance(value, dict) and place not in known:
            yield from _leaves(value, f"{place}.", known)
        else:
            yield place, value
