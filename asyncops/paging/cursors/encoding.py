"""Cursors of this library as text, fit to be given where a service's own cursor goes."""

from base64 import urlsafe_b64encode
from typing import TypeVar

import msgspec

from asyncops.utils.url_safe import decode_url_safe

T = TypeVar("T")


def encode_cursor(prefix: str, cursor: object) -> str:
    """Write a cursor as an opaque text behind a prefix."""
    return prefix + urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def decode_cursor(prefix: str, text: str, shape: type[T]) -> T | None:
    """Read the text of :func:`encode_cursor`; ``None`` if it is another text."""
    document = text.removeprefix(prefix)
    try:
        raw = decode_url_safe(document + "=" * (-len(document) % 4))
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # base64 raises a ValueError. No reason is passed on: it would show the content.
        return None
