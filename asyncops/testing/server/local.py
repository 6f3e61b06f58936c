"""A server on a local port, which runs any services."""

from collections.abc import Callable

from asyncops.testing.server.request import Door
from asyncops.testing.server.running import Running
from asyncops.testing.server.service import Service
from asyncops.testing.server.sockets import Wire
from asyncops.utils.clock import Clock

__all__ = ["FAKE_TOKEN", "LocalServer"]

FAKE_TOKEN = "fake-token"  # noqa: S105


class LocalServer(Running):
    """Services on one local port.

    Args:
        services: From the path of a request to the service that answers it.
        clock: What the data live on and the rate limit is measured on.
        token: The token that is let in; may be changed while the server runs.
        host: Where to listen.
        port: 0: any free port.
        latency: Seconds (of real time) before each answer.
        rate_limit: Requests per second; beyond, 429 with ``Retry-After``.
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
        self.clock: Clock = clock
        door = Door(services, clock=clock, token=token, latency=latency, rate_limit=rate_limit)
        super().__init__(door, Wire(door.handle, host, port))

    @property
    def connections(self) -> int:
        """How many TCP connections have been accepted."""
        return self._wire.accepted

    @property
    def open_connections(self) -> int:
        """How many of them are open now."""
        return self._wire.open

    def reset_counters(self) -> None:
        """Forget the requests and connections so far."""
        self._door.log.clear()
        self._wire.accepted = 0

    def clear_faults(self) -> None:
        """Have nothing more go wrong: forget what was scripted."""
        self._door.script.clear()
