"""The fake server over real sockets: credentials, faults, limits, what it records."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

import aiohttp
import msgspec
import pytest

from asyncops.testing import ChainloopHabits, FakeClock, FakeServer, Fault, ZooHabits
from asyncops.testing.server.lifecycle import STATUSES
from asyncops.testing.server.local import RateLimit
from asyncops.testing.server.recording import recorded_headers
from asyncops.utils.clock import SYSTEM_CLOCK
from tests import raw_json
from tests.until import until

Json = dict[str, Any]
BEARER = {"Authorization": "Bearer fake-token"}
ZOO = "/async/operations?sort_by=created_at_descending&status=completed&limit=2"
PROMPTS = "/ml-prompts?sort_by=created_at_descending&limit=2"
CHAINLOOP = "/v1/operations"


class DroppedError(Exception):
    """A connection that was closed without an answer."""


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        value = msgspec.json.decode(self.body)
        assert isinstance(value, dict)
        return value


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async def no_second_try(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Keep aiohttp from repeating a request whose connection dropped."""
        try:
            return await handler(request)
        except aiohttp.ServerDisconnectedError as error:
            raise DroppedError from error

    async with aiohttp.ClientSession(headers=BEARER, middlewares=(no_second_try,)) as opened:
        yield opened


async def get(
    session: aiohttp.ClientSession, server: FakeServer, path: str, **options: Any
) -> Reply:
    async with session.get(server.url + path, **options) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status, headers, await response.read())


async def test_a_client_walks_every_listing_whole(session: aiohttp.ClientSession) -> None:
    async with FakeServer(operations=10_000, prompts=300) as server:
        total = 0
        for status in STATUSES:
            query = {"sort_by": "created_at_ascending", "status": status, "limit": "500"}
            found: list[Json] = []
            while True:
                page = (await get(session, server, "/async/operations", params=query)).json
                found += page["items"]
                if not page.get("next_page"):
                    break
                query["page_token"] = page["next_page"]
            assert found == raw_json.zoo_operations(server, status, descending=False)
            total += len(found)
        assert total == 10_000
        rows: list[Json] = []
        for number in range(1, 11):
            window = {"pagination.page": str(number), "pagination.page_size": "100"}
            rows += (await get(session, server, CHAINLOOP, params=window)).json["operations"]
        assert rows == raw_json.chainloop_operations(server)


async def test_every_answer_carries_its_request_id_and_a_date(
    session: aiohttp.ClientSession,
) -> None:
    async with FakeServer() as server, FakeServer() as twin:
        ids = []
        for path, header in ((ZOO, "x-api-call-id"), (CHAINLOOP, "x-request-id")):
            first = await get(session, server, path)
            second = await get(session, server, path)
            same = await get(session, twin, path)
            assert first.headers[header] == same.headers[header] != second.headers[header]
            assert first.headers["content-type"] == "application/json"
            assert "date" in first.headers
            ids += [UUID(first.headers[header]), UUID(second.headers[header])]
        assert len(set(ids)) == 4


@pytest.mark.parametrize("path", [ZOO, PROMPTS, CHAINLOOP, "/async/operations/1", "/nowhere"])
@pytest.mark.parametrize("given", [None, "Bearer wrong", "fake-token", "Basic fake-token", "é"])
async def test_without_the_token_nothing_is_answered(path: str, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    async with FakeServer() as server, aiohttp.ClientSession(headers=headers) as session:
        reply = await get(session, server, path)
        assert reply.status == 401
        assert not server.requests[0].authorized


async def test_the_token_may_be_rotated(session: aiohttp.ClientSession) -> None:
    async with FakeServer() as server:
        assert (await get(session, server, ZOO)).status == 200
        server.token = "fresh"
        assert server.token == "fresh"
        assert (await get(session, server, ZOO)).status == 401
        fresh = {"Authorization": "Bearer fresh"}
        assert (await get(session, server, ZOO, headers=fresh)).status == 200
        assert [request.authorized for request in server.requests] == [True, False, True]


async def test_errors_have_the_shape_of_their_service(session: aiohttp.ClientSession) -> None:
    async with FakeServer(zoo=ZooHabits(staff=False)) as server:
        for path, status in (
            (ZOO, 403),
            ("/async/operations/x", 422),
            ("/async/operations/00000000-0000-4000-8000-000000000000", 404),
            ("/nowhere", 404),
        ):
            reply = await get(session, server, path)
            assert reply.status == status
            assert reply.json["message"]
            assert reply.json["request_id"] == reply.headers["x-api-call-id"]
        for query, status, code in (
            ("?status=x", 400, 3),
            ("?pagination.page=1", 400, 400),
            ("/1", 404, 5),
        ):
            reply = await get(session, server, CHAINLOOP + query)
            assert (reply.status, reply.json["code"]) == (status, code)
            assert {"details", "metadata"} & reply.json.keys()


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 3), (401, 16), (403, 7), (404, 5), (409, 10), (429, 8), (500, 13), (503, 14), (418, 2)],
)
async def test_a_fault_has_the_shape_of_its_service(
    session: aiohttp.ClientSession, status: int, code: int
) -> None:
    async with FakeServer() as server:
        server.script(Fault(status, times=2, message="planned"))
        zoo, chainloop = await get(session, server, ZOO), await get(session, server, CHAINLOOP)
        assert (zoo.status, zoo.json["message"]) == (status, "planned")
        assert zoo.json["request_id"] == zoo.headers["x-api-call-id"]
        assert chainloop.status == status
        assert chainloop.json == {"code": code, "message": "planned", "details": []}


async def test_other_methods_are_refused(session: aiohttp.ClientSession) -> None:
    async with FakeServer() as server:
        for path in (ZOO, CHAINLOOP):
            async with session.post(server.url + path, data=b"x" * 100) as response:
                assert response.status == 405
                assert (await response.json())["message"]


async def test_the_third_request_fails_and_says_when_to_come_back(
    session: aiohttp.ClientSession,
) -> None:
    async with FakeServer() as server:
        server.script(Fault(503, on=3, retry_after=1))
        replies = [await get(session, server, ZOO) for _ in range(4)]
        assert [reply.status for reply in replies] == [200, 200, 503, 200]
        assert replies[2].headers["retry-after"] == "1"
        assert "retry-after" not in replies[3].headers
        assert [request.status for request in server.requests] == [200, 200, 503, 200]


async def test_faults_wait_for_their_path_and_for_each_other(
    session: aiohttp.ClientSession,
) -> None:
    async with FakeServer() as server:
        server.script(Fault(500), Fault(502, times=2, path="/v1"), Fault(504, on=2, path="/ml"))
        asked = [PROMPTS, CHAINLOOP, PROMPTS, CHAINLOOP, CHAINLOOP, PROMPTS]
        statuses = [(await get(session, server, path)).status for path in asked]
        assert statuses == [500, 502, 504, 502, 200, 200]
        server.script(Fault(503, on=1))
        assert (await get(session, server, ZOO)).status == 503


@pytest.mark.parametrize(
    ("value", "sent"),
    [(2, "2"), (2.0, "2"), (0.5, "0.5"), ("Wed, 21 Oct 2026 07:28:00 GMT",) * 2, ("-1", "-1")],
)
async def test_retry_after_is_sent_as_it_was_given(
    session: aiohttp.ClientSession, value: float | str, sent: str
) -> None:
    async with FakeServer() as server:
        server.script(Fault(429, retry_after=value))
        assert (await get(session, server, ZOO)).headers["retry-after"] == sent


async def test_a_fault_may_send_any_body(session: aiohttp.ClientSession) -> None:
    async with FakeServer() as server:
        html = {"Content-Type": "text/html"}
        server.script(Fault(502, body=b"<h1>Bad</h1>", headers=html), Fault(body=b"{"), Fault(302))
        page, half, moved = [await get(session, server, ZOO, allow_redirects=False) for _ in "123"]
        assert (page.status, page.body) == (502, b"<h1>Bad</h1>")
        assert page.headers["content-type"] == "text/html"
        assert (half.status, half.body) == (200, b"{")
        assert (moved.status, moved.body) == (302, b"")


async def test_a_fault_without_status_only_delays_and_adds_headers(
    session: aiohttp.ClientSession,
) -> None:
    async with FakeServer() as server:
        server.script(Fault(delay=0.02, headers={"X-Odd": "yes"}))
        before = time.monotonic()
        reply = await get(session, server, ZOO)
        assert time.monotonic() - before >= 0.02
        assert reply.headers["x-odd"] == "yes"
        assert len(reply.json["items"]) == 2


async def test_a_dropped_connection_gives_no_answer(session: aiohttp.ClientSession) -> None:
    async with FakeServer() as server:
        server.script(Fault(drop=True))
        with pytest.raises(DroppedError):
            await get(session, server, ZOO)
        assert (await get(session, server, ZOO)).status == 200
        assert [request.status for request in server.requests] == [None, 200]
        assert server.connections == 2


def test_faults_are_checked() -> None:
    cases: list[Json] = [{"on": 0}, {"times": 0}, {"delay": -1.0}]
    for bad in cases:
        with pytest.raises(ValueError, match=next(iter(bad))):
            Fault(500, **bad)


async def test_the_rate_limit_is_measured_on_the_clock(session: aiohttp.ClientSession) -> None:
    async with FakeServer(rate_limit=3) as server:
        paths = [ZOO, CHAINLOOP, PROMPTS, ZOO, CHAINLOOP]
        replies = [await get(session, server, path) for path in paths]
        assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
        assert replies[3].headers["retry-after"] == "1"
        assert replies[3].json["request_id"]
        assert replies[4].json["code"] == 8
        server.advance(1)
        statuses = [(await get(session, server, path)).status for path in paths]
        assert statuses == [200, 200, 200, 429, 429]


def test_a_slow_rate_asks_for_a_long_wait_that_suffices() -> None:
    clock = FakeClock()
    limit = RateLimit(0.1, clock)
    for _ in range(50):
        assert limit.take() is None
        wait = limit.take()
        assert wait == 10
        clock.advance(wait)
    with pytest.raises(ValueError, match="rate_limit"):
        FakeServer(rate_limit=0)


async def test_latency_comes_before_each_answer(session: aiohttp.ClientSession) -> None:
    async with FakeServer(latency=0.01) as server:
        before = time.monotonic()
        await get(session, server, ZOO)
        await get(session, server, CHAINLOOP)
        assert time.monotonic() - before >= 0.02


async def test_what_arrives_is_recorded_without_the_credential(
    session: aiohttp.ClientSession,
) -> None:
    clock = FakeClock()
    async with FakeServer(clock=clock) as server:
        clock.advance(5)
        await get(session, server, PROMPTS, headers={"X-Mine": "1"})
        await get(session, server, CHAINLOOP, params={"kind": "a b&c"})
        first, second = server.requests
        assert (first.method, first.path) == ("GET", "/ml-prompts")
        assert first.query == {"sort_by": "created_at_descending", "limit": "2"}
        assert first.headers["x-mine"] == "1"
        assert first.at == clock.time()
        assert second.query == {"kind": "a b&c"}
        assert "authorization" not in first.headers
        assert "fake-token" not in repr(server.requests)


async def test_requests_and_connections_are_counted(session: aiohttp.ClientSession) -> None:
    async with FakeServer() as server:
        for _ in range(3):
            await get(session, server, PROMPTS)
        await get(session, server, CHAINLOOP)
        assert server.count() == 4
        assert server.count("/ml-prompts") == 3
        assert server.count("/ml") == 0
        assert server.connections == server.open_connections == 1
        server.reset_counters()
        assert (server.count(), server.requests, server.connections) == (0, [], 0)
        assert server.open_connections == 1


async def test_many_kinds_of_headers_do_not_pile_up(session: aiohttp.ClientSession) -> None:
    async with FakeServer() as server:
        for number in range(300):
            await get(session, server, "/x", headers={"X-Number": str(number)})
        numbers = [request.headers["x-number"] for request in server.requests]
        assert numbers == [str(number) for number in range(300)]
        assert recorded_headers.cache_info().currsize <= 256


async def test_a_caller_that_goes_away_leaves_nothing_running(
    session: aiohttp.ClientSession,
) -> None:
    async with FakeServer(latency=30) as server:
        asking = asyncio.create_task(get(session, server, ZOO))
        await until(lambda: bool(server.requests), asking)
        asking.cancel()
        await until(lambda: server.open_connections == len(server._tasks) == 0)
        assert server.requests[0].status is None


async def test_habits_reach_the_wire(session: aiohttp.ClientSession) -> None:
    habits = ChainloopHabits(page_base=0)
    async with FakeServer(chainloop=habits, zoo=ZooHabits(max_limit=1)) as server:
        window = {"pagination.page": "0", "pagination.page_size": "10"}
        assert (await get(session, server, CHAINLOOP, params=window)).status == 200
        assert len((await get(session, server, ZOO)).json["items"]) == 1


async def test_any_organization_may_be_named(session: aiohttp.ClientSession) -> None:
    async with FakeServer() as server:
        headers = {"Chainloop-Organization": "acme"}
        (first, *_) = raw_json.chainloop_operations(server)
        reply = await get(session, server, f"{CHAINLOOP}/{first['id']}", headers=headers)
        assert (reply.status, reply.json) == (200, {"operation": first})
        assert server.requests[0].headers["chainloop-organization"] == "acme"


async def test_the_machines_own_clock_may_be_used(session: aiohttp.ClientSession) -> None:
    async with FakeServer(clock=SYSTEM_CLOCK) as server:
        assert (await get(session, server, ZOO)).status == 200
        with pytest.raises(TypeError, match="FakeClock"):
            server.advance(1)
