"""Processes: the page server, and a worker for each contestant."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.request import urlopen

from attrs import asdict, field, frozen

from benchmarks.environments import own_python
from benchmarks.outcome import Unmeasured
from benchmarks.server import Settings

__all__ = [
    "Contestant",
    "Load",
    "Measured",
    "Worker",
    "page_server",
    "requests_since",
    "worker",
]

ROOT = Path(__file__).parent.parent


@frozen
class Contestant:
    """Who runs.

    Attributes:
        name: The name in the table.
        place: What runs in the worker, as "module:function", below ``benchmarks.contestants``.
        arguments: What that is called with, besides those of the load.
        requirement: What it needs an environment of its own for, where it does.
    """

    name: str
    place: str
    arguments: Mapping[str, object] = field(factory=dict)
    requirement: str | None = None


@frozen
class Load:
    """What all contestants of a row are given.

    Attributes:
        items: How many items each has to give.
        settings: What the page server serves; ``None`` where none is needed.
        arguments: Arguments.
    """

    items: int
    settings: Settings | None = None
    arguments: Mapping[str, object] = field(factory=dict)


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
    tally: Mapping[str, float]


@frozen(eq=False)
class Worker:
    """A contestant that waits to be run."""

    name: str
    process: "subprocess.Popen[str]"

    def run(self, *, items: int) -> Measured:
        """Run once, and see that so many items came; with none, do all but the run.

        Raises:
            Unmeasured: It failed, or gave another number of items.
        """
        with suppress(BrokenPipeError):
            print("" if items else "idle", file=_pipe(self.process.stdin), flush=True)
        answer: dict[str, Any] = json.loads(_pipe(self.process.stdout).readline() or "{}")
        if "seconds" not in answer:
            raise Unmeasured(f"{self.name}: {answer.get('error', 'the process ended')}")
        seconds, cpu = answer.pop("seconds"), answer.pop("cpu")
        if answer["items"] != items:
            raise Unmeasured(f"{self.name} gave {answer['items']} items, not {items}")
        return Measured(seconds, cpu, answer)


@contextmanager
def worker(
    contestant: Contestant, load: Load, url: str | None, *, under: Sequence[str] = ()
) -> Iterator[Worker]:
    """A process with a contestant; ``under`` begins the command line, such as Valgrind's."""
    arguments = {**load.arguments, **contestant.arguments}
    if url is not None:
        arguments["url"] = url
    place = f"benchmarks.contestants.{contestant.place}"
    own = contestant.requirement
    python = sys.executable if own is None else _own_python(own)
    command = [*under, python, "-m", "benchmarks.worker", place, json.dumps(arguments)]
    # Instructions are the same from run to run only where texts hash alike.
    with _process(command, hash_seed="0" if under else "random") as process:
        yield Worker(contestant.name, process)


def _own_python(requirement: str) -> str:
    try:
        return own_python(requirement)
    except (subprocess.CalledProcessError, OSError) as error:
        raise Unmeasured(f"no environment for {requirement}: {error}") from error


@contextmanager
def page_server(settings: Settings | None) -> Iterator[str | None]:
    """A page server in a process of its own; gives its URL, or ``None`` if there is no need."""
    if settings is None:
        yield None
        return
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
def _process(command: list[str], *, hash_seed: str = "random") -> "Iterator[subprocess.Popen[str]]":
    # Modules are compiled once.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**environment, "PYTHONHASHSEED": hash_seed},
    )
    with process:
        try:
            yield process
        finally:
            # Both kinds of process end where their input does, or have ended.
            with suppress(BrokenPipeError):
                _pipe(process.stdin).close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
