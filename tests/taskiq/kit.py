"""Recipes as modules and as worker processes, and what a test asks of them."""

import asyncio
import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from redis.asyncio import Redis

import asyncops
from asyncops.testing import FakeServer

FOLDER = Path(__file__).parent
PATIENCE = 90.0
"""Seconds for what takes two on an idle machine: only a hang takes longer."""


def settings(server: FakeServer, redis_url: str, *accounts: str) -> dict[str, str]:
    """The environment that the recipes read."""
    return {
        "REDIS_URL": redis_url,
        "ZOO_BASE_URL": server.url,
        "ZOO_API_TOKEN": server.token,
        "ZOO_TOKENS": json.dumps(dict.fromkeys(accounts, server.token)),
    }


def recipe(name: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of this folder, executed anew with these settings."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # taskiq looks up the module of each task there.
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@contextmanager
def taskiq(*arguments: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """``taskiq`` with these arguments, in a process group of its own that ends with the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "taskiq", *arguments, "--app-dir", str(FOLDER)],
        env=_everywhere(environment),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def worker(
    name: str, environment: dict[str, str]
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """One worker process of a recipe."""
    return taskiq("worker", f"{name}:broker", "--workers", "1", environment=environment)


async def output_of(name: str, *arguments: str, environment: dict[str, str]) -> str:
    """What a recipe prints that is run as a program."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *(f"{name}.py", *arguments),
        # taskiq names the tasks of a program by the path that it was called by.
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        env=_everywhere(environment),
    )
    try:
        printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    return printed.decode()


def _everywhere(environment: dict[str, str]) -> dict[str, str]:
    root = str(Path(asyncops.__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return {**os.environ, **environment, "PYTHONPATH": path}


def kill(process: subprocess.Popen[bytes]) -> None:
    """End it and all that it started as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def until(condition: Callable[[], Awaitable[object]], *, every: float = 0.01) -> None:
    """Return when it holds."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(every)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A client of Redis that gives text; by its own types, anything might be bytes."""
    async with Redis.from_url(url, decode_responses=True) as redis:
        yield redis
