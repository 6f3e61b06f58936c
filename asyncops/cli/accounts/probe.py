"""How a service is reached, step by step, without a credential: name, connection, TLS, answer."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes
from typing import TypeVar
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from asyncops.http.addresses import is_loopback
from asyncops.http.transport_errors import hint_of_tls
from asyncops.utils.moments import http_date

T = TypeVar("T")

_STEP_TIMEOUT = 5.0
_CLOSE_TIMEOUT = 0.5
_PORTS = {"https": 443, "http": 80}


class UnreachableError(Exception):
    """A step of the way failed; the message says which and why."""


def ignored_proxy(base_url: str) -> str | None:
    """The environment variable that names a proxy for an address; `None` where none does."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    names = [f"{parts.scheme}_proxy", "all_proxy"]
    spellings = [spelling for name in names for spelling in (name, name.upper())]
    return next((each for each in spellings if os.environ.get(each)), None)


async def probe(base_url: str) -> tuple[dict[str, float], float | None]:
    """Send a HEAD request, and time each step on the way.

    Args:
        base_url: The service's address.

    Returns:
        The seconds that each step took, by its name, in order; and those that this machine's clock
        is ahead of the service's: 0 where they agree as far as can be told, `None` where the
        service does not send its time.

    Raises:
        UnreachableError: The service cannot be reached, or does not speak HTTP.
    """
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    steps: dict[str, float] = {}

    async def step(name: str, work: Awaitable[T]) -> T:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_STEP_TIMEOUT):
                result = await work
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise UnreachableError(f"{name}: {_reason(error)}") from None
        steps[name] = time.monotonic() - began
        return result

    loop = asyncio.get_running_loop()
    found = await step("name", loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    addresses = list(dict.fromkeys((str(each[4][0]), int(each[4][1])) for each in found))
    reader, writer = await step("connection", _connection(addresses))
    try:
        if parts.scheme == "https":
            context = await asyncio.to_thread(ssl.create_default_context)
            await step("TLS", writer.start_tls(context, server_hostname=host))
        sent = datetime.now(UTC)
        head = await step("answer", _head(reader, writer, parts.netloc, parts.path or "/"))
    finally:
        writer.close()
        with suppress(OSError):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await writer.wait_closed()
    if not head.startswith(b"HTTP/1."):
        raise UnreachableError("answer: this is no HTTP service")
    return steps, _skew(head, sent, datetime.now(UTC))


async def _connection(
    addresses: Sequence[tuple[str, int]],
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the first address that answers; a name may have some that only other networks lead to."""
    for address in addresses[:-1]:
        with suppress(OSError):
            async with asyncio.timeout(_STEP_TIMEOUT / len(addresses)):
                return await asyncio.open_connection(*address)
    return await asyncio.open_connection(*addresses[-1])


async def _head(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str
) -> bytes:
    request = f"HEAD {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    writer.write(request.encode("ascii"))
    await writer.drain()
    return await reader.readuntil(b"\r\n\r\n")


def _skew(head: bytes, sent: datetime, came: datetime) -> float | None:
    """Seconds that this clock is ahead of the date in an answer, which is cut to whole seconds."""
    fields = message_from_bytes(head.partition(b"\r\n")[2])
    date = http_date((fields["Date"] or "").strip())
    if date is None:
        return None
    least, most = (sent - date).total_seconds() - 1, (came - date).total_seconds()
    return max(least, min(most, 0.0))


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing in {_STEP_TIMEOUT:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError) and error.reason:
        # Its number is OpenSSL's, not the system's.
        return error.reason.replace("_", " ").lower() + hint_of_tls(error.reason)
    if isinstance(error, socket.gaierror):
        return (error.strerror or "not found").lower()
    if isinstance(error, OSError) and error.errno:
        # asyncio writes the address into its own words.
        return os.strerror(error.errno).lower()
    if isinstance(error, asyncio.IncompleteReadError | ConnectionError):
        return "the connection was closed without an answer"
    return str(error) or type(error).__name__
