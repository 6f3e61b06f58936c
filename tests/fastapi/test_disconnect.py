"""Clients that go, or read slowly: what is left of the walk that was made for them."""

import asyncio
import gc
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from asyncops import PollPolicy, Timeout
from asyncops.fastapi import (
    ChainloopDep,
    NDJSONResponse,
    SSEResponse,
    ZooDep,
    install_error_handlers,
    lifespan,
    stream_ndjson,
    stream_sse,
)
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.fastapi.kit import chainloop_of, serving, zoo_of
from tests.until import until

PATIENT = Timeout(read=600.0, attempt=600.0)


def streaming_app(server: FakeServer) -> FastAPI:
    """An app whose client waits long for the service."""
    app = FastAPI(
        lifespan=lifespan(zoo_of(server, timeout=PATIENT), chainloop_of(server, timeout=PATIENT))
    )
    install_error_handlers(app)

    @app.get("/pages")
    async def pages(zoo: ZooDep, limit: int = 10) -> NDJSONResponse:
        return stream_ndjson(zoo.operations.list(status="completed", limit=limit))

    @app.get("/walk")
    async def walk(zoo: ZooDep) -> NDJSONResponse:
        return stream_ndjson(aiter(zoo.operations.list(status="completed", limit=10)))

    @app.get("/together")
    async def together(chainloop: ChainloopDep) -> NDJSONResponse:
        return stream_ndjson(chainloop.operations.list(page_size=10).concurrent(4))

    @app.get("/changes")
    async def changes(zoo: ZooDep) -> SSEResponse:
        return stream_sse(zoo.operations.watch(poll=PollPolicy(initial=30.0, timeout=None)))

    return app


@asynccontextmanager
async def visit(
    client: httpx.AsyncClient, path: str, *, buffer: int | None = None
) -> AsyncIterator[asyncio.StreamReader]:
    """A reader of its own socket, which is closed at the end, whatever is still to come."""
    with socket.socket() as raw:
        if buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        raw.connect(("127.0.0.1", client.base_url.port))
        reader, writer = await asyncio.open_connection(sock=raw, limit=buffer or 65_536)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: app\r\n\r\n".encode())
        try:
            yield reader
        finally:
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def leaving_nothing(server: FakeServer) -> AsyncIterator[None]:
    """After the body, no task is left of it, and nothing is asked for or reported."""
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: reported.append(what))
    before = asyncio.all_tasks()
    yield
    await until(lambda: asyncio.all_tasks() <= before)
    # What is on the wire arrives yet.
    count = await settled(server)
    await asyncio.sleep(0.05)
    assert server.count() == count
    gc.collect()
    assert not reported


@pytest.mark.parametrize("path", ["/pages", "/walk", "/together"])
async def test_who_goes_while_the_service_is_silent_ends_the_walk(
    fake_server: FakeServer, path: str
) -> None:
    """The request that nobody waits for any more is given up, and its connection closed."""
    fake_server.script(Fault(on=3, times=100, delay=600.0))
    async with serving(streaming_app(fake_server)) as client, leaving_nothing(fake_server):
        async with visit(client, path) as reader:
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
            await until(lambda: fake_server.count() >= 3)
        await until(lambda: fake_server.open_connections == 0)


async def test_a_middleware_in_between_hides_nobody_who_goes(fake_server: FakeServer) -> None:
    """Such as those that most apps have, which pass on what the response sends."""
    app = streaming_app(fake_server)

    @app.middleware("http")
    async def named(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        response.headers["X-Name"] = "app"
        return response

    fake_server.script(Fault(on=3, times=100, delay=600.0))
    async with serving(app) as client, leaving_nothing(fake_server):
        async with visit(client, "/pages") as reader:
            assert b"x-name: app" in await reader.readuntil(b"\r\n\r\n")
            await until(lambda: fake_server.count() >= 3)
        await until(lambda: fake_server.open_connections == 0)


@pytest.mark.parametrize("path", ["/pages", "/together", "/changes"])
async def test_who_goes_before_the_answer_begins_ends_it_as_well(
    fake_server: FakeServer, path: str
) -> None:
    """Neither the first page nor the first poll is waited for."""
    fake_server.script(Fault(times=100, delay=600.0))
    async with serving(streaming_app(fake_server)) as client, leaving_nothing(fake_server):
        async with visit(client, path):
            await until(lambda: fake_server.count() >= 1)
        await until(lambda: fake_server.open_connections == 0)


async def test_a_middleware_takes_nobody_who_goes_so_early_for_a_bug(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Starlette's raises an error where no answer begins, and the server logs its traceback."""
    app = streaming_app(fake_server)
    answered: list[int] = []

    @app.middleware("http")
    async def told(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        answered.append(response.status_code)
        return response

    fake_server.script(Fault(times=100, delay=600.0))
    async with serving(app) as client, leaving_nothing(fake_server):
        async with visit(client, "/pages"):
            await until(lambda: fake_server.count() >= 1)
        await until(lambda: fake_server.open_connections == 0)
    assert answered == [499]
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_who_goes_between_two_polls_ends_the_watch(fake_server: FakeServer) -> None:
    async with (
        serving(streaming_app(fake_server)) as client,
        leaving_nothing(fake_server),
        visit(client, "/changes") as reader,
    ):
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        await reader.readuntil(b":\n\n")


async def test_who_goes_in_the_middle_of_many_pages_ends_the_walk(
    fake_server_factory: Callable[..., FakeServer],
) -> None:
    """With no fault at all, at full speed."""
    server = fake_server_factory(operations=200_000)
    async with serving(streaming_app(server)) as client, leaving_nothing(server):
        async with visit(client, "/pages?limit=100") as reader:
            for _ in range(500):
                await reader.readline()
        await asyncio.sleep(0)
    assert server.count("/async/operations") < 1000


async def test_a_slow_reader_slows_the_walk_down(
    fake_server_factory: Callable[..., FakeServer],
) -> None:
    """The service is asked for no more than sockets hold; what is read later is whole."""
    server = fake_server_factory(operations=40_000)
    expected = [call["id"] for call in raw_json.zoo_operations(server, "completed")]
    async with serving(streaming_app(server)) as client:
        async with visit(client, "/pages?limit=200", buffer=16_384) as reader:
            await reader.readuntil(b"\r\n\r\n")
            stopped_at = await settled(server)
            assert stopped_at < len(expected) / 200 / 2
            await asyncio.sleep(0.2)
            assert server.count() == stopped_at
            lines = [line async for line in chunked_lines(reader)]
        assert [json.loads(line)["id"] for line in lines] == expected


async def settled(server: FakeServer) -> int:
    """How often the server has been asked once nothing more is asked for.

    One long pause might be this machine's own; many short ones are not.
    """
    count, pauses = server.count(), 0
    while pauses < 40:
        await asyncio.sleep(0.005)
        pauses = pauses + 1 if server.count() == count else 0
        count = server.count()
    return count


async def chunked_lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The lines of a body in chunks, to its end."""
    kept = b""
    while size := int(await reader.readline(), 16):
        kept += await reader.readexactly(size + 2)
        *whole, kept = kept[:-2].split(b"\n")
        for line in whole:
            yield line
