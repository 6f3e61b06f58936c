"""The body of an answer: read, decompressed, and limited in size."""

import re
import zlib
from collections.abc import Callable
from io import BytesIO
from time import monotonic

from aiohttp import ClientResponse
from attrs import define, field

from asyncops.errors import AnswerTooLarge, AttemptTimeout, ConnectionFailed, TransportError

# The most bytes of a body, after decompression; ``max_body`` takes the place of the first two.
MAX_PAGE = 10 * 1024 * 1024
MAX_RESULT = 256 * 1024 * 1024
MAX_ERROR_BODY = 64 * 1024
PACE = 64 * 1024
"""The bytes of a result that have to come in each span of a :class:`Pace`."""


@define(eq=False)
class Pace:
    """The least speed of a single result, from its first byte on.

    Attributes:
        seconds: The span in which :data:`PACE` bytes have to come.
        begin: Called at the first byte, if more are to come.
    """

    seconds: float
    begin: Callable[[], None]
    _since: float | None = field(default=None, init=False)
    _bytes: int = field(default=0, init=False)

    def count(self, size: int) -> None:
        """Count bytes that came over the wire; silence has a limit of its own.

        Raises:
            AttemptTimeout: The bytes come too slowly.
        """
        now = monotonic()
        self._bytes += size
        if self._since is None:
            self.begin()
        elif self._bytes < PACE:
            if now - self._since > self.seconds:
                raise AttemptTimeout(
                    f"the result came too slowly: less than {PACE} bytes in {self.seconds:g} s",
                    retryable=True,
                )
            return
        self._since, self._bytes = now, 0


async def read_body(
    response: ClientResponse,
    limit: int,
    *,
    cut: bool,
    result: bool = False,
    pace: Pace | None = None,
) -> bytes:
    """Read and decompress the body of an answer.

    Args:
        response: The answer.
        limit: The most bytes to keep, after decompression.
        cut: Whether to cut a longer body off instead of refusing it.
        result: Whether it is a single result.
        pace: The least speed of what is still to come of one; ``None`` for any other answer.

    Raises:
        AnswerTooLarge: The body is longer.
        AttemptTimeout: The body comes too slowly.
        TransportError: The body cannot be decompressed.
    """
    encoding = response.headers.get("Content-Encoding")
    gunzip = None if encoding is None else _gunzip_for(encoding)
    content = response.content
    refused = False
    body = b""
    whole: BytesIO | None = None
    room = limit
    while not content.at_eof():
        if content.is_eof():
            chunk = content.read_nowait()
        else:
            refused = not cut and gunzip is None and (response.content_length or 0) > limit
            chunk = await content.readany()
            if pace is not None and not content.is_eof():
                pace.count(len(chunk))
        data = chunk if gunzip is None else gunzip.feed(chunk, room)
        room -= len(data)
        if whole is not None:
            whole.write(data)
        elif body:
            # A BytesIO grows in place and gives its buffer away: a large body is in memory once.
            whole = BytesIO()
            whole.write(body)
            whole.write(data)
        else:
            body = data
        if refused or room < 0:
            # Closing the connection costs less than reading the rest.
            response.close()
            if cut:
                break
            raise _too_large(limit, body if result else None)
    else:
        if gunzip is not None:
            gunzip.finish()
    if whole is not None:
        body = whole.getvalue()
    return body[:limit] if room < 0 else body


def _too_large(limit: int, beginning: bytes | None) -> AnswerTooLarge:
    """Make the error; ``beginning`` holds the first bytes of a single result."""
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


# Searching many megabytes for the status would take long.
_BEGINNING = 16 * 1024

_TOKEN = re.compile(rb'\s*(?:("(?:[^"\\]|\\.)*")|([{}\[\]:,])|[^\s"{}\[\]:,]+)')
_WORD = re.compile(rb'"([A-Za-z_-]{1,60})"')


def _status_in(beginning: bytes) -> str | None:
    """Return the ``status`` of the JSON object that begins so, if it comes within 16 KiB."""
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
    """Decompresses gzip of one or more members, never more at once than allowed."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress ``data`` to at most ``room`` bytes and one more, which shows an excess."""
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
        """Raise an error if the body has ended inside of a member."""
        if not self._member.eof:
            raise ConnectionFailed("the answer's gzip ended too early", retryable=True)
