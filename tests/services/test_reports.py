"""What walks report, against what the fake server and the clock have counted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from asyncops import (
    AsyncOpsError,
    ChainloopClient,
    DecodeError,
    Pager,
    RetryPolicy,
    ServerError,
    Walk,
    ZooClient,
)
from asyncops.http.messages import Request
from asyncops.http.meter import Meter, WalkReport
from asyncops.testing import FakeClock, FakeServer, Fault
from tests.until import until

PATIENT = RetryPolicy(attempts=5)
FAULTS = (
    Fault(503, on=2),
    Fault(on=4, drop=True),
    Fault(429, on=5, retry_after=3.0),
    Fault(500, on=8, times=2),
)
RETRIES = 5
PROMPTS = Request(path="/ml-prompts", params=(("sort_by", "created_at_descending"),))

Listing = Callable[..., Pager[Any]]


def zoo_calls(client: ZooClient, **options: Any) -> Pager[Any]:
    return client.operations.list(status="completed", limit=50, **options)


def zoo_merged(client: ZooClient, **options: Any) -> Pager[Any]:
    return client.operations.list(limit=50, **options)


def zoo_prompts(client: ZooClient, **options: Any) -> Pager[Any]:
    return client.ml_prompts.list(limit=20, **options)


def chainloop(client: ChainloopClient, **options: Any) -> Pager[Any]:
    return client.operations.list(page_size=100, **options)


listings = pytest.mark.parametrize("listing", [zoo_calls, zoo_merged, zoo_prompts, chainloop])
together = pytest.mark.parametrize("n", [1, 4], ids=["one by one", "concurrent"])


@asynccontextmanager
async def client_of(server: FakeServer, listing: Listing, **settings: Any) -> AsyncIterator[Any]:
    kind = ChainloopClient if listing is chainloop else ZooClient
    settings = {"token": server.token, "retry": PATIENT, **settings}
    async with kind(base_url=server.url, clock=server.clock, **settings) as client:
        yield client


async def walked(pager: Pager[Any], n: int) -> tuple[list[Any], Walk[Any]]:
    walk = aclosing(aiter(pager)) if n == 1 else pager.concurrent(n)
    async with walk as items:
        return [item async for item in items], items


def slept(server: FakeServer) -> float:
    assert isinstance(server.clock, FakeClock)
    return sum(server.clock.slept)


def check_requests(report: WalkReport, server: FakeServer, *, exact: bool) -> None:
    """As the server counted; requests cancelled while they were being sent may not reach it."""
    over = report.requests - server.count()
    assert 0 <= over <= (0 if exact else 10)


@listings
@together
async def test_the_report_agrees_with_the_server_and_the_clock(listing: Listing, n: int) -> None:
    """Requests, retries and sleep, with faults of every kind on the way."""
    reports: list[WalkReport] = []
    async with FakeServer() as server, client_of(server, listing) as client:
        server.script(*FAULTS)
        items, walk = await walked(listing(client, on_page=reports.append), n)
        report = walk.report
        check_requests(report, server, exact=n == 1 or listing is chainloop)
        assert report.retries == RETRIES
        assert report.slept == pytest.approx(slept(server))
        assert report.slept > 0
        assert report.items == len(items) == reports[-1].items
        assert report.pages == len(reports)
        if n == 1:
            assert report.elapsed == pytest.approx(slept(server))


async def test_bytes_are_those_of_the_bodies() -> None:
    """Unpacked; sent again by hand, the same requests bring as many."""
    async with FakeServer() as server, client_of(server, chainloop) as client:
        _, walk = await walked(chainloop(client), 4)
        total = 0
        headers = {"Authorization": f"Bearer {server.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for request in server.requests:
                url = f"{server.url}{request.path}"
                async with session.get(url, params=dict(request.query)) as answer:
                    total += len(await answer.read())
        assert walk.report.bytes == total > 0


@listings
@together
async def test_a_walk_that_fails_for_good_reports_every_attempt(listing: Listing, n: int) -> None:
    """Those of the page that could not be had, too."""
    async with FakeServer() as server, client_of(server, listing) as client:
        server.script(Fault(503, on=3, times=10_000))
        pager = listing(client)
        async with pager.concurrent(n) as walk:
            with pytest.raises(ServerError):
                [item async for item in walk]
        check_requests(walk.report, server, exact=n == 1)
        # Of calls side by side, each has attempts of its own.
        assert walk.report.retries >= PATIENT.attempts - 1
        assert walk.report.slept == pytest.approx(slept(server))


@listings
@together
async def test_a_walk_that_goes_on_reports_the_rest(listing: Listing, n: int) -> None:
    """Together, both parts report each item once."""
    async with FakeServer() as server, client_of(server, listing) as client:
        first = aiter(listing(client))
        given = [await anext(first) for _ in range(75)]
        await first.aclose()
        server.reset_counters()
        rest, walk = await walked(listing(client, resume=first.checkpoint), n)
        assert len({item.id for item in given + rest}) == len(given) + len(rest)
        assert walk.report.items == len(rest)
        check_requests(walk.report, server, exact=n == 1 or listing is chainloop)


async def test_a_request_sent_again_with_a_new_token_is_a_retry() -> None:
    """It is on the wire twice."""
    async with FakeServer() as server:
        tokens = iter(["old", server.token, server.token])

        async def token() -> str:
            return next(tokens)

        async with client_of(server, zoo_calls, token=token) as client:
            meter = Meter()
            await client.fetch(PROMPTS, meter, decode=bytes)
            assert (meter.requests, meter.retries, meter.slept) == (2, 1, 0.0)
            assert server.count() == 2


async def test_an_answer_that_cannot_be_read_is_counted() -> None:
    """Its bytes came."""

    def refuse(_: bytes) -> None:
        raise DecodeError("no")

    async with FakeServer() as server, client_of(server, zoo_calls) as client:
        server.script(Fault(body=b"12345"))
        meter = Meter()
        with pytest.raises(AsyncOpsError):
            await client.fetch(PROMPTS, meter, decode=refuse)
        assert (meter.requests, meter.bytes) == (1, 5)


async def test_a_call_that_is_cancelled_is_counted() -> None:
    """It was on the wire."""
    async with FakeServer(latency=600.0) as server, client_of(server, zoo_calls) as client:
        meter = Meter()
        call = asyncio.create_task(client.fetch(PROMPTS, meter, decode=bytes))
        await until(lambda: bool(server.requests), call)
        call.cancel()
        await asyncio.wait([call])
        assert (meter.requests, meter.bytes) == (1, 0)


async def test_what_others_wait_at_the_gate_counts_as_slept() -> None:
    """One 429 holds back every call; each counts its own waiting."""
    clock = FakeClock(auto_advance=False)
    async with FakeServer(clock=clock) as server, client_of(server, zoo_calls) as client:
        server.script(Fault(429, retry_after=3.0))
        told, held = Meter(), Meter()
        async with asyncio.TaskGroup() as group:
            first = group.create_task(client.fetch(PROMPTS, told, decode=bytes))
            await until(lambda: len(clock.slept) >= 1, first)
            second = group.create_task(client.fetch(PROMPTS, held, decode=bytes))
            await until(lambda: len(clock.slept) >= 2, second)
            clock.advance(10.0)
        assert (told.requests, told.retries, held.requests, held.retries) == (2, 1, 1, 0)
        assert [told.slept, held.slept] == [pytest.approx(each) for each in clock.slept]
        assert held.slept >= 3.0
