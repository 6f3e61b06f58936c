"""From the arguments of ``start`` and ``cancel`` to a request, and from its answer to a result."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from attrs import frozen

from asyncops.errors import Conflict
from asyncops.http.decoding import Decode, Dialect, decode_json
from asyncops.http.messages import Reply, Request
from asyncops.http.places import value_at
from asyncops.http.upload import Upload
from asyncops.kit.action import Accepted, Action
from asyncops.kit.filters import Filter, filters_of, sent
from asyncops.kit.multipart import multipart
from asyncops.kit.options import UploadOptions
from asyncops.kit.path import Path, names_in, path_params
from asyncops.kit.places_in_body import encoded, filled
from asyncops.kit.single import found_in
from asyncops.models import JSON, State, how_it_ended
from asyncops.utils.misuse import check_call

_JSON = {"Content-Type": "application/json"}


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
        number: Whether ids are numbers.
        decode: From the bytes of the answer to the operation, or to free-form JSON.
    """

    action: Action[..., Any]
    path: Path
    filters: tuple[Filter, ...]
    in_path: tuple[str, ...]
    number: bool
    decode: Decode[Any]

    def request(
        self, call: str, place: Mapping[str, str], args: tuple[Any, ...], given: Any
    ) -> Request:
        """Return the request for the arguments of one call.

        Args:
            call: The call as code writes it, such as ``openai.batches.start``.
            place: The parameters of the path that are known, encoded.
            args: The positional arguments: the content, or none.
            given: The keyword arguments.

        Raises:
            TypeError: An argument is missing, has another type or does not exist.
            ValueError: An argument cannot be sent.
        """
        content = self._content(call, args)
        make = self.action.options or _NoOptions
        try:
            options = make(**given)
        except TypeError:
            check_call(call, make, (), given)
            raise
        params = {**place, **path_params(options, self.in_path)}
        body, headers, query = self._body(content, options, params)
        return Request(
            method=self.action.method,
            path=self.path.fill(params),
            template=self.path.template,
            params=(*self.path.query(params), *query),
            headers={**headers, **self.action.headers},
            body=body if isinstance(body, bytes) else None,
            upload=body if isinstance(body, Upload) else None,
            on_upload=options.on_upload if isinstance(options, UploadOptions) else None,
            result=self.action.result is not None,
            repeatable=True,
            accepted=self.action.accepted,
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

    def cancelled(self, reply: Reply[Any]) -> Any:
        """Return the same of an answer to a cancellation.

        Raises:
            Conflict: It holds the operation as it is, which has ended in another way.
        """
        found = self.result(reply)
        if getattr(found, "state", None) in {State.SUCCEEDED, State.FAILED}:
            raise Conflict(
                f"it {how_it_ended(found)}", status=reply.status, request_id=reply.request_id
            )
        return found

    def _content(self, call: str, args: tuple[Any, ...]) -> bytes | Upload | None:
        wanted = 1 if self.action.body == "bytes" else 0
        if len(args) != wanted:
            raise TypeError(f"{call}(): {wanted} positional arguments are taken, got {len(args)}")
        return Upload.of(args[0]) if args else None

    def _body(
        self, content: bytes | Upload | None, options: Any, params: Mapping[str, str]
    ) -> tuple[bytes | Upload | None, dict[str, str], list[tuple[str, str]]]:
        """Return the body, its headers and the query."""
        in_body = self.action.body in {"json", "multipart"}
        pairs = [
            pair
            for each in self.filters
            for pair in sent(each, getattr(options, each.name), in_body=in_body)
        ]
        if self.action.body == "multipart":
            parts, kind = multipart(pairs)
            return parts, {"Content-Type": kind}, []
        if in_body:
            defaults = filled(self.action.defaults, params, number=self.number)
            return encoded([*defaults, *pairs]), _JSON, []
        if self.action.body == "form":
            kind = "application/x-www-form-urlencoded"
            return urlencode(pairs).encode(), {"Content-Type": kind}, []
        headers = {} if content is None else {"Content-Type": "application/octet-stream"}
        return content, headers, pairs


def _any_json(body: bytes) -> JSON:
    return decode_json(body) if body.strip() else None


@cache
def acting_of(action: Action[..., Any], json: Dialect, *, number: bool = False) -> Acting:
    """Return an action, worked out once.

    Args:
        action: The action.
        json: How the service writes JSON.
        number: Whether the ids of its resource are numbers.
    """
    names = names_in(action.path)
    filters = filters_of(action.options)
    decode = _any_json if action.result is None else found_in(action.found, action.result, json)
    return Acting(
        action,
        Path(action.path),
        tuple(each for each in filters if each.name not in names),
        tuple(each.name for each in filters if each.name in names),
        number,
        decode,
    )
