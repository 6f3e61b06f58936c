"""A small server that answers as a test says, where a fake of a description would be too kind."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import define, field

__all__ = ["Answer", "Answering", "answering"]


@define
class Answer:
    """One answer.

    Attributes:
        body: Its JSON.
        status: Its status.
        headers: Its headers.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)


@define
class Answering:
    """The server.

    Attributes:
        url: Its address.
        seen: The requests that came.
    """

    url: str = ""
    seen: list[web.Request] = field(factory=list)


@asynccontextmanager
async def answering(answer: Callable[[web.Request], Any]) -> AsyncIterator[Answering]:
    """Serve what a function gives for each request: the JSON, or an :class:`Answer`."""
    served = Answering()

    async def handle(request: web.Request) -> web.Response:
        served.seen.append(request)
        given = answer(request)
        told = given if isinstance(given, Answer) else Answer(given)
        return web.json_response(told.body, status=told.status, headers=told.headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        served.url = str(server.make_url("")).rstrip("/")
        yield served
