"""Requests and answers, independent of any HTTP library."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, Self, TypeVar
from urllib.parse import quote

import msgspec
from attrs import define, evolve, field
from multidict import CIMultiDict

from asyncops.http.sending import OnUpload
from asyncops.http.upload import Upload
from asyncops.models import JSON

T_co = TypeVar("T_co", covariant=True)

# RFC 9110, section 9.2.1, without those that no service of operations has a use for.
_SAFE_METHODS = frozenset({"GET", "HEAD"})


# Nobody changes a message. Frozen ones take twice as long to make, and each page needs three.
@define(kw_only=True, unsafe_hash=True)
class Request:
    """One request, without base URL and credential.

    Attributes:
        method: HTTP method.
        path: Path below the base URL, every segment already encoded.
        template: The path with the names of its parameters, for telemetry: ``/runs/{id}``; ``None``
            if that is unknown.
        params: Query parameters, not yet encoded, in order.
        headers: Headers of this request, in addition to those of the service; they win over them.
        body: The body as it is sent, again with each attempt; its ``Content-Type`` is one of the
            ``headers``.
        upload: A body that is read while it is sent, instead of ``body``.
        on_upload: Told how far the body has been sent.
        reads_only: Whether the request changes nothing, whatever its method, as a listing that is
            asked for by POST. GET and HEAD need no such declaration.
        hints: A sentence on the usual remedy, by error status.
        repeatable: Whether the request may be sent again where the service has refused to act on
            it, by a 429, though it does not only read.
        result: Whether the answer is a single operation, which may be large; see
            :class:`asyncops.Timeout` for its time limits.
        accepted: What an answer of status 2xx has at some places, one of the values at each, if the
            service does what was asked for.
    """

    method: str = "GET"
    path: str
    template: str | None = field(default=None, repr=False)
    # Tokens and filters must not show up in logs and tracebacks.
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(factory=dict, repr=False, hash=False)
    body: bytes | None = field(default=None, repr=False)
    upload: Upload | None = None
    on_upload: OnUpload | None = field(default=None, repr=False)
    reads_only: bool = False
    repeatable: bool = False
    hints: Mapping[int, str] = field(factory=dict, repr=False, hash=False)
    result: bool = False
    accepted: Mapping[str, Sequence[JSON]] = field(factory=dict, repr=False, hash=False)

    @property
    def safe(self) -> bool:
        """Whether the request may be sent again after it has reached the service."""
        return self.reads_only or self.method in _SAFE_METHODS

    @property
    def ready(self) -> bool:
        """Whether the body can be sent now: not if it was a stream that has been read."""
        return self.upload is None or self.upload.ready

    @property
    def target(self) -> str:
        """The path and the query, encoded."""
        if not self.params:
            return self.path
        params = self.params
        if not _is_unreserved("".join(chain.from_iterable(params))):
            params = tuple((_quoted(name), _quoted(value)) for name, value in params)
        return f"{self.path}?{'&'.join(map('='.join, params))}"

    def with_params(self, params: Iterable[tuple[str, str]]) -> Self:
        """Return the same request with more query parameters at the end."""
        return type(self)(
            method=self.method,
            path=self.path,
            template=self.template,
            params=(*self.params, *params),
            headers=self.headers,
            body=self.body,
            upload=self.upload,
            on_upload=self.on_upload,
            reads_only=self.reads_only,
            repeatable=self.repeatable,
            hints=self.hints,
            result=self.result,
            accepted=self.accepted,
        )


@define(kw_only=True, unsafe_hash=True)
class Response:
    """One whole answer.

    Attributes:
        status: HTTP status.
        headers: Headers; look-up ignores case.
        body: The body, decompressed.
        request_id: The id by which the service's support finds the request.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False, hash=False)
    body: bytes = field(repr=False)
    request_id: str | None = None


@define(kw_only=True, unsafe_hash=True)
class Reply(Generic[T_co]):
    """A decoded answer.

    Attributes:
        value: The decoded body.
        status: HTTP status.
        headers: Headers; look-up ignores case.
        request_id: The id by which the service's support finds the request.
    """

    value: T_co
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict, repr=False, hash=False)
    request_id: str | None = None


def merged(*parts: Mapping[str, str]) -> Mapping[str, str]:
    """Return headers in one; a later one replaces those of its name in any case of letters."""
    headers: CIMultiDict[str] = CIMultiDict(parts[0])
    for part in parts[1:]:
        headers.update(part)
    return headers


# RFC 3986, unreserved: what quote() leaves as it is.
_is_unreserved = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def _quoted(text: str) -> str:
    # quote() takes far longer to see that it has nothing to do.
    return text if _is_unreserved(text) else quote(text, safe="")


def with_values(request: Request, values: Iterable[tuple[str, str | int]]) -> Request:
    """Return a request with more parameters.

    ::

        with_values(Request(path="/runs"), [("page", 2)])  # /runs?page=2
        listing = Request(method="POST", path="/runs/filter", body=b'{"sort": "ID"}')
        with_values(listing, [("paging.offset", 40)])  # {"sort": "ID", "paging": {"offset": 40}}

    Args:
        request: The request. If it has a body, that is a JSON object, and all parameters go there.
        values: The names and values. In a body, a name such as ``paging.offset`` is the path of an
            object in an object.
    """
    if request.body is None:
        return request.with_params([(name, str(value)) for name, value in values])
    tree: Any = msgspec.json.decode(request.body)
    for name, value in values:
        *above, last = name.split(".")
        place = tree
        for key in above:
            place = place.setdefault(key, {})
        place[last] = value
    return evolve(request, body=msgspec.json.encode(tree))
