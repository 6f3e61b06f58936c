"""One call: its attempts, and all that the calls of one client share."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial

from attrs import define, field

from asyncops.errors import AsyncOpsError, ConfigurationError, TransportError
from asyncops.http.api_error import api_error, is_refused, meaning_of
from asyncops.http.credential import Credential
from asyncops.http.messages import Request, Response, merged
from asyncops.http.meter import Meter
from asyncops.http.redaction import parts_of, redactor
from asyncops.http.service import Service
from asyncops.http.signer import OutgoingRequest, Signer, sign
from asyncops.http.telemetry import AttemptSpan, CallSpan
from asyncops.http.timeouts import CallTime
from asyncops.http.transport import HEADERS, Transport
from asyncops.retry.budget import SUCCESS_REWARD, RetryQuota
from asyncops.retry.call_retry import CallRetry
from asyncops.retry.log import log_retry
from asyncops.retry.policy import RetryPolicy
from asyncops.retry.rate_limit import RateLimiter
from asyncops.retry.throttle import Throttle
from asyncops.utils.clock import Clock

# What a request that is sent again later may be answered, and did nothing then.
_REFUSED = frozenset({401, 429})


@define(eq=False, repr=False)
class Call:
    """The state of one call.

    Attributes:
        request: The request.
        time: The time that it may take.
        meter: Counts the cost of the call.
        span: The call in the client's telemetry.
        redact: Removes the credential from a text.
        replayed: Whether the request was sent again after a 401.
        failure: The error of the last attempt that failed.
        sent: The number of requests sent.
        in_doubt: Whether a request may have reached the service that has not refused it.
    """

    request: Request
    time: CallTime
    meter: Meter
    span: CallSpan | None = field(default=None)
    redact: Callable[[str], str] = field(default=str)
    replayed: bool = field(default=False)
    failure: AsyncOpsError | None = field(default=None)
    sent: int = field(default=0)
    in_doubt: bool = field(default=False)
    _doubted: bool = field(default=False, init=False)
    _attempt: AttemptSpan | None = field(default=None, init=False)

    @property
    def clock(self) -> Clock:
        """The client's clock."""
        return self.time.clock

    @property
    def deadline(self) -> float:
        """The end of its time, on the clock."""
        return self.time.deadline

    @property
    def safe(self) -> bool:
        """Whether the request may be sent again after it has reached the service."""
        return self.request.safe

    @property
    def repeatable(self) -> bool:
        """Whether the request may be sent again after a 429: it does nothing then."""
        return self.request.repeatable and self.request.ready

    def begin_attempt(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Count one more request; return its headers, with those of the telemetry."""
        self.meter.requests += 1
        self.meter.retries += self.sent > 0
        self.sent += 1
        self._doubted, self.in_doubt = self.in_doubt, True
        if self.span is None:
            return headers
        self._attempt = self.span.attempt(self.sent - 1)
        told = self._attempt.headers
        return {**headers, **told} if told else headers

    def keep_out(self, secrets: Iterable[str]) -> None:
        """Let :attr:`redact` remove these texts as well."""
        # Most calls end without a text to remove them from.
        before, others = self.redact, cache(partial(redactor, tuple(secrets)))
        self.redact = lambda text: others()(before(text))

    def refuse(self) -> None:
        """Note that the request under way did nothing: what came before it is as it was."""
        self.in_doubt = self._doubted

    def end_attempt(self, *, status: int | None, error: BaseException | None) -> None:
        """Let the time go on; report the end of a request to the telemetry, if one has begun."""
        request = self.request
        # Only what may be large has stopped it.
        if request.result or request.upload or request.body:
            self.time.go_on()
        if isinstance(error, TransportError) and not error.sent:
            self.refuse()
        self._doubted = self.in_doubt
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.end(status=status, error=error)

    async def sleep(self, seconds: float) -> None:
        """Sleep, and count the seconds slept, also of a sleep that is cancelled."""
        began = self.clock.monotonic()
        try:
            await self.clock.sleep(seconds)
        finally:
            slept = min(seconds, self.clock.monotonic() - began)
            self.meter.slept += slept
            if self.span is not None:
                self.span.slept(slept)


@define(eq=False, repr=False)
class Caller:
    """Sends the calls of one client.

    Attributes:
        service: The service.
        base_url: Its URL.
        credential: The credential of the client.
        retry: The retry policy.
        clock: The client's clock.
        transport: Sends one request and reads its answer.
        rate: Limits the rate of requests, if at all.
        hints: A sentence on the usual remedy, by status, for the errors of every request.
        headers: Headers of every request.
        quota: The retry tokens that all calls share.
        throttle: The pause of all calls after a 429.
    """

    service: Service
    base_url: str
    credential: Credential
    retry: RetryPolicy
    clock: Clock
    transport: Transport
    rate: RateLimiter | None
    hints: Mapping[int, str] = field(factory=dict)
    headers: dict[str, str] = field(init=False)
    quota: RetryQuota = field(init=False)
    throttle: Throttle = field(factory=Throttle, init=False)

    def __attrs_post_init__(self) -> None:
        self.headers = dict(self.service.headers)
        self.quota = RetryQuota(self.retry.quota)
        self.transport.connections.one_by_one = self.rate is not None

    async def send(self, call: Call) -> Response:
        """Return the good answer to a call, after as many attempts as the policy allows.

        Raises:
            TransportError: No whole answer arrived.
            APIError: The service answered with an error.
            ConfigurationError: The request cannot be signed.
        """
        if self.credential.signer is not None and call.request.upload is not None:
            raise ConfigurationError(
                f"{self.service.title} wants requests signed as a whole, and a file or a stream is "
                "read only while it is sent: give the content as bytes"
            )
        try:
            response = await self._attempt(call)
        except AsyncOpsError as error:
            log = partial(log_retry, call.request.method, self.base_url, call.request.path)
            retry = CallRetry(call, self.retry, self.quota, self.throttle, log)
            if not retry.is_worth_it(error):
                raise
            failures = [error]
        else:
            if self.quota.tokens < self.quota.capacity:
                self.quota.give_back(SUCCESS_REWARD)
            return response

        async def attempt() -> Response:
            # tenacity is told of the first attempt afterwards: most calls succeed without it.
            if failures:
                raise failures.pop()
            return await self._attempt(call)

        return await retry.run(attempt)

    async def _attempt(self, call: Call) -> Response:
        """Send the request once, and once more with a new token after a 401."""
        try:
            token = self.credential.current or await self.credential.token()
            response = await self._exchange(call, token, self.credential.headers)
            if (
                response.status >= 400
                and meaning_of(response, self.service, self.clock.time()) == 401
                and not call.replayed
                and call.request.ready
                and await self.credential.refresh(token)
            ):
                call.replayed = True
                token = await self.credential.token()
                response = await self._exchange(call, token, self.credential.headers)
            request, ok = call.request, self.service.ok
            told = ok is not None or request.accepted
            if 200 <= response.status < 300 and not (told and is_refused(response, request, ok)):
                return response
            raise api_error(
                response,
                request=request,
                service=self.service,
                now=self.clock.time(),
                hints={**self.hints, **request.hints},
                redact=call.redact,
            )
        except AsyncOpsError as error:
            call.failure = error
            raise

    async def _exchange(
        self, call: Call, token: str | None, authorization: Mapping[str, str]
    ) -> Response:
        """Send one request as soon as the throttle, the connections and the rate allow it."""
        request, connections = call.request, self.transport.connections
        url = f"{self.base_url}{request.target}"
        while True:
            if self.throttle.opens_at > self.clock.monotonic():
                await self.throttle.wait(call)
            if not connections.take_now():
                await connections.take()
            try:
                if self.rate is not None:
                    await self._wait_for_rate(self.rate)
                epoch = connections.epoch
                # The throttle may have closed while this call waited in the queue.
                if self.throttle.opens_at > self.clock.monotonic():
                    continue
                headers = merged(self.headers, request.headers) if request.headers else self.headers
                if self.credential.signer is not None:
                    signer = self.credential.signer
                    authorization = await self._signature(signer, call, url, token, headers)
                response = await self.transport.send(
                    request.method,
                    url,
                    authorization,
                    call.begin_attempt(headers),
                    body=request.upload or request.body,
                    result=request.result,
                    stop_time=call.time.stop,
                    go_on=call.time.go_on,
                    on_upload=request.on_upload,
                )
            except BaseException as error:
                call.end_attempt(status=None, error=error)
                raise
            else:
                status = response.status
                if status >= 400:
                    status = self._meant(call, response)
                call.end_attempt(status=response.status, error=None)
                connections.answered(epoch, status)
                call.meter.bytes += len(response.body)
                return response
            finally:
                connections.give_back()

    async def _signature(
        self,
        signer: Signer,
        call: Call,
        url: str,
        token: str | None,
        headers: Mapping[str, str],
    ) -> Mapping[str, str]:
        """Return the headers that prove who sends the request, and keep them out of any text."""
        request, all_headers = call.request, merged(HEADERS, headers)
        outgoing = OutgoingRequest(request.method, url, all_headers, request.body)
        signature = await sign(signer, outgoing, token)
        call.keep_out(part for value in signature.values() for part in parts_of(value))
        return signature

    def _meant(self, call: Call, response: Response) -> int:
        """Return what the status of an error means, and note a request that did nothing."""
        status = meaning_of(response, self.service, self.clock.time())
        if status in _REFUSED:
            call.refuse()
        return status

    async def _wait_for_rate(self, rate: RateLimiter) -> None:
        """Wait for the rate, with a connection taken and all other calls behind this one."""
        try:
            # A request that the throttle holds back anyway uses up nothing of the rate.
            if self.throttle.opens_at <= self.clock.monotonic():
                await rate.acquire()
        finally:
            self.transport.connections.rate_passed()
