"""The sockets of the fake server: opened, counted and closed without a trace."""

import asyncio
import socket
from asyncio import AbstractEventLoop, Task
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Event, Thread

from aiohttp import web

__all__ = ["Wire"]

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

# A handler that has been cancelled needs a turn of the loop, not time.
_SHUTDOWN_TIMEOUT = 0.2


class Wire:
    """One listening socket, served by the running loop or by a thread of its own."""

    def __init__(self, handler: Handler, host: str, port: int) -> None:
        self.accepted = 0
        self._handler = handler
        self._host = host
        self._port = port
        self._address: tuple[str, int] | None = None
        self._web: web.Server | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[Task[object]] = set()
        self._thread: Thread | None = None
        self._loop: AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """Where it listens.

        Raises:
            RuntimeError: It does not.
        """
        if self._address is None:
            raise RuntimeError("the fake server is not running")
        host, port = self._address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self._web.connections) if self._web is not None else 0

    async def start(self) -> None:
        """Listen, and serve from the running loop."""
        await self._serve(self._listen())

    async def stop(self) -> None:
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

    def start_thread(self) -> None:
        """Listen, and serve from a thread with a loop of its own."""
        listening = self._listen()
        ready = Event()
        self._thread = Thread(
            target=lambda: asyncio.run(self._thread_main(listening, ready)),
            name="asyncops-fake-server",
            daemon=True,
        )
        self._thread.start()
        ready.wait()

    def stop_thread(self) -> None:
        """Stop the thread's server and wait for the thread's end."""
        thread, loop, stopping = self._thread, self._loop, self._stopping
        if thread is None or loop is None or stopping is None:
            return
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        self._thread = self._loop = self._stopping = None

    async def _thread_main(self, listening: socket.socket, ready: Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            await self._serve(listening)
        finally:
            ready.set()
        await self._stopping.wait()
        await self.stop()

    def _listen(self) -> socket.socket:
        if self._address is not None:
            raise RuntimeError("the fake server is running already")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.create_server((self._host, self._port), family=family, backlog=1024)
        self._address = listening.getsockname()[:2]
        return listening

    async def _serve(self, listening: socket.socket) -> None:
        served = web.Server(
            self._handle, handler_cancellation=True, access_log=None, lingering_time=0.0
        )

        def accept() -> asyncio.BaseProtocol:
            self.accepted += 1
            return served()

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(accept, sock=listening)
        self._web = served

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request is handled by a task")
        self._tasks.add(task)
        try:
            return await self._handler(request)
        finally:
            self._tasks.discard(task)
