"""What every wire test is held to: no secret in any log, and no task left behind."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.idle_loop import IdleLoop
from tests.until import until
from tests.wire.kit import SECRETS, strays

CERTIFICATE = Path(__file__).with_name("localhost.pem")


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Time limits end what hangs, and never what is slow: both ends are in the test's loop."""
    return {"idle": IdleLoop}


class _Keeper(logging.Handler):
    """Keeps every record as the text that a log file would hold."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """All logging at DEBUG; the test fails if a secret is in it."""
    keeper, root = _Keeper(), logging.getLogger()
    monkeypatch.setattr(root, "level", logging.DEBUG)
    for name in ("asyncio", "aiohttp.client", "aiohttp.internal", "asyncops"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    root.addHandler(keeper)
    try:
        yield keeper.lines
    finally:
        root.removeHandler(keeper)
    for line in keeper.lines:
        for secret in SECRETS:
            assert secret not in line


@pytest.fixture(autouse=True)
async def no_stray_task() -> AsyncIterator[None]:
    """A test leaves no task behind in its loop."""
    yield
    await until(lambda: not strays())


@pytest.fixture
def server_tls() -> ssl.SSLContext:
    """A server's side of TLS, with a certificate of its own for "localhost"."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """A client's side that trusts that certificate, and checks the host's name."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))
