"""What the FastAPI tests share: an app served by a real uvicorn, and clients for a fake service."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from asyncops import ChainloopClient, RetryPolicy, ZooClient
from asyncops.fastapi.streaming import PiecewiseResponse
from asyncops.testing import FakeServer
from tests.until import until

__all__ = [
    "ONCE",
    "TOKEN",
    "Reader",
    "asgi",
    "chainloop_of",
    "running",
    "serving",
    "zoo_of",
]

TOKEN = "tok-5e1f"
"""Short, so that nothing but care can keep it out of a text."""

ONCE = RetryPolicy(attempts=1)


def zoo_of(server: FakeServer, **options: Any) -> Callable[[], ZooClient]:
    """What makes a client for the server, on the system's clock, that tries once."""
    arguments: dict[str, Any] = {"base_url": server.url, "retry": ONCE} | options
    return partial(ZooClient, server.token, **arguments)


def chainloop_of(server: FakeServer, **options: Any) -> Callable[[], ChainloopClient]:
    """The same for Chainloop."""
    arguments: dict[str, Any] = {"base_url": server.url, "retry": ONCE} | options
    return partial(ChainloopClient, server.token, **arguments)


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The app on a socket, served by uvicorn in this loop, and a client for it."""
    async with running(app) as (client, _):
        yield client


@asynccontextmanager
async def running(
    app: FastAPI, **options: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Callable[[], None]]]:
    """The same, with more of uvicorn's options, and what tells it to stop, as a signal does."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", **options))
        serves = asyncio.create_task(server.serve([listening]))
        try:
            await until(lambda: server.started or serves.done())
            limits = httpx.Limits(max_connections=None)
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=90.0, trust_env=False
            ) as client:
                yield client, partial(setattr, server, "should_exit", True)
        finally:
            server.should_exit = True
            await serves


@asynccontextmanager
async def asgi(app: FastAPI, *, raise_errors: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """The app without sockets, with its lifespan, and a client for it."""
    async with app.router.lifespan_context(app) as state:
        given = dict(state or {})

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            scope["state"] = given.copy()
            await app(scope, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=raise_errors)
        async with httpx.AsyncClient(base_url="http://app", transport=transport) as client:
            yield client


class Reader:
    """The other end of a response that is played by hand.

    It takes so many messages, each perhaps with an error, and goes when it is told to.
    """

    def __init__(self, takes: int = 100, error: Exception | None = None) -> None:
        self.got: list[Any] = []
        self.gone = asyncio.Event()
        self.listening = 0
        self._takes = takes
        self._error = error

    async def receive(self) -> dict[str, Any]:
        self.listening += 1
        if self.listening == 1:
            return {"type": "http.request"}
        try:
            await self.gone.wait()
        except asyncio.CancelledError:
            self.listening = -1
            raise
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.got.append(message)
        if self._error is not None:
            raise self._error
        if len(self.got) >= self._takes:
            await asyncio.Event().wait()

    def read(
        self, response: PiecewiseResponse, method: str = "GET", **state: Any
    ) -> "asyncio.Task[None]":
        """Read the response in a task of its own, in an app with that state."""
        scope = {"type": "http", "method": method, "headers": [], "state": state}
        return asyncio.create_task(response(scope, self.receive, self.send))
