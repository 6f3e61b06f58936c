"""A fake of the two services on real sockets, for tests, demos and trying things out.

Nothing here is imported before it is used, so that the pytest plugin next door costs a test
run nothing until a test asks for a server.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncops.testing.chainloop import ChainloopHabits
    from asyncops.testing.clock import FakeClock
    from asyncops.testing.fake_chainloop import FakeChainloop
    from asyncops.testing.fake_service import FakeService
    from asyncops.testing.fake_zoo import FakeZoo
    from asyncops.testing.faults import Fault
    from asyncops.testing.recording import RecordedRequest
    from asyncops.testing.server import FakeServer
    from asyncops.testing.zoo import ZooHabits

__all__ = [
    "ChainloopHabits",
    "FakeChainloop",
    "FakeClock",
    "FakeServer",
    "FakeService",
    "FakeZoo",
    "Fault",
    "RecordedRequest",
    "ZooHabits",
]

_HOMES = {
    "ChainloopHabits": "chainloop",
    "FakeChainloop": "fake_chainloop",
    "FakeClock": "clock",
    "FakeServer": "server",
    "FakeService": "fake_service",
    "FakeZoo": "fake_zoo",
    "Fault": "faults",
    "RecordedRequest": "recording",
    "ZooHabits": "zoo",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
