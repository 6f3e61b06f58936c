"""The sockets of the fake server: opened, counted and closed without a trace."""

import asyncio
import socket
from asyncio import AbstractEventLoop, Task
from contextlib import suppress
from threading import Thread
from typing import Self

from aiohttp import web

# A handler that has been cancelled needs a turn of the loop, not time.
_SHUTDOWN_TIMEOUT = 0.2


class Sockets:
    """A server of one local port, while a ``with`` or ``async with`` lasts.

    ``async with`` serves from the running event loop, ``with`` from a thread of its own.

    Args:
        host: Where to listen.
        port: 0: any free port.

    Attributes:
        connections: How many TCP connections have been accepted.
    """

    def __init__(self, host: str, port: int) -> None:
        self.connections = 0
        self._host = host
        self._port = port
        self._address: tuple[str, int] | None = None
        self._web: web.Server | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[Task[object]] = set()
        self._thread: tuple[Thread, AbstractEventLoop] | None = None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """The ``base_url`` of what is served.

        Raises:
            RuntimeError: It is asked for outside of ``with``.
        """
        if self._address is None:
            raise RuntimeError("the fake server is not running")
        host, port = self._address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        return len(self._web.connections) if self._web is not None else 0

    async def __aenter__(self) -> Self:
        await self._serve(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection and wait until nothing is left of them."""
        server, served = self._server, self._web
        if server is None or served is None:
            return
        await self._stop_accepting(server)
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        served.pre_shutdown()
        await served.shutdown(_SHUTDOWN_TIMEOUT)
        await server.wait_closed()
        # Transports close in a callback of their own.
        await asyncio.sleep(0)
        self._server = self._web = self._address = None

    async def _stop_accepting(self, server: asyncio.Server) -> None:
        """Have what was accepted become a connection, which the server knows of and closes."""
        loop = asyncio.get_running_loop()
        # asyncio would leave the socket of one that it is at work on open, and lose it.
        with suppress(NotImplementedError):
            for listening in server.sockets:
                loop.remove_reader(listening.fileno())
        for _ in range(2):
            await asyncio.sleep(0)

    def __enter__(self) -> Self:
        listening = self._listen()
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever, name="asyncops-fake-server", daemon=True)
        thread.start()
        self._thread = thread, loop
        asyncio.run_coroutine_threadsafe(self._serve(listening), loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is None:
            return
        thread, loop = self._thread
        asyncio.run_coroutine_threadsafe(self.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        self._thread = None

    def _listen(self) -> socket.socket:
        if self._address is not None:
            raise RuntimeError("the fake server is running already")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.create_server((self._host, self._port), family=family, backlog=1024)
        self._address = listening.getsockname()[:2]
        return listening

    async def _serve(self, listening: socket.socket) -> None:
        served = web.Server(
            self._watched, handler_cancellation=True, access_log=None, lingering_time=0.0
        )

        def accept() -> asyncio.BaseProtocol:
            self.connections += 1
            return served()

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(accept, sock=listening)
        self._web = served

    async def _watched(self, request: web.BaseRequest) -> web.StreamResponse:
        # The task of a connection, which handles its requests one after the other.
        task = request.task
        self._tasks.add(task)
        try:
            return await self._handle(request)
        finally:
            self._tasks.discard(task)
