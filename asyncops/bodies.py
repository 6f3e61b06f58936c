"""The body of an answer: read whole, unpacked, and never past its limit."""

import zlib

from aiohttp import ClientResponse

from asyncops.errors import ConnectionFailed, TransportError

__all__ = ["read_body"]


async def read_body(response: ClientResponse, limit: int, *, cut: bool) -> bytes:
    """The decoded body; past ``limit`` bytes it is cut short or refused."""
    encoding = response.headers.get("Content-Encoding")
    gunzip = None if encoding is None else _gunzip_for(encoding)
    content = response.content
    chunks: list[bytes] = []
    room = limit
    while chunk := content.read_nowait() if content.is_eof() else await content.readany():
        data = chunk if gunzip is None else gunzip.feed(chunk, room)
        chunks.append(data)
        room -= len(data)
        if room < 0:
            # What is left is not worth reading: the connection goes with it.
            response.close()
            if cut:
                break
            raise TransportError(f"the answer is larger than {limit} bytes (max_body)")
    else:
        if gunzip is not None:
            gunzip.finish()
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return body[:limit] if room < 0 else body


def _gunzip_for(encoding: str) -> "_Gunzip | None":
    match encoding.strip().lower():
        case "identity" | "":
            return None
        case "gzip" | "x-gzip":
            return _Gunzip()
        case _:
            raise TransportError("the answer has a content encoding that was not asked for")


class _Gunzip:
    """gzip, of one or more members, never more at a time than there is room for."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress; the result may be one byte longer than ``room``, never more."""
        parts: list[bytes] = []
        while data and room >= 0:
            if self._member.eof:
                self._member = zlib.decompressobj(31)
            try:
                part = self._member.decompress(data, room + 1)
            except zlib.error:
                part = None
            if part is None:
                raise TransportError("the answer's gzip is damaged")
            parts.append(part)
            room -= len(part)
            data = self._member.unconsumed_tail or self._member.unused_data
        return b"".join(parts)

    def finish(self) -> None:
        """Refuse a body that ended inside a member."""
        if not self._member.eof:
            raise ConnectionFailed("the answer's gzip ended too early", retryable=True)
