"""The command line in processes of its own: through pipes, and a fake service next to it."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen

import asyncops
from tests.until import SECONDS

__all__ = [
    "LAUNCHER",
    "PROGRAM",
    "SECONDS",
    "Done",
    "Served",
    "environment",
    "run",
    "serving",
    "started",
]

# Every warning is an error, also that of a socket left open. A busy machine may take long to end a
# command or to write a page: nothing is cut short for that, and nothing is flushed in between.
PROGRAM = (
    sys.executable,
    "-W",
    "error",
    "-c",
    (
        "import sys; from asyncops.cli import main; from asyncops.cli.output import journal; "
        "from asyncops.cli.runtime import signals; signals.GRACE = journal._EVERY = 1000.0; "
        "sys.exit(main())"
    ),
)

# Whoever runs the tests may ignore these: a shell's background or nohup does.
LAUNCHER = (
    sys.executable,
    "-I",
    "-S",
    "-c",
    (
        "import os, signal, sys; "
        "[signal.signal(each, signal.SIG_DFL) "
        "for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]; "
        "os.execv(sys.argv[1], sys.argv[1:])"
    ),
)

_OURS = ("ZOO_", "CHAINLOOP_", "ASYNCOPS_")
_COLOURS = frozenset(
    {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
)
"""For what takes one on an idle machine: only a hang takes longer."""


@frozen
class Done:
    """A run that is over.

    Attributes:
        code: The exit code; negative where a signal ended it.
        out: What it wrote to standard output.
        err: What it wrote to standard error.
    """

    code: int
    out: str
    err: str


@frozen
class Served:
    """A fake of both services in a process of its own.

    Attributes:
        url: Where it is.
        token: What it lets in.
        process: The process.
    """

    url: str
    token: str = field(repr=False)
    process: "subprocess.Popen[str]" = field(repr=False)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that lead the commands there."""
        return {
            "ZOO_BASE_URL": self.url,
            "ZOO_API_TOKEN": self.token,
            "CHAINLOOP_BASE_URL": self.url,
            "CHAINLOOP_TOKEN": self.token,
        }


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a run: nothing of this machine's accounts, configuration or colours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _COLOURS and not name.startswith(_OURS)
    }
    root = str(Path(asyncops.__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return {
        **kept,
        "PYTHONPATH": path,
        "TERM": "xterm-256color",
        "ASYNCOPS_CONFIG": os.devnull,
        # Nothing here speaks TLS; to read this machine's certificates takes a tenth of a start.
        "SSL_CERT_FILE": os.devnull,
        **(more or {}),
    }


def run(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    seconds: float = SECONDS,
) -> Done:
    """Run ``asyncops`` with pipes around it, to its end.

    Args:
        arguments: What stands behind ``asyncops``.
        env: Variables besides those of :func:`environment`.
        stdin: What it can read.
        seconds: How long it may take before it is killed.
    """
    done = subprocess.run(
        [*PROGRAM, *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env=environment(env),
        timeout=seconds,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(
    *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """``asyncops`` with pipes around it, running; it is killed if it outlasts the ``with``."""
    with subprocess.Popen(
        [*LAUNCHER, *PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(env),
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@contextmanager
def serving(*options: str) -> Iterator[Served]:
    """A fake of both services, as ``asyncops serve`` runs it.

    Args:
        options: Options of ``serve``, such as ``"--operations", "40", "--arrivals", "0"``.
    """
    with started("serve", *options) as process:
        if process.stdout is None:
            raise RuntimeError("its output must be a pipe")
        lines = list(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
        if process.poll() is not None:
            raise RuntimeError("the fake service did not start")
        export = next(line for line in lines if line.startswith("export ZOO"))
        said = dict(word.split("=", 1) for word in shlex.split(export)[1:])
        yield Served(said["ZOO_BASE_URL"], said["ZOO_API_TOKEN"], process)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)
