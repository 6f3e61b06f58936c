"""The event loop of these tests, whose time passes only while it has nothing to do."""

import asyncio


async def test_time_never_stands_still() -> None:
    """A timer that was set a moment too early is set again, and has to come to its end."""
    loop = asyncio.get_running_loop()
    end, turns, ended = loop.time() + 5e-8, 0, asyncio.Event()

    def turn() -> None:
        nonlocal turns
        turns += 1
        if loop.time() >= end or turns > 100:
            ended.set()
        else:
            loop.call_at(loop.time(), turn)

    turn()
    await ended.wait()
    assert loop.time() >= end
    assert turns < 20
