"""What runs while its ``with`` lasts: its address, its token, its faults, and what came."""

from types import TracebackType
from typing import Self

from asyncops.testing.clock import FakeClock
from asyncops.testing.server.faults import Fault
from asyncops.testing.server.recording import RecordedRequest
from asyncops.testing.server.request import Door
from asyncops.testing.server.sockets import Wire

__all__ = ["Running"]


class Running:
    """Services on one local port, while a ``with`` or ``async with`` lasts.

    ``async with`` serves from the running event loop, ``with`` from a thread of its own.

    Args:
        door: The services.
        wire: The sockets.
    """

    def __init__(self, door: Door, wire: Wire) -> None:
        self._door = door
        self._wire = wire

    async def __aenter__(self) -> Self:
        await self._wire.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._wire.stop()

    def __enter__(self) -> Self:
        self._wire.start_thread()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wire.stop_thread()

    @property
    def url(self) -> str:
        """The ``base_url`` of what is served. RuntimeError outside of ``with``."""
        return self._wire.url

    @property
    def token(self) -> str:
        """The token that is let in; others get a 401. May be changed."""
        return self._door.token

    @token.setter
    def token(self, token: str) -> None:
        self._door.token = token

    @property
    def requests(self) -> list[RecordedRequest]:
        """The newest 100,000 requests, in the order they came."""
        return self._door.log.requests()

    def count(self, path: str | None = None) -> int:
        """How many requests came, in all or for exactly this path."""
        return self._door.log.count(path)

    def script(self, *faults: Fault) -> None:
        """Have these faults happen, in this order."""
        self._door.script.add(*faults)

    @property
    def unused_faults(self) -> list[Fault]:
        """The scripted faults that no request has met so far."""
        return self._door.script.unused()

    def advance(self, seconds: float) -> None:
        """Let time pass: operations go on, sleeps end. Raises TypeError in real time."""
        self._fake_clock.advance(seconds)

    @property
    def _fake_clock(self) -> FakeClock:
        clock = self._door.clock
        if not isinstance(clock, FakeClock):
            raise TypeError("this fake lives in real time, not on a FakeClock")
        return clock
