"""What every service's client is: the parts it owns, their lifecycle, and ``fetch``."""

import asyncio
import os
from types import TracebackType
from typing import ClassVar, NoReturn, Self, TypedDict, TypeVar

import aiohttp

from asyncops.addresses import check_base_url, check_proxy
from asyncops.auth import TokenProvider, credential_from
from asyncops.calls import Call, Caller
from asyncops.checks import count
from asyncops.clock import SYSTEM_CLOCK, Clock
from asyncops.codec import Decode, decode_response
from asyncops.deadlines import Deadlines
from asyncops.errors import AsyncOpsError, ConfigurationError, DeadlineExceeded
from asyncops.messages import Reply, Request
from asyncops.progress import Meter
from asyncops.retry import RetryPolicy
from asyncops.telemetry import Telemetry, checked_telemetry
from asyncops.throttle import RateLimiter, rate_limiter
from asyncops.transport import Timeout, Transport

__all__ = ["BaseClient", "ClientOptions"]

T = TypeVar("T")


class ClientOptions(TypedDict, total=False):
    """The arguments of every client but the token, each by name."""

    base_url: str | None
    retry: RetryPolicy
    timeout: Timeout
    max_body: int | None
    session: aiohttp.ClientSession | None
    allow_insecure: bool
    rate_limit: float | RateLimiter | None
    telemetry: Telemetry | None
    proxy: str | None
    clock: Clock


class BaseClient:
    """A client for one service and one account.

    Use it as an async context manager, or call :meth:`close` yourself. It belongs to the event
    loop that it is first used in, and may be shared by all tasks there.

    Args:
        token: The service's API token, or an async callable that gives one and is asked again
            after a 401. Without it, the service's environment variable is read.
        base_url: Where the service is. Without it, the service's environment variable is read,
            then the public address is used.
        retry: When and how often a failed request is sent again.
        timeout: How long things may take.
        max_body: The largest answer that is read, in bytes after decompression. None for 10 MiB,
            and 256 MiB for a single operation's result (of ``get``, ``get_many``, ``wait`` and the
            like); a number bounds both. A larger one is an :class:`~asyncops.AnswerTooLarge`.
        session: An ``aiohttp.ClientSession`` to use. It is left open. Its proxies, cookies and
            middlewares apply, and so does aiohttp's way of taking bytes that a server sends on an
            idle connection for the next answer; the client's own sessions drop such connections.
        allow_insecure: Let the token travel over plain http to other machines.
        rate_limit: The most requests per second, evenly spaced (this needs the extra ``rate``); or
            a :class:`~asyncops.throttle.RateLimiter` of your own, which several clients may share.
            Each request on the wire counts, retries too. Waiting for the rate is part of a call's
            deadline, and is no waiting for a connection: ``Timeout.pool`` does not end it.
        telemetry: What is told of calls, attempts and walks as they happen, such as an
            :class:`asyncops.otel.OpenTelemetry`.
        proxy: An ``http://`` or ``https://`` proxy to go by, with a user and a password where it
            wants them: ``http://user:password@proxy.example.com:3128``. It sees the service's host
            alone where that is spoken to over https. Those of the environment are not used.
        clock: Time, for tests that replace it.

    Raises:
        ConfigurationError: There is no token, or it would travel in the clear.
        ValueError: An argument is out of range.
    """

    _token_variable: ClassVar[str]
    _url_variable: ClassVar[str]
    _default_url: ClassVar[str]

    def __init__(
        self,
        token: str | TokenProvider | None = None,
        *,
        base_url: str | None = None,
        retry: RetryPolicy = RetryPolicy(),
        timeout: Timeout = Timeout(),
        max_body: int | None = None,
        session: aiohttp.ClientSession | None = None,
        allow_insecure: bool = False,
        rate_limit: float | RateLimiter | None = None,
        telemetry: Telemetry | None = None,
        proxy: str | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        url = base_url or os.environ.get(self._url_variable) or self._default_url
        self._base_url = check_base_url(url, allow_insecure=allow_insecure)
        self._credential = credential_from(token, self._token_variable)
        _instance("retry", retry, RetryPolicy)
        self._timeout = _instance("timeout", timeout, Timeout)
        if session is not None:
            _instance("session", session, aiohttp.ClientSession)
        self._retry = retry
        self._clock = clock
        self._telemetry = checked_telemetry(telemetry)
        rate = rate_limiter(rate_limit)
        if max_body is not None:
            count("max_body", max_body)
        way = check_proxy(proxy, self._base_url, allow_insecure=allow_insecure)
        self._transport = Transport(timeout, max_body=max_body, session=session, proxy=way)
        self._caller = Caller(
            self._base_url,
            self._credential,
            retry,
            clock,
            self._transport,
            rate,
            hints={} if way is None else way.hints,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._calls = Deadlines(timeout.deadline)

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self._base_url

    @property
    def retry(self) -> RetryPolicy:
        """When and how often this client sends a failed request again."""
        return self._retry

    @property
    def clock(self) -> Clock:
        """What this client measures time by."""
        return self._clock

    @property
    def telemetry(self) -> Telemetry | None:
        """What this client tells of its work."""
        return self._telemetry

    async def fetch(
        self, request: Request, decode: Decode[T], meter: Meter | None = None
    ) -> Reply[T]:
        """Send a request, again where that is safe and may help, and decode the answer.

        Args:
            request: What to send; the base URL and the credential are added to it.
            decode: From the body's bytes to the value.
            meter: Where to count what it costs.

        Raises:
            TransportError: No whole answer arrived.
            APIError: The service answered with an error.
            DecodeError: The answer is not what the service promises.
            ConfigurationError: The client is closed, or belongs to another event loop.
        """
        self._check_usable()
        call = self._call(request, meter or Meter())
        if self._telemetry is None:
            return await self._answer(call, decode)
        call.span = self._telemetry.call(request, self._base_url, call.meter.parent)
        try:
            reply = await self._answer(call, decode)
        except BaseException as error:
            call.span.end(error)
            raise
        call.span.end(None)
        return reply

    async def close(self) -> None:
        """End all calls under way with a :class:`ConfigurationError` and close the connections.

        A session that was given stays open. Closing again does nothing.
        """
        if self._closed:
            return
        self._check_usable()
        self._closed = True
        self._calls.end_all()
        await self._transport.close()

    async def __aenter__(self) -> Self:
        self._check_usable()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r}, token=***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client is not pickled; make one in each process")

    def _check_usable(self) -> None:
        if self._closed:
            raise ConfigurationError("this client is closed")
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ConfigurationError(
                "this client belongs to another event loop; make one in each loop"
            )

    async def _answer(self, call: Call, decode: Decode[T]) -> Reply[T]:
        try:
            with call.scope:
                response = await self._caller.send(call)
        except TimeoutError:
            if not call.scope.expired:
                raise
        except AsyncOpsError:
            if not self._closed:
                raise
        else:
            return Reply(
                value=decode_response(response, decode, redact=self._credential.redact),
                status=response.status,
                headers=response.headers,
                request_id=response.request_id,
            )
        raise self._interrupted(call)

    def _interrupted(self, call: Call) -> AsyncOpsError:
        if self._closed:
            return ConfigurationError("the client was closed while the call was under way")
        before = f"; what went wrong before: {call.failure}" if call.failure is not None else ""
        return DeadlineExceeded(f"the call took longer than {self._timeout.deadline:g} s{before}")

    def _call(self, request: Request, meter: Meter) -> Call:
        return Call(
            request,
            f"{self._base_url}{request.target}",
            self._clock.monotonic() + self._timeout.deadline,
            meter,
            self._clock,
            self._calls.scope(),
        )


def _instance(name: str, value: T, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {type(value).__name__}")
    return value
