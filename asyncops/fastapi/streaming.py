"""A response in pieces that ends when the client leaves or the server stops."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from asyncops.fastapi.handlers import ProblemResponse
from asyncops.fastapi.problem_log import log_problem
from asyncops.fastapi.problems import Problem, problem_of
from asyncops.fastapi.stopping import is_stopping, server_of
from asyncops.utils.tasks import cancel_all

_STOPPING = Problem(status=503, detail="This application is being stopped.")
_BUG = Problem(status=500, detail="This application could not answer that.")

# What nginx logs for such a request; no client gets it.
_CLIENT_LEFT = 499

# Seconds between two polls of the server, and for a client that reads nothing to take the last
# piece: with everything else, a stream has to end within two seconds.
_POLL = 0.25
_LAST_PIECE = 1.0


class PiecewiseResponse(StreamingResponse):
    """The pieces of a generator, each sent as the client reads.

    The status is sent with the first piece: an error before it is answered by the app's error
    handlers, a later one by :meth:`last_piece`. When the client disconnects, the generator is
    cancelled at once and closed before the request is over. The generator runs in the request's own
    task, and the next piece is asked for when the client has taken the one before.

    When the server stops, the generator is cancelled too, and :meth:`last_piece` is sent. Where
    nothing was sent yet, the answer is a 503.

    Args:
        pieces: The pieces to send. A response that is never sent leaves the generator untouched.
        status_code: The status, if the first piece comes.
    """

    # FastAPI reads the status from this signature when it describes a route of this class.
    def __init__(self, pieces: AsyncGenerator[bytes, None], status_code: int = 200) -> None:
        super().__init__(pieces, status_code)
        self._pieces = pieces
        self._is_begun = self._is_whole = self._is_stopped = False
        self.headers["Cache-Control"] = "no-store"
        # nginx would hold pieces back until its buffer is full.
        self.headers["X-Accel-Buffering"] = "no"

    def last_piece(self, problem: Problem) -> bytes:
        """Return the last piece of a stream that ends early and must not look complete."""
        del problem
        return b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: the ASGI application."""
        async with self._until_over(scope, receive), aclosing(self._pieces) as pieces:
            await self._send(pieces, scope, send)
        if self._is_stopped and not self._is_whole:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_PIECE):
                    await self._send_last_piece(scope, receive, send)
        elif not self._is_begun:
            # Nobody reads it, but Starlette's middleware would take no answer for a bug.
            with suppress(OSError):
                await Response(status_code=_CLIENT_LEFT)(scope, receive, send)
        if self.background is not None:
            await self.background()

    async def _send(self, pieces: AsyncGenerator[bytes, None], scope: Scope, send: Send) -> None:
        piece = await anext(pieces, None)
        self._is_begun = True
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        # A HEAD request gets the headers alone.
        while piece is not None and scope["method"] != "HEAD":
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            # Without other awaits, the task that listens for the client would never run.
            await asyncio.sleep(0)
            try:
                piece = await anext(pieces, None)
            except Exception as error:
                problem = problem_of(error)
                # Some middlewares end a broken stream in good order, as if it were complete.
                last = self.last_piece(problem or _BUG)
                await send({"type": "http.response.body", "body": last, "more_body": True})
                if problem is None:
                    raise
                log_problem(error, problem)
                break
        self._is_whole = True
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_last_piece(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_begun:
            await ProblemResponse(_STOPPING)(scope, receive, send)
            return
        last = self.last_piece(_STOPPING)
        await send({"type": "http.response.body", "body": last, "more_body": False})

    @asynccontextmanager
    async def _until_over(self, scope: Scope, receive: Receive) -> AsyncIterator[None]:
        """Cancel the body when the client leaves and when the server stops.

        The body is cancelled once, so that it can close things on its way out; a cancel scope of
        anyio would cancel those steps as well. ``send`` need not fail when the client has left, and
        a body that waits sends nothing: so a task listens for the disconnect.
        """
        loop = asyncio.get_running_loop()
        limit = asyncio.timeout(None)

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            limit.reschedule(loop.time())

        async def attend(server: object) -> None:
            while not is_stopping(server):  # noqa: ASYNC110 - the server gives no event
                await asyncio.sleep(_POLL)
            self._is_stopped = True
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
                    await cancel_all(helpers)
        except TimeoutError:
            if not limit.expired():
                raise
