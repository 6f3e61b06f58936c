"""From the arguments of ``start`` and ``cancel`` to a request, and from its answer to a result."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import msgspec
from attrs import frozen

from asyncops.http.decoding import Decode, Dialect, decode_json
from asyncops.http.messages import Reply, Request
from asyncops.http.places import value_at
from asyncops.http.upload import Upload
from asyncops.kit.action import Accepted, Action
from asyncops.kit.filters import Filter, as_json, as_text, filters_of, several
from asyncops.kit.path import Path, names_in, path_param
from asyncops.kit.places_in_body import put
from asyncops.kit.single import found_in
from asyncops.models import JSON

__all__ = ["Acting", "acting_of"]


@frozen
class _NoOptions:
    """The options of an action that takes none."""


@frozen(eq=False)
class Acting:
    """An action, worked out once.

    Attributes:
        action: The action.
        path: Its path.
        filters: The fields of its options class that are sent.
        in_path: The fields of its options class that stand in the path.
        decode: From the bytes of the answer to the operation, or to free-form JSON.
    """

    action: Action[..., Any]
    path: Path
    filters: tuple[Filter, ...]
    in_path: tuple[str, ...]
    decode: Decode[Any]

    def request(self, place: Mapping[str, str], args: tuple[Any, ...], given: Any) -> Request:
        """Return the request for the arguments of one call.

        Args:
            place: The parameters of the path that are known, encoded.
            args: The positional arguments: the content, or none.
            given: The keyword arguments.

        Raises:
            TypeError: An argument is missing, has another type or does not exist.
            ValueError: An argument cannot be sent.
        """
        content = self._content(args)
        options = (self.action.options or _NoOptions)(**given)
        params = {
            **place,
            **{name: path_param(name, getattr(options, name)) for name in self.in_path},
        }
        values = [
            (each, value)
            for each in self.filters
            if (value := getattr(options, each.name)) is not None
        ]
        body, headers, query = self._body(content, values)
        return Request(
            method=self.action.method,
            path=self.path.fill(params),
            template=self.path.template,
            params=(*self.path.query(params), *query),
            headers={**headers, **self.action.headers},
            body=body if isinstance(body, bytes) else None,
            upload=body if isinstance(body, Upload) else None,
            result=self.action.result is not None,
            repeatable=True,
        )

    def result(self, reply: Reply[Any]) -> Any:
        """Return the operation of an answer, or what it says of one."""
        if self.action.result is not None:
            return reply.value
        found = value_at(self.action.id, reply.value, reply.headers)
        if isinstance(found, str) and not isinstance(self.action.id, str):
            # A header holds an address, whose last segment is the id.
            found = unquote(urlsplit(found).path.rstrip("/").rpartition("/")[2]) or None
        known = isinstance(found, str | int) and not isinstance(found, bool)
        return Accepted(id=found if known else None, request_id=reply.request_id)

    def _content(self, args: tuple[Any, ...]) -> bytes | Upload | None:
        wanted = 1 if self.action.body == "bytes" else 0
        if len(args) != wanted:
            raise TypeError(f"{wanted} positional arguments are taken, got {len(args)}")
        return Upload.of(args[0]) if args else None

    def _body(
        self, content: bytes | Upload | None, values: list[tuple[Filter, object]]
    ) -> tuple[bytes | Upload | None, dict[str, str], list[tuple[str, str]]]:
        """Return the body, its headers and the query."""
        if self.action.body == "json":
            tree: dict[str, JSON] = {}
            for each, value in values:
                put(tree, each.wire, _as_tree(each, value))
            return msgspec.json.encode(tree), {"Content-Type": "application/json"}, []
        pairs = [pair for each, value in values for pair in _as_pairs(each, value)]
        if self.action.body == "form":
            kind = "application/x-www-form-urlencoded"
            return urlencode(pairs).encode(), {"Content-Type": kind}, []
        headers = {} if content is None else {"Content-Type": "application/octet-stream"}
        return content, headers, pairs


def _as_tree(field: Filter, value: object) -> JSON:
    if isinstance(value, Mapping):
        return value
    values = several(value)
    if values is None:
        return as_json(field.name, value)
    written = [_as_tree(field, each) for each in values]
    return ",".join(map(str, written)) if field.many == "comma" else written


def _as_pairs(field: Filter, value: object) -> list[tuple[str, str]]:
    values = several(value)
    texts = [as_text(field.name, each) for each in ((value,) if values is None else values)]
    if field.many == "comma":
        return [(field.wire, ",".join(texts))]
    return [(field.wire, text) for text in texts]


def _any_json(body: bytes) -> JSON:
    return decode_json(body) if body.strip() else None


@cache
def acting_of(action: Action[..., Any], json: Dialect) -> Acting:
    """Return an action, worked out once."""
    names = names_in(action.path)
    filters = filters_of(action.options)
    decode = _any_json if action.result is None else found_in(action.found, action.result, json)
    return Acting(
        action,
        Path(action.path),
        tuple(each for each in filters if each.name not in names),
        tuple(each.name for each in filters if each.name in names),
        decode,
    )
