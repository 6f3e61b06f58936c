"""A response in pieces, played by hand: what it sends, and what it leaves, whatever happens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import nullcontext

import pytest
from fastapi import BackgroundTasks

from asyncops.errors import DecodeError
from asyncops.fastapi import NDJSONResponse, SSEResponse
from asyncops.fastapi.streaming import PiecewiseResponse
from tests.fastapi.kit import Reader
from tests.until import until


class Pieces:
    """A generator that takes its time to close, and is kept from the garbage collector."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self.closed = False
        self.asked = 0
        self._pieces = pieces
        self._error = error
        self.generator = self._run()

    async def _run(self) -> AsyncGenerator[bytes, None]:
        try:
            for piece in self._pieces:
                self.asked += 1
                yield piece
            if self._error is not None:
                raise self._error
        finally:
            await asyncio.sleep(0.001)
            self.closed = True


async def test_all_pieces_are_sent_and_empty_ones_passed_over() -> None:
    reader, pieces = Reader(), Pieces(b"", b"one", b"", b"two")
    await reader.read(PiecewiseResponse(pieces.generator))
    start, *bodies = reader.got
    assert start["status"] == 200
    assert [each["body"] for each in bodies] == [b"one", b"two", b""]
    assert [each["more_body"] for each in bodies] == [True, True, False]
    assert pieces.closed
    assert reader.listening == -1, "nobody listens any more"


async def test_nothing_is_sent_before_the_first_piece_is_there() -> None:
    """So that an error there is an error of the handler's."""
    reader, pieces = Reader(), Pieces(error=TimeoutError("mine"))
    with pytest.raises(TimeoutError, match="mine"):
        await reader.read(PiecewiseResponse(pieces.generator))
    assert reader.got == []
    assert pieces.closed


@pytest.mark.parametrize("kind", [NDJSONResponse, SSEResponse])
@pytest.mark.parametrize(
    ("error", "status"), [(DecodeError("hidden"), 502), (KeyError("hidden"), 500)]
)
async def test_a_later_error_is_the_last_piece(
    kind: type[PiecewiseResponse], error: Exception, status: int
) -> None:
    """And a bug breaks the stream off besides, so that nobody takes it for whole."""
    reader, pieces = Reader(), Pieces(b"one", error=error)
    is_bug = status == 500
    with pytest.raises(KeyError) if is_bug else nullcontext():
        await reader.read(kind(pieces.generator))
    last = reader.got[2]["body"]
    assert f'"status":{status}'.encode() in last
    assert b"hidden" not in last
    assert reader.got[-1]["more_body"] == is_bug
    assert pieces.closed


@pytest.mark.parametrize("how", ["disconnect", "cancel"])
async def test_it_is_closed_before_the_request_is_over(how: str) -> None:
    """Though it waits for the reader, and takes its time; one piece is held, and no more."""
    reader, pieces = Reader(takes=3), Pieces(*[b"piece"] * 50)
    reading = reader.read(PiecewiseResponse(pieces.generator))
    await until(lambda: len(reader.got) >= 3, reading, every=0)
    assert pieces.asked == 2
    if how == "disconnect":
        reader.gone.set()
        await reading
    else:
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert pieces.closed
    assert reader.got[-1]["more_body"]


@pytest.mark.parametrize("error", [None, OSError("the reader has gone")])
async def test_a_reader_that_goes_before_the_first_piece_is_answered_all_the_same(
    error: Exception | None,
) -> None:
    """For the middlewares in between; a server may refuse to send it, or drop it."""

    async def silent() -> AsyncGenerator[bytes, None]:
        await asyncio.Event().wait()
        yield b""

    reader = Reader(error=error)
    reading = reader.read(PiecewiseResponse(silent()))
    await until(lambda: reader.listening == 2, reading, every=0)
    reader.gone.set()
    await reading
    assert reader.got[0]["status"] == 499


async def test_a_reader_that_goes_is_noticed_though_nothing_ever_waits() -> None:
    """Pieces without end, each there at once, to a reader that takes all of them."""

    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield b"piece"

    reader = Reader(takes=100_000)
    reading = reader.read(PiecewiseResponse(endless()))
    await until(lambda: len(reader.got) >= 10, reading, every=0)
    reader.gone.set()
    async with asyncio.timeout(60):
        await reading
    assert len(reader.got) < 1000


async def test_what_is_to_be_done_afterwards_is_done() -> None:
    done: list[str] = []
    response = PiecewiseResponse(Pieces(b"piece").generator)
    tasks = BackgroundTasks()
    tasks.add_task(done.append, "done")
    response.background = tasks
    await Reader().read(response)
    assert done == ["done"]


async def test_to_ask_for_the_headers_alone_takes_one_piece() -> None:
    """It is waited for all the same, since the status depends on it."""
    reader, pieces = Reader(), Pieces(b"one", b"two")
    await reader.read(PiecewiseResponse(pieces.generator), method="HEAD")
    assert [each.get("body") for each in reader.got] == [None, b""]
    assert pieces.asked == 1
    assert pieces.closed
