"""Uploads on real sockets: what arrives, how often, how long they take, and what is told of it."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncops import (
    APIError,
    AttemptTimeout,
    ConnectionFailed,
    RateLimited,
    Timeout,
    Unauthorized,
    UploadProgress,
    ZooClient,
)
from asyncops.http.messages import Request
from asyncops.http.sending import OnUpload, Sending
from asyncops.http.upload import Upload
from asyncops.utils.time_limits import TimeLimit, TimeLimits
from tests.http.test_upload import BODY, Pipe, stream

PIECE = 64 * 1024


async def test_each_piece_has_its_time() -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield BODY
        await asyncio.sleep(60)

    upload = Upload.of(slow())
    assert isinstance(upload, Upload)
    with pytest.raises(TimeoutError), TimeLimit(TimeLimits(3600)) as limit:
        sending = Sending(upload, 0.01, limit, lambda: None, lambda: None)
        assert [len(piece) async for piece in sending.pieces()] == [PIECE] * 4
    assert isinstance(sending.failure, AttemptTimeout)


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


async def send(client: ZooClient, content: object, on_upload: OnUpload | None = None) -> int:
    body = Upload.of(content)
    request = Request(
        method="POST",
        path="/up",
        body=body if isinstance(body, bytes) else None,
        upload=body if isinstance(body, Upload) else None,
        on_upload=on_upload,
        repeatable=True,
    )
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


KINDS: dict[str, tuple[Callable[[Path], object], int | None]] = {
    "bytes": (lambda _: BODY, len(BODY)),
    "path": (lambda path: path, len(BODY)),
    "file": (lambda _: io.BytesIO(BODY), len(BODY)),
    "pipe": (lambda _: Pipe(BODY), None),
    "stream": (lambda _: stream(), None),
}


@pytest.mark.parametrize(("make", "total"), KINDS.values(), ids=KINDS)
async def test_progress_goes_from_nothing_to_all(
    make: Callable[[Path], object], total: int | None, tmp_path: Path
) -> None:
    path = tmp_path / "part.step"
    path.write_bytes(BODY)
    told: list[UploadProgress] = []
    receiver = Receiver()
    async with serving(receiver) as client:
        assert await send(client, make(path), told.append) == 201
    assert receiver.came[0][0] == BODY
    sent = [each.sent for each in told]
    assert (sent[0], sent[-1]) == (0, len(BODY))
    assert all(0 < later - earlier <= PIECE for earlier, later in pairwise(sent))
    assert {each.total for each in told} == {total}


async def test_progress_of_nothing_is_told_once() -> None:
    told: list[UploadProgress] = []
    receiver = Receiver()
    async with serving(receiver) as client:
        assert await send(client, b"", told.append) == 201
    assert (receiver.came, told) == ([(b"", "0")], [UploadProgress(0, 0)])


async def test_progress_does_not_run_ahead_of_the_other_side() -> None:
    """A service that reads nothing holds the upload up, whose progress stands still then."""
    told: list[UploadProgress] = []
    receiver = Receiver(reads=False)
    size = 64 * 2**20
    async with serving(receiver, timeout=Timeout(read=0.2)) as client:
        with pytest.raises(AttemptTimeout):
            await send(client, bytes(size), told.append)
        count = len(told)
        assert 0 < told[-1].sent < size / 2
        await asyncio.sleep(0)
        assert len(told) == count


async def test_progress_begins_anew_where_all_is_sent_again() -> None:
    told: list[UploadProgress] = []
    async with serving(Receiver(429)) as client:
        assert await send(client, io.BytesIO(BODY), told.append) == 201
    assert [each.sent for each in told] == [n * PIECE for n in range(5)] * 2


async def test_an_error_of_the_hook_ends_the_upload_and_is_raised() -> None:
    """The service has not had the whole body, and gets nothing more."""

    def full(progress: UploadProgress) -> None:
        if progress.sent >= PIECE:
            raise KeyError("enough")

    receiver = Receiver()
    for content in (BODY, stream()):
        async with serving(receiver) as client:
            with pytest.raises(KeyError, match="enough"):
                await send(client, content, full)
    assert receiver.came == []


async def test_an_error_of_the_content_is_raised_as_it_is() -> None:
    """It is no lost connection, after which others would be told that an answer was lost."""

    async def broken() -> AsyncIterator[bytes]:
        yield BODY
        raise LookupError("no more")

    receiver = Receiver()
    async with serving(receiver) as client:
        with pytest.raises(LookupError, match="no more"):
            await send(client, broken())
    assert receiver.came == []


@pytest.mark.parametrize("change", [-1, 1, 100_000])
async def test_a_file_that_changes_its_length_meanwhile_is_not_sent(
    change: int, tmp_path: Path
) -> None:
    path = tmp_path / "part.step"
    path.write_bytes(BODY)

    def rewrite(progress: UploadProgress) -> None:
        if progress.sent == 0:
            path.write_bytes((BODY + bytes(max(0, change)))[: len(BODY) + change])

    receiver = Receiver()
    async with serving(receiver) as client:
        with pytest.raises(ValueError, match="the content had 262144 bytes, and has another len"):
            await send(client, path, rewrite)
    assert receiver.came == []


async def test_nothing_is_told_after_the_call_has_ended() -> None:
    """A service may refuse an upload before it has read it."""

    class Refusing(Receiver):
        async def answer(self, _: web.Request) -> web.Response:
            return web.json_response({}, status=413)

    told: list[UploadProgress] = []
    async with serving(Refusing()) as client:
        with pytest.raises((APIError, ConnectionFailed)):
            await send(client, bytes(64 * 2**20), told.append)
        count = len(told)
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(told) == count
