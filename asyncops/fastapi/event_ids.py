"""Where a reader of server-sent events was, as the id of the last event that it saw."""

import time
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any

from fastapi import Depends, Header

from asyncops import Watch, WatchCheckpoint

__all__ = ["EventIds", "ResumeDep", "watch_resume"]

# An id comes back as a header, and many proxies take 8 KiB for one, some of them for all.
_LONGEST_ID = 6144
# What an id of that length can honestly hold, with room to spare; a forged one could hold more.
_LONGEST_TEXT = 65_536
# Seconds without an id once one was too long: to find that out takes longer the longer it is.
_REST = 5.0


class EventIds:
    """The ids of a stream's events: the checkpoint of its watch, compressed, in base64.

    Where more operations are alive than fit into 6 KiB (about a hundred), events have no id. The
    reader keeps the last one it saw, and going on from there tells again of what came since:
    more than once, but nothing is lost.
    """

    def __init__(self, watch: Watch[Any]) -> None:
        self._watch = watch
        self._rests_until = 0.0

    def take(self) -> str | None:
        """The id of the event that was given last."""
        now = time.monotonic()
        checkpoint = self._watch.checkpoint if now >= self._rests_until else None
        if checkpoint is None:
            return None
        packed = urlsafe_b64encode(zlib.compress(checkpoint.to_json().encode())).decode()
        if len(packed) > _LONGEST_ID:
            self._rests_until = now + _REST
            return None
        return packed


async def watch_resume(
    last_event_id: Annotated[str | None, Header()] = None,
) -> WatchCheckpoint | None:
    """Where the reader of an event stream was: what ``ResumeDep`` stands for.

    The id is the client's word. Whoever may open the stream can make the app ask the service for
    the operations that a made-up id names, or for all of a listing; check who it is first.

    Args:
        last_event_id: The header that a browser sends when it comes back.

    Raises:
        ValueError: It is no id of a stream; 422 by the handlers of the app.
    """
    return _unpacked(last_event_id) if last_event_id else None


def _unpacked(packed: str) -> WatchCheckpoint:
    text = b""
    if len(packed) <= _LONGEST_ID:
        unpacking = zlib.decompressobj()
        try:
            text = unpacking.decompress(urlsafe_b64decode(packed), _LONGEST_TEXT)
        except (ValueError, zlib.error):
            text = b""
        if not unpacking.eof:
            text = b""
    if not text:
        raise ValueError("Last-Event-ID is not the id of an event of this stream")
    return WatchCheckpoint.from_json(text)


ResumeDep = Annotated[WatchCheckpoint | None, Depends(watch_resume)]
"""As a handler's argument: where the reader was, for ``watch(resume=...)``; None for a new one."""
