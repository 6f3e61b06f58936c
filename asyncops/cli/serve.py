"""``asyncops serve``: both fake services, until somebody has had enough."""

import asyncio
import shlex
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Literal

from attrs import field, frozen
from rich.console import Console
from rich.text import Text

from asyncops.addresses import check_base_url
from asyncops.cli.explaining import ExitCode
from asyncops.cli.terminal import complain
from asyncops.clock import SYSTEM_CLOCK
from asyncops.errors import ConfigurationError
from asyncops.testing import ChainloopHabits, FakeServer, ZooHabits

__all__ = ["ServeSettings", "serve"]

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - to be replaced, not bound


@frozen(kw_only=True)
class ServeSettings:
    """What to serve, and how; see :class:`asyncops.testing.FakeServer`.

    Attributes:
        token: The bearer token that is let in; None for the server's own.
        max_page_size: The most items on a page of either service, whatever is asked; None for
            each one's own.
        arrivals: New operations of each list in every second.
    """

    host: str = "127.0.0.1"
    port: int = 0
    operations: int = 1000
    prompts: int = 200
    chainloop_operations: int = 1000
    seed: int = 0
    token: str | None = field(default=None, repr=False)
    latency: float = 0.0
    page_base: Literal[0, 1] = 1
    max_page_size: int | None = None
    rate_limit: float | None = None
    arrivals: float = 0.5


async def serve(settings: ServeSettings, console: Console) -> int:
    """Serve until SIGINT or SIGTERM; gives the exit code."""
    server = _server(settings)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(server)
        except (OSError, UnicodeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            complain(f"cannot listen on {settings.host} port {settings.port}: {reason}")
            return ExitCode.FAILED
        with _stop_signals() as stopping:
            _announce(server, console)
            await stopping.wait()
    return 0


def _server(settings: ServeSettings) -> FakeServer:
    size = settings.max_page_size
    base = settings.page_base
    server = FakeServer(
        host=settings.host,
        port=settings.port,
        operations=settings.operations,
        prompts=settings.prompts,
        chainloop_operations=settings.chainloop_operations,
        seed=settings.seed,
        clock=SYSTEM_CLOCK,
        latency=settings.latency,
        rate_limit=settings.rate_limit,
        arrivals=settings.arrivals,
        zoo=ZooHabits() if size is None else ZooHabits(max_limit=size),
        chainloop=ChainloopHabits(page_base=base)
        if size is None
        else ChainloopHabits(page_base=base, max_page_size=size, oversize="clamp"),
    )
    if settings.token is not None:
        server.token = settings.token
    return server


@contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """An event that is set by Ctrl-C and by SIGTERM, which is how containers are stopped."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    # Windows has no such handlers; there Ctrl-C is a KeyboardInterrupt.
    with suppress(NotImplementedError):
        for each in signals:
            loop.add_signal_handler(each, stopping.set)
    try:
        yield stopping
    finally:
        with suppress(NotImplementedError):
            for each in signals:
                loop.remove_signal_handler(each)


def _announce(server: FakeServer, console: Console) -> None:
    url = server.url
    for anywhere, here in _EVERYWHERE.items():
        url = url.replace(f"//{anywhere}:", f"//{here}:")
    token = shlex.quote(server.token)
    bearer = shlex.quote(f"Authorization: Bearer {server.token}")
    query = shlex.quote(f"{url}/ml-prompts?sort_by=created_at_descending&limit=2")
    parts = [
        ("Zoo and Chainloop, faked, on ", ""),
        (server.url, "bold green"),
        (" with the token ", ""),
        (server.token, "bold green"),
        ("\n\n", ""),
        (f"export ZOO_BASE_URL={url} ZOO_API_TOKEN={token}\n", "cyan"),
        (f"export CHAINLOOP_BASE_URL={url} CHAINLOOP_TOKEN={token}\n", "cyan"),
        (f"curl -s -H {bearer} {query}\n\n", "cyan"),
    ]
    if not _is_safe(server.url):
        parts.append(("From other machines, clients need allow_insecure=True.\n", "yellow"))
    parts.append(("Ctrl-C ends it.", "dim"))
    # Wrapped lines could not be copied into a shell.
    console.print(Text.assemble(*parts), soft_wrap=True)


def _is_safe(url: str) -> bool:
    try:
        check_base_url(url)
    except ConfigurationError:
        return False
    return True
