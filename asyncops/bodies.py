"""The body of an answer: read whole, unpacked, and never past its limit."""

import re
import zlib
from collections.abc import Callable
from io import BytesIO
from time import monotonic

from aiohttp import ClientResponse
from attrs import define, field

from asyncops.errors import AnswerTooLarge, AttemptTimeout, ConnectionFailed, TransportError

__all__ = ["Pace", "read_body"]

PACE = 64 * 1024
"""Bytes of a result that have to come in each span of a :class:`Pace`."""


@define(eq=False)
class Pace:
    """How fast a single result has to come once its first byte is there.

    Attributes:
        seconds: The span in which each :data:`PACE` bytes of it must come.
        begun: Called at the first byte, where there is more to come.
    """

    seconds: float
    begun: Callable[[], None]
    _since: float | None = field(default=None, init=False)
    _bytes: int = field(default=0, init=False)

    def came(self, size: int) -> None:
        """Count bytes as they come over the wire.

        Raises:
            AttemptTimeout: They come too slowly. Silence has a limit of its own.
        """
        now = monotonic()
        self._bytes += size
        if self._since is None:
            self.begun()
        elif self._bytes < PACE:
            if now - self._since > self.seconds:
                raise AttemptTimeout(
                    f"the result came too slowly: less than {PACE} bytes in {self.seconds:g} s",
                    retryable=True,
                )
            return
        self._since, self._bytes = now, 0


async def read_body(
    response: ClientResponse, limit: int, *, cut: bool, pace: Pace | None = None
) -> bytes:
    """The decoded body.

    Args:
        response: The answer.
        limit: The most bytes that are kept, after decompression.
        cut: Whether a longer one is cut short, and not refused.
        pace: How fast it has to come, of a single result.

    Raises:
        AnswerTooLarge: It is longer.
        AttemptTimeout: It comes too slowly.
        TransportError: It cannot be decompressed.
    """
    encoding = response.headers.get("Content-Encoding")
    gunzip = None if encoding is None else _gunzip_for(encoding)
    content = response.content
    refused = not cut and gunzip is None and (response.content_length or 0) > limit
    body = b""
    whole: BytesIO | None = None
    room = limit
    while chunk := content.read_nowait() if content.is_eof() else await content.readany():
        if pace is not None and not content.is_eof():
            pace.came(len(chunk))
        data = chunk if gunzip is None else gunzip.feed(chunk, room)
        room -= len(data)
        if whole is not None:
            whole.write(data)
        elif body:
            # It grows in place and gives its buffer away: a large body is in memory once.
            whole = BytesIO()
            whole.write(body)
            whole.write(data)
        else:
            body = data
        if refused or room < 0:
            # What is left is not worth reading: the connection goes with it.
            response.close()
            if cut:
                break
            raise _too_large(limit, body if pace is not None else None)
    else:
        if gunzip is not None:
            gunzip.finish()
    if whole is not None:
        body = whole.getvalue()
    return body[:limit] if room < 0 else body


def _too_large(limit: int, beginning: bytes | None) -> AnswerTooLarge:
    """The error; ``beginning`` is of a single result."""
    if beginning is None:
        return AnswerTooLarge(
            f"the answer is larger than {limit} bytes (max_body); "
            "ask for smaller pages, or raise max_body",
            limit=limit,
        )
    status = _status_in(beginning)
    what = f"the operation is {status!r}, but its" if status else "the operation's"
    return AnswerTooLarge(
        f"{what} answer is larger than {limit} bytes (max_body) and was not read, which says "
        "nothing against the operation; raise max_body to read it",
        limit=limit,
        status=status,
    )


# A result of many megabytes, unpacked at once, would take long to look through.
_BEGINNING = 16 * 1024

_TOKEN = re.compile(rb'\s*(?:("(?:[^"\\]|\\.)*")|([{}\[\]:,])|[^\s"{}\[\]:,]+)')
_WORD = re.compile(rb'"([A-Za-z_-]{1,60})"')


def _status_in(beginning: bytes) -> str | None:
    """The ``status`` of the object that begins so; None where it does not come in 16 KiB."""
    at = depth = 0
    key, last = b"", b""
    while token := _TOKEN.match(beginning, at, _BEGINNING):
        at = token.end()
        text, mark = token[1], token[2]
        if mark:
            depth += (mark in b"{[") - (mark in b"}]")
            last = mark
        elif text and depth == 1 and last in (b"{", b","):
            key = text
        elif text and depth == 1 and last == b":" and key == b'"status"':
            word = _WORD.fullmatch(text)
            return word[1].decode() if word else None
    return None


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
