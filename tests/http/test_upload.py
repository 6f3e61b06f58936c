"""Bodies that are read while they are sent."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from asyncops.http.upload import Upload

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


async def test_many_bytes_are_read_in_small_pieces() -> None:
    upload = Upload.of_bytes(BODY)
    assert [len(piece) async for piece in upload.pieces()] == [64 * 1024] * 4


class Watched(io.BytesIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


async def test_a_file_is_not_read_once_its_last_byte_was_given() -> None:
    """The answer may come then, and the file be closed while a thread reads from it."""
    file = Watched(b"points")
    upload = Upload.of(file)
    assert isinstance(upload, Upload)
    pieces = upload.pieces()
    assert await anext(pieces) == b"points"
    reads = file.reads
    assert [piece async for piece in pieces] == []
    assert file.reads == reads
