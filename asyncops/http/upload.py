"""The body of a request that is sent piece by piece: a file, a stream, or many bytes."""

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from attrs import define, field

Content = bytes | bytearray | memoryview | Path | IO[bytes] | AsyncIterable[bytes]
"""What an action may send: bytes, the path of a file, an open binary file, or an async iterable
of bytes. The last is sent once, and so is a file that cannot be rewound."""

PIECE = 64 * 1024
"""The bytes that have to be on their way in each ``Timeout.read``."""


@define(eq=False)
class Upload:
    """A body that is read while it is sent.

    Attributes:
        size: Its bytes; ``None`` if that is not known before it has been read.
        repeatable: Whether it can be read a second time.
        begun: Whether it has been read, if only in part.
    """

    _source: Path | IO[bytes] | AsyncIterable[bytes] = field(repr=False)
    size: int | None = None
    repeatable: bool = True
    begun: bool = field(default=False, init=False)
    _start: int = 0

    @classmethod
    def of(cls, content: object) -> "bytes | Upload":
        """Return a content as it is sent: bytes as they are, all else as an upload.

        Raises:
            TypeError: It is no content.
            ValueError: There is no such file.
        """
        if isinstance(content, bytes | bytearray | memoryview):
            return bytes(content)
        if isinstance(content, Path):
            if not content.is_file():
                raise ValueError(f"the content is no file: {content}")
            return cls(content, size=content.stat().st_size)
        if isinstance(content, AsyncIterable):
            return cls(content, repeatable=False)
        if isinstance(content, io.TextIOBase) or not callable(getattr(content, "read", None)):
            raise TypeError(
                "the content must be bytes, a Path, a file open in binary mode or an async "
                f"iterable of bytes, got {type(content).__name__}"
            )
        file: Any = content
        if not file.seekable():
            return cls(file, repeatable=False)
        start = file.tell()
        size = file.seek(0, io.SEEK_END) - start
        file.seek(start)
        return cls(file, size=size, start=start)

    @classmethod
    def of_bytes(cls, body: bytes) -> "Upload":
        """Return the upload of many bytes."""
        return cls(io.BytesIO(body), size=len(body))

    @property
    def ready(self) -> bool:
        """Whether it can be sent now."""
        return self.repeatable or not self.begun

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Give the body from its beginning; a file is read in a thread.

        Raises:
            ValueError: A file has changed its length meanwhile: its last byte is not given.
        """
        self.begun = True
        source = self._source
        if isinstance(source, AsyncIterable):
            async for each in source:
                for at in range(0, len(each), PIECE):
                    yield each[at : at + PIECE]
        elif isinstance(source, Path):
            with closing(await asyncio.to_thread(source.open, "rb")) as file:
                async for piece in _read(file, self.size):
                    yield piece
        else:
            if self.repeatable:
                await asyncio.to_thread(source.seek, self._start)
            async for piece in _read(source, self.size):
                yield piece


async def _read(file: IO[bytes], size: int | None) -> AsyncGenerator[bytes, None]:
    """Give the rest of a file, which has so many bytes."""
    left = size
    while piece := await asyncio.to_thread(file.read, PIECE):
        if left is not None:
            left -= len(piece)
            # Its length has been announced: with its last byte, the request would be whole.
            left -= 0 if left else len(await asyncio.to_thread(file.read, 1))
            if left < 0:
                break
        yield piece
        if left == 0:
            # Once the answer comes, whoever gave the file may close it. A thread that still read
            # from its descriptor might take the bytes of the connection that has it next.
            return
    if left:
        raise ValueError(f"the content had {size} bytes, and has another length now")
