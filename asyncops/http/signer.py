"""Signatures: headers that are computed from the whole request, for services without a token."""

import inspect
from collections.abc import Awaitable, Mapping
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from asyncops.errors import ConfigurationError
from asyncops.utils.checks import own_header


@frozen
class OutgoingRequest:
    """A request that is about to be sent.

    Attributes:
        method: HTTP method.
        url: The whole URL, with the query, encoded.
        headers: The headers, but for those of the connection such as ``Host`` and
            ``Content-Length``.
        body: The body, if there is one.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, hash=False)
    body: bytes | None = field(default=None, repr=False)


@runtime_checkable
class Signer(Protocol):
    """Makes the headers that prove who sends a request.

    ::

        @frozen
        class Hmac:
            def sign(self, request: OutgoingRequest, credentials: str | None) -> dict[str, str]:
                text = f"{request.method} {request.url}".encode() + (request.body or b"")
                digest = hmac.digest((credentials or "").encode(), text, "sha256")
                return {"X-Signature": digest.hex()}
    """

    def sign(
        self, request: OutgoingRequest, credentials: str | None
    ) -> Mapping[str, str] | Awaitable[Mapping[str, str]]:
        """Return the headers to add. Called before each attempt, in the event loop.

        It may be an ``async def``, where credentials are to be fetched.

        Headers that the client itself writes, such as ``Content-Length`` and ``Host``, are refused.
        A request whose content is a file or a stream is not signed, and an error instead.

        Args:
            request: The request.
            credentials: The token of the client, in whatever form this signer wants; ``None``
                where the service names no variable and the client was given none, so that the
                signer has credentials of its own.
        """
        ...


async def sign(
    signer: Signer, request: OutgoingRequest, credentials: str | None
) -> Mapping[str, str]:
    """Return the headers that a signer makes for a request.

    Raises:
        ConfigurationError: They cannot be sent. The message does not show them.
    """
    made = signer.sign(request, credentials)
    headers = await made if inspect.isawaitable(made) else made
    if not isinstance(headers, Mapping):
        raise ConfigurationError(f"the signer must return headers, got {type(headers).__name__}")
    try:
        for name, value in headers.items():
            own_header("headers", name, value)
    except (TypeError, ValueError) as error:
        problem = str(error)
    else:
        return headers
    # Raised here, without the first error: it may hold what the message does not show.
    raise ConfigurationError(f"the signer must return other headers: {problem}")
