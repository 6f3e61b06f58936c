"""The server beneath every fake: any service, with its own credential, methods and headers."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

import aiohttp

from asyncops.http.auth import Basic
from asyncops.testing import FakeClock, Fault
from asyncops.testing.server.local import LocalServer
from asyncops.testing.server.service import Allowance, Answered, Asked, RefusedError


class Echo:
    """A service that answers with what it was asked."""

    request_id_header = "X-Echo-Id"
    secret_headers = frozenset({"authorization"})

    def __init__(self) -> None:
        self._ids = count(1)

    async def permits(self, request: Asked, token: str) -> bool:
        return request.headers.get("Authorization") == Basic().headers(token)["Authorization"]

    def respond(self, request: Asked, _: int) -> Answered:
        if request.path == "/gone":
            raise RefusedError(410, "It is gone.")
        value = [request.method, request.raw_path, request.query, json.loads(request.body or "0")]
        return Answered(value, 202, {"Location": "/echo/1"})

    def status(self, refusal: RefusedError) -> int:
        return refusal.status

    def error(self, refusal: RefusedError, request_id: str) -> Any:
        return {"said": refusal.message, "id": request_id}

    def next_request_id(self) -> str:
        return f"r{next(self._ids)}"

    def limit_headers(self, allowance: Allowance, _: int) -> Mapping[str, str]:
        return {"X-Left": f"{allowance.remaining} {allowance.reset}"}


def serving(**options: Any) -> LocalServer:
    """A server of the one service, whose login is ``ann:secret``."""
    return LocalServer(lambda _: Echo(), clock=FakeClock(), token="ann:secret", **options)


def session(login: str = "ann:secret") -> aiohttp.ClientSession:
    """A session that sends a login."""
    return aiohttp.ClientSession(headers=Basic().headers(login))


async def test_a_service_is_given_the_whole_request_and_answers_with_headers() -> None:
    async with serving() as server, session() as http:
        url = f"{server.url}/echo/a%2Fb?x=1&x=2"
        async with http.post(url, json={"y": 3}) as answer:
            told = ["POST", "/echo/a%2Fb", [["x", "1"], ["x", "2"]], {"y": 3}]
            assert (answer.status, await answer.json()) == (202, told)
            assert answer.headers["Location"] == "/echo/1"
            assert answer.headers["X-Echo-Id"] == "r1"
        [recorded] = server.requests
        assert (recorded.method, recorded.body, recorded.status) == ("POST", b'{"y": 3}', 202)
        assert recorded.authorized
        assert "authorization" not in recorded.headers


async def test_another_login_is_refused_in_the_words_of_the_service() -> None:
    async with serving() as server, session("ann:guessed") as http:
        async with http.get(f"{server.url}/echo") as answer:
            assert (answer.status, (await answer.json())["id"]) == (401, "r1")
        assert not server.requests[0].authorized


async def test_a_refusal_of_the_service_is_its_error() -> None:
    told = {"said": "It is gone.", "id": "r1"}
    async with serving() as server, session() as http, http.get(f"{server.url}/gone") as answer:
        assert (answer.status, await answer.json()) == (410, told)


async def test_answers_tell_how_many_requests_are_left() -> None:
    async with serving(rate_limit=2) as server, session() as http:
        told = []
        for _ in range(3):
            async with http.get(f"{server.url}/echo") as answer:
                told.append((answer.status, answer.headers["X-Left"]))
        assert told == [(202, "1 1"), (202, "0 1"), (429, "0 1")]


async def test_a_fault_tells_that_none_is_left() -> None:
    async with serving() as server, session() as http:
        server.script(Fault(429, retry_after=30))
        async with http.get(f"{server.url}/echo") as answer:
            assert (answer.headers["X-Left"], answer.headers["Retry-After"]) == ("0 30", "30")
