"""Which credential goes with a request, and to whom it may go."""

import asyncio
import inspect
import os
import re
from collections import deque
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import NoReturn
from urllib.parse import urlsplit

from asyncops.errors import ConfigurationError

__all__ = ["Credential", "TokenProvider", "check_base_url", "credential_from"]

TokenProvider = Callable[[], Awaitable[str]]
"""An async callable that gives a token. It is asked before the first request and after a 401."""


_SHORTEST_SECRET = 6


class Credential:
    """The token of one client: fixed, or asked for anew when the service refuses it."""

    __slots__ = ("_answers", "_fixed", "_lock", "_sent", "_source", "_token")

    def __init__(self, source: str | TokenProvider) -> None:
        self._lock = asyncio.Lock()
        self._answers = 0
        self._fixed = isinstance(source, str)
        self._token: str | None = None
        # Calls that were sent with an earlier token may still get their answer.
        self._sent: deque[str] = deque(maxlen=4)
        if isinstance(source, str):
            self._keep(_check_token(source))
        elif not callable(source):
            raise TypeError(
                f"token must be a string or an async callable, got {type(source).__name__}"
            )
        self._source = source

    async def token(self) -> str:
        """The token to send now."""
        return self._token if self._token is not None else await self._ask()

    async def refresh(self, refused: str) -> bool:
        """Get a token in place of one that was refused; one asking serves all tasks.

        Returns:
            False where the token is fixed, so that there is nothing to ask.
        """
        if self._fixed:
            return False
        if refused == self._token:
            await self._ask()
        return True

    async def _ask(self) -> str:
        """The token that the callable gives, asked once for all who ask at the same time."""
        answers = self._answers
        # A lock rather than a shared task: when the asking task is cancelled, the next one asks.
        async with self._lock:
            # An answer that came while this task waited serves it too, even the same as before.
            if self._token is not None and self._answers != answers:
                return self._token
            token = self._keep(await _answer_of(self._source))
            self._answers += 1
            return token

    def _keep(self, token: str) -> str:
        self._token = token
        self._sent.append(token)
        return token

    def redact(self, text: str) -> str:
        """``text`` without the token, should a service have echoed it."""
        for token in self._sent:
            # A token of a few characters is no secret, and would turn up in any text.
            if len(token) >= _SHORTEST_SECRET:
                text = text.replace(token, "***")
        return text

    def __repr__(self) -> str:
        return "Credential(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a credential is not pickled; give each process its own token")


class _BadToken(ValueError):
    """A token that cannot be sent."""


async def _answer_of(source: str | TokenProvider) -> str:
    if isinstance(source, str):
        return source
    answer = source()
    if not inspect.isawaitable(answer):
        raise TypeError("token must be an async callable; this one is not async")
    try:
        return _check_token(await answer)
    except _BadToken as error:
        problem = str(error)
    raise ConfigurationError(f"the token callable gave no token: {problem}")


def credential_from(token: str | TokenProvider | None, variable: str) -> Credential:
    """The credential from the argument, or else from an environment variable.

    Raises:
        ConfigurationError: Neither holds a token.
        ValueError: The token holds something that an HTTP header cannot carry.
    """
    source = os.environ.get(variable, "").strip() if token is None else token
    if source == "":
        raise ConfigurationError(f"no token: pass token=... or set {variable}")
    return Credential(source)


def _check_token(token: object) -> str:
    if not isinstance(token, str):
        raise _BadToken(f"token must be a string, got {type(token).__name__}")
    if not token or not token.isascii() or any(c <= " " or c == "\x7f" for c in token):
        # The token itself is left out of the message on purpose.
        raise _BadToken("token must be visible ASCII characters, without spaces or line breaks")
    return token


# Stricter than urlsplit, which takes control characters, and text around an address in brackets.
_BASE_URL = re.compile(
    r"https?://(?:[A-Za-z0-9._%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/[!-\[\]-~]*)?", re.IGNORECASE
)


def check_base_url(url: str, *, allow_insecure: bool = False) -> str:
    """A base URL that a token may be sent to, without a slash at its end.

    Raises:
        ValueError: It is no http(s) URL with a host, or has a user, query or fragment.
        ConfigurationError: It is plain http to another machine.
    """
    if not isinstance(url, str):
        raise TypeError(f"base_url must be a string, got {type(url).__name__}")
    if "@" in url or "?" in url or "#" in url:
        raise ValueError("base_url must not hold a user, a query or a fragment")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        # An empty or endless label would be found out only while connecting.
        (host or "").encode("idna")
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if not _BASE_URL.fullmatch(url) or not host or port == 0:
        raise ValueError("base_url must look like 'https://api.example.com'")
    if parts.scheme == "http" and not (allow_insecure or _is_loopback(host)):
        raise ConfigurationError(
            f"the token would travel in the clear over plain http to {host}; use https, "
            "or pass allow_insecure=True if you mean it"
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
