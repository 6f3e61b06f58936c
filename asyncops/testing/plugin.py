"""A pytest plugin: fake servers as fixtures, for tests of any async flavour or none."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from asyncops.testing.clock import FakeClock
    from asyncops.testing.server import FakeServer

__all__ = ["fake_clock", "fake_server", "fake_server_factory"]


@pytest.fixture
def fake_server_factory() -> "Iterator[Callable[..., FakeServer]]":
    """Start a `FakeServer` with the given keyword arguments; all stop when the test ends."""
    from asyncops.testing.server import FakeServer  # noqa: PLC0415

    with ExitStack() as running:

        def start(**options: Any) -> FakeServer:
            return running.enter_context(FakeServer(**options))

        yield start


@pytest.fixture
def fake_clock() -> "FakeClock":
    """The clock of `fake_server`, to be given to a client as well."""
    from asyncops.testing.clock import FakeClock  # noqa: PLC0415

    return FakeClock()


@pytest.fixture
def fake_server(
    fake_server_factory: "Callable[..., FakeServer]", fake_clock: "FakeClock"
) -> "FakeServer":
    """A running `FakeServer` with its defaults, in a thread of its own."""
    return fake_server_factory(clock=fake_clock)
