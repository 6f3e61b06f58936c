"""Handlers by which an app answers the library's errors."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse, Response
from fastapi.websockets import WebSocketState

from asyncops import AsyncOpsError
from asyncops.fastapi.problem_log import log_problem
from asyncops.fastapi.problems import PROBLEM_TYPE, Problem, problem_of

_Handler = Callable[[Any, Any], Response | Awaitable[Response | None] | None]

# RFC 6455 and the IANA registry of close codes: internal error, try again later, bad gateway.
_CLOSE_CODES = {429: 1013, 503: 1013, 502: 1014, 504: 1014}

# A control frame holds 125 bytes, two of them the code.
_LONGEST_REASON = 123


class ProblemResponse(JSONResponse):
    """A response of type ``application/problem+json``."""

    media_type = PROBLEM_TYPE

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.document, status_code=problem.status, headers=problem.headers)


def install_error_handlers(app: FastAPI) -> None:
    """Answer the library's errors with the statuses of :mod:`asyncops.fastapi.problems`.

    ``install_error_handlers(app)``, once for each app.

    A ``ValueError`` or ``TypeError`` is answered with 422 only where asyncops, or the description
    of a service, raised it about an argument. Others go to the app's earlier handler for them;
    without one they stay a 500. A WebSocket is refused with the same answer, where the server can,
    by an error before it is accepted. A later error closes it: with 1013 where waiting helps, 1014
    where the service failed, else 1011.

    The logger ``asyncops.fastapi`` logs each answer of 500 and more on one line, with the
    service's words; on standard error where no logging is configured.

    Args:
        app: The app; a mounted app needs handlers of its own.
    """
    app.add_exception_handler(AsyncOpsError, _handler(None))
    for kind in (ValueError, TypeError):
        app.add_exception_handler(kind, _handler(app.exception_handlers.get(kind)))


def _handler(before: _Handler | None) -> Callable[[Request | WebSocket, Exception], Awaitable[Any]]:
    async def handle(connection: Request | WebSocket, error: Exception) -> Response | None:
        problem = problem_of(error)
        if problem is None:
            if before is None:
                raise error
            given = before(connection, error)
            return await given if isawaitable(given) else given
        log_problem(error, problem)
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
