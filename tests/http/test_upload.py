"""Bodies that are read while they are sent, on real sockets where time and attempts matter."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncops import AttemptTimeout, RateLimited, Timeout, Unauthorized, ZooClient
from asyncops.http.messages import Request
from asyncops.http.upload import Upload, sent_in_time

BODY = bytes(range(256)) * 1024  # 256 KiB: four pieces


async def stream() -> AsyncIterator[bytes]:
    for at in range(0, len(BODY), 100_000):
        yield BODY[at : at + 100_000]


class Pipe(io.BytesIO):
    """A file that cannot be rewound."""

    def seekable(self) -> bool:
        return False


async def read(upload: bytes | Upload) -> bytes:
    assert isinstance(upload, Upload)
    return b"".join([piece async for piece in upload.pieces()])


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_stay_bytes(kind: Any) -> None:
    assert Upload.of(kind(BODY)) == BODY


async def test_a_file_is_read_again_from_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "part.step"
    path.write_bytes(BODY)
    file = io.BytesIO(b"head" + BODY)
    file.seek(4)
    for content in (path, file):
        upload = Upload.of(content)
        assert isinstance(upload, Upload)
        for _ in range(2):
            assert upload.ready
            assert await read(upload) == BODY
        assert upload.size == len(BODY)


@pytest.mark.parametrize("make", [stream, lambda: Pipe(BODY)])
async def test_a_stream_is_read_once(make: Any) -> None:
    upload = Upload.of(make())
    assert isinstance(upload, Upload)
    assert (upload.size, upload.ready) == (None, True)
    assert await read(upload) == BODY
    assert not upload.ready


@pytest.mark.parametrize("content", [5, "text", io.StringIO("text"), None, [b"a"]])
def test_what_is_no_content_is_refused(content: object) -> None:
    with pytest.raises(TypeError, match="the content must be bytes, a Path, a file open in binary"):
        Upload.of(content)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"the content is no file: .*nothing"):
        Upload.of(tmp_path / "nothing")


async def test_pieces_are_small_and_each_has_its_time() -> None:
    upload = Upload.of_bytes(BODY)
    given_up: list[bool] = []
    pieces = sent_in_time(upload, 3600, lambda: given_up.append(True))
    assert [len(piece) async for piece in pieces] == [64 * 1024] * 4
    slow = asyncio.Event()
    stalled = sent_in_time(upload, 0.001, slow.set)
    await anext(stalled)
    await slow.wait()
    await stalled.aclose()
    assert given_up == []


class Receiver:
    """A service that takes uploads: how it answers each, and what came."""

    def __init__(self, *statuses: int, reads: bool = True) -> None:
        self.statuses = list(statuses)
        self.reads = reads
        self.came: list[tuple[bytes, str | None]] = []
        self.left = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        if not self.reads:
            await self.left.wait()
        body = await request.read()
        self.came.append((body, request.headers.get("Content-Length")))
        status = self.statuses.pop(0) if self.statuses else 201
        return web.json_response({}, status=status, headers={"Retry-After": "0"})


@asynccontextmanager
async def serving(receiver: Receiver, **options: Any) -> AsyncIterator[ZooClient]:
    app = web.Application(client_max_size=2**30)
    app.router.add_post("/up", receiver.answer)
    async with TestServer(app) as server:
        url = str(server.make_url(""))
        async with ZooClient(options.pop("token", "t"), base_url=url, **options) as client:
            try:
                yield client
            finally:
                receiver.left.set()


async def send(client: ZooClient, content: object) -> int:
    body = Upload.of(content)
    upload = Upload.of_bytes(body) if isinstance(body, bytes) else body
    request = Request(method="POST", path="/up", upload=upload, repeatable=True)
    return (await client.fetch(request, decode=len)).status


async def test_a_body_arrives_whole_with_its_length_where_that_is_known(tmp_path: Path) -> None:
    path = tmp_path / "part.step"
    path.write_bytes(BODY)
    receiver = Receiver()
    async with serving(receiver) as client:
        for content in (path, io.BytesIO(BODY), BODY, Pipe(BODY), stream()):
            assert await send(client, content) == 201
    known = str(len(BODY))
    assert [length for _, length in receiver.came] == [known, known, known, None, None]
    assert all(body == BODY for body, _ in receiver.came)


async def test_after_429_a_file_is_sent_again_and_a_stream_is_not() -> None:
    receiver = Receiver(429)
    async with serving(receiver) as client:
        assert await send(client, io.BytesIO(BODY)) == 201
        receiver.statuses.append(429)
        with pytest.raises(RateLimited):
            await send(client, stream())
    assert [body == BODY for body, _ in receiver.came] == [True, True, True]


async def test_with_a_new_token_a_file_is_sent_again_and_a_stream_is_not() -> None:
    asked: list[str] = []

    async def token() -> str:
        asked.append("t")
        return f"token-{len(asked)}"

    receiver = Receiver(401)
    async with serving(receiver, token=token) as client:
        assert await send(client, io.BytesIO(BODY)) == 201
        receiver.statuses.append(401)
        with pytest.raises(Unauthorized):
            await send(client, stream())
    assert len(receiver.came) == 3


async def test_an_upload_may_take_longer_than_a_call() -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(3):
            await asyncio.sleep(0.5)
            yield b"x"

    receiver = Receiver()
    async with serving(receiver, timeout=Timeout(attempt=1, deadline=1)) as client:
        assert await send(client, slow()) == 201
    assert receiver.came == [(b"xxx", None)]


async def test_an_upload_that_stands_still_ends() -> None:
    receiver = Receiver(reads=False)
    async with serving(receiver, timeout=Timeout(read=0.2)) as client:
        with pytest.raises(AttemptTimeout, match="upload was too slow: less than") as caught:
            await send(client, bytes(64 * 2**20))
    assert caught.value.sent
