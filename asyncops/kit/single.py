"""One item by its id: its request, and what its answer holds."""

from collections.abc import Callable, Mapping
from functools import cache
from keyword import iskeyword
from operator import attrgetter
from typing import Any

from attrs import field, frozen

from asyncops.http.decoding import Decode, Dialect, decoder
from asyncops.http.messages import Request
from asyncops.http.places import path_steps
from asyncops.kit.description import Description
from asyncops.kit.get import Get
from asyncops.kit.ids import id_check, id_type
from asyncops.kit.path import Path
from asyncops.kit.places_in_body import encoded, filled
from asyncops.models import key


@frozen(eq=False)
class Single:
    """How one item is asked for.

    Attributes:
        check: From an argument's name and an id to its spelling in the path.
        slashes: Whether the slashes of an id stay.
        number: Whether ids are numbers.
        decode: From the bytes of an answer to the item; ``None`` where there is no such request.
        decode_listed: The same, to an item as a listing shows it.
        asked: The request, with parameters.
        path: Its path.
        hints: A sentence on the usual remedy, by error status.
    """

    check: Callable[[str, Any], str]
    slashes: bool
    number: bool
    decode: Decode[Any] | None
    decode_listed: Decode[Any]
    asked: Get
    hints: Mapping[int, str]
    path: Path = field(init=False)

    @path.default
    def _read_path(self) -> Path:
        return Path(self.asked.path)

    def request(self, place: Mapping[str, str], segment: str) -> Request:
        """Return the request for one item."""
        params, asked = {**place, "id": segment}, self.asked
        headers, body = asked.headers, None
        if asked.body is not None:
            headers = {"Content-Type": "application/json", **headers}
            body = encoded(filled(asked.body, params, number=self.number))
        return Request(
            method=asked.method,
            path=self.path.fill(params),
            template=self.path.template,
            params=self.path.query(params),
            headers=headers,
            body=body,
            reads_only=body is not None,
            hints=self.hints,
            result=True,
        )


@cache
def single_of(description: Description, json: Dialect) -> Single:
    """Return how one item of a resource is asked for."""
    asked = description.get or Get("")
    kind = id_type(description.item, description.id)
    result = description.result or description.item
    slashes = "{+id}" in asked.path
    return Single(
        check=description.check_id or id_check(kind, slashes=slashes),
        slashes=slashes,
        number=kind is int,
        decode=found_in(description.found, result, json) if description.get else None,
        decode_listed=found_in(description.found, description.item, json),
        asked=asked,
        hints=description.hints,
    )


def found_in(place: str, kind: Any, json: Dialect) -> Decode[Any]:
    """Return a function from the bytes of an answer to the object at a place in it.

    Args:
        place: The place, keys of objects alone; ``""`` for the whole answer.
        kind: The class of the object, or a function from the bytes of the whole answer to it.
        json: How the service writes JSON.
    """
    if not isinstance(kind, type):
        whole: Decode[Any] = kind
        return whole
    names: list[str] = []
    for step in reversed(path_steps(place)):
        # Errors name the path by the fields.
        name = str(step)
        name = name if name.isidentifier() and not iskeyword(name) else "found"
        names.insert(0, name)
        body = {"__annotations__": {name: kind}, name: key(str(step))}
        kind = frozen(kw_only=True)(type("Answer", (), body))
    decode = decoder(kind, json=json)
    if not names:
        return decode
    inner = attrgetter(".".join(names))
    return lambda body: inner(decode(body))
