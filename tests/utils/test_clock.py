"""The machine's clocks."""

import time

from asyncops.utils.clock import SYSTEM_CLOCK


async def test_it_is_the_machine_s_and_sleeping_takes_time() -> None:
    assert abs(SYSTEM_CLOCK.time() - time.time()) < 60
    began = SYSTEM_CLOCK.monotonic()
    await SYSTEM_CLOCK.sleep(0.01)
    assert SYSTEM_CLOCK.monotonic() - began >= 0.009
