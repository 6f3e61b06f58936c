"""Silence is noticed in time and never too early, and an answer leaves no timer behind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import cast

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler

from asyncops import AttemptTimeout, RetryPolicy, Timeout, ZooClient
from asyncops.http.transport import ReadTimeout
from tests.http.test_sending import PIECE, Receiver, send, serving
from tests.wire.faultserver import SILENCE, FaultServer, Seen, Step, answer
from tests.wire.kit import ask

READ = 1.0
# How much too late silence may be noticed.
LATE = 1 / 16
TIMEOUT = Timeout(read=READ, attempt=600.0, deadline=600.0)
ALMOST = READ * 0.95
BODY = b'{"items":[]}'
PIECES = [
    b"HTTP/1.1 102 Processing\r\n\r\n",
    b"HTTP/1.1 102 Processing\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Ty",
    b"pe: application/json\r\n",
    b"Content-Length: 12\r\n\r\n",
    BODY[:4],
    BODY[4:],
]


@pytest.fixture(params=["own session", "given session"])
async def session(request: pytest.FixtureRequest) -> AsyncIterator[aiohttp.ClientSession | None]:
    if request.param == "own session":
        yield None
    else:
        async with aiohttp.ClientSession() as given:
            yield given


def client_of(server: FaultServer, session: aiohttp.ClientSession | None = None) -> ZooClient:
    once = RetryPolicy(attempts=1)
    return ZooClient("t", base_url=server.url, timeout=TIMEOUT, retry=once, session=session)


async def test_an_answer_in_pieces_may_take_any_time(session: aiohttp.ClientSession | None) -> None:
    steps: list[Step] = [step for piece in PIECES for step in (ALMOST, piece)]
    async with FaultServer([steps]) as server, client_of(server, session) as client:
        await ask(client)
    assert server.requests == 1


# After an interim answer, aiohttp has no timer until more comes: the attempt's limit ends silence.
@pytest.mark.parametrize("count", [0, *range(3, len(PIECES))])
@pytest.mark.parametrize("pause", [0.0, 0.01, 0.3, ALMOST])
async def test_silence_is_noticed_in_time(
    count: int, pause: float, session: aiohttp.ClientSession | None
) -> None:
    loop, silent_since = asyncio.get_running_loop(), 0.0

    def script(_: Seen) -> Sequence[Step]:
        nonlocal silent_since
        silent_since = loop.time() + pause * count
        return [*(step for piece in PIECES[:count] for step in (pause, piece)), SILENCE]

    async with FaultServer(script) as server, client_of(server, session) as client:
        with pytest.raises(AttemptTimeout):
            await ask(client)
        silent = loop.time() - silent_since
    assert READ * 0.999 <= silent <= READ * (1 + LATE) + 0.02


async def test_many_answers_that_are_late_are_each_noticed() -> None:
    """Some begin when the timer is about to go off, some just after it."""
    loop = asyncio.get_running_loop()

    async def silent(client: ZooClient, begin: float) -> float:
        await asyncio.sleep(begin)
        began = loop.time()
        with pytest.raises(AttemptTimeout):
            await ask(client)
        return loop.time() - began

    async with FaultServer([[SILENCE]]) as server, client_of(server) as client:
        lasted = await asyncio.gather(*(silent(client, 0.013 * n) for n in range(40)))
    assert min(lasted) >= READ * 0.999
    assert max(lasted) <= READ * (1 + LATE) + 0.02


@pytest.mark.parametrize("late", [0.0, ALMOST])
async def test_a_connection_that_lay_idle_is_used_again(late: float) -> None:
    """What limits an answer ends with it."""
    async with FaultServer([[late, answer()]]) as server, client_of(server) as client:
        for _ in range(3):
            await ask(client)
            await asyncio.sleep(READ * 3)
        assert [(seen.connection, seen.nth) for seen in server.seen] == [(1, 1), (1, 2), (1, 3)]


async def test_the_time_in_which_a_body_is_sent_does_not_count() -> None:
    async def steady() -> AsyncIterator[bytes]:
        for _ in range(4):
            await asyncio.sleep(ALMOST)
            yield bytes(PIECE)

    async with serving(Receiver(), timeout=TIMEOUT) as client:
        assert await send(client, steady()) == 201


class Protocol:
    """Notes the timers that it is told to start."""

    def __init__(self) -> None:
        self.read_timeout: float | None = None
        self.started: list[float | None] = []

    def start_timeout(self) -> None:
        self.started.append(self.read_timeout)


async def answered(timeout: ReadTimeout, protocol: Protocol, seconds: float) -> None:
    """An answer that takes so long."""
    task = asyncio.current_task()
    assert task is not None
    timeout.begin(cast("ResponseHandler", protocol))
    await asyncio.sleep(seconds)
    timeout.end(task)


async def test_an_answer_that_comes_soon_has_no_timer() -> None:
    timeout, protocol = ReadTimeout(READ), Protocol()
    for _ in range(100):
        await answered(timeout, protocol, 0.0)
    await asyncio.sleep(READ)
    assert protocol.started == []


async def test_the_timer_of_an_answer_ends_with_it() -> None:
    timeout, protocol = ReadTimeout(READ), Protocol()
    for _ in range(2):
        await answered(timeout, protocol, READ / 2)
        await asyncio.sleep(READ)
    assert protocol.started == [READ, None, READ, None]


async def test_a_timer_is_left_to_the_task_that_has_the_connection_next() -> None:
    timeout, protocol = ReadTimeout(READ), Protocol()
    first = asyncio.create_task(answered(timeout, protocol, READ / 2))
    await asyncio.sleep(READ / 4)
    await asyncio.gather(first, answered(timeout, protocol, READ))
    assert protocol.started == [READ, READ, None]
