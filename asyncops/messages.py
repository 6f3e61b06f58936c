"""What goes out and what comes back, apart from any HTTP library."""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, Self, TypeVar
from urllib.parse import quote

from attrs import field, frozen

__all__ = ["Reply", "Request", "Response"]

T_co = TypeVar("T_co", covariant=True)


@frozen(kw_only=True)
class Request:
    """One request, before a client adds its base URL and credential.

    Attributes:
        method: HTTP method.
        path: Path below the base URL, every segment already encoded.
        params: Query parameters, not yet encoded, in order.
        hints: A sentence on what usually helps, by error status.
        result: Whether the answer is a single operation, which may be large: it has the time that
            it takes from its first byte on (see :class:`asyncops.Timeout`).
    """

    method: str = "GET"
    path: str
    # Query values (page tokens, filters) stay out of logs and tracebacks.
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    hints: Mapping[int, str] = field(factory=dict, repr=False, hash=False)
    result: bool = False

    @property
    def target(self) -> str:
        """Path and query, encoded: what goes behind the base URL."""
        if not self.params:
            return self.path
        query = "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in self.params])
        return f"{self.path}?{query}"

    def adding(self, params: Iterable[tuple[str, str]]) -> Self:
        """The same request with more query parameters behind its own."""
        return type(self)(
            method=self.method,
            path=self.path,
            params=(*self.params, *params),
            hints=self.hints,
            result=self.result,
        )


@frozen(kw_only=True)
class Response:
    """One whole answer from the wire.

    Attributes:
        status: HTTP status.
        headers: Headers; look-up ignores case.
        body: The decoded (decompressed) body, in bytes.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False, hash=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """Zoo's ``X-Api-Call-Id``, or the ``X-Request-Id`` that gateways add."""
        return self.headers.get("X-Api-Call-Id") or self.headers.get("X-Request-Id")


@frozen(kw_only=True)
class Reply(Generic[T_co]):
    """A decoded answer, with what came around it.

    Attributes:
        value: The decoded body.
        status: HTTP status.
        headers: Headers; look-up ignores case.
        request_id: What the service's support asks for.
    """

    value: T_co
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict, repr=False, hash=False)
    request_id: str | None = None


# What quote() leaves as it is (RFC 3986's unreserved characters); it takes longer to find out.
_is_unreserved = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def _quoted(text: str) -> str:
    return text if _is_unreserved(text) else quote(text, safe="")
