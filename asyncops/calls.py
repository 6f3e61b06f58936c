"""One call: its attempts, the waiting between them, and what holds all calls of a client back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from attrs import define, field

from asyncops.auth import Credential
from asyncops.clock import Clock
from asyncops.codec import api_error
from asyncops.deadlines import Receiving, Scope, receiving
from asyncops.errors import AsyncOpsError, DeadlineExceeded
from asyncops.messages import Request, Response
from asyncops.progress import Meter
from asyncops.retry import SUCCESS_REWARD, CallRetry, Gate, RetryPolicy, RetryQuota, is_retryable
from asyncops.telemetry import AttemptSpan, CallSpan, log_retry
from asyncops.throttle import RateLimiter
from asyncops.transport import Transport

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["Call", "Caller"]


@define(eq=False, repr=False)
class Call:
    """One call under way.

    Attributes:
        request: What is sent.
        url: Where to, query and all.
        deadline: When it must be over, on the clock.
        meter: Where to count what it costs.
        clock: What it is timed by.
        scope: What ends it then.
        span: What is told of it.
        replayed: Whether it was sent again after a 401.
        failure: Why its last attempt failed.
        sent: How often it went out.
    """

    request: Request
    url: str
    deadline: float
    meter: Meter
    clock: Clock
    scope: Scope
    span: CallSpan | None = field(default=None)
    replayed: bool = field(default=False)
    failure: AsyncOpsError | None = field(default=None)
    sent: int = field(default=0)
    _receiving: float | None = field(default=None, init=False)
    _poll: Receiving | None = field(default=None, init=False)

    def receive(self) -> None:
        """A large answer comes, which may take longer than the call's time: that stands still."""
        self._receiving = self.clock.monotonic()
        self.scope.pause()
        self._poll = receiving()
        if self._poll is not None:
            self._poll.begun()

    def received(self) -> None:
        """What came is over, whole or not."""
        if self._receiving is not None:
            self.deadline += self.clock.monotonic() - self._receiving
            self._receiving = None
            self.scope.resume()
            if self._poll is not None:
                self._poll.over()
                self._poll = None

    def count_request(self) -> None:
        """One more request goes out."""
        self.meter.requests += 1
        self.meter.retries += self.sent > 0
        self.sent += 1

    async def sleep(self, seconds: float) -> None:
        """Sleep; where it is cut short, what was slept counts."""
        begun = self.clock.monotonic()
        try:
            await self.clock.sleep(seconds)
        finally:
            slept = min(seconds, self.clock.monotonic() - begun)
            self.meter.slept += slept
            if self.span is not None:
                self.span.slept(slept)


@define(eq=False, repr=False)
class Caller:
    """Sends the calls of one client: again where that helps, later where it must.

    Attributes:
        base_url: Where the service is.
        credential: What lets the calls in.
        retry: When and how often a failed request is sent again.
        clock: What time is measured by.
        transport: What sends one request.
        hints: What usually helps, by error status, whatever was asked for.
        rate: What else each request has to wait for.
        headers: What every request says besides.
        quota: What all calls may spend on retries.
        gate: Where all calls wait after a 429.
    """

    base_url: str
    credential: Credential
    retry: RetryPolicy
    clock: Clock
    transport: Transport
    rate: RateLimiter | None
    hints: Mapping[int, str] = field(factory=dict)
    headers: dict[str, str] = field(factory=dict, init=False)
    quota: RetryQuota = field(init=False)
    gate: Gate = field(factory=Gate, init=False)

    def __attrs_post_init__(self) -> None:
        self.quota = RetryQuota(self.retry.quota)
        self.transport.slots.one_by_one = self.rate is not None

    async def send(self, call: Call) -> Response:
        """The good answer to a call, after as many attempts as its policy allows.

        Raises:
            TransportError: No whole answer arrived.
            APIError: The service answered with an error.
        """
        try:
            response = await self._attempt(call)
        except AsyncOpsError as error:
            call.failure = error
            if not is_retryable(error, call.request.method, self.retry.statuses):
                raise
        else:
            self.quota.give_back(SUCCESS_REWARD)
            return response
        return await self._again(call, call.failure)

    async def _again(self, call: Call, failure: AsyncOpsError) -> Response:
        """Let tenacity go on after a first attempt that failed; most calls need nothing of it."""
        retry = CallRetry(
            self.retry, self.quota, self.gate, self.clock, call.request.method, call.deadline
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
                retry.deadline = call.deadline
                raise

        def told(state: "RetryCallState") -> None:
            log_retry(
                call.request,
                self.base_url,
                call.failure or failure,
                state.attempt_number,
                state.upcoming_sleep,
            )

        retrying = retry.retrying().copy(sleep=call.sleep, before_sleep=told)
        response: Response = await retrying(attempt)
        retry.succeeded()
        return response

    async def _attempt(self, call: Call) -> Response:
        token = await self.credential.token()
        response = await self._exchange(call, token)
        if response.status == 401 and not call.replayed and await self.credential.refresh(token):
            call.replayed = True
            response = await self._exchange(call, await self.credential.token())
        if 200 <= response.status < 300:
            return response
        raise api_error(
            response,
            now=self.clock.time(),
            hints={**self.hints, **call.request.hints},
            redact=self.credential.redact,
        )

    def _is_held_back(self) -> bool:
        return self.gate.opens_at > self.clock.monotonic()

    async def _pass_gate(self, call: Call) -> None:
        while (delay := self.gate.delay(now := self.clock.monotonic())) > 0:
            if now + delay >= call.deadline:
                raise self.gate.refusal(now) or DeadlineExceeded(
                    f"the service asked to wait {delay:.1f} s more, past the call's deadline",
                    sent=False,
                )
            # What rounding leaves of a delay may be too small for a clock to move at all.
            await call.sleep(max(delay, 1e-6))

    async def _exchange(self, call: Call, token: str) -> Response:
        slots = self.transport.slots
        while True:
            if self._is_held_back():
                await self._pass_gate(call)
            await slots.take()
            try:
                if self.rate is not None:
                    await self._keep_to(self.rate)
                # It may have closed while this call stood in the queue.
                if self._is_held_back():
                    continue
                epoch = slots.epoch
                call.count_request()
                response = await self._on_the_wire(call, f"Bearer {token}")
                slots.answered(epoch, response.status)
                call.meter.bytes += len(response.body)
                return response
            finally:
                call.received()
                slots.give_back()

    def _on_the_wire(self, call: Call, authorization: str) -> Awaitable[Response]:
        if call.span is None:
            return self.transport.send(
                call.request.method,
                call.url,
                authorization,
                self.headers,
                on_result=_on_result(call),
            )
        return self._told(call, authorization, call.span.attempt(call.sent - 1))

    async def _told(self, call: Call, authorization: str, span: AttemptSpan) -> Response:
        try:
            response = await self.transport.send(
                call.request.method,
                call.url,
                authorization,
                {**self.headers, **span.headers},
                on_result=_on_result(call),
            )
        except BaseException as error:
            span.end(status=None, error=error)
            raise
        span.end(status=response.status, error=None)
        return response

    async def _keep_to(self, rate: RateLimiter) -> None:
        """Wait until the rate allows the request that has the slot, and nobody else meanwhile."""
        try:
            # Where it must not go out anyway, nothing of the rate is spent on it.
            if not self._is_held_back():
                await rate.acquire()
        finally:
            self.transport.slots.sent()


def _on_result(call: Call) -> Callable[[], None] | None:
    return call.receive if call.request.result else None
