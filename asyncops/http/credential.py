"""The credential of a client: its source, its renewal, and its absence from any text."""

import asyncio
import inspect
import os
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import NoReturn

from multidict import CIMultiDict

from asyncops.errors import ConfigurationError
from asyncops.http.auth import Auth, BadToken, Basic
from asyncops.http.redaction import parts_of, redactor
from asyncops.http.signer import Signer

TokenProvider = Callable[[], Awaitable[str]]
"""An async callable that returns a token, called before the first request and after a 401."""

Authentication = Auth | Basic | Signer
"""How the requests to a service prove who sends them."""


def checked_token(token: object, auth: Authentication | None) -> str:
    """Return a token as it is sent.

    Raises:
        ValueError: ``auth`` cannot send it. The message does not show it.
    """
    if isinstance(auth, Auth | Basic):
        return auth.check(token)
    if not isinstance(token, str) or not token.strip():
        raise BadToken("token must be a string that is not empty")
    return token.strip()


class Credential:
    """The token of one client, fixed or from an async callable.

    Args:
        source: The token, or the callable; ``None`` for requests without a token.
        auth: How the requests use the token; ``None`` for requests without a credential.

    Attributes:
        current: The token to send now; ``None`` until the callable was asked.
        headers: The headers that hold it.
        signer: Signs each request, if the token is not sent itself.
    """

    __slots__ = (
        "_answers",
        "_auth",
        "_lock",
        "_provider",
        "_redactor",
        "_sent",
        "current",
        "headers",
        "signer",
    )

    def __init__(
        self, source: str | TokenProvider | None, auth: Authentication | None = Auth()
    ) -> None:
        self._lock = asyncio.Lock()
        self._answers = 0
        self._auth = auth if isinstance(auth, Auth | Basic) else None
        self._provider = None if isinstance(source, str) else source
        self.signer: Signer | None = None if isinstance(auth, Auth | Basic) else auth
        self._redactor: Callable[[str], str] | None = None
        self.current: str | None = None
        self.headers: Mapping[str, str] = {}
        # The last tokens, for redact(): answers to requests with an earlier one may still come.
        self._sent: deque[str] = deque(maxlen=4)
        if isinstance(source, str):
            self._keep(checked_token(source, auth))
        elif source is not None and not callable(source):
            raise TypeError(
                f"token must be a string or an async callable, got {type(source).__name__}"
            )

    @property
    def is_sent(self) -> bool:
        """Whether requests carry a credential at all."""
        return self._auth is not None or self.signer is not None

    async def token(self) -> str | None:
        """Return the token to send now."""
        if self.current is not None or self._provider is None:
            return self.current
        return await self._ask(self._provider)

    async def refresh(self, refused: str | None) -> bool:
        """Replace a token that was refused; one call of the callable serves all tasks.

        Returns:
            False if the token is fixed and cannot be replaced.
        """
        if self._provider is None:
            return False
        if refused == self.current:
            await self._ask(self._provider)
        return True

    def redact(self, text: str) -> str:
        """Return ``text`` without the token, which a service may have echoed."""
        if self._redactor is None:
            self._redactor = redactor(self._secrets())
        return self._redactor(text)

    async def _ask(self, provider: TokenProvider) -> str:
        """Call the callable, once for all tasks that need a token at the same time."""
        answers = self._answers
        # A lock instead of a shared task: if the first task is cancelled, the next one calls.
        async with self._lock:
            # A token that came while this task waited serves it too, even if it is the old one.
            if self.current is not None and self._answers != answers:
                return self.current
            token = self._keep(await self._token_from(provider))
            self._answers += 1
            return token

    async def _token_from(self, provider: TokenProvider) -> str:
        answer = provider()
        if not inspect.isawaitable(answer):
            raise TypeError("token must be an async callable; this one is not async")
        try:
            return checked_token(await answer, self._auth)
        except BadToken as error:
            problem = str(error)
        raise ConfigurationError(f"the token callable gave no token: {problem}")

    def _keep(self, token: str) -> str:
        self.current = token
        # In the form that aiohttp would bring them into for each request.
        self.headers = CIMultiDict({} if self._auth is None else self._auth.headers(token))
        self._sent.append(token)
        self._redactor = None
        return token

    def _secrets(self) -> Iterator[str]:
        for token in self._sent:
            yield from parts_of(token) if self._auth is None else self._auth.secrets(token)

    def __repr__(self) -> str:
        return "Credential(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a credential is not pickled; give each process its own token")


def credential_from(
    token: str | TokenProvider | None,
    variable: str | None,
    auth: Authentication | None = Auth(),
    *,
    optional: bool = False,
) -> Credential:
    """Return the credential from the argument, or else from an environment variable.

    Args:
        token: The argument.
        variable: The environment variable; ``None`` if the service has no token. A signer then has
            credentials of its own, unless it is given some as ``token``.
        auth: How the service is told who asks; ``None`` for no credential.
        optional: Whether there may be none: a signer then has credentials of its own, and other
            requests carry none.

    Raises:
        ConfigurationError: Neither holds a token, and there has to be one.
        ValueError: The token contains characters that an HTTP header cannot hold, or the service
            takes no token.
    """
    if auth is None or (variable is None and isinstance(auth, Auth | Basic)):
        if token is not None:
            raise ValueError("token must be left out: this service takes none")
        return Credential(None, None)
    source = os.environ.get(variable, "") if token is None and variable is not None else token
    if isinstance(source, str) and not source.strip():
        if optional and token is None:
            return Credential(None, None if isinstance(auth, Auth | Basic) else auth)
        where = "pass token=..." if variable is None else f"pass token=... or set {variable}"
        raise ConfigurationError(f"no token: {where}")
    return Credential(source, auth)
