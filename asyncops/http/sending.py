"""One attempt to send a body that is read while it is sent: its pace, its progress, its failure."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from attrs import define, field, frozen

from asyncops.errors import AttemptTimeout
from asyncops.http.upload import PIECE, Upload
from asyncops.utils.time_limits import TimeLimit


@frozen
class UploadProgress:
    """How far an upload has come, as ``on_upload`` gets it.

    ::

        def show(progress: UploadProgress) -> None:
            print(progress.sent, "of", progress.total, "bytes")

        await zoo.files.volume(Path("part.step"), src_format="step", on_upload=show)

    Attributes:
        sent: The bytes that have been handed to the connection, which may still hold the last few
            hundred KiB of them. 0 at the beginning, and again where all of it is sent a second
            time, as after a 429.
        total: All bytes of the content; ``None`` for a stream, whose length is not known.
    """

    sent: int
    total: int | None


OnUpload = Callable[[UploadProgress], object]
"""Called at the beginning of an upload and after each piece; its result is ignored."""


@define(eq=False)
class Sending:
    """One attempt to send an upload; no time limit applies to it but that of each 64 KiB.

    Attributes:
        upload: The upload.
        seconds: The longest time for each 64 KiB.
        attempt: The time of the attempt, which stands still meanwhile; it expires where a piece
            takes too long.
        stop_time: Called when the first piece is read.
        go_on: Called at the end.
        on_upload: Told of the progress; ``None`` tells nobody.
        failure: What has ended it: an error of the content or of ``on_upload``, or a slow piece.
    """

    upload: Upload
    seconds: float
    attempt: TimeLimit
    stop_time: Callable[[], None]
    go_on: Callable[[], None]
    on_upload: OnUpload | None = None
    failure: Exception | None = field(default=None, init=False)
    _sent: int = field(default=0, init=False)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Give the pieces."""
        self.attempt.pause()
        self.stop_time()
        try:
            self._tell()
            async for piece in self._in_time():
                yield piece
                self._sent += len(piece)
                self._tell()
        except Exception as error:
            # The HTTP library takes it for a connection that was lost.
            self.failure = error
            raise
        finally:
            self.go_on()
            self.attempt.resume()

    def _tell(self) -> None:
        if self.on_upload is not None:
            self.on_upload(UploadProgress(self._sent, self.upload.size))

    async def _in_time(self) -> AsyncGenerator[bytes, None]:
        """Give the pieces, and let the attempt expire when one of 64 KiB takes too long."""
        loop = asyncio.get_running_loop()
        timer, since = loop.call_later(self.seconds, self._give_up), 0
        try:
            async for piece in self.upload.pieces():
                yield piece
                since += len(piece)
                if since >= PIECE:
                    timer.cancel()
                    timer, since = loop.call_later(self.seconds, self._give_up), 0
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        self.failure = AttemptTimeout(
            f"the upload was too slow: less than {PIECE} bytes in {self.seconds:g} s"
        )
        self.attempt.expire()
