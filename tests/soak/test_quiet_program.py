"""Programs that leave walks, calls and clients in every way end without a word on stderr."""

import asyncio
import sys

import pytest

from asyncops.testing import FakeServer
from tests.until import until

PROGRAM = """
import asyncio, gc, sys
from contextlib import suppress
from asyncops import AsyncOpsError, ChainloopClient, ConfigurationError, ZooClient, fan_out, merge

LISTINGS = {
    "tokens": (ZooClient, lambda client: client.ml_prompts.list(limit=7)),
    "every status": (ZooClient, lambda client: client.operations.list(limit=7)),
    "numbers": (ChainloopClient, lambda client: client.operations.list(page_size=7)),
}
url, token, name = sys.argv[1:]
service, listing = LISTINGS[name]

async def follow(client):
    async for _ in listing(client):
        await asyncio.sleep(0)

async def iterate(items):
    with suppress(AsyncOpsError):
        async for _ in items:
            pass

async def main():
    # A busy machine is no fault of the program's.
    asyncio.get_running_loop().slow_callback_duration = 60
    async with service(token, base_url=url) as client:
        await follow(client)
        async for _ in listing(client):
            break
        async for _ in listing(client).pages():
            break
        walk = aiter(listing(client))
        await anext(walk)
        await walk.aclose()
        for turns in range(0, 60, 3):
            walk = asyncio.create_task(follow(client))
            for _ in range(turns):
                await asyncio.sleep(0)
            walk.cancel()
            with suppress(asyncio.CancelledError):
                await walk
        with suppress(TimeoutError):
            async with asyncio.timeout(0.005):
                await follow(client)
        for walk in (aiter(listing(client)), listing(client).pages()):
            other = asyncio.create_task(iterate(walk))
            await asyncio.sleep(0.001)
            await walk.aclose()
            await other
        for several in (
            listing(client).concurrent(4),
            listing(client).concurrent(4, ordered=False),
            merge(listing(client), listing(client), key=lambda item: 1),
            fan_out({1: client, 2: client}, listing),
        ):
            async with several as items:
                other = asyncio.create_task(iterate(items))
                await asyncio.sleep(0.001)
            await other
        left = aiter(listing(client))
        await anext(left)
        under_way = asyncio.create_task(follow(client))
        await asyncio.sleep(0.005)
    with suppress(ConfigurationError):
        await under_way
    with suppress(ConfigurationError):
        await follow(client)
    del left
    gc.collect()
    forgotten = service(token, base_url=url)
    await listing(forgotten)
    await forgotten.close()

asyncio.run(main())
gc.collect()
print("done")
"""


@pytest.mark.parametrize("listing", ["tokens", "every status", "numbers"])
async def test_a_program_that_leaves_everything_half_way_is_quiet(listing: str) -> None:
    with FakeServer(operations=200, prompts=100, chainloop_operations=100) as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM),
            *(server.url, server.token, listing),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        await until(lambda: server.open_connections == 0)
    assert (process.returncode, out.strip(), err.decode()) == (0, b"done", "")
