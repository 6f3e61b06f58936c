"""The event loops of the tests of this folder."""

import asyncio
from collections.abc import Callable

import pytest

from tests.idle_loop import IdleLoop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Limits are tested where nothing outside of the loop happens."""
    alone = item.path.name in {"test_transport_read_timeout.py", "test_timeouts.py"}
    return {"idle": IdleLoop} if alone else {"usual": asyncio.new_event_loop}
