"""A server that plays faults on the wire, byte by byte, and counts what reaches it."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self

from attrs import field, frozen

from tests.until import until

__all__ = [
    "FIN",
    "RST",
    "SILENCE",
    "Drip",
    "FaultServer",
    "Repeat",
    "Script",
    "Seen",
    "Step",
    "Wait",
    "answer",
    "chunked",
    "head",
]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@frozen
class Drip:
    """Bytes sent one at a time, with a pause of so many seconds before each."""

    data: bytes
    pause: float = 0.01


@frozen
class Repeat:
    """The same bytes many times over, as fast as the other side takes them."""

    data: bytes
    times: int


@frozen
class Wait:
    """What has to happen before the next step."""

    until: Callable[[], Awaitable[object]]


@frozen
class _End:
    """How a connection ends."""

    how: str


FIN = _End("fin")
RST = _End("rst")
SILENCE = _End("silence")
"""Nothing more is said; the connection ends when the client ends it."""

Step = bytes | float | Drip | Repeat | Wait | _End
"""Bytes to send, seconds to wait, or one of the above."""


@frozen
class Seen:
    """One whole request, as it arrived.

    Attributes:
        number: Which request of the server, from 1.
        connection: Which connection it came on, from 1.
        nth: Which request of that connection, from 1.
        head: Request line and headers, as they were sent.
        body: The body, whole.
    """

    number: int
    connection: int
    nth: int
    head: bytes = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def target(self) -> str:
        """Path and query, still encoded."""
        return self.head.split(b" ", 2)[1].decode("ascii")

    def header(self, name: str) -> str | None:
        """A header's value; None if it was not sent."""
        return _header(self.head, name)


def _header(head: bytes, name: str) -> str | None:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.decode("latin-1").lower() == name.lower():
            return value.strip().decode("latin-1")
    return None


Script = Callable[[Seen], Sequence[Step]]
"""What to do about a request."""


class _Ended(Exception):
    """The script has ended the connection."""


def head(*headers: str, status: str = "200 OK", content_type: str = "application/json") -> bytes:
    """A status line and headers, up to and including the empty line."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(
    body: bytes = b'{"items":[]}',
    *headers: str,
    status: str = "200 OK",
    content_type: str = "application/json",
) -> bytes:
    """A whole answer with a Content-Length; by default, an empty page without a next one."""
    length = f"Content-Length: {len(body)}"
    return head(*headers, length, status=status, content_type=content_type) + body


def chunked(*chunks: bytes) -> bytes:
    """Chunks in chunked coding, the last one included."""
    parts = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks]
    return b"".join([*parts, b"0\r\n\r\n"])


class FaultServer:
    """Plays a script for each request, on a free port of 127.0.0.1.

    Args:
        script: What to do about each request; or scripts, of which the first is for the first
            request, and the last for all that come later.
        greeting: Steps to play when a connection opens, before anything is read.
        tls: Speak TLS.

    Attributes:
        seen: Every whole request, in order.
        connections: Connections accepted.
        open: Connections that neither side has ended yet.
        sent: Bytes handed to the system.
    """

    def __init__(
        self,
        script: Script | Sequence[Sequence[Step]],
        *,
        greeting: Sequence[Step] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.open = 0
        self.sent = 0
        self.port = 0
        self._script = script
        self._greeting = greeting
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens, by address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> int:
        """How many whole requests have arrived."""
        return len(self.seen)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._tls, backlog=1024
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def owns(self, task: "asyncio.Task[object]") -> bool:
        """Whether a task is one of the server's own."""
        return task in self._tasks

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        await until(condition)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task")
        self._tasks.add(task)
        self.connections += 1
        self.open += 1
        try:
            await self._converse(reader, writer)
        except (_Ended, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()
            self.open -= 1
            self._tasks.discard(task)
            # Transports close in a callback of their own.
            await asyncio.sleep(0)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection, nth = self.connections, 0
        await self._play(self._greeting, reader, writer)
        while True:
            raw = await reader.readuntil(b"\r\n\r\n")
            nth += 1
            length = int(_header(raw, "Content-Length") or 0)
            body = await reader.readexactly(length)
            request = Seen(len(self.seen) + 1, connection, nth, raw, body)
            self.seen.append(request)
            await self._play(self._steps(request), reader, writer)

    def _steps(self, request: Seen) -> Sequence[Step]:
        if callable(self._script):
            return self._script(request)
        return self._script[min(request.number, len(self._script)) - 1]

    async def _play(
        self, steps: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for step in steps:
            match step:
                case _End():
                    await self._end(step, reader, writer)
                case Wait(until):
                    await until()
                case Drip(data, pause):
                    for byte in data:
                        await asyncio.sleep(pause)
                        await self._write(writer, bytes([byte]))
                case Repeat(data, times):
                    for _ in range(times):
                        await self._write(writer, data)
                case bytes():
                    await self._write(writer, step)
                case float() | int():
                    await asyncio.sleep(step)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if writer.transport.is_closing():
            raise _Ended
        writer.write(data)
        self.sent += len(data)
        await writer.drain()

    async def _end(
        self, end: _End, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if end is SILENCE:
            await reader.read()
        elif end is RST:
            # What was written before must get out first: a reset throws it away.
            await asyncio.sleep(0.002)
            raw: socket.socket | None = writer.get_extra_info("socket")
            if raw is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        else:
            writer.close()
            await writer.wait_closed()
        raise _Ended
