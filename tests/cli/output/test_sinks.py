"""How the program ends where help, or a table, has nowhere to go; and what it keeps to itself."""

import asyncio
import io
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from asyncops.cli.output.sinks import StandardOutput, while_read
from asyncops.cli.shell import console, put_out
from tests.cli.processes import PROGRAM, SECONDS, environment
from tests.cli.running import invoke


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_that_cannot_be_written_is_one_line(option: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, option],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment(),
            timeout=90,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "asyncops: No space left on device. Make room and run it again.\n"


def test_help_that_nobody_reads_ends_quietly() -> None:
    with subprocess.Popen(
        [*PROGRAM, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(SECONDS) == 141


@pytest.mark.parametrize("columns", ["0", "00"])
def test_a_terminal_that_says_it_has_no_width_gets_a_table_all_the_same(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console().width == 120
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert console().width == 80


def test_a_password_in_an_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such address is used, but it is told of."""
    monkeypatch.setenv("ZOO_API_TOKEN", "t")
    monkeypatch.setenv("ZOO_BASE_URL", "https://me:hunter2@zoo.example/?key=hunter2")
    monkeypatch.setenv("ASYNCOPS_CONFIG", os.devnull)
    for command, code in (("profiles", 0), ("doctor", 4)):
        done = invoke(None, command)
        assert done.code == code
        assert "zoo.example" in done.out
        assert "hunter2" not in done.out + done.err
    done = invoke(None, "zoo", "operations", "list")
    assert done.code == 2
    assert "hunter2" not in done.out + done.err


def sockets() -> tuple[int, int]:
    here, there = socket.socketpair()
    return here.detach(), there.detach()


def output_to(descriptor: int, patch: pytest.MonkeyPatch) -> None:
    """Have standard output written there."""
    patch.setattr(sys, "stdout", SimpleNamespace(fileno=lambda: descriptor))


@pytest.mark.parametrize("pair", [os.pipe, sockets], ids=["pipe", "socket"])
async def test_a_reader_that_goes_is_noticed_while_nothing_is_written(
    pair: Callable[[], tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, without a thread, and whatever is under way is cancelled."""
    reading, writing = pair()
    output_to(writing, monkeypatch)
    cancelled, threads = False, threading.active_count()
    try:
        asyncio.get_running_loop().call_later(0.02, os.close, reading)
        with pytest.raises(BrokenPipeError):
            async with while_read():
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    cancelled = True
                    raise
        assert cancelled
        assert threading.active_count() == threads
        assert not asyncio.get_running_loop().remove_reader(writing)
    finally:
        os.close(writing)


async def test_a_reader_that_stays_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a timeout of the body's own, or what is no pipe."""
    reading, writing = os.pipe()
    try:
        output_to(writing, monkeypatch)
        async with while_read():
            os.write(writing, b"x")
            await asyncio.sleep(0.02)
        with pytest.raises(TimeoutError, match="its own"):
            async with while_read():
                raise TimeoutError("its own")
        assert not asyncio.get_running_loop().remove_reader(writing)
    finally:
        os.close(reading)
        os.close(writing)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    async with while_read():
        await asyncio.sleep(0)


async def test_a_pipe_that_is_open_both_ways_is_no_reader_that_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ready to be read as soon as something is written to it."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR)
    try:
        output_to(descriptor, monkeypatch)
        async with while_read():
            os.write(descriptor, b"x")
            await asyncio.sleep(0.02)
    finally:
        os.close(descriptor)


async def test_a_pipe_that_does_not_wait_for_its_reader_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some programs leave the pipe behind them so; Python's own text streams then drop the rest."""
    text = "x" * 300_000
    there, here = os.pipe()
    os.set_blocking(here, False)
    with ThreadPoolExecutor(1) as pool, os.fdopen(there, "rb") as reader:
        arrived = pool.submit(reader.read)
        with io.TextIOWrapper(os.fdopen(here, "wb"), encoding="utf-8") as pipe:
            monkeypatch.setattr(sys, "stdout", pipe)
            put_out(text)
            await StandardOutput().put(text.encode())
        assert len(arrived.result()) == 2 * len(text)
