"""``asyncops serve`` in process: what it says, and that clients can use it."""

import asyncio
import io
import re
import shlex
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from asyncops import ChainloopClient, State, ZooClient
from asyncops.cli.commands.serve import serve
from asyncops.cli.options.serve import ServeSettings


class Screen(io.StringIO):
    """Tells when the last line has been written."""

    def __init__(self) -> None:
        super().__init__()
        self.complete = asyncio.Event()

    def write(self, text: str) -> int:
        if "Ctrl-C" in text:
            self.complete.set()
        return super().write(text)


@asynccontextmanager
async def serving(settings: ServeSettings) -> AsyncIterator[dict[str, str]]:
    """The variables that ``serve`` says to export, while it serves; then a SIGTERM ends it."""
    screen = Screen()
    task = asyncio.create_task(serve(settings, Console(file=screen, highlight=False)))
    await screen.complete.wait()
    text = screen.getvalue()
    exports = [line for line in text.splitlines() if line.startswith("export ")]
    pairs = [word.split("=", 1) for line in exports for word in shlex.split(line)[1:]]
    yield {**dict(pairs), "text": text}
    signal.raise_signal(signal.SIGTERM)
    assert await task == 0


def refused(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


async def test_the_exported_variables_are_all_that_clients_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both clients list all of it; afterwards the socket is closed."""
    settings = ServeSettings(
        operations=30, prompts=20, chainloop_operations=25, page_base=1, arrivals=0
    )
    async with serving(settings) as said:
        for name in ("ZOO_BASE_URL", "ZOO_API_TOKEN", "CHAINLOOP_BASE_URL", "CHAINLOOP_TOKEN"):
            monkeypatch.setenv(name, said[name])
        async with ZooClient() as zoo, ChainloopClient() as chainloop:
            assert len(await zoo.operations.list().collect()) == 30
            assert len(await zoo.ml_prompts.list().collect()) == 20
            page = await chainloop.operations.list(page_size=10)
            assert (page.cursor, page.next_cursor, page.total_count) == (1, 2, 25)
        assert not refused(said["ZOO_BASE_URL"])
    assert refused(said["ZOO_BASE_URL"])


async def test_the_data_live_in_the_present() -> None:
    """The newest operations of both services are seconds old and not at their end."""
    async with serving(ServeSettings()) as said:
        url, token = said["ZOO_BASE_URL"], said["ZOO_API_TOKEN"]
        async with (
            ZooClient(token, base_url=url) as zoo,
            ChainloopClient(token, base_url=url) as chainloop,
        ):
            calls = await zoo.operations.list().collect(max_items=5)
            page = await chainloop.operations.list(page_size=5)
        now = datetime.now(UTC)
    for operation in (calls[0], page.items[0]):
        assert operation.created_at is not None
        assert timedelta(0) <= now - operation.created_at < timedelta(seconds=30)
        assert operation.state in {State.PENDING, State.RUNNING}


async def test_settings_reach_the_server() -> None:
    """Token and page size are those asked for, on either service."""
    async with serving(ServeSettings(token="a$b", max_page_size=7)) as said:
        assert said["ZOO_API_TOKEN"] == said["CHAINLOOP_TOKEN"] == "a$b"
        url = said["ZOO_BASE_URL"]
        async with (
            ZooClient("a$b", base_url=url) as zoo,
            ChainloopClient("a$b", base_url=url) as chainloop,
        ):
            assert len((await zoo.ml_prompts.list(limit=50)).items) == 7
            assert len((await chainloop.operations.list(page_size=50)).items) == 7


async def test_the_curl_line_names_the_server_and_quotes_for_the_shell() -> None:
    async with serving(ServeSettings(token="a$b")) as said:
        line = next(line for line in said["text"].splitlines() if line.startswith("curl"))
        *_, header, url = shlex.split(line)
        assert header == "Authorization: Bearer a$b"
        assert url.startswith(f"{said['ZOO_BASE_URL']}/ml-prompts?sort_by=created_at_descending&")


async def test_on_all_addresses_local_clients_are_told_the_loopback() -> None:
    """The variables work here, and a sentence says what other machines need."""
    async with serving(ServeSettings(host="0.0.0.0", operations=3, arrivals=0)) as said:
        assert re.search(r"on http://0\.0\.0\.0:\d+ with", said["text"])
        assert said["ZOO_BASE_URL"].startswith("http://127.0.0.1:")
        assert "allow_insecure=True" in said["text"]
        async with ZooClient(said["ZOO_API_TOKEN"], base_url=said["ZOO_BASE_URL"]) as zoo:
            assert len(await zoo.operations.list().collect()) == 3


async def test_on_the_loopback_nothing_is_said_of_other_machines() -> None:
    async with serving(ServeSettings()) as said:
        assert "allow_insecure" not in said["text"]


def taken() -> tuple[socket.socket, str, int]:
    holder = socket.create_server(("127.0.0.1", 0))
    return holder, "127.0.0.1", holder.getsockname()[1]


def no_such_host() -> tuple[socket.socket, str, int]:
    return socket.socket(), f"{'x' * 70}.invalid", 0


@pytest.mark.parametrize("prepare", [taken, no_such_host])
async def test_an_address_that_cannot_be_used_is_one_line(
    prepare: Callable[[], tuple[socket.socket, str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 and the reason, no traceback."""
    holder, host, port = prepare()
    with holder:
        console = Console(file=io.StringIO())
        assert await serve(ServeSettings(host=host, port=port), console) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"asyncops: cannot listen on {host} port {port}: ")
