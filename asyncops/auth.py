"""Which credential goes with a request."""

import asyncio
import inspect
import os
import re
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NoReturn

from asyncops.errors import ConfigurationError

__all__ = ["Credential", "TokenProvider", "check_token", "credential_from"]

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
            self._keep(check_token(source))
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
        return check_token(await answer)
    except _BadToken as error:
        problem = str(error)
    raise ConfigurationError(f"the token callable gave no token: {problem}")


def credential_from(token: str | TokenProvider | None, variable: str) -> Credential:
    """The credential from the argument, or else from an environment variable.

    Raises:
        ConfigurationError: Neither holds a token.
        ValueError: The token holds something that an HTTP header cannot carry.
    """
    source = os.environ.get(variable, "") if token is None else token
    if isinstance(source, str) and not source.strip():
        raise ConfigurationError(f"no token: pass token=... or set {variable}")
    return Credential(source)


_SCHEME = re.compile(r"(?:authorization\s*:\s*)?bearer(?:\s|$)", re.IGNORECASE)
_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019")


def check_token(token: object) -> str:
    """A token as it is sent: without the white space around it, such as a file's last line break.

    Raises:
        ValueError: It holds more than a token, or what an HTTP header cannot carry. The message
            does not show it.
    """
    if not isinstance(token, str):
        raise _BadToken(f"token must be a string, got {type(token).__name__}")
    token = token.strip()
    if len(token) > 1 and token[0] + token[-1] in _QUOTES:
        raise _BadToken("token must not be in quotes: leave out those around it")
    if _SCHEME.match(token):
        raise _BadToken("token must be the token alone: leave out 'Bearer', which is added to it")
    if not token or not token.isascii() or any(c <= " " or c == "\x7f" for c in token):
        raise _BadToken("token must be visible ASCII characters, without spaces or line breaks")
    return token
