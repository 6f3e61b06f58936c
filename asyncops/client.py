"""The base of every service's client: construction, lifecycle, and one call."""

import asyncio
import os
from collections.abc import Mapping
from typing import ClassVar, NoReturn, Self, TypedDict, TypeVar

import aiohttp

from asyncops.errors import AsyncOpsError, ConfigurationError, DeadlineExceeded
from asyncops.http.addresses import check_base_url, check_proxy
from asyncops.http.call import Call, Caller
from asyncops.http.credential import TokenProvider, credential_from
from asyncops.http.decoding import Decode, decode_response
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.http.service import Service
from asyncops.http.telemetry import Telemetry, checked_telemetry
from asyncops.http.timeouts import CallTime, Timeout
from asyncops.http.transport import Transport
from asyncops.retry.policy import RetryPolicy
from asyncops.retry.rate_limit import RateLimiter, rate_limiter
from asyncops.utils.checks import check_methods, check_type, count, flag
from asyncops.utils.clock import SYSTEM_CLOCK, Clock
from asyncops.utils.time_limits import TimeLimits

T = TypeVar("T")

_NO_HEADERS: Mapping[str, str] = {}


class ClientOptions(TypedDict, total=False):
    """The keyword arguments of every client, without the token."""

    base_url: str | None
    retry: RetryPolicy
    timeout: Timeout
    max_body: int | None
    session: aiohttp.ClientSession | None
    allow_insecure: bool
    rate_limit: float | RateLimiter | None
    telemetry: Telemetry | None
    proxy: str | None
    headers: Mapping[str, str]
    clock: Clock


class BaseClient:
    """A client for one service and one account.

    ::

        async with ZooClient("token", timeout=Timeout(deadline=300)) as zoo:
            page = await zoo.operations.list()

    Use it as an async context manager, or call :meth:`close`. All tasks of one event loop may share
    a client; it belongs to the loop of its first call.

    Args:
        token: The service's API token, ``user:password`` if it asks for a login, or the credentials
            of its signer; or an async callable that returns one and is called again after a 401. By
            default, the service's environment variable holds the token.
        base_url: The URL of the service; by default that of the environment variable
            ``NAME_BASE_URL``, or else the public one, if there is one.
        retry: When and how often a failed request is sent again.
        timeout: The time limits.
        max_body: The largest body that is read, in bytes after decompression. ``None`` means 10 MiB
            for a page and 256 MiB for a single operation's result (of ``get``, ``get_many``,
            ``wait`` and the like); a number applies to both. A larger body raises
            :class:`~asyncops.AnswerTooLarge`.
        session: An ``aiohttp.ClientSession`` to use. The client leaves it open. Its proxies,
            cookies and middlewares apply. aiohttp takes bytes that a server sends on an idle
            connection for the next answer; only the client's own sessions drop such connections.
        allow_insecure: Allow plain http to other machines, which shows the token to the network.
        rate_limit: The most requests per second, evenly spaced (needs the extra ``rate``), or a
            :class:`~asyncops.RateLimiter`, which several clients may share. Retries count as
            requests. Waiting for the rate counts towards ``Timeout.deadline`` only.
        telemetry: Receives calls, attempts and walks as they happen, such as an
            :class:`asyncops.otel.OpenTelemetry`.
        proxy: The ``http://`` or ``https://`` URL of a proxy, with its login if it needs one:
            ``http://user:password@proxy.example.com:3128``. The proxy sees only the host of a
            service that uses https. Proxies of the environment are ignored.
        headers: Further headers of every request, such as the tenant to work for. The credential
            stands in none of them.
        clock: Replaces the system's clock, for tests.

    Raises:
        ConfigurationError: There is no token or no address, or the token would travel unencrypted.
        ValueError: An argument is out of range, or the service takes no token.
    """

    service: ClassVar[Service]
    """The service of all clients of the class."""

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
        headers: Mapping[str, str] = _NO_HEADERS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        service = self.service
        credential = credential_from(
            token, service.token, service.auth, optional=service.optional_token
        )
        # Without a credential, there is nothing that plain http would show.
        allow_insecure = flag("allow_insecure", allow_insecure) or not credential.is_sent
        url = check_base_url(_address_of(service, base_url), allow_insecure=allow_insecure)
        check_type("retry", retry, RetryPolicy)
        check_type("timeout", timeout, Timeout)
        if session is not None:
            check_type("session", session, aiohttp.ClientSession)
        check_methods("clock", clock, Clock, "time, monotonic and sleep")
        self._telemetry = checked_telemetry(telemetry)
        rate = rate_limiter(rate_limit)
        if max_body is not None:
            count("max_body", max_body)
        proxy_settings = check_proxy(proxy, url, allow_insecure=allow_insecure)
        transport = Transport(
            timeout,
            request_id=service.request_id,
            max_body=max_body,
            session=session,
            proxy=proxy_settings,
        )
        hints = {} if proxy_settings is None else proxy_settings.hints
        self._caller = Caller(service, url, credential, retry, clock, transport, rate, hints)
        service.check_headers(headers)
        self._caller.headers.update(headers)
        self._timeout = timeout
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._limits = TimeLimits(timeout.deadline)

    @property
    def base_url(self) -> str:
        """The URL of the service, without a slash at its end."""
        return self._caller.base_url

    @property
    def retry(self) -> RetryPolicy:
        """The retry policy of this client."""
        return self._caller.retry

    @property
    def clock(self) -> Clock:
        """The clock of this client."""
        return self._caller.clock

    @property
    def telemetry(self) -> Telemetry | None:
        """The telemetry of this client."""
        return self._telemetry

    async def fetch(
        self, request: Request, meter: Meter | None = None, *, decode: Decode[T]
    ) -> Reply[T]:
        """Send a request, with retries, and decode the answer.

        Args:
            request: The request, without base URL and credential.
            meter: Counts the cost of the call.
            decode: Turns the bytes of the body into the value.

        Raises:
            TransportError: No whole answer arrived.
            APIError: The service answered with an error.
            DecodeError: The answer has an unexpected shape.
            ConfigurationError: The client is closed, or belongs to another event loop.
        """
        if self._closed or self._loop is not asyncio.get_running_loop():
            self._check_usable()
        caller = self._caller
        deadline = caller.clock.monotonic() + self._timeout.deadline
        call = Call(
            request,
            CallTime(self._limits, caller.clock, deadline),
            meter or Meter(),
            redact=caller.credential.redact,
        )
        if self._telemetry is None:
            return await self._answer(call, decode)
        call.span = self._telemetry.call(request, caller.base_url, call.meter.parent)
        try:
            reply = await self._answer(call, decode)
        except BaseException as error:
            call.span.end(error)
            raise
        call.span.end(None)
        return reply

    async def close(self) -> None:
        """End all calls with a :class:`ConfigurationError` and close the connections.

        A session that was given stays open. Closing a second time does nothing.
        """
        if self._closed:
            return
        self._check_usable()
        self._closed = True
        self._limits.end_all()
        await self._caller.transport.close()

    async def __aenter__(self) -> Self:
        self._check_usable()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r}, token=***)"

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
            with call.time:
                response = await self._caller.send(call)
        except TimeoutError:
            if not call.time.expired:
                raise
        except AsyncOpsError:
            if not self._closed:
                raise
        else:
            return Reply(
                value=decode_response(response, decode, redact=call.redact, request=call.request),
                status=response.status,
                headers=response.headers,
                request_id=response.request_id,
            )
        raise self._interrupted(call)

    def _interrupted(self, call: Call) -> AsyncOpsError:
        if self._closed:
            text = "the client was closed while the call was under way"
            return ConfigurationError(text, sent=call.in_doubt)
        before = f"; what went wrong before: {call.failure}" if call.failure is not None else ""
        if not call.sent and not before:
            before = ", and no request was sent: the rate limit, the token or a 429 held it back"
        text = f"the call took longer than {self._timeout.deadline:g} s{before}"
        return DeadlineExceeded(text, sent=call.in_doubt)


def _address_of(service: Service, base_url: str | None) -> str:
    url = base_url
    if url is None:
        url = os.environ.get(service.url_variable) or service.public_url
    if url is None:
        raise ConfigurationError(
            f"no address of {service.title}: pass base_url=... or set {service.where_to_set}"
        )
    return url
