"""Prism, a mock server made of a published description, and what it has answered.

``ASYNCOPS_PRISM`` names its program.
"""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import aiohttp
from aiohttp import web

from tests.published.schemas import description

__all__ = ["Overheard", "mocking", "overheard"]

_SECONDS = 90.0
_OF_ONE_CONNECTION = frozenset(
    {"connection", "content-length", "date", "keep-alive", "transfer-encoding"}
)


@contextmanager
def mocking(name: str, *options: str) -> Iterator[str]:
    """A running Prism; gives its address. It refuses requests that do not fit the description.

    Args:
        name: The file of the description.
        options: Options of ``prism mock``, such as ``"--dynamic"``.

    Raises:
        RuntimeError: There is no Prism, or it does not start.
    """
    program = os.environ.get("ASYNCOPS_PRISM")
    if not program:
        raise RuntimeError("ASYNCOPS_PRISM must name the program of @stoplight/prism-cli 5")
    port = _free_port()
    document = str(description(name))
    command = [program, "mock", "--port", str(port), "-v", "error", "--errors", *options, document]
    # A group of its own: node may be a script that starts the real one.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            _wait_for(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


class Overheard:
    """What a server answered, as it went by.

    Attributes:
        url: Where to ask instead of there.
        bodies: The bodies, the oldest first.
    """

    def __init__(self, url: str, bodies: list[bytes]) -> None:
        self.url = url
        self.bodies = bodies


@asynccontextmanager
async def overheard(url: str) -> AsyncIterator[Overheard]:
    """Pass requests on to a server, and keep the bodies of its answers.

    No two answers of Prism are alike, so whoever wants to know what a client was given has to
    stand between them.
    """
    bodies: list[bytes] = []

    async def pass_on(request: web.BaseRequest) -> web.StreamResponse:
        sent = await request.read()
        kept = ("Authorization", "Circle-Token", *(("Content-Type",) if sent else ()))
        headers_in = {name: request.headers[name] for name in kept if name in request.headers}
        async with session.request(
            request.method,
            url + request.path_qs,
            data=sent,
            headers=headers_in,
            allow_redirects=False,
        ) as response:
            body = await response.read()
            headers = [
                (name, value)
                for name, value in response.headers.items()
                if name.lower() not in _OF_ONE_CONNECTION
            ]
        bodies.append(body)
        answer = web.Response(status=response.status, body=body)
        answer.headers.clear()
        answer.headers.extend(headers)
        return answer

    async with aiohttp.ClientSession() as session:
        server = web.Server(pass_on, access_log=None)
        listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        try:
            yield Overheard(f"http://127.0.0.1:{port}", bodies)
        finally:
            listening.close()
            await server.shutdown(1.0)
            await listening.wait_closed()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
        return port


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"Prism did not start; its exit code is {process.poll()}")
