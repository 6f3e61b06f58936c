"""Bodies that are too large or damaged."""

import gzip
import tracemalloc
import zlib
from collections.abc import Sequence

import pytest

from asyncops import (
    AnswerTooLarge,
    ConnectionFailed,
    NotFound,
    RetryPolicy,
    ServerError,
    TransportError,
    ZooClient,
)
from tests.wire.faultserver import FIN, Drip, FaultServer, Repeat, Step, answer, chunked, head
from tests.wire.kit import BODY, ask, failing, zoo

MIB = 1024 * 1024
PAGE = b'{"items":[],"next_page":"next"}'


def squeezed(data: bytes, times: int) -> bytes:
    """``data`` so many times over, in one gzip member, without ever holding it whole."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(data) for _ in range(times)), packer.flush()])


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """256 MiB of spaces in about 256 KiB: one block over and over, and no end, which none reads."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = packer.compress(b" " * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return block + again * 255


async def measured_peak(client: ZooClient, kind: type[TransportError]) -> int:
    """The most memory, in bytes, that a failing call holds at a time."""
    # The first call of a process also loads what describes the listing.
    client.ml_prompts.list(limit=1)
    tracemalloc.start()
    try:
        await failing(ask(client), kind)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("framing", ["length", "chunked", "none"])
async def test_a_gzip_bomb_is_stopped_at_the_cap(bomb: bytes, framing: str) -> None:
    assert len(bomb) < MIB
    scripts: dict[str, Sequence[Step]] = {
        "length": [answer(bomb, "Content-Encoding: gzip")],
        "chunked": [head("Content-Encoding: gzip", "Transfer-Encoding: chunked") + chunked(bomb)],
        "none": [head("Content-Encoding: gzip") + bomb, FIN],
    }
    async with FaultServer([scripts[framing]]) as server, zoo(server, max_body=MIB) as client:
        peak = await measured_peak(client, AnswerTooLarge)
        assert server.requests == 1
        await server.until(lambda: server.open == 0)
    assert peak < 4 * MIB


async def test_a_bomb_of_many_members_is_stopped_at_the_cap() -> None:
    bombs = squeezed(b" " * MIB, 1) * 200
    script = [[answer(bombs, "Content-Encoding: gzip")]]
    async with FaultServer(script) as server, zoo(server, max_body=MIB) as client:
        assert await measured_peak(client, AnswerTooLarge) < 4 * MIB
    assert server.requests == 1


@pytest.mark.parametrize("framing", ["length", "chunked", "none"])
async def test_a_large_plain_body_is_stopped_at_the_cap(framing: str) -> None:
    """Of 300 MB, little more than the cap is taken from the wire."""
    chunk = b" " * 65_536
    scripts: dict[str, Sequence[Step]] = {
        "length": [head(f"Content-Length: {4800 * 65_536}"), Repeat(chunk, 4800)],
        "chunked": [
            head("Transfer-Encoding: chunked"),
            Repeat(b"10000\r\n" + chunk + b"\r\n", 4800),
        ],
        "none": [head(), Repeat(chunk, 4800)],
    }
    async with FaultServer([scripts[framing]]) as server, zoo(server, max_body=MIB) as client:
        error = await failing(ask(client), AnswerTooLarge)
        assert "max_body" in str(error)
        assert error.limit == MIB
        await server.until(lambda: server.open == 0)
    assert server.requests == 1
    # Beyond the cap, only what the sockets' own buffers hold.
    assert server.sent < 24 * MIB


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
async def test_the_cap_counts_decoded_bytes_exactly(zipped: bool, more: int) -> None:
    body = PAGE + b" " * (1000 - len(PAGE) + more)
    wire = answer(gzip.compress(body), "Content-Encoding: gzip") if zipped else answer(body)
    async with FaultServer([[wire]]) as server, zoo(server, max_body=1000) as client:
        if more:
            error = await failing(ask(client), AnswerTooLarge)
            assert "1000 bytes" in str(error)
        else:
            assert (await ask(client)).next_cursor == "next"


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("status", ["503 Down", "404 Not Found"])
async def test_a_large_error_body_is_cut_and_the_error_keeps_its_type(
    status: str, zipped: bool
) -> None:
    """10 MB of error page: 64 KiB are read, and the status counts."""
    page, times = b"<p>down</p>" * 1000, 950
    squashed = squeezed(page, times)
    steps: list[Step] = [head(f"Content-Length: {len(page) * times}", status=status)]
    steps.append(Repeat(page, times))
    if zipped:
        steps = [answer(squashed, "Content-Encoding: gzip", status=status)]
    kind = ServerError if status.startswith("5") else NotFound
    async with FaultServer([steps]) as server, zoo(server) as client:
        tracemalloc.start()
        try:
            error = await failing(ask(client), kind)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert len(str(error)) < 500
    assert peak < 4 * MIB
    assert server.requests == (RetryPolicy().attempts if kind is ServerError else 1)


@pytest.mark.parametrize("length", [0, 1, 9, 10, 11, -9, -8, -1])
async def test_gzip_cut_short_is_an_error(length: int) -> None:
    """The frame is whole, so only the compressed data says that something is missing."""
    script = [[answer(gzip.compress(PAGE)[:length], "Content-Encoding: gzip")]]
    async with FaultServer(script) as server, zoo(server) as client:
        await failing(ask(client), ConnectionFailed)
    assert server.requests == RetryPolicy().attempts


ZIPPED = gzip.compress(PAGE)
DAMAGED = {
    "no gzip at all": PAGE,
    "a flipped bit in the head": bytes([ZIPPED[0] ^ 1]) + ZIPPED[1:],
    "a flipped bit in the data": ZIPPED[:12] + bytes([ZIPPED[12] ^ 64]) + ZIPPED[13:],
    "a wrong checksum": ZIPPED[:-8] + b"\0\0\0\0" + ZIPPED[-4:],
    "a wrong size": ZIPPED[:-4] + b"\0\0\0\0",
    "rubbish behind it": ZIPPED + b"<html>",
    "a second member that is damaged": ZIPPED + ZIPPED[:-8] + b"\0\0\0\0" + ZIPPED[-4:],
}


@pytest.mark.parametrize("body", DAMAGED.values(), ids=DAMAGED.keys())
async def test_damaged_gzip_is_an_error(body: bytes) -> None:
    script = [[answer(body, "Content-Encoding: gzip")]]
    async with FaultServer(script) as server, zoo(server) as client:
        with pytest.raises(TransportError) as caught:
            await ask(client)
        await failing(ask(client), type(caught.value))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZip"])
@pytest.mark.parametrize("at", [1, 5, len(PAGE) - 1])
async def test_gzip_of_many_members_is_read_whole(at: int, encoding: str) -> None:
    members = gzip.compress(PAGE[:at]) + gzip.compress(b"") + gzip.compress(PAGE[at:])
    script = [[answer(members, f"Content-Encoding: {encoding}")]]
    async with FaultServer(script) as server, zoo(server) as client:
        assert (await ask(client)).next_cursor == "next"


async def test_gzip_that_comes_byte_by_byte_is_read_whole() -> None:
    members = gzip.compress(PAGE[:9]) + gzip.compress(PAGE[9:])
    script: Sequence[Sequence[Step]] = [[head("Content-Encoding: gzip"), Drip(members, 0.0), FIN]]
    async with FaultServer(script) as server, zoo(server) as client:
        assert (await ask(client)).next_cursor == "next"


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "x" * 50, BODY])
async def test_an_encoding_that_was_not_asked_for_is_an_error(encoding: str) -> None:
    script = [[answer(PAGE, f"Content-Encoding: {encoding}")]]
    async with FaultServer(script) as server, zoo(server) as client:
        error = await failing(ask(client), TransportError)
        assert "encoding" in str(error)
        assert server.requests == 1


UNREADABLE = {
    "an unknown encoding": ("br", b"whatever"),
    "damaged gzip": ("gzip", b"not gzip at all"),
    "no gzip": ("gzip", b""),
    "half of its gzip": ("gzip", ZIPPED[:15]),
}


@pytest.mark.parametrize(("encoding", "body"), UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_status_outlives_a_body_that_cannot_be_read(encoding: str, body: bytes) -> None:
    """A 404 is a 404, whatever a gateway did to its page; it is not asked for again."""
    script = [[answer(body, f"Content-Encoding: {encoding}", status="404 Not Found")]]
    async with FaultServer(script) as server, zoo(server) as client:
        await failing(ask(client), NotFound)
    assert server.requests == 1
