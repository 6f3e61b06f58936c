"""Walks that are left half-way: the page fetched ahead ends with them, and nobody is warned."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager

import pytest

from asyncops import PaginationError, ZooClient
from tests.wire.faultserver import FaultServer, Seen, Step
from tests.wire.kit import endless, quiet, strays, then_silent, zoo


@asynccontextmanager
async def walked(script: Callable[[Seen], Sequence[Step]]) -> AsyncIterator[ZooClient]:
    """A client whose walks must leave nothing but an idle connection behind."""
    async with FaultServer(script) as server, zoo(server) as client:
        yield client
        # What a walk that was left behind was fetching ends with the walk.
        gc.collect()
        await quiet(server, connections=1)


SCRIPTS = {"page ahead has come": endless, "page ahead hangs": then_silent}
scripts = pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())


@scripts
async def test_break_ends_what_was_fetched_ahead(script: Callable[[Seen], Sequence[Step]]) -> None:
    async with walked(script) as client:
        async for _ in client.ml_prompts.list():
            await asyncio.sleep(0.002)
            break


@scripts
async def test_break_out_of_the_pages_ends_what_was_fetched_ahead(
    script: Callable[[Seen], Sequence[Step]],
) -> None:
    async with walked(script) as client:
        async for _ in client.ml_prompts.list().pages():
            await asyncio.sleep(0.002)
            break


@scripts
async def test_aclose_ends_what_was_fetched_ahead(script: Callable[[Seen], Sequence[Step]]) -> None:
    async with walked(script) as client:
        walk = aiter(client.ml_prompts.list())
        await anext(walk)
        await asyncio.sleep(0.002)
        await walk.aclose()
        assert not [task for task in strays() if "_next" in repr(task)]
        with pytest.raises(PaginationError, match="closing"):
            await anext(walk)
        await walk.aclose()


@scripts
async def test_aclosing_ends_what_was_fetched_ahead(
    script: Callable[[Seen], Sequence[Step]],
) -> None:
    async with walked(script) as client, aclosing(client.ml_prompts.list().pages()) as pages:
        async for _ in pages:
            break


@scripts
async def test_an_exception_in_the_body_ends_what_was_fetched_ahead(
    script: Callable[[Seen], Sequence[Step]],
) -> None:
    async with walked(script) as client:
        with pytest.raises(ZeroDivisionError):
            await divide_by_zero(client)


async def divide_by_zero(client: ZooClient) -> None:
    async for _ in client.ml_prompts.list():
        await asyncio.sleep(0.002)
        raise ZeroDivisionError


@scripts
async def test_cancelling_the_consumer_ends_what_was_fetched_ahead(
    script: Callable[[Seen], Sequence[Step]],
) -> None:
    async def consume(client: ZooClient) -> None:
        async for _ in client.ml_prompts.list():
            await asyncio.sleep(0.002)

    async with walked(script) as client:
        consumer = asyncio.create_task(consume(client))
        await asyncio.sleep(0.01)
        consumer.cancel()
        await asyncio.wait([consumer])
        assert consumer.cancelled()


async def test_awaiting_a_pager_fetches_one_page() -> None:
    async with FaultServer(endless) as server, zoo(server) as client:
        await client.ml_prompts.list()
        await client.ml_prompts.list().collect(max_items=2)
        await quiet(server, connections=1)
    assert server.requests == 2


PROGRAM = """
import asyncio, sys
from asyncops import ZooClient

async def main():
    # On a busy machine a step may be slow; asyncio's debug mode would say so.
    asyncio.get_running_loop().slow_callback_duration = 60
    client = ZooClient("t", base_url=sys.argv[1])
    if sys.argv[2] == "closed":
        async with client:
            async for _ in client.ml_prompts.list():
                break
    elif sys.argv[2] == "walk kept":
        walk = aiter(client.ml_prompts.list())
        await anext(walk)
        await client.close()
    else:
        try:
            async with client:
                async for _ in client.ml_prompts.list():
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    print("done")

asyncio.run(main())
"""


@scripts
@pytest.mark.parametrize("how", ["closed", "walk kept", "raised"])
async def test_a_program_that_leaves_a_walk_ends_without_a_warning(
    how: str, script: Callable[[Seen], Sequence[Step]]
) -> None:
    async with FaultServer(script) as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM, server.url, how),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        await quiet(server)
    assert (process.returncode, out.strip(), err.decode()) == (0, b"done", "")
