"""The fake server: both services on one port, with data that moves on its clock."""

from attrs import evolve

from asyncops.testing.chainloop.fake import Chainloop, ChainloopHabits, ChainloopItems
from asyncops.testing.clock import clock_of
from asyncops.testing.described.fake import sizes_of
from asyncops.testing.described.habits import Data, habits_of
from asyncops.testing.fake import FEW
from asyncops.testing.server.local import FAKE_TOKEN, LocalServer, now_ns
from asyncops.testing.zoo.fake import Zoo, ZooHabits, ZooItems
from asyncops.utils.clock import Clock


class FakeServer(LocalServer):
    """Zoo and Chainloop on one local port.

    ``async with FakeServer() as server`` serves from the running event loop, ``with
    FakeServer() as server`` from a thread of its own. The data are a function of the seed, the
    sizes and the clock, so a list of a million operations costs nothing until it is read.

    Args:
        seed: What all data are computed from.
        operations: How many Zoo operations there are to begin with.
        prompts: How many ML prompts.
        others: How many items of each other resource of Zoo.
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

    Attributes:
        zoo: The items of Zoo: ``server.zoo.add_operation(status="failed")`` adds one.
        chainloop: The items of Chainloop.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        operations: int = 1000,
        prompts: int = 200,
        others: int = FEW,
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
        clock = clock_of(clock)
        data = Data(
            seed=seed,
            sizes=sizes_of({"operations": operations, "ml_prompts": prompts}, others),
            start=now_ns(clock),
            arrivals=arrivals,
        )
        self.zoo: ZooItems = ZooItems(Zoo(data, habits_of("zoo", zoo, ZooHabits)), clock)
        data = evolve(data, sizes=sizes_of({"operations": chainloop_operations}))
        service = Chainloop(data, habits_of("chainloop", chainloop, ChainloopHabits))
        self.chainloop: ChainloopItems = ChainloopItems(service, clock)
        super().__init__(
            lambda path: (self.chainloop if path.startswith("/v1/") else self.zoo).described,
            clock=clock,
            token=token,
            host=host,
            port=port,
            latency=latency,
            rate_limit=rate_limit,
        )

    def __repr__(self) -> str:
        return "FakeServer()"

    @property
    def clock(self) -> Clock:
        """What the data live on."""
        return self._clock
