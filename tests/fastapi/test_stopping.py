"""Streams of a server that is told to stop: they end soon, and do not look complete."""

import asyncio
import json
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from asyncops.fastapi import NDJSONResponse, SSEResponse, ZooDep, lifespan, stream_ndjson
from asyncops.fastapi import streaming as ways
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.fastapi.kit import Reader, running, zoo_of
from tests.fastapi.test_events import events, watching_app
from tests.until import until


def listing_app(server: FakeServer, also: Any = None) -> FastAPI:
    app = FastAPI(lifespan=lifespan(zoo_of(server), also=also))

    @app.get("/calls")
    async def calls(zoo: ZooDep) -> NDJSONResponse:
        return stream_ndjson(zoo.operations.list(status="completed", limit=10))

    return app


async def read_until_stopped(
    server: FakeServer, app: FastAPI, lines: int = 20, **options: Any
) -> list[Any]:
    """Of a listing whose third page never comes, what is read when the server is told to stop.

    With options, it stops because of them when another request is over.
    """
    server.script(Fault(on=3, times=100, delay=600.0))
    async with running(app, **options) as (client, stop), client.stream("GET", "/calls") as answer:
        found = answer.aiter_lines()
        rows = [json.loads(await anext(found)) for _ in range(lines)]
        if options:
            await client.get("/another")
        else:
            stop()
        async with asyncio.timeout(30):
            return [*rows, *[json.loads(line) async for line in found]]


def test_the_time_that_it_takes_is_below_two_seconds() -> None:
    """To see that the server stops, and to wait for a reader that takes nothing."""
    assert ways._POLL + ways._LAST_PIECE < 1.5


async def test_a_listing_ends_with_the_problem_as_its_last_line(fake_server: FakeServer) -> None:
    rows = await read_until_stopped(fake_server, listing_app(fake_server))
    ids = [each["id"] for each in raw_json.zoo_operations(fake_server, "completed")]
    assert [each["id"] for each in rows[:-1]] == ids[:20]
    assert rows[-1] == {
        "problem": {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "This application is being stopped.",
        }
    }


async def test_a_server_that_has_had_its_number_of_requests_stops_as_well(
    fake_server: FakeServer,
) -> None:
    """Nobody has told it to, and it never says so of itself."""
    app = listing_app(fake_server)
    rows = await read_until_stopped(fake_server, app, limit_max_requests=1)
    assert rows[-1]["problem"]["status"] == 503


async def test_a_handler_of_the_app_s_own_hides_the_server_from_no_stream(
    fake_server: FakeServer,
) -> None:
    """As one that is set in a lifespan, and calls the one before."""

    @asynccontextmanager
    async def also(app: FastAPI) -> AsyncIterator[None]:
        before: Any = signal.getsignal(signal.SIGTERM)

        def handle(number: int, frame: object) -> None:
            before(number, frame)

        signal.signal(signal.SIGTERM, handle)
        yield
        signal.signal(signal.SIGTERM, before)

    rows = await read_until_stopped(fake_server, listing_app(fake_server, also))
    assert rows[-1]["problem"]["status"] == 503


async def test_a_watch_ends_with_an_event_error(fake_server: FakeServer) -> None:
    """The server waits for open streams, and this one would never end."""
    async with running(watching_app(fake_server)) as (client, stop), events(client) as found:
        stop()
        async with asyncio.timeout(30):
            *_, last = [each async for each in found]
        assert last is not None
        assert (last.name, last.id, last.data["status"]) == ("error", None, 503)


async def test_where_nothing_has_been_sent_the_answer_is_a_503(fake_server: FakeServer) -> None:
    fake_server.script(Fault(times=100, delay=600.0))
    async with running(listing_app(fake_server)) as (client, stop):
        asking = asyncio.create_task(client.get("/calls"))
        await until(lambda: fake_server.count() > 0, asking)
        stop()
        answer = await asking
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert answer.headers["content-type"] == "application/problem+json"


async def endless() -> AsyncGenerator[bytes, None]:
    while True:
        yield b"piece"


@pytest.mark.parametrize("kind", [NDJSONResponse, SSEResponse])
async def test_a_reader_that_takes_nothing_is_left_without_an_end(kind: Any) -> None:
    """It is waited for no longer, and sees that the answer was cut."""
    server = SimpleNamespace(should_exit=False)

    class Stuck(Reader):
        async def send(self, message: Any) -> None:
            if len(self.got) == 5:
                await asyncio.Event().wait()
            await super().send(message)

    reader = Stuck()
    reading = reader.read(kind(endless()), asyncops_server=server)
    await until(lambda: len(reader.got) >= 5, reading, every=0)
    server.should_exit = True
    async with asyncio.timeout(30):
        await reading
    assert all(each["more_body"] for each in reader.got[1:])


async def test_what_is_whole_gets_no_problem() -> None:
    async def two() -> AsyncGenerator[bytes, None]:
        yield b"one\n"
        yield b"two\n"

    server = SimpleNamespace(should_exit=False)

    class Telling(Reader):
        async def send(self, message: Any) -> None:
            server.should_exit = message.get("more_body") is False
            await super().send(message)
            await asyncio.sleep(2 * ways._POLL if server.should_exit else 0)

    reader = Telling()
    await reader.read(NDJSONResponse(two()), asyncops_server=server)
    assert [each["body"] for each in reader.got[1:]] == [b"one\n", b"two\n", b""]


async def test_a_bug_while_stopping_is_still_raised() -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        yield b"one\n"
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await Reader().read(
            NDJSONResponse(broken()), asyncops_server=SimpleNamespace(should_exit=False)
        )
