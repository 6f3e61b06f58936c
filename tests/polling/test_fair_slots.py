"""Slots that several groups share."""

import asyncio

from asyncops.polling.fair_slots import FairSlots


async def test_slots_are_shared_fairly_and_none_is_idle_that_is_of_use() -> None:
    """Half of them each; all for the one that is left."""
    slots = FairSlots(8)
    wants = {"a": 50, "b": 3}
    a, b = slots.share(lambda: wants["a"]), slots.share(lambda: wants["b"])
    asked = [asyncio.create_task(a.__aenter__()) for _ in range(50)]
    await asyncio.sleep(0)
    assert (a.held, b.held) == (5, 0)
    asked += [asyncio.create_task(b.__aenter__()) for _ in range(3)]
    await asyncio.sleep(0)
    assert (a.held, b.held) == (5, 3)
    wants["b"] = 0
    for _ in range(3):
        await b.__aexit__()
    assert (a.held, b.held) == (8, 0)
    for task in asked:
        task.cancel()
    await asyncio.wait(asked)
    assert not a.waiting


async def test_whoever_is_cancelled_keeps_no_slot() -> None:
    """Neither while it waits nor as its turn comes."""
    slots = FairSlots(1)
    share = slots.share(lambda: 3)
    await share.__aenter__()
    first, second = (asyncio.create_task(share.__aenter__()) for _ in range(2))
    await asyncio.sleep(0)
    await share.__aexit__()
    first.cancel()
    await asyncio.wait([first, second])
    assert (first.cancelled(), second.cancelled(), share.held) == (True, False, 1)
    third = asyncio.create_task(share.__aenter__())
    await asyncio.sleep(0)
    third.cancel()
    await share.__aexit__()
    await asyncio.wait([third])
    assert (share.held, len(share.waiting)) == (0, 0)
