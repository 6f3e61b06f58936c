"""Servers of other makers that tests start, each in an environment of its own.

``ASYNCOPS_PREFECT``, ``ASYNCOPS_AIRFLOW`` and ``ASYNCOPS_MOTO`` name the folders of environments in
which ``prefect``, ``apache-airflow-core`` with the provider ``standard``, and ``moto[server]`` are.
"""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import field, frozen

__all__ = ["Server", "environment", "free_port", "running"]

_PATIENCE = 110.0


@frozen
class Server:
    """A server that runs, and what tests ask it behind the client's back."""

    url: str
    headers: dict[str, str] = field(factory=dict)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request; an answer that is no success is an error."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.headers}
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            self.url + path, method=method, data=data, headers=headers
        )
        for _ in range(100):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                    return json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as error:
                # A database that is locked: nothing was written.
                if error.code != 503:
                    raise
            time.sleep(0.05)
        raise RuntimeError(f"{method} {path}: 503 without end")


def environment(name: str) -> Path:
    """The folder with the programs of an environment."""
    variable = f"ASYNCOPS_{name.upper()}"
    folder = os.environ.get(variable)
    if not folder:
        raise RuntimeError(f"{variable} must name an environment in which {name} is installed")
    return Path(folder) / "bin"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(
    command: list[str], url: str, *, env: Mapping[str, str], folder: Path
) -> Iterator[None]:
    """A server, from when it answers at a URL until the end of the block."""
    log = folder / "log"
    with (
        log.open("wb") as out,
        # A group of its own: a server may be several processes.
        subprocess.Popen(
            command, env=env, cwd=folder, stdout=out, stderr=out, start_new_session=True
        ) as process,
    ):
        try:
            _wait_for(process, url, log)
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return
        time.sleep(0.2)
    raise RuntimeError(f"no answer at {url}: {log.read_text(errors='replace')[-2000:]}")
