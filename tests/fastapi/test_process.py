"""The app in a process of its own that is killed, or asked to stop, in the middle of streams."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from asyncops.testing import FakeServer, Fault
from tests.fastapi.kit import until

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def process(server: FakeServer) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """The app of ``served.py`` under uvicorn's own command line, and a client for it."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "tests.fastapi.served:app", "--port", "0"),
        cwd=ROOT,
        env=os.environ | {"ZOO_API_TOKEN": server.token, "ZOO_BASE_URL": server.url},
        stderr=PIPE,
        stdout=PIPE,
    )
    try:
        url = await address(started)
        async with httpx.AsyncClient(base_url=url, timeout=90.0, trust_env=False) as client:
            yield started, client
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def address(started: Process) -> str:
    """Where it listens, as it says on starting."""
    assert started.stderr is not None
    said = b""
    async for line in started.stderr:
        said += line
        if found := re.search(rb"running on (http://\S+)", line):
            return found[1].decode()
    raise AssertionError(said.decode())


async def test_a_killed_server_is_seen_by_its_reader_and_leaves_the_service(
    fake_server: FakeServer,
) -> None:
    """An answer that was cut short is no whole one, and upstream connections are closed."""
    fake_server.script(Fault(on=4, times=1000, delay=60.0))
    async with process(fake_server) as (started, client):
        got = b""
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            async with client.stream("GET", "/calls.ndjson") as answer:
                async for piece in answer.aiter_bytes():
                    got += piece
                    if got.count(b"\n") == 30:
                        started.send_signal(signal.SIGKILL)
        assert got.count(b"\n") == 30
        assert await started.wait() == -signal.SIGKILL
        await until(lambda: fake_server.open_connections == 0, seconds=1.0)
        count = fake_server.count()
        await asyncio.sleep(0.05)
        assert fake_server.count() == count


async def test_a_server_that_is_asked_to_stop_ends_its_streams_in_good_order(
    fake_server: FakeServer,
) -> None:
    """A listing is finished, a watch is ended, and clients are closed."""
    fake_server.script(Fault(on=3, delay=0.3, path="/async/operations"))
    expected = fake_server.zoo_operations("completed")
    async with process(fake_server) as (started, client):
        async with client.stream("GET", "/calls.ndjson") as listing:
            lines = listing.aiter_lines()
            ids = [await anext(lines) for _ in range(10)]
            async with client.stream("GET", "/changes") as changes:
                comments = changes.aiter_lines()
                assert await anext(comments) == ":"
                started.send_signal(signal.SIGTERM)
                assert {line async for line in comments} <= {"", ":"}
            ids += [line async for line in lines]
        assert len(ids) == len(expected)
        assert await started.wait() in {0, -signal.SIGTERM}
        await until(lambda: fake_server.open_connections == 0, seconds=1.0)
