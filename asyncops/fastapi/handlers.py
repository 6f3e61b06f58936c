"""The app's answers to the library's errors."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse, Response
from fastapi.websockets import WebSocketState

from asyncops import AsyncOpsError
from asyncops.fastapi.notes import note
from asyncops.fastapi.problems import PROBLEM_TYPE, Problem, problem_of

__all__ = ["ProblemResponse", "install_error_handlers"]

_Handler = Callable[[Any, Any], Response | Awaitable[Response | None] | None]

# RFC 6455 and the IANA registry of close codes: internal error, try again later, bad gateway.
_CLOSE_CODES = {429: 1013, 503: 1013, 502: 1014, 504: 1014}

# A control frame holds 125 bytes, two of them the code.
_LONGEST_REASON = 123


class ProblemResponse(JSONResponse):
    """An ``application/problem+json`` answer."""

    media_type = PROBLEM_TYPE

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.document, status_code=problem.status, headers=problem.headers)


def install_error_handlers(app: FastAPI) -> None:
    """Turn the library's errors into answers: see :mod:`asyncops.fastapi.problems` for which.

    A ``ValueError`` or ``TypeError`` is answered (422) only where asyncops raised it about an
    argument. All others go to the handler that the app had for them before, if any, and are the
    500 that they are otherwise. In a WebSocket, an error before it is accepted refuses it with
    the same answer, where the server can; one after that closes it: 1013 for what passes by
    itself, 1014 for what the service did, else 1011.

    Answers of 500 and more are logged, with what the service said, by ``asyncops.fastapi``: one
    line each, on standard error where nobody has configured logging.

    Args:
        app: The app; mounted ones have handlers of their own.
    """
    app.add_exception_handler(AsyncOpsError, _handler(None))
    for kind in (ValueError, TypeError):
        app.add_exception_handler(kind, _handler(app.exception_handlers.get(kind)))


def _handler(
    before: _Handler | None,
) -> Callable[[Request | WebSocket, Exception], Awaitable[Any]]:
    async def handle(connection: Request | WebSocket, error: Exception) -> Response | None:
        problem = problem_of(error)
        if problem is None:
            if before is None:
                raise error
            given = before(connection, error)
            return await given if isawaitable(given) else given
        note(error, problem)
        if isinstance(connection, WebSocket):
            await _refuse(connection, problem)
            return None
        return ProblemResponse(problem)

    return handle


async def _refuse(socket: WebSocket, problem: Problem) -> None:
    state = socket.application_state
    can_answer = "websocket.http.response" in (socket.scope.get("extensions") or {})
    if state is WebSocketState.CONNECTING and can_answer:
        await socket.send_denial_response(ProblemResponse(problem))
        return
    if state not in {WebSocketState.CONNECTING, WebSocketState.CONNECTED}:
        return
    reason = problem.detail.encode()[:_LONGEST_REASON].decode(errors="ignore")
    await socket.close(_CLOSE_CODES.get(problem.status, 1011), reason)
