"""The ids of server-sent events, from which a reader that comes back goes on."""

import time
import zlib
from base64 import urlsafe_b64encode
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends, Header

from asyncops import Watch, WatchCheckpoint
from asyncops.utils.url_safe import decode_url_safe

# An id comes back as a header; many proxies allow 8 KiB for one header, some for all together.
_LONGEST_ID = 6144
# No honest id of that length unpacks to more; a forged one could.
_LONGEST_TEXT = 65_536
# Seconds without ids after one was too long, since packing a long one takes time.
_PAUSE = 5.0


class EventIds:
    """The ids of a stream's events: the checkpoint of its watch, compressed, in base64.

    Where more operations are unfinished than fit into 6 KiB (about a hundred), events have no id.
    The reader keeps the last id it saw, and gets the changes since then again: some come twice,
    none is lost.
    """

    def __init__(self, watch: Watch[Any]) -> None:
        self._watch = watch
        self._paused_until = 0.0

    def take(self) -> str | None:
        """Return the id for the change given last; ``None`` where it would be too long."""
        now = time.monotonic()
        checkpoint = self._watch.checkpoint if now >= self._paused_until else None
        if checkpoint is None:
            return None
        packed = urlsafe_b64encode(zlib.compress(checkpoint.to_json().encode())).decode()
        if len(packed) > _LONGEST_ID:
            self._paused_until = now + _PAUSE
            return None
        return packed


async def watch_resume(
    last_event_id: Annotated[str | None, Header()] = None,
) -> WatchCheckpoint | None:
    """Return the place from which a reader goes on; ``ResumeDep`` depends on this.

    Check who the client is first: with a forged id, a client can make the app ask the service for
    any operations, or for a whole listing.

    Args:
        last_event_id: The header that a browser sends when it comes back.

    Raises:
        ValueError: The header is no id of a stream; the app's error handlers answer 422.
    """
    return _unpacked(last_event_id) if last_event_id else None


def _unpacked(packed: str) -> WatchCheckpoint:
    unpacking = zlib.decompressobj()
    text = b""
    with suppress(ValueError, zlib.error):
        if len(packed) <= _LONGEST_ID:
            text = unpacking.decompress(decode_url_safe(packed), _LONGEST_TEXT)
    if not text or not unpacking.eof:
        raise ValueError("Last-Event-ID is not the id of an event of this stream")
    return WatchCheckpoint.from_json(text)


ResumeDep = Annotated[WatchCheckpoint | None, Depends(watch_resume)]
"""``resume: ResumeDep``, as a handler's argument: for ``watch(resume=resume)``."""
