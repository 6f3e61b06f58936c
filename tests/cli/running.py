"""Commands run in this process, against a fake service in a thread of its own."""

import os
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

from typer.testing import CliRunner

from asyncops.cli import connect
from asyncops.cli.app import app
from asyncops.testing import FakeServer
from tests.cli.processes import Done

__all__ = ["invoke", "variables"]


def variables(server: FakeServer) -> dict[str, str]:
    """The environment variables that lead the commands to a server, and nowhere else."""
    return {
        "ZOO_BASE_URL": server.url,
        "ZOO_API_TOKEN": server.token,
        "CHAINLOOP_BASE_URL": server.url,
        "CHAINLOOP_TOKEN": server.token,
        "ASYNCOPS_CONFIG": os.devnull,
    }


def invoke(server: FakeServer | None, *arguments: str) -> Done:
    """Run ``asyncops`` with these arguments, on the server's clock: exit code and what it wrote."""
    env = {} if server is None else variables(server)
    with nullcontext() if server is None else _on_the_clock_of(server):
        result = CliRunner().invoke(app, list(arguments), env=env, catch_exceptions=False)
    return Done(result.exit_code, result.stdout, result.stderr)


def _on_the_clock_of(server: FakeServer) -> AbstractContextManager[object]:
    return patch.object(connect, "SYSTEM_CLOCK", server.clock)
