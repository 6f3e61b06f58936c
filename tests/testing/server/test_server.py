"""Starting and stopping the fake server, in a loop or a thread, and leaving nothing behind."""

import asyncio
import http.client
import importlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

import asyncops.testing
from asyncops.testing import FakeClock, FakeServer, Fault
from tests import raw_json
from tests.until import until

PROMPTS = "/ml-prompts?sort_by=created_at_ascending"


def status_of(server: FakeServer, path: str = PROMPTS) -> int:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=90)
    connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def test_a_thread_serves_code_that_is_not_async() -> None:
    with FakeServer() as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert status_of(server) == 200
        server.script(Fault(503))
        assert status_of(server) == 503
        assert server.count() == 2
        raw_json.create_prompt(server)
        assert len(raw_json.ml_prompts(server)) == 201
    assert not any(thread.name == "asyncops-fake-server" for thread in threading.enumerate())


def test_threads_may_call_at_once() -> None:
    with FakeServer() as server:
        seen: list[int] = []
        threads = [
            threading.Thread(target=lambda: seen.extend(status_of(server) for _ in range(10)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for _ in range(100):
            raw_json.create_prompt(server)
            assert len(server.requests) <= 80
        for thread in threads:
            thread.join()
        assert seen == [200] * 80
        assert server.count() == len(server.requests) == server.connections == 80


def test_two_servers_live_side_by_side() -> None:
    with FakeServer() as one, FakeServer(token="other") as two:
        assert one.url != two.url
        assert status_of(one) == status_of(two) == 200


def test_the_port_may_be_chosen_and_is_free_again() -> None:
    with FakeServer() as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), FakeServer(port=port):
            pass
    with FakeServer(port=port) as again:
        assert status_of(again) == 200


def test_a_server_that_does_not_run_has_no_url() -> None:
    server = FakeServer()
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.url
    assert server.open_connections == 0
    with server:
        assert server.url
        with pytest.raises(RuntimeError, match="already"):
            server.__enter__()
        assert status_of(server) == 200
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.url


def test_a_server_may_be_started_again_and_keeps_its_data() -> None:
    server = FakeServer()
    for _ in range(2):
        with server:
            assert status_of(server) == 200
    assert server.count() == 2


async def test_a_stopped_server_leaves_no_task_and_no_socket() -> None:
    """With one idle, one half-sent and one delayed request still there."""
    before, tasks = open_files(), asyncio.all_tasks()
    sockets: list[socket.socket] = []
    server = FakeServer()
    async with server:
        server.script(Fault(500, delay=60, path="/slow"))
        port = int(server.url.rpartition(":")[2])
        for sent in (b"", b"GET /x HT", b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"):
            sockets.append(socket.create_connection(("127.0.0.1", port)))
            sockets[-1].sendall(sent)
        await until(lambda: (server.count(), server.open_connections) == (1, 3))
        began = time.monotonic()
    assert time.monotonic() - began < 30  # far less than the answer's delay
    assert server.open_connections == 0
    assert asyncio.all_tasks() == tasks
    for client in sockets:
        assert client.recv(100) == b""
        client.close()
    assert open_files() == before


def test_fifty_servers_leave_nothing_behind() -> None:
    with FakeServer() as server:
        status_of(server)
    before, threads = open_files(), threading.active_count()
    for _ in range(50):
        with FakeServer(operations=10) as server:
            status_of(server)
    assert open_files() == before
    assert threading.active_count() == threads


PROGRAM = """
import asyncio, gc, logging, socket
from asyncops.testing import FakeServer, Fault

# On a busy machine a step may be slow; asyncio's debug mode would say so, in every loop.
slow = lambda record: not record.getMessage().startswith("Executing ")
logging.getLogger("asyncio").addFilter(slow)

def poke(server, path):
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    opened = socket.create_connection((host, int(port)))
    opened.sendall(f"GET {path} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n".encode())
    return opened

with FakeServer() as server:
    server.script(Fault(500, delay=60, path="/slow"), Fault(drop=True, path="/drop"))
    clients = [poke(server, path) for path in ("/slow", "/drop", "/v1/operations")]
    assert b"401" in clients[2].recv(1000)
for client in clients:
    client.close()

async def main():
    async with FakeServer() as server:
        server.script(Fault(500, delay=60, path="/slow"))
        clients = [poke(server, "/slow"), poke(server, "/x")]
        while server.count() < 2:
            await asyncio.sleep(0)
    for client in clients:
        client.close()

asyncio.run(main())
gc.collect()
"""


def test_no_warning_is_given_in_development_mode() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_plugin_imports_nothing_of_the_server() -> None:
    program = (
        "import sys, asyncops; before = set(sys.modules); import asyncops.testing.plugin;"
        "new = set(sys.modules) - before;"
        "print(sorted(n for n in new if n.startswith('asyncops') or n.startswith('aiohttp')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['asyncops.testing', 'asyncops.testing.plugin']"


def test_the_public_names_are_all_there() -> None:
    public = importlib.import_module("asyncops.testing")
    for name in public.__all__:
        assert getattr(asyncops.testing, name).__name__ == name
        assert name in dir(asyncops.testing)
    with pytest.raises(AttributeError, match="FakeLife"):
        public.FakeLife  # noqa: B018


def test_the_fixture_is_a_running_server(fake_server: FakeServer, fake_clock: FakeClock) -> None:
    assert status_of(fake_server) == 200
    assert fake_server.clock is fake_clock


async def test_the_fixture_serves_async_tests_too(fake_server: FakeServer) -> None:
    assert await asyncio.to_thread(status_of, fake_server) == 200


def test_the_factory_takes_the_servers_arguments(
    fake_server_factory: Callable[..., FakeServer],
) -> None:
    one, two = fake_server_factory(operations=3), fake_server_factory(prompts=0)
    assert len(raw_json.zoo_operations(one)) == 3
    assert raw_json.ml_prompts(two) == []
    assert status_of(one) == status_of(two) == 200


def test_a_connection_that_comes_as_the_server_stops_is_closed() -> None:
    """Else asyncio loses the socket of one that it has accepted and is still at work on."""
    program = (
        "import gc, socket, warnings\n"
        "from asyncops.testing import FakeServer\n"
        "lost = []\n"
        "warnings.showwarning = lambda *told, **_: lost.append(str(told[0]))\n"
        "warnings.simplefilter('always')\n"
        "for _ in range(30):\n"
        "    with FakeServer() as server:\n"
        "        port = int(server.url.rpartition(':')[2])\n"
        "        socket.create_connection(('127.0.0.1', port)).close()\n"
        "    gc.collect()\n"
        "raise SystemExit(lost[0] if lost else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
