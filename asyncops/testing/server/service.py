"""What the server asks of each of the services it plays, and how a service says no."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from attrs import frozen

from asyncops.models import JSON

_MESSAGES = {
    401: "The credential is missing or wrong.",
    429: "Too many requests.",
    500: "Something went wrong.",
    503: "The service is unavailable.",
}


class RefusedError(Exception):
    """A request that is answered with an error.

    Args:
        status: The HTTP status.
        message: What the error says; ``None`` for something fitting.
        reason: Names the rule that was broken.
        headers: Headers of its own.
    """

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        reason: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        self.status = status
        self.message: str = message or _MESSAGES.get(status, f"Status {status}.")
        self.reason = reason
        self.headers = headers
        super().__init__(self.message)


@frozen
class Asked:
    """A request, read whole.

    Attributes:
        method: The HTTP method.
        url: The whole URL, encoded.
        path: The path, decoded, without the query.
        raw_path: The path as it came, encoded.
        query: The parameters, decoded.
        headers: The headers; look-up ignores case.
        body: The body.
    """

    method: str
    url: str
    path: str
    raw_path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""


class Answered(NamedTuple):
    """An answer: the JSON value of its body, its status, and headers of its own."""

    value: JSON
    status: int = 200
    headers: Mapping[str, str] = {}


class Allowance(NamedTuple):
    """How many requests are left, and in how many seconds there are more."""

    remaining: int
    reset: float


class Service(Protocol):
    """One service, without its sockets."""

    request_id_header: str

    @property
    def secret_headers(self) -> frozenset[str]:
        """The headers that hold credentials, in lower case: they are not recorded."""
        ...

    async def permits(self, request: Asked, token: str) -> bool:
        """Whether a request carries the credential that is let in."""
        ...

    def respond(self, request: Asked, now: int, /) -> Answered:
        """Answer a request. Raises `RefusedError` otherwise."""
        ...

    def status(self, refusal: RefusedError) -> int:
        """The HTTP status of an error."""
        ...

    def error(self, refusal: RefusedError, request_id: str) -> Any:
        """The JSON value of an error."""
        ...

    def next_request_id(self) -> str:
        """The id of one more request."""
        ...

    def limit_headers(self, allowance: Allowance, now: int, /) -> Mapping[str, str]:
        """The headers that tell how many requests are left."""
        ...
