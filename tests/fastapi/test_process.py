"""The app in a process of its own that is killed, or asked to stop, in the middle of streams."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.until import until

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def process(
    server: FakeServer, *, url: str | None = None
) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """The app of ``served.py`` under uvicorn's own command line, and a client for it."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "tests.fastapi.served:app", "--port", "0"),
        cwd=ROOT,
        env=os.environ | {"ZOO_API_TOKEN": server.token, "ZOO_BASE_URL": url or server.url},
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


@pytest.mark.asyncops(unused_faults=True)  # it may be killed before the request that hangs
async def test_a_killed_server_is_seen_by_its_reader_and_leaves_the_service(
    fake_server: FakeServer,
) -> None:
    """An answer that was cut short is no whole one, and upstream connections are closed."""
    fake_server.script(Fault(on=4, times=1000, delay=600.0))
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
        await until(lambda: fake_server.open_connections == 0)
        count = fake_server.count()
        await asyncio.sleep(0.05)
        assert fake_server.count() == count


@pytest.mark.parametrize("silent", [True, False])
async def test_a_listing_that_is_asked_to_stop_ends_soon_and_says_that_it_is_not_whole(
    fake_server_factory: Callable[..., FakeServer], *, silent: bool
) -> None:
    """Though the service is silent, or has thousands of pages more."""
    server = fake_server_factory(operations=500 if silent else 40_000)
    if silent:
        server.script(Fault(on=4, times=1000, delay=600.0))
    async with process(server) as (started, client):
        async with client.stream("GET", "/calls.ndjson") as listing:
            lines = listing.aiter_lines()
            ids = [json.loads(await anext(lines))["id"] for _ in range(30)]
            began = time.monotonic()
            started.send_signal(signal.SIGTERM)
            *more, last = [json.loads(line) async for line in lines]
            took = time.monotonic() - began
        ids += [each["id"] for each in more]
        assert ids == [
            each["id"] for each in raw_json.zoo_operations(server, "completed")[: len(ids)]
        ]
        assert last["problem"]["status"] == 503
        assert last["problem"]["detail"] == "This application is being stopped."
        assert await started.wait() in {0, -signal.SIGTERM}
        # Two seconds are promised; the listing would take minutes.
        assert took < 60.0
        await until(lambda: server.open_connections == 0)


async def test_a_watch_that_is_asked_to_stop_ends_soon_with_an_error(
    fake_server: FakeServer,
) -> None:
    async with process(fake_server) as (started, client):
        async with client.stream("GET", "/changes") as changes:
            lines = changes.aiter_lines()
            assert await anext(lines) == ":"
            started.send_signal(signal.SIGTERM)
            *_, event, data, blank = [line async for line in lines]
        assert (event, blank) == ("event: error", "")
        assert json.loads(data.removeprefix("data: "))["status"] == 503
        assert await started.wait() in {0, -signal.SIGTERM}
        await until(lambda: fake_server.open_connections == 0)


async def test_why_an_app_fails_is_one_line_on_standard_error_under_a_plain_uvicorn(
    fake_server: FakeServer,
) -> None:
    """A service that is down, or an app whose lifespan never runs; and no secret in it."""
    asked = ["/calls?page_token=querysecret", "/calls.ndjson", "/changes", "/mounted/operations"]
    async with process(fake_server, url="http://127.0.0.1:1") as (started, client):
        answers = [(await client.get(path)).status_code for path in asked]
        started.send_signal(signal.SIGTERM)
        _, said = await started.communicate()
    assert answers == [502, 502, 502, 500]
    told = [each for each in said.decode().splitlines() if not each.startswith("INFO:")]
    down = "WARNING:asyncops.fastapi:answered 502: ConnectionFailed: cannot connect to 127.0.0.1:1"
    assert [each.startswith(down) for each in told] == [True, True, True, False]
    assert told[-1].startswith(
        "WARNING:asyncops.fastapi:answered 500: ConfigurationError: there is no ChainloopClient "
        "here: give FastAPI lifespan=lifespan(ChainloopClient)"
    )
    assert "secret" not in "".join(told)
    assert fake_server.token not in said.decode()
