"""Processes: the page server, and a worker for each contestant."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.request import urlopen

from attrs import asdict, frozen

from benchmarks.outcome import Unmeasured
from benchmarks.server import Settings

__all__ = ["ROOT", "Measured", "Worker", "page_server", "requests_since", "worker"]

ROOT = Path(__file__).parent.parent


@frozen
class Measured:
    """One run of a contestant.

    Attributes:
        seconds: On the wall.
        cpu: Of this process's own work, in seconds.
        tally: What it counted.
    """

    seconds: float
    cpu: float
    tally: dict[str, int]


@frozen(eq=False)
class Worker:
    """A contestant that waits to be run."""

    name: str
    process: "subprocess.Popen[str]"

    def run(self, *, items: int) -> Measured:
        """Run once, and see that so many items came.

        Raises:
            Unmeasured: It failed, or gave another number of items.
        """
        print(file=_pipe(self.process.stdin), flush=True)
        answer: dict[str, Any] = json.loads(_pipe(self.process.stdout).readline() or "{}")
        if "seconds" not in answer:
            raise Unmeasured(f"{self.name}: {answer.get('error', 'the process ended')}")
        seconds, cpu = answer.pop("seconds"), answer.pop("cpu")
        if answer["items"] != items:
            raise Unmeasured(f"{self.name} gave {answer['items']} items, not {items}")
        return Measured(seconds, cpu, answer)


@contextmanager
def worker(
    name: str, place: str, arguments: Mapping[str, object], *, python: str = sys.executable
) -> Iterator[Worker]:
    """A process with the contestant ``place`` ("module:function"), called with ``arguments``."""
    command = [python, "-m", "benchmarks.worker", place, json.dumps(dict(arguments))]
    with _process(command) as process:
        yield Worker(name, process)


@contextmanager
def page_server(settings: Settings) -> Iterator[str]:
    """A page server in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "benchmarks.server", json.dumps(asdict(settings))]
    with _process(command) as process:
        port = _pipe(process.stdout).readline().strip()
        if not port:
            raise Unmeasured("the page server did not start")
        yield f"http://127.0.0.1:{port}"


def requests_since(url: str) -> int:
    """How many requests the server at ``url`` has had since this was last asked."""
    with urlopen(f"{url}/requests") as answer:  # noqa: S310 - our own server
        return int(answer.read())


@contextmanager
def _process(command: list[str]) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        try:
            yield process
        finally:
            # Both kinds of process end where their input does.
            _pipe(process.stdin).close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
