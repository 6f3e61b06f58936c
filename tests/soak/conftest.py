"""The event loops of the tests of this folder."""

import asyncio
from collections.abc import Callable

import pytest

from tests.idle_loop import IdleLoop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """A slow machine is no fault: where faults are counted, both ends are in the test's loop."""
    counted = item.path.name.endswith("_faults.py")
    return {"idle": IdleLoop} if counted else {"usual": asyncio.new_event_loop}
