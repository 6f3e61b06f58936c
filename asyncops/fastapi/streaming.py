"""A response in pieces that ends when its reader goes, and that can still fail before it begins."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from asyncops.tasks import end

__all__ = ["PiecewiseResponse"]


class PiecewiseResponse(StreamingResponse):
    """The pieces of a generator, each sent as the client reads.

    The first piece is waited for before the status is sent: what fails until then is an error as
    any other, with a status of its own. When the client disconnects, the generator is ended at
    once, whatever it is waiting for, and closed before the request is over. It runs in the
    request's own task, and the next piece is asked for when the one before has been taken.

    Args:
        pieces: What to send. It is not touched where the response is never sent.
        status_code: The status, if the first piece comes.
    """

    # FastAPI reads the status from this signature when it describes a route of this class.
    def __init__(self, pieces: AsyncGenerator[bytes, None], status_code: int = 200) -> None:
        super().__init__(pieces, status_code)
        self._pieces = pieces
        self.headers["Cache-Control"] = "no-store"
        # nginx would hold pieces back until it has a buffer full of them.
        self.headers["X-Accel-Buffering"] = "no"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        async with _until_disconnect(receive), aclosing(self._pieces) as pieces:
            piece = await anext(pieces, None)
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
            # To know that it would work, nobody needs the whole of it.
            while piece is not None and scope["method"] != "HEAD":
                if piece:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                # Where nothing else waits, whoever listens for the client would have no turn.
                await asyncio.sleep(0)
                piece = await anext(pieces, None)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        if self.background is not None:
            await self.background()


@asynccontextmanager
async def _until_disconnect(receive: Receive) -> AsyncIterator[None]:
    """Leave the body when the client does.

    It is cancelled once, so that what it closes on its way out may take its time; a cancel scope
    of anyio would cancel that as well. A server need not tell of a client that is gone where
    something is sent, and what waits sends nothing: so this listens.
    """
    loop = asyncio.get_running_loop()
    scope = asyncio.timeout(None)

    async def listen() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.reschedule(loop.time())

    try:
        async with scope:
            listener = asyncio.create_task(listen())
            try:
                yield
            finally:
                await end([listener])
    except TimeoutError:
        if not scope.expired():
            raise
