"""The fake server: both services on one port, with data that moves on its clock."""

from types import TracebackType
from typing import Any, Self

from asyncops.clock import Clock
from asyncops.testing.chainloop import Chainloop, ChainloopHabits
from asyncops.testing.chainloop_rows import Filter, zoo_status
from asyncops.testing.clock import FakeClock
from asyncops.testing.door import Door, now_ns
from asyncops.testing.faults import Fault
from asyncops.testing.recording import RecordedRequest
from asyncops.testing.wire import Wire
from asyncops.testing.zoo import Zoo, ZooHabits

__all__ = ["FakeServer"]

_FAKE_TOKEN = "fake-token"  # noqa: S105
_ALL = (1 << 62) - 1


class FakeServer:
    """Zoo and Chainloop on one local port.

    ``async with FakeServer() as server`` serves from the running event loop, ``with
    FakeServer() as server`` from a thread of its own. The data are a function of the seed, the
    sizes and the clock, so a list of a million operations costs nothing until it is read.

    Args:
        seed: What all data are computed from.
        operations: How many Zoo operations there are to begin with.
        prompts: How many ML prompts.
        chainloop_operations: How many Chainloop operations.
        token: The bearer token that is let in; may be changed while the server runs.
        host: Where to listen.
        port: 0: any free port.
        clock: What the data live on and the rate limit is measured on. None: a `FakeClock`.
            Give the same clock to the client if it should see its waiting take effect.
        zoo: How this Zoo differs from the usual one.
        chainloop: How this Chainloop differs.
        latency: Seconds (of real time) before each answer.
        rate_limit: Requests per second over both services; beyond, 429 with ``Retry-After``.
        arrivals: New operations that each of the three lists gets in every second of the clock,
            so that there is always something alive.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        operations: int = 1000,
        prompts: int = 200,
        chainloop_operations: int = 1000,
        token: str = _FAKE_TOKEN,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        zoo: ZooHabits | None = None,
        chainloop: ChainloopHabits | None = None,
        latency: float = 0.0,
        rate_limit: float | None = None,
        arrivals: float = 0.0,
    ) -> None:
        self.clock: Clock = FakeClock() if clock is None else clock
        start = now_ns(self.clock)
        self._zoo = Zoo(seed, operations, prompts, start, zoo or ZooHabits(), arrivals=arrivals)
        self._chainloop = Chainloop(
            seed, chainloop_operations, start, chainloop or ChainloopHabits(), arrivals=arrivals
        )
        self._door = Door(
            self._zoo,
            self._chainloop,
            clock=self.clock,
            token=token,
            latency=latency,
            rate_limit=rate_limit,
        )
        self._wire = Wire(self._door.handle, host, port)

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
        """The ``base_url`` of both services. RuntimeError if the server does not run."""
        return self._wire.url

    @property
    def token(self) -> str:
        """The bearer token that is let in."""
        return self._door.token

    @token.setter
    def token(self, token: str) -> None:
        self._door.token = token

    @property
    def requests(self) -> list[RecordedRequest]:
        """The newest 100,000 requests, in the order they came."""
        return self._door.log.requests()

    @property
    def connections(self) -> int:
        """How many TCP connections have been accepted."""
        return self._wire.accepted

    @property
    def open_connections(self) -> int:
        """How many of them are open now."""
        return self._wire.open

    def advance(self, seconds: float) -> None:
        """Move the server's `FakeClock`.

        Raises:
            TypeError: The server was given a clock of another kind.
        """
        if not isinstance(self.clock, FakeClock):
            raise TypeError("only a FakeClock can be moved")
        self.clock.advance(seconds)

    def count(self, path: str | None = None) -> int:
        """How many requests came, in all or for exactly this path."""
        return self._door.log.count(path)

    def reset_counters(self) -> None:
        """Forget the requests and connections so far."""
        self._door.log.clear()
        self._wire.accepted = 0

    def script(self, *faults: Fault) -> None:
        """Have things go wrong, in this order."""
        self._door.script.add(*faults)

    @property
    def unused_faults(self) -> list[Fault]:
        """The scripted faults that no request has met so far."""
        return self._door.script.unused()

    def clear_faults(self) -> None:
        """Have nothing more go wrong: forget what was scripted."""
        self._door.script.clear()

    def zoo_operations(
        self, status: str | None = None, descending: bool = True
    ) -> list[dict[str, Any]]:
        """What a full walk of ``/async/operations`` would list now; None: every status."""
        now = now_ns(self.clock)
        rows = self._zoo.operations
        numbers = rows.scan(now, status=status, descending=descending, after=None)
        return [self._zoo.writer.operation(rows.row(number, now)) for number in numbers]

    def ml_prompts(self, descending: bool = True) -> list[dict[str, Any]]:
        """What a full walk of ``/ml-prompts`` would list now."""
        now = now_ns(self.clock)
        rows = self._zoo.prompts
        numbers = rows.scan(now, status=None, descending=descending, after=None)
        return [self._zoo.writer.prompt(rows.row(number, now)) for number in numbers]

    def chainloop_operations_now(
        self,
        status: str | None = None,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
    ) -> list[dict[str, Any]]:
        """What a full walk of ``/v1/operations`` would list now, newest first.

        Raises:
            ValueError: A resource type without an id, or the other way round.
        """
        resource = None
        if resource_type is not None and resource_id is not None:
            resource = (resource_type, resource_id)
        elif resource_type is not None or resource_id is not None:
            raise ValueError("resource_type and resource_id go together")
        now = now_ns(self.clock)
        _, numbers = self._chainloop.rows.select(Filter(status, kind, resource), now, 0, _ALL)
        return [self._chainloop.json(number, now) for number in numbers]

    def create_operation(
        self,
        *,
        status: str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Add a Zoo operation, created now; gives it as the listing has it.

        Args:
            status: A state that it has at once and never leaves. None: it lives on the clock.
            lifetime: Seconds from its creation to its end. None: as long as others.
            fails: Whether it ends in failure. None: as chance has it.
            fields: What to say instead of the usual, such as ``type`` or ``id``.

        Raises:
            ValueError: Unknown status, negative lifetime, an id that is taken, ``created_at``.
        """
        now = now_ns(self.clock)
        rows = self._zoo.operations
        number = rows.add(now, status=status, lifetime=lifetime, fails=fails, fields=fields)
        return self._zoo.writer.operation(rows.row(number, now))

    def create_prompt(
        self,
        *,
        status: str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Add an ML prompt, created now. Arguments are as in `create_operation`."""
        now = now_ns(self.clock)
        rows = self._zoo.prompts
        number = rows.add(now, status=status, lifetime=lifetime, fails=fails, fields=fields)
        return self._zoo.writer.prompt(rows.row(number, now))

    def create_chainloop_operation(
        self,
        *,
        status: str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Add a Chainloop operation, created now. Arguments are as in `create_operation`.

        ``status`` is one of Chainloop's own names.
        """
        now = now_ns(self.clock)
        rows = self._chainloop.rows
        held = zoo_status(status)
        number = rows.add(now, status=held, lifetime=lifetime, fails=fails, fields=fields)
        return self._chainloop.json(number, now)

    def remove_chainloop_operation(self, operation_id: str) -> None:
        """Take a row out of the list, so that those after it move up.

        Raises:
            KeyError: There is no such row.
        """
        rows = self._chainloop.rows
        number = rows.find(operation_id, now_ns(self.clock))
        if number is None or rows.removed(number):
            raise KeyError(operation_id)
        rows.remove(number)
