"""A server on a local port, which runs any services: its address, its token, its faults."""

import asyncio
import math
from collections.abc import Callable

import msgspec
from aiohttp import web

from asyncops.testing.clock import FakeClock
from asyncops.testing.server.faults import Fault, Script
from asyncops.testing.server.recording import Log, RecordedRequest, recorded_headers
from asyncops.testing.server.service import Allowance, Answered, Asked, RefusedError, Service
from asyncops.testing.server.sockets import Sockets
from asyncops.utils.checks import seconds
from asyncops.utils.clock import Clock

FAKE_TOKEN = "fake-token"  # noqa: S105

_JSON = {"Content-Type": "application/json"}
# What a service without a limit says is left.
_UNLIMITED = 1000
_NO_FAULT = Fault()


class LocalServer(Sockets):
    """Services on one local port, while a ``with`` or ``async with`` lasts.

    ``async with`` serves from the running event loop, ``with`` from a thread of its own.

    Args:
        services: From the path of a request to the service that answers it.
        clock: What the data live on and the rate limit is measured on.
        token: The token that is let in.
        host: Where to listen.
        port: 0: any free port.
        latency: Seconds (of real time) before each answer.
        rate_limit: Requests per second; beyond, 429 with ``Retry-After``.

    Attributes:
        token: The token that is let in; others get a 401. May be changed.
    """

    def __init__(
        self,
        services: Callable[[str], Service],
        *,
        clock: Clock,
        token: str,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
        rate_limit: float | None = None,
    ) -> None:
        super().__init__(host, port)
        self.token = token
        self._services = services
        self._clock = clock
        self._latency = seconds("latency", latency)
        self._limit = None if rate_limit is None else RateLimit(rate_limit, clock)
        self._log = Log()
        self._script = Script()

    @property
    def requests(self) -> list[RecordedRequest]:
        """The newest 100,000 requests, in the order they came."""
        return self._log.requests()

    def count(self, path: str | None = None) -> int:
        """How many requests came, in all or for exactly this path."""
        return self._log.count(path)

    def reset_counters(self) -> None:
        """Forget the requests and connections so far."""
        self._log.clear()
        self.connections = 0

    def script(self, *faults: Fault) -> None:
        """Have these faults happen, in this order."""
        self._script.add(*faults)

    @property
    def unused_faults(self) -> list[Fault]:
        """The scripted faults that no request has met so far."""
        return self._script.unused()

    def assert_all_faults_used(self) -> None:
        """Check that each fault was met by a request at least once.

        Raises:
            AssertionError: One was not, so the test did not test what it says.
        """
        unused = self.unused_faults
        if unused:
            listed = ", ".join(fault.brief for fault in unused)
            raise AssertionError(
                f"{self!r}: no request met {listed}; {self.count()} requests came in all"
            )

    def recover(self) -> None:
        """End an outage: forget every fault, used or not."""
        self._script.clear()

    def advance(self, seconds: float) -> None:
        """Let time pass: operations go on, sleeps end. Raises TypeError in real time."""
        self._fake_clock.advance(seconds)

    @property
    def _fake_clock(self) -> FakeClock:
        clock = self._clock
        if not isinstance(clock, FakeClock):
            raise TypeError("this fake lives in real time, not on a FakeClock")
        return clock

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        service = self._services(request.path)
        record = self._record(request, service)
        request_id = service.next_request_id()
        # Both count in the order of arrival, so they come before any waiting.
        fault = self._script.take(request.path) or _NO_FAULT
        wait = self._limit.take() if self._limit is not None else None
        asked = await read_request(request)
        record.body = asked.body
        record.authorized = await service.permits(asked, self.token)
        if delay := self._latency + fault.delay:
            await asyncio.sleep(delay)
        if fault.drop:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        try:
            answer = faulty(fault) or self._answer(service, record, asked, wait)
        except RefusedError as refusal:
            told = service.error(refusal, request_id)
            answer = Answered(told, service.status(refusal), refusal.headers)
        record.status = answer.status
        headers = {
            **_JSON,
            service.request_id_header: request_id,
            **service.limit_headers(self._allowance(answer, fault, wait), now_ns(self._clock)),
            **answer.headers,
            **fault.all_headers,
        }
        body = msgspec.json.encode(answer.value)
        return web.Response(status=answer.status, body=body, headers=headers)

    def _record(self, request: web.BaseRequest, service: Service) -> RecordedRequest:
        record = RecordedRequest(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=recorded_headers(request.raw_headers, service.secret_headers),
            authorized=False,
            at=self._clock.time(),
        )
        self._log.add(record)
        return record

    def _answer(
        self, service: Service, record: RecordedRequest, asked: Asked, wait: int | None
    ) -> Answered:
        if wait is not None:
            raise RefusedError(429, headers={"Retry-After": str(wait)})
        if not record.authorized:
            raise RefusedError(401)
        return service.respond(asked, now_ns(self._clock))

    def _allowance(self, answer: Answered, fault: Fault, wait: int | None) -> Allowance:
        """What is left after an answer: nothing if the answer says so."""
        if answer.status == 429:
            given = fault.retry_after
            return Allowance(0, given if isinstance(given, int | float) else wait or 1)
        return Allowance(_UNLIMITED if self._limit is None else self._limit.left, 1)


_FIRST_ERROR = 400
# The sum of many small floats may fall a hair short of one.
_ROUNDING = 1e-6


def now_ns(clock: Clock) -> int:
    """The clock's time in nanoseconds; a float is good to the microsecond only."""
    return round(clock.time() * 1e6) * 1000


class RateLimit:
    """A token bucket that holds the requests of one second, on a clock of its own choice."""

    def __init__(self, rate: float, clock: Clock) -> None:
        if not 0 < rate < math.inf:
            raise ValueError(f"rate_limit must be finite and above 0, got {rate}")
        self._rate = rate
        self._clock = clock
        self._capacity = max(1.0, rate)
        self._tokens = self._capacity
        self._filled_at = clock.monotonic()

    @property
    def left(self) -> int:
        """How many requests are left at once."""
        return int(self._tokens)

    def take(self) -> int | None:
        """None: go on. Otherwise in how many whole seconds to come back."""
        now = self._clock.monotonic()
        grown = self._tokens + (now - self._filled_at) * self._rate
        self._tokens = min(self._capacity, grown)
        self._filled_at = now
        missing = 1.0 - self._tokens
        if missing > _ROUNDING:
            return math.ceil(missing / self._rate)
        self._tokens -= 1.0
        return None


def faulty(fault: Fault) -> Answered | None:
    """Return the answer that a fault gives; None if it gives none.

    Raises:
        RefusedError: It is an error of the service's.
    """
    if fault.body is not None:
        return Answered(msgspec.Raw(fault.body), fault.status or 200)
    if fault.status is None:
        return None
    if fault.status < _FIRST_ERROR:
        return Answered(msgspec.Raw(b""), fault.status)
    raise RefusedError(fault.status, fault.message)


async def read_request(request: web.BaseRequest) -> Asked:
    """Return a request, read whole."""
    return Asked(
        method=request.method,
        url=f"http://{request.headers.get('Host', '')}{request.raw_path}",
        path=request.path,
        raw_path=request.rel_url.raw_path,
        query=tuple(request.query.items()),
        headers=request.headers,
        # Of any size, as uploads are: Request.read() refuses more than a MiB.
        body=await request.content.read() if request.can_read_body else b"",
    )
