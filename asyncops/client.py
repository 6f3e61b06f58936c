"""What every service's client is: the parts it owns, their lifecycle, and ``fetch``."""

import asyncio
import os
from functools import partial
from types import TracebackType
from typing import ClassVar, NoReturn, Self, TypeVar

import aiohttp
from attrs import define, field

from asyncops.auth import TokenProvider, check_base_url, credential_from
from asyncops.checks import count
from asyncops.clock import SYSTEM_CLOCK, Clock
from asyncops.codec import Decode, api_error, decode_response
from asyncops.deadlines import Deadlines
from asyncops.errors import AsyncOpsError, ConfigurationError, DeadlineExceeded
from asyncops.messages import Reply, Request, Response
from asyncops.progress import Meter
from asyncops.retry import SUCCESS_REWARD, CallRetry, Gate, RetryPolicy, RetryQuota, is_retryable
from asyncops.throttle import RateLimiter, rate_limiter
from asyncops.transport import MAX_BODY, Timeout, Transport

__all__ = ["BaseClient"]

T = TypeVar("T")


@define(eq=False, repr=False)
class _Call:
    """One call under way."""

    request: Request
    url: str
    deadline: float
    meter: Meter
    replayed: bool = field(default=False)
    failure: AsyncOpsError | None = field(default=None)
    sent: bool = field(default=False)

    def count_request(self) -> None:
        self.meter.requests += 1
        self.meter.retries += self.sent
        self.sent = True


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
        max_body: The largest answer that is read, in bytes after decompression.
        session: An ``aiohttp.ClientSession`` to use. It is left open. Its proxies, cookies and
            middlewares apply, and so does aiohttp's way of taking bytes that a server sends on an
            idle connection for the next answer; the client's own sessions drop such connections.
        allow_insecure: Let the token travel over plain http to other machines.
        rate_limit: The most requests per second, evenly spaced (this needs the extra ``rate``); or
            a :class:`~asyncops.throttle.RateLimiter` of your own, which several clients may share.
            Each request on the wire counts, retries too. Waiting for the rate is part of a call's
            deadline, and is no waiting for a connection: ``Timeout.pool`` does not end it.
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
        max_body: int = MAX_BODY,
        session: aiohttp.ClientSession | None = None,
        allow_insecure: bool = False,
        rate_limit: float | RateLimiter | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        url = base_url or os.environ.get(self._url_variable) or self._default_url
        self._base_url = check_base_url(url, allow_insecure=allow_insecure)
        self._credential = credential_from(token, self._token_variable)
        self._retry = _instance("retry", retry, RetryPolicy)
        self._timeout = _instance("timeout", timeout, Timeout)
        if session is not None:
            _instance("session", session, aiohttp.ClientSession)
        self._clock = clock
        self._quota = RetryQuota(retry.quota)
        self._gate = Gate()
        self._rate = rate_limiter(rate_limit)
        self._transport = Transport(timeout, max_body=count("max_body", max_body), session=session)
        self._transport.slots.one_by_one = self._rate is not None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._calls = Deadlines(timeout.deadline)

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self._base_url

    @property
    def clock(self) -> Clock:
        """What this client measures time by."""
        return self._clock

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
        scope = self._calls.scope()
        try:
            with scope:
                response = await self._send(call)
        except TimeoutError:
            if not scope.expired:
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

    def _interrupted(self, call: _Call) -> AsyncOpsError:
        if self._closed:
            return ConfigurationError("the client was closed while the call was under way")
        before = f"; what went wrong before: {call.failure}" if call.failure is not None else ""
        return DeadlineExceeded(f"the call took longer than {self._timeout.deadline:g} s{before}")

    def _call(self, request: Request, meter: Meter) -> _Call:
        return _Call(
            request,
            f"{self._base_url}{request.target}",
            self._clock.monotonic() + self._timeout.deadline,
            meter,
        )

    async def _send(self, call: _Call) -> Response:
        try:
            response = await self._attempt(call)
        except AsyncOpsError as error:
            call.failure = error
            if not is_retryable(error, call.request.method):
                raise
        else:
            self._quota.give_back(SUCCESS_REWARD)
            return response
        return await self._again(call, call.failure)

    async def _again(self, call: _Call, failure: AsyncOpsError) -> Response:
        """Let tenacity go on after a first attempt that failed; most calls need nothing of it."""
        retry = CallRetry(
            self._retry, self._quota, self._gate, self._clock, call.request.method, call.deadline
        )
        attempts = 0

        async def attempt() -> Response:
            nonlocal attempts
            attempts += 1
            if attempts == 1:
                raise failure
            try:
                return await self._attempt(call)
            except AsyncOpsError as error:
                call.failure = error
                raise

        retrying = retry.retrying().copy(sleep=partial(call.meter.sleep, self._clock))
        response: Response = await retrying(attempt)
        retry.succeeded()
        return response

    async def _attempt(self, call: _Call) -> Response:
        token = await self._credential.token()
        response = await self._exchange(call, token)
        if response.status == 401 and not call.replayed and await self._credential.refresh(token):
            call.replayed = True
            response = await self._exchange(call, await self._credential.token())
        if 200 <= response.status < 300:
            return response
        raise api_error(
            response,
            now=self._clock.time(),
            hints=call.request.hints,
            redact=self._credential.redact,
        )

    def _is_held_back(self) -> bool:
        return self._gate.opens_at > self._clock.monotonic()

    async def _pass_gate(self, call: _Call) -> None:
        while (delay := self._gate.delay(now := self._clock.monotonic())) > 0:
            if now + delay >= call.deadline:
                raise self._gate.refusal(now) or DeadlineExceeded(
                    f"the service asked to wait {delay:.1f} s more, past the call's deadline",
                    sent=False,
                )
            # What rounding leaves of a delay may be too small for a clock to move at all.
            await call.meter.sleep(self._clock, max(delay, 1e-6))

    async def _exchange(self, call: _Call, token: str) -> Response:
        slots = self._transport.slots
        while True:
            if self._is_held_back():
                await self._pass_gate(call)
            await slots.take()
            try:
                if self._rate is not None:
                    await self._keep_to(self._rate)
                # It may have closed while this call stood in the queue.
                if self._is_held_back():
                    continue
                epoch = slots.epoch
                call.count_request()
                response = await self._transport.send(
                    call.request.method, call.url, f"Bearer {token}"
                )
                slots.answered(epoch, response.status)
                call.meter.bytes += len(response.body)
                return response
            finally:
                slots.give_back()

    async def _keep_to(self, rate: RateLimiter) -> None:
        """Wait until the rate allows the request that has the slot, and nobody else meanwhile."""
        try:
            # Where it must not go out anyway, nothing of the rate is spent on it.
            if not self._is_held_back():
                await rate.acquire()
        finally:
            self._transport.slots.sent()


def _instance(name: str, value: T, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {type(value).__name__}")
    return value
