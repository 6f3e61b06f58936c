"""What ``@pytest.mark.asyncops(...)`` takes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

import attrs
from attrs import field, frozen
from attrs.validators import instance_of, optional

from asyncops.testing.chainloop.fake import ChainloopHabits, FakeChainloop
from asyncops.testing.clock import FakeClock
from asyncops.testing.described.editing import check_name
from asyncops.testing.described.fake import C, Fake
from asyncops.testing.fake import MarkedSettings
from asyncops.testing.server.server import FakeServer
from asyncops.testing.zoo.fake import FakeZoo, ZooHabits
from asyncops.utils.checks import check_count, check_seconds
from asyncops.utils.clock import SystemClock

_NUMBER = instance_of((int, float))


class FakeOptions(MarkedSettings, total=False):
    """The arguments of a :class:`~asyncops.testing.Fake`, without its client and its clock."""

    rows: int | Mapping[str, int]
    page_size: int
    empty_pages: int


@frozen(kw_only=True)
class MarkerOptions:
    """The options of one test; None for what it leaves to each fixture.

    Attributes:
        operations: How many operations each service has to begin with.
        prompts: How many ML prompts.
        rows: How many items each resource of a described service has, or how many by resource.
        seed: What the data are computed from.
        arrivals: New items of each list in every second of the clock.
        latency: Seconds of real time before each answer.
        rate_limit: Requests per second of the clock; beyond, 429 with ``Retry-After``.
        page_size: Items of a page of a described service, where the request does not say how many.
        empty_pages: How many empty pages come before each page of a described service.
        start: The first instant of the clock, aware.
        auto_advance: Whether a sleep moves the clock at once, or waits for ``advance``.
        real_time: Whether the services and their clients live on the machine's own clock.
        unused_faults: Whether a scripted fault may stay unused.
        zoo: The options that are `ZooHabits`.
        chainloop: The options that are `ChainloopHabits`.
    """

    operations: int | None = field(default=None, validator=optional(check_count(0)))
    prompts: int | None = field(default=None, validator=optional(check_count(0)))
    rows: int | Mapping[str, int] | None = field(
        default=None, validator=optional(instance_of((int, Mapping)))
    )
    seed: int | None = field(default=None, validator=optional(instance_of(int)))
    arrivals: float | None = field(default=None, validator=optional(_NUMBER))
    latency: float | None = field(default=None, validator=optional(check_seconds()))
    rate_limit: float | None = field(default=None, validator=optional(_NUMBER))
    page_size: int | None = field(default=None, validator=optional(check_count(1)))
    empty_pages: int | None = field(default=None, validator=optional(check_count(0)))
    start: datetime | None = field(default=None, validator=optional(instance_of(datetime)))
    auto_advance: bool = field(default=True, validator=instance_of(bool))
    real_time: bool = field(default=False, validator=instance_of(bool))
    unused_faults: bool = field(default=False, validator=instance_of(bool))
    zoo: ZooHabits = field(factory=ZooHabits)
    chainloop: ChainloopHabits = field(factory=ChainloopHabits)

    @classmethod
    def read(cls, marks: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]]) -> Self:
        """The options of a test's marks, given as arguments and keywords, the closest first.

        Raises:
            TypeError: An unknown option, one without a name, or a value of another type.
            ValueError: A value is out of range.
        """
        merged: dict[str, Any] = {}
        for args, given in marks:
            if args:
                raise TypeError("options are given by name, such as operations=0")
            merged = {**given, **merged}
        for name in merged:
            check_name("unknown option", name, _KNOWN - {"zoo", "chainloop"})
        zoo = {name: merged.pop(name) for name in _ZOO & merged.keys()}
        chainloop = {name: merged.pop(name) for name in _CHAINLOOP & merged.keys()}
        return cls(**merged, zoo=ZooHabits(**zoo), chainloop=ChainloopHabits(**chainloop))

    def fake_clock(self) -> FakeClock:
        """The clock that a test moves."""
        if self.start is None:
            return FakeClock(auto_advance=self.auto_advance)
        return FakeClock(self.start, auto_advance=self.auto_advance)

    def fake(self, client: type[C], clock: FakeClock, options: FakeOptions) -> Fake[C]:
        """The fake of a described service, not yet running; the marks come before the options."""
        marked = self._settings(clock, "rows", "page_size", "empty_pages")
        return Fake(client, **{**options, **marked})

    def fake_zoo(self, clock: FakeClock) -> FakeZoo:
        """The fake of Zoo, not yet running."""
        return FakeZoo(habits=self.zoo, **self._settings(clock, "operations", "prompts"))

    def fake_chainloop(self, clock: FakeClock) -> FakeChainloop:
        """The fake of Chainloop, not yet running."""
        return FakeChainloop(habits=self.chainloop, **self._settings(clock, "operations"))

    def fake_server(self, clock: FakeClock) -> FakeServer:
        """Both in one, not yet running."""
        marked = self._settings(clock, "operations", "prompts")
        if self.operations is not None:
            marked["chainloop_operations"] = self.operations
        return FakeServer(zoo=self.zoo, chainloop=self.chainloop, **marked)

    def _settings(self, clock: FakeClock, *own: str) -> dict[str, Any]:
        """The arguments of a fake that the marks give, of those of all and its own."""
        names = (*MarkedSettings.__annotations__, *own)
        marked = {name: value for name in names if (value := getattr(self, name)) is not None}
        return {"clock": SystemClock() if self.real_time else clock, **marked}


_ZOO = {each.name for each in attrs.fields(ZooHabits)}
_CHAINLOOP = {each.name for each in attrs.fields(ChainloopHabits)}
_KNOWN = {each.name for each in attrs.fields(MarkerOptions)} | _ZOO | _CHAINLOOP
