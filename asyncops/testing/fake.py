"""What the fakes of all services have in common: address, time, faults, what arrived."""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Self, TypedDict, TypeVar, Unpack

from asyncops.client import ClientOptions as _ClientOptions
from asyncops.http.credential import TokenProvider
from asyncops.http.service import Service
from asyncops.testing.clock import FakeClock
from asyncops.testing.server.faults import FOR_GOOD, Fault
from asyncops.testing.server.local import LocalServer
from asyncops.utils.clock import SYSTEM_CLOCK, Clock

V = TypeVar("V")

# The fewest, near enough, among which each list has every status.
FEW = 25
# Longer than any test: what ends a hanging request is the client, or the end of the fake.
_HANGING = 86_400.0
_GARBAGE = b"<html><body>This is not JSON.</body></html>"


class When(TypedDict, total=False):
    """Which requests meet a fault; by default the next one that no other fault takes.

    Attributes:
        times: How many requests in a row; 1 by default.
        on: Which request, 1 for the first from now on.
        path: How the path begins, for those that count; any by default.
    """

    times: int
    on: int | None
    path: str | None


class ClientOptions(_ClientOptions, total=False):
    """The arguments of a client, each by name."""

    token: str | TokenProvider | None


class MarkedSettings(TypedDict, total=False):
    """The arguments that the fakes of all services take, and a mark of pytest gives."""

    seed: int
    arrivals: float
    latency: float
    rate_limit: float | None


class FakeSettings(MarkedSettings, total=False):
    """The arguments that the fakes of all services take; see :class:`~asyncops.testing.Fake`."""

    clock: Clock | None


class FakeService(LocalServer):
    """A fake of one service on a local port, while its ``with`` or ``async with`` lasts.

    ``with`` serves from a thread of its own, ``async with`` from the running event loop.

    Faults happen in the order they are scripted in; those for an exact request (``on=``) come
    first. Each method that scripts one takes ``times``, ``on`` and ``path``, as in `When`.
    """

    service: Service

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """Make this the service that clients find by themselves.

        A client that is made without ``token`` and ``base_url`` reads them from the environment
        and so comes here. Where this fake lives on a `FakeClock`, every client that was given no
        clock measures and sleeps on it, so that backoff, ``Retry-After`` and polling take no
        time. A client with a clock of its own (``clock=SystemClock()``) keeps that. The time
        limits of `asyncops.Timeout`, a walk's ``deadline`` and a ``rate_limit`` stay real.
        """
        variables = {self.service.url_variable: self.url}
        if self.service.token is not None:
            variables[self.service.token] = self.token
        clock = self._clock
        habits: dict[str, Any] = {}
        if isinstance(clock, FakeClock):
            habits = {"time": clock.time, "monotonic": clock.monotonic, "sleep": clock.sleep}
        with _holding(os.environ, variables), _holding(vars(SYSTEM_CLOCK), habits):
            yield self

    @property
    def clock(self) -> FakeClock:
        """What the data live on. ``clock.slept`` has every sleep of the clients, in seconds.

        Raises:
            TypeError: The fake lives on the machine's own clock.
        """
        return self._fake_clock

    def fail(
        self,
        status: int = 503,
        *,
        message: str | None = None,
        retry_after: float | str | None = None,
        **when: Unpack[When],
    ) -> None:
        """Answer with an error, in the service's own shape.

        Args:
            status: The HTTP status.
            message: What the error says; None for something fitting.
            retry_after: The ``Retry-After`` header: seconds, or any text.
            when: ``times``, ``on`` and ``path``.
        """
        self.script(Fault(status, message=message, retry_after=retry_after, **when))

    def throttle(self, retry_after: float | str | None = 1, **when: Unpack[When]) -> None:
        """Answer 429, and say in how many seconds to come back (None: not say)."""
        self.script(Fault(429, retry_after=retry_after, **when))

    def drop(self, **when: Unpack[When]) -> None:
        """Close the connection without an answer."""
        self.script(Fault(drop=True, **when))

    def delay(self, seconds: float, **when: Unpack[When]) -> None:
        """Answer as usual, after so many seconds of real time."""
        self.script(Fault(delay=seconds, **when))

    def hang(self, **when: Unpack[When]) -> None:
        """Never answer. What ends the request is the client's `asyncops.Timeout`, in real time."""
        self.script(Fault(delay=_HANGING, **when))

    def garbage(self, body: bytes = _GARBAGE, **when: Unpack[When]) -> None:
        """Answer 200 with this body, which says that it is JSON."""
        self.script(Fault(body=body, **when))

    def down(self, status: int = 503) -> None:
        """Answer every request with an error, until `recover`."""
        self.script(Fault(status, times=FOR_GOOD))


@contextmanager
def _holding(where: MutableMapping[str, V], values: Mapping[str, V]) -> Iterator[None]:
    before = {name: where[name] for name in values if name in where}
    where.update(values)
    try:
        yield
    finally:
        for name in values:
            where.pop(name, None)
        where.update(before)
