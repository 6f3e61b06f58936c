"""``asyncops serve``: both fake services, until somebody has had enough."""

import asyncio
import shlex
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from attrs import asdict
from rich.console import Console
from rich.text import Text

from asyncops.cli.options.serve import ServeSettings
from asyncops.cli.runtime.signals import on_signal
from asyncops.cli.shell import ExitCode, complain
from asyncops.http.addresses import is_loopback
from asyncops.testing import ChainloopHabits, FakeServer, ZooHabits
from asyncops.utils.clock import SYSTEM_CLOCK

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - to be replaced, not bound


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
        stopping = asyncio.Event()
        # SIGTERM is how containers are stopped.
        with on_signal("SIGINT", stopping.set), on_signal("SIGTERM", stopping.set):
            _announce(server, console)
            await stopping.wait()
    return 0


def _server(settings: ServeSettings) -> FakeServer:
    given = {name: value for name, value in asdict(settings).items() if value is not None}
    size, page_base = given.pop("max_page_size", None), given.pop("page_base")
    limited: Any = {} if size is None else {"max_page_size": size, "oversize": "clamp"}
    return FakeServer(
        **given,
        clock=SYSTEM_CLOCK,
        zoo=ZooHabits() if size is None else ZooHabits(max_limit=size),
        chainloop=ChainloopHabits(page_base=page_base, **limited),
    )


def _announce(server: FakeServer, console: Console) -> None:
    url = server.url
    for anywhere, here in _EVERYWHERE.items():
        url = url.replace(f"//{anywhere}:", f"//{here}:")
    token = shlex.quote(server.token)
    bearer = shlex.quote(f"Authorization: Bearer {server.token}")
    query = shlex.quote(f"{url}/ml-prompts?sort_by=created_at_descending&limit=2")
    shell = (
        f"export ZOO_BASE_URL={url} ZOO_API_TOKEN={token}\n"
        f"export CHAINLOOP_BASE_URL={url} CHAINLOOP_TOKEN={token}\n"
        f"curl -s -H {bearer} {query}\n\n"
    )
    insecure = "From other machines, clients need allow_insecure=True.\n"
    text = Text.assemble(
        *("Zoo and Chainloop, faked, on ", (server.url, "bold green")),
        *(" with the token ", (server.token, "bold green"), "\n\n"),
        (shell, "cyan"),
        ("" if is_loopback(urlsplit(server.url).hostname or "") else insecure, "yellow"),
        ("Ctrl-C ends it.", "dim"),
    )
    # Wrapped lines could not be copied into a shell.
    console.print(text, soft_wrap=True)
