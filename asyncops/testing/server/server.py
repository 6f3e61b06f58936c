"""The fake server: both services on one port, with data that moves on its clock."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from asyncops.testing.chainloop.service import Chainloop, ChainloopHabits
from asyncops.testing.clock import FakeClock
from asyncops.testing.described.habits import Data
from asyncops.testing.described.service import DescribedService
from asyncops.testing.described.wanted import Wanted
from asyncops.testing.fake import FEW
from asyncops.testing.server.local import FAKE_TOKEN, LocalServer
from asyncops.testing.server.request import now_ns
from asyncops.testing.zoo.service import Zoo, ZooHabits
from asyncops.utils.clock import Clock

__all__ = ["FakeServer"]


class FakeServer(LocalServer):
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
        token: str = FAKE_TOKEN,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        zoo: ZooHabits | None = None,
        chainloop: ChainloopHabits | None = None,
        latency: float = 0.0,
        rate_limit: float | None = None,
        arrivals: float = 0.0,
    ) -> None:
        clock = FakeClock() if clock is None else clock
        data = Data(
            seed=seed,
            sizes=defaultdict(lambda: FEW, operations=operations, ml_prompts=prompts),
            start=now_ns(clock),
            arrivals=arrivals,
        )
        self._zoo = Zoo(data, zoo or ZooHabits())
        data = evolve(data, sizes={"operations": chainloop_operations})
        self._chainloop = Chainloop(data, chainloop or ChainloopHabits())
        super().__init__(
            lambda path: self._chainloop if path.startswith("/v1/") else self._zoo,
            clock=clock,
            token=token,
            host=host,
            port=port,
            latency=latency,
            rate_limit=rate_limit,
        )

    @property
    def clock(self) -> Clock:
        """What the data live on."""
        return self._clock

    def zoo_operations(
        self, status: str | None = None, descending: bool = True
    ) -> list[dict[str, Any]]:
        """What a full walk of ``/async/operations`` would list now; None: every status."""
        return self._listed(self._zoo, "operations", status, newest_first=descending)

    def ml_prompts(self, descending: bool = True) -> list[dict[str, Any]]:
        """What a full walk of ``/ml-prompts`` would list now."""
        return self._listed(self._zoo, "ml_prompts", newest_first=descending)

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
        if (resource_type is None) != (resource_id is None):
            raise ValueError("resource_type and resource_id go together")
        asked = {"kind": kind, "resource_type": resource_type, "resource_id": resource_id}
        return self._listed(self._chainloop, "operations", status, values=asked)

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
        return self._added(
            self._zoo, "operations", fields, status=status, lifetime=lifetime, fails=fails
        )

    def create_prompt(
        self,
        *,
        status: str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Add an ML prompt, created now. Arguments are as in `create_operation`."""
        return self._added(
            self._zoo, "ml_prompts", fields, status=status, lifetime=lifetime, fails=fails
        )

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
        return self._added(
            self._chainloop, "operations", fields, status=status, lifetime=lifetime, fails=fails
        )

    def remove_chainloop_operation(self, operation_id: str) -> None:
        """Take a row out of the list, so that those after it move up.

        Raises:
            KeyError: There is no such row.
        """
        rows = self._chainloop.operations
        rows.remove(rows.find(operation_id, now_ns(self.clock)))

    def _listed(
        self,
        service: DescribedService,
        resource: str,
        status: str | None = None,
        *,
        newest_first: bool = True,
        values: Mapping[str, str | None] = {},
    ) -> list[dict[str, Any]]:
        wanted = Wanted(
            newest_first=newest_first,
            words=None if status is None else frozenset({status}),
            values={name: frozenset({text}) for name, text in values.items() if text is not None},
        )
        now = now_ns(self.clock)
        rows = service.served[resource].table(()).behind(wanted, now, None)
        return [service.shown(resource, row, now) for row in rows]

    def _added(
        self,
        service: DescribedService,
        resource: str,
        fields: dict[str, Any],
        **life: Any,
    ) -> dict[str, Any]:
        now = now_ns(self.clock)
        row = service.served[resource].table(()).add(now, fields=fields, **life)
        return service.shown(resource, row, now)
