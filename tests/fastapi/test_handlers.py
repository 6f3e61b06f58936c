"""The library's errors as a caller of the app gets them."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse

from asyncops import DecodeError, RateLimited, Timeout
from asyncops.fastapi import Problem, ZooDep, install_error_handlers, lifespan
from asyncops.fastapi.problem_log import log_problem
from asyncops.testing import FakeServer, Fault
from tests.fastapi.kit import TOKEN, asgi, serving, zoo_of

NOBODY = "f135d675-c44a-4e2e-9638-87d941fa1872"
SECRETS = (TOKEN, "querysecret", "bodysecret", "headersecret")


def calls_app(server: FakeServer, **options: Any) -> FastAPI:
    """An app that passes on what it is asked for."""
    app = FastAPI(lifespan=lifespan(zoo_of(server, **options)))
    install_error_handlers(app)

    @app.get("/calls")
    async def calls(zoo: ZooDep, status: str | None = None, page_token: str | None = None) -> int:
        return len((await zoo.operations.list(status=status, page_token=page_token)).items)

    @app.get("/calls/{call_id}")
    async def call(zoo: ZooDep, call_id: str) -> str:
        return str((await zoo.operations.get(call_id)).id)

    return app


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(Fault(429, retry_after="0.2"), 429, id="throttled"),
        pytest.param(Fault(503), 502, id="unavailable"),
        pytest.param(Fault(500, body=b"<html>bodysecret</html>"), 502, id="a gateway's page"),
        pytest.param(Fault(body=b'{"items": bodysecret'), 502, id="cut short"),
        pytest.param(Fault(body=b'{"items": [{"id": "bodysecret"}]}'), 502, id="another shape"),
        pytest.param(Fault(drop=True), 502, id="connection lost"),
        pytest.param(Fault(delay=600.0), 504, id="silence"),
        pytest.param(Fault(401, message=f"Bearer {TOKEN} bodysecret"), 502, id="unauthorized"),
        pytest.param(Fault(403, message=f"{TOKEN} bodysecret"), 502, id="forbidden"),
        pytest.param(Fault(400, message="querysecret bodysecret"), 422, id="refused"),
        pytest.param(Fault(404, message=f"{TOKEN} bodysecret"), 404, id="not found"),
        pytest.param(Fault(410, message="querysecret"), 410, id="gone"),
    ],
)
async def test_what_goes_wrong_upstream_has_its_status_and_no_secret(
    fake_server: FakeServer, fault: Fault, status: int
) -> None:
    """Of the answer, the caller sees neither header nor query nor body."""
    fake_server.token = TOKEN
    fake_server.script(fault)
    app = calls_app(fake_server, timeout=Timeout(attempt=2.0 if fault.delay else 60.0))
    async with serving(app) as client:
        query = {"status": "failed", "page_token": "querysecret"}
        answer = await client.get("/calls", params=query)
        again = await client.get("/calls", params={"status": "failed"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail"} <= document.keys()
    shown = answer.text + str(answer.headers)
    assert not [secret for secret in SECRETS if secret in shown]
    assert again.status_code == 200


async def test_throttling_says_how_long_to_wait(fake_server: FakeServer) -> None:
    fake_server.script(Fault(429, retry_after="7.2"))
    async with asgi(calls_app(fake_server)) as client:
        answer = await client.get("/calls", params={"status": "failed"})
    assert answer.headers["retry-after"] == "8"
    assert answer.json()["retry_after"] == 8
    assert answer.json()["upstream_status"] == 429


async def test_bad_arguments_are_the_callers(fake_server: FakeServer) -> None:
    """Nothing is sent for them."""
    async with asgi(calls_app(fake_server)) as client:
        by_status = await client.get("/calls", params={"status": "complted"})
        by_id = await client.get("/calls/no-uuid")
        by_token = await client.get("/calls", params={"page_token": "a\nb"})
        missing = await client.get(f"/calls/{NOBODY}")
    assert [by_status.status_code, by_id.status_code, by_token.status_code] == [422] * 3
    assert by_status.json()["detail"].startswith("status 'complted' is not known; did you mean")
    assert by_status.json()["detail"].endswith("'completed', 'failed'")
    assert "UUID" in by_id.json()["detail"]
    assert missing.status_code == 404
    assert fake_server.count() == 1


async def test_a_bug_of_the_app_stays_a_500(fake_server: FakeServer) -> None:
    """A ValueError or TypeError of its own is raised as if no handler were there."""
    app = calls_app(fake_server)

    @app.get("/bug/{kind}")
    async def bug(kind: str) -> int:
        several: Any = None
        return int("x") if kind == "value" else len(several)

    async with asgi(app) as client:
        with pytest.raises(ValueError, match="invalid literal"):
            await client.get("/bug/value")
        with pytest.raises(TypeError, match="no len"):
            await client.get("/bug/type")
    async with asgi(app, raise_errors=False) as client:
        assert (await client.get("/bug/value")).status_code == 500


@pytest.mark.parametrize("sync", [True, False])
async def test_the_apps_own_handler_keeps_its_errors(fake_server: FakeServer, sync: bool) -> None:
    """It gets what is not the library's."""
    app = FastAPI(lifespan=lifespan(zoo_of(fake_server)))

    def answer(_: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(f"own: {error}", status_code=418)

    async def answer_later(request: Request, error: Exception) -> PlainTextResponse:
        return answer(request, error)

    app.add_exception_handler(ValueError, answer if sync else answer_later)
    install_error_handlers(app)

    @app.get("/{which}")
    async def fail(zoo: ZooDep, which: str) -> None:
        if which == "app":
            raise ValueError("mine")
        await zoo.operations.get(which)

    async with asgi(app) as client:
        own, ours = await client.get("/app"), await client.get("/no-uuid")
    assert (own.status_code, own.text) == (418, "own: mine")
    assert ours.status_code == 422


async def test_the_log_has_what_the_caller_does_not_get(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Less the credential. What is the caller's own doing is not logged."""
    fake_server.token = TOKEN
    fake_server.script(
        Fault(403, message=f"no staff access for {TOKEN}\nINFO: all is well"), Fault(404)
    )
    with caplog.at_level(logging.INFO, "asyncops.fastapi"):
        async with asgi(calls_app(fake_server)) as client:
            await client.get("/calls", params={"status": "failed"})
            await client.get("/calls", params={"status": "failed"})
    (record,) = [each for each in caplog.records if each.name == "asyncops.fastapi"]
    assert "answered 502: Forbidden: 403: no staff access for" in record.getMessage()
    assert "\\nINFO: all is well" in record.getMessage()
    assert len(record.getMessage().splitlines()) == 1
    assert TOKEN not in record.getMessage()


Talk = Callable[[WebSocket], Awaitable[None]]


async def spoken(app: FastAPI, extensions: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What the app sends to a client that opens a WebSocket and waits."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async with app.router.lifespan_context(app) as state:
        scope = {"type": "websocket", "path": "/talk", "headers": [], "query_string": b""}
        more = {"subprotocols": [], "state": dict(state or {}), "extensions": extensions or {}}
        await app(scope | more, receive, send)
    return sent


def talking(server: FakeServer, *, accept: bool, error: Exception) -> FastAPI:
    app = FastAPI(lifespan=lifespan(zoo_of(server)))
    install_error_handlers(app)

    @app.websocket("/talk")
    async def talk(socket: WebSocket, zoo: ZooDep) -> None:
        if accept:
            await socket.accept()
            await socket.send_text(zoo.base_url)
        raise error

    return app


async def test_a_websocket_is_closed_with_a_code_that_says_what_helps(
    fake_server: FakeServer,
) -> None:
    """Try again later, bad gateway, or an internal error."""
    throttled = RateLimited("x", status=429, retry_after=3)
    for error, code in ((throttled, 1013), (DecodeError("x"), 1014)):
        app = talking(fake_server, accept=True, error=error)
        accepted, greeting, closed = await spoken(app)
        assert accepted["type"] == "websocket.accept"
        assert greeting["text"] == fake_server.url
        assert (closed["type"], closed["code"]) == ("websocket.close", code)
        assert 0 < len(closed["reason"].encode()) <= 123


async def test_a_websocket_that_was_not_accepted_is_refused_with_the_same_answer(
    fake_server: FakeServer,
) -> None:
    """Where the server can send one; else it is closed, which is a 403."""
    app = talking(fake_server, accept=False, error=RateLimited("x", status=429, retry_after=3))
    start, body = await spoken(app, {"websocket.http.response": {}})
    assert start["status"] == 429
    assert (b"retry-after", b"3") in start["headers"]
    assert json.loads(body["body"])["title"] == "Too Many Requests"
    (closed,) = await spoken(app)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1013)


async def test_a_websocket_that_is_over_is_left_alone(fake_server: FakeServer) -> None:
    app = FastAPI(lifespan=lifespan(zoo_of(fake_server)))
    install_error_handlers(app)

    @app.websocket("/talk")
    async def talk(socket: WebSocket, zoo: ZooDep) -> None:
        await socket.accept()
        await socket.close()
        await zoo.operations.get(UUID(NOBODY))

    accepted, closed = await spoken(app)
    assert accepted["type"] == "websocket.accept"
    assert closed["code"] == 1000


def test_what_is_logged_is_written_by_nobody_else(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard error is for where no logging was configured; here, the tests' handlers are."""
    log_problem(DecodeError("odd"), Problem(status=502, detail="x"))
    assert [each.getMessage() for each in caplog.records] == ["answered 502: DecodeError: odd"]
    assert capsys.readouterr().err == ""
    logger = logging.getLogger("asyncops.fastapi")
    logger.propagate = False
    try:
        log_problem(DecodeError("odd"), Problem(status=502, detail="x"))
        log_problem(DecodeError("odd"), Problem(status=404, detail="x"))
    finally:
        logger.propagate = True
    line = "WARNING:asyncops.fastapi:answered 502: DecodeError: odd\n"
    assert capsys.readouterr().err == line
