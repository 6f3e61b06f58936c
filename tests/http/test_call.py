"""The state of one call."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from asyncops.errors import ConnectionFailed
from asyncops.http.call import Call
from asyncops.http.messages import Request
from asyncops.http.meter import Meter
from asyncops.http.telemetry import AttemptSpan
from asyncops.http.timeouts import CallTime
from asyncops.testing import FakeClock
from asyncops.utils.time_limits import TimeLimits


async def test_sleep_that_is_cut_short_counts_as_long_as_it_was() -> None:
    """A call may be cancelled while it waits for its next attempt."""
    clock, meter = FakeClock(auto_advance=False), Meter()
    call = Call(Request(path="/"), CallTime(TimeLimits(100.0), clock, 100.0), meter)
    task = asyncio.create_task(call.sleep(10.0))
    await asyncio.sleep(0)
    clock.advance(4.0)
    task.cancel()
    await asyncio.wait([task])
    assert meter.slept == 4.0


class Attempts:
    """A span that notes its attempts and their ends."""

    headers: Mapping[str, str] = MappingProxyType({"traceparent": "00-1"})

    def __init__(self) -> None:
        self.resends: list[int] = []
        self.ends: list[tuple[int | None, BaseException | None]] = []

    def attempt(self, resends: int) -> AttemptSpan:
        self.resends.append(resends)
        return self

    def slept(self, seconds: float) -> None:
        """Not of interest here."""

    def end(self, error: BaseException | None, *, status: int | None = None) -> None:
        self.ends.append((status, error))


def test_what_was_in_doubt_stays_so_whatever_a_later_request_does() -> None:
    """Only the request that was refused or not sent is out of doubt, not one before it."""
    call = Call(Request(path="/"), CallTime(TimeLimits(9.0), FakeClock(), 9.0), Meter())
    unsent, lost = ConnectionFailed("refused", sent=False), ConnectionFailed("lost")
    found: list[bool] = []
    for begins, error in ((False, unsent), (True, unsent), (True, lost), (False, unsent)):
        if begins:
            call.begin_attempt({})
        call.end_attempt(status=None, error=error)
        found.append(call.in_doubt)
    assert found == [False, False, True, True]
    call.begin_attempt({})
    call.refuse()
    assert call.in_doubt


def test_an_attempt_is_ended_once() -> None:
    """The next one may fail before it begins, as where a rate cannot be asked."""
    span = Attempts()
    call = Call(Request(path="/"), CallTime(TimeLimits(9.0), FakeClock(), 9.0), Meter(), span)
    assert call.begin_attempt({"a": "b"}) == {"a": "b", "traceparent": "00-1"}
    call.end_attempt(status=503, error=None)
    call.end_attempt(status=None, error=ValueError())
    assert (span.resends, span.ends) == ([0], [(503, None)])
    call.begin_attempt({})
    assert span.resends == [0, 1]
    assert (call.meter.requests, call.meter.retries) == (2, 1)
