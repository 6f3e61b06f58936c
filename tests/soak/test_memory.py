"""Walks of any length hold no more than short ones; clients that come and go leave nothing."""

import asyncio
import gc
import sys
import tracemalloc
from pathlib import Path

import pytest

from asyncops import ChainloopClient, ZooClient
from asyncops.testing import FakeClock, FakeServer
from tests.soak.march import KINDS, MIB
from tests.until import until
from tests.wire.kit import strays

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("total", "most"),
    [
        (50_000, 5 * MIB),
        pytest.param(1_000_000, 10 * MIB, marks=[pytest.mark.soak, pytest.mark.timeout(120)]),
    ],
)
async def test_a_walk_of_any_length_takes_flat_memory(kind: str, total: int, most: int) -> None:
    """In a process of its own, as the system counts its memory."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.soak.march", kind, str(total)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert int(out) < most


async def visit(server: FakeServer) -> None:
    """A client of each service that does some of everything, and are closed."""
    async with (
        ZooClient(server.token, base_url=server.url, clock=FakeClock()) as zoo,
        ChainloopClient(server.token, base_url=server.url, clock=FakeClock()) as chainloop,
    ):
        page, calls, _ = await asyncio.gather(
            zoo.ml_prompts.list(limit=5),
            zoo.operations.list(limit=5).collect(max_items=10),
            chainloop.operations.list(page_size=5).collect(max_items=10),
        )
        await asyncio.gather(zoo.ml_prompts.get(page.items[0].id), zoo.operations.get(calls[0].id))
        async for _ in zoo.ml_prompts.list(limit=5):
            break


def descriptors() -> int:
    """Open files and sockets of this process; 0 where the system does not say."""
    try:
        return len(list(Path("/proc/self/fd").iterdir()))
    except FileNotFoundError:
        return 0


async def test_fifty_clients_leave_no_memory_and_no_socket() -> None:
    with FakeServer() as server:
        for _ in range(3):
            await visit(server)
        await until(lambda: not strays() and server.open_connections == 0)
        gc.collect()
        tracemalloc.start()
        try:
            before, opened = tracemalloc.get_traced_memory()[0], descriptors()
            for _ in range(25):
                await visit(server)
            await until(lambda: not strays() and server.open_connections == 0)
            gc.collect()
            assert tracemalloc.get_traced_memory()[0] - before < 2 * MIB
        finally:
            tracemalloc.stop()
        assert descriptors() <= opened
