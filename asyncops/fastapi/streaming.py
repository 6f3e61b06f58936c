"""A response in pieces that ends when its reader goes, and that can still fail before it begins."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

from attrs import define
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from asyncops.fastapi.handlers import ProblemResponse
from asyncops.fastapi.problems import Problem
from asyncops.fastapi.stopping import is_stopping, server_of
from asyncops.tasks import end

__all__ = ["PiecewiseResponse"]

_STOPPING = Problem(status=503, detail="This application is being stopped.")

# How soon a stream sees that the server is told to stop, and how long a reader that takes nothing
# is waited for then, in seconds: two in all, with what else there is to do.
_GLANCE = 0.25
_PARTING = 1.0


class PiecewiseResponse(StreamingResponse):
    """The pieces of a generator, each sent as the client reads.

    The first piece is waited for before the status is sent: what fails until then is an error as
    any other, with a status of its own. When the client disconnects, the generator is ended at
    once, whatever it is waiting for, and closed before the request is over. It runs in the
    request's own task, and the next piece is asked for when the one before has been taken.

    When the server is told to stop, the generator is ended likewise, and :meth:`parting` is the
    last piece. Where nothing had been sent yet, the answer is a 503.

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

    def parting(self, problem: Problem) -> bytes:
        """The last piece of a stream that ends early, and must not look complete."""
        del problem
        return b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        sending = _Sending()
        async with _until_over(sending, scope, receive), aclosing(self._pieces) as pieces:
            await self._send(pieces, scope, send, sending)
        if sending.is_stopped and not sending.is_whole:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PARTING):
                    await self._part(scope, receive, send, sending)
        if self.background is not None:
            await self.background()

    async def _send(
        self, pieces: AsyncGenerator[bytes, None], scope: Scope, send: Send, sending: "_Sending"
    ) -> None:
        piece = await anext(pieces, None)
        sending.is_begun = True
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        # To know that it would work, nobody needs the whole of it.
        while piece is not None and scope["method"] != "HEAD":
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            # Where nothing else waits, whoever listens for the client would have no turn.
            await asyncio.sleep(0)
            piece = await anext(pieces, None)
        sending.is_whole = True
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _part(self, scope: Scope, receive: Receive, send: Send, sending: "_Sending") -> None:
        if not sending.is_begun:
            await ProblemResponse(_STOPPING)(scope, receive, send)
            return
        last = self.parting(_STOPPING)
        await send({"type": "http.response.body", "body": last, "more_body": False})


@define
class _Sending:
    """How far a response has come.

    Attributes:
        is_begun: Whether its status has been sent.
        is_whole: Whether all its pieces have been sent.
        is_stopped: Whether the server was told to stop meanwhile.
    """

    is_begun: bool = False
    is_whole: bool = False
    is_stopped: bool = False


@asynccontextmanager
async def _until_over(sending: _Sending, scope: Scope, receive: Receive) -> AsyncIterator[None]:
    """Leave the body when the client does, and when the server is told to stop.

    It is cancelled once, so that what it closes on its way out may take its time; a cancel scope
    of anyio would cancel that as well. A server need not tell of a client that is gone where
    something is sent, and what waits sends nothing: so this listens.
    """
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(None)

    async def listen() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        limit.reschedule(loop.time())

    async def attend(server: object) -> None:
        while not is_stopping(server):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(_GLANCE)
        sending.is_stopped = True
        limit.reschedule(loop.time())

    try:
        async with limit:
            helpers = [asyncio.create_task(listen())]
            server = server_of(scope)
            if server is not None:
                helpers.append(asyncio.create_task(attend(server)))
            try:
                yield
            finally:
                await end(helpers)
    except TimeoutError:
        if not limit.expired():
            raise
