"""The way of one request: recorded, perhaps made to fail, let in or not, answered."""

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from aiohttp import web

from asyncops.testing.server.faults import Fault, Script
from asyncops.testing.server.recording import Log, RecordedRequest
from asyncops.testing.server.service import Allowance, Asked, RefusedError, Service
from asyncops.utils.clock import Clock

__all__ = ["Door", "RateLimit", "now_ns"]

_JSON = {"Content-Type": "application/json"}
_FIRST_ERROR = 400
# What a service without a limit says is left.
_UNLIMITED = 1000
# The sum of many small floats may fall a hair short of one.
_ROUNDING = 1e-6
_MESSAGES = {
    401: "The credential is missing or wrong.",
    429: "Too many requests.",
    500: "Something went wrong.",
    503: "The service is unavailable.",
}


class _Answer(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]


def now_ns(clock: Clock) -> int:
    """The clock's time in nanoseconds; a float is good to the microsecond only."""
    return round(clock.time() * 1e6) * 1000


class RateLimit:
    """A token bucket that holds the requests of one second, on a clock of its own choice."""

    def __init__(self, rate: float, clock: Clock) -> None:
        if rate <= 0:
            raise ValueError("rate_limit must be greater than 0")
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


class Door:
    """The services behind one port.

    Args:
        services: From the path of a request to the service that answers it.
        clock: What the data live on and the rate limit is measured on.
        token: The token that is let in.
        latency: Seconds (of real time) before each answer.
        rate_limit: Requests per second; beyond, 429 with ``Retry-After``.
    """

    def __init__(
        self,
        services: Callable[[str], Service],
        *,
        clock: Clock,
        token: str,
        latency: float,
        rate_limit: float | None,
    ) -> None:
        self.token = token
        self.log: Log = Log()
        self.script: Script = Script()
        self._services = services
        self.clock = clock
        self._latency = latency
        self._limit = None if rate_limit is None else RateLimit(rate_limit, clock)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        service = self._services(request.path)
        record = self._record(request, service)
        request_id = service.next_request_id()
        # Both count in the order of arrival, so they come before any waiting.
        fault = self.script.take(request.path)
        wait = self._limit.take() if self._limit is not None else None
        asked = await _read(request)
        record.body = asked.body
        record.authorized = service.permits(asked, self.token)
        delay = self._latency + (fault.delay if fault else 0.0)
        if delay:
            await asyncio.sleep(delay)
        if fault is not None and fault.drop:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        answer = self._faulty(fault, service, request_id) if fault is not None else None
        if answer is None:
            answer = self._answer(service, record, asked, request_id, wait)
        record.status = answer.status
        headers = {
            **_JSON,
            service.request_id_header: request_id,
            **service.limit_headers(self._allowance(answer, fault, wait), now_ns(self.clock)),
            **answer.headers,
        }
        if fault is not None:
            headers.update(fault.all_headers)
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    def _record(self, request: web.BaseRequest, service: Service) -> RecordedRequest:
        record = RecordedRequest(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=self.log.headers(request.raw_headers, service.secret_headers),
            authorized=False,
            at=self.clock.time(),
        )
        self.log.add(record)
        return record

    def _allowance(self, answer: _Answer, fault: Fault | None, wait: int | None) -> Allowance:
        """What is left after an answer: nothing if the answer says so."""
        if answer.status == 429:
            given = None if fault is None else fault.retry_after
            reset = given if isinstance(given, int | float) else wait or 1
            return Allowance(0, reset)
        return Allowance(_UNLIMITED if self._limit is None else self._limit.left, 1)

    def _faulty(self, fault: Fault, service: Service, request_id: str) -> _Answer | None:
        if fault.body is not None:
            return _Answer(fault.status or 200, fault.body, {})
        if fault.status is None:
            return None
        if fault.status < _FIRST_ERROR:
            return _Answer(fault.status, b"", {})
        refusal = RefusedError(fault.status, fault.message or _message(fault.status))
        return _error(service, refusal, request_id)

    def _answer(
        self,
        service: Service,
        record: RecordedRequest,
        asked: Asked,
        request_id: str,
        wait: int | None,
    ) -> _Answer:
        if wait is not None:
            refusal = RefusedError(429, _message(429))
            return _error(service, refusal, request_id, {"Retry-After": str(wait)})
        if not record.authorized:
            return _error(service, RefusedError(401, _message(401)), request_id)
        try:
            answered = service.respond(asked, now_ns(self.clock))
        except RefusedError as refusal:
            return _error(service, refusal, request_id)
        return _Answer(answered.status, msgspec.json.encode(answered.value), answered.headers)


async def _read(request: web.BaseRequest) -> Asked:
    return Asked(
        method=request.method,
        url=f"http://{request.headers.get('Host', '')}{request.raw_path}",
        path=request.path,
        raw_path=request.rel_url.raw_path,
        query=tuple(request.query.items()),
        headers=request.headers,
        body=await request.read() if request.can_read_body else b"",
    )


def _message(status: int) -> str:
    return _MESSAGES.get(status, f"Status {status}.")


def _error(
    service: Service,
    refusal: RefusedError,
    request_id: str,
    headers: Mapping[str, str] | None = None,
) -> _Answer:
    body = msgspec.json.encode(service.error(refusal, request_id))
    return _Answer(refusal.status, body, headers or {})
