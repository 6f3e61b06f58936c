"""What the library writes to the standard library's logging: one line a retry and a walk."""

import asyncio
import logging
from typing import Any

import pytest

from asyncops import ChainloopClient, ConnectionFailed, RetryPolicy, ServerError, ZooClient
from asyncops.testing import FakeServer, Fault

SECRET = "secret-token-31415"


def fields(record: logging.LogRecord, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def of(caplog: pytest.LogCaptureFixture, logger: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == logger]


@pytest.fixture(autouse=True)
def _all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncops")


def zoo(server: FakeServer, **options: Any) -> ZooClient:
    return ZooClient(server.token, base_url=server.url, clock=server.clock, **options)


async def test_each_retry_is_one_line_that_says_why_and_when(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    fake_server.script(Fault(503, on=1), Fault(429, on=2, retry_after=7))
    async with zoo(fake_server) as client:
        await client.ml_prompts.list(limit=5)
    first, second = of(caplog, "asyncops.retry")
    names = ("http_method", "service", "path", "attempt", "status", "error_type")
    assert fields(first, *names) == {
        "http_method": "GET",
        "service": fake_server.url,
        "path": "/ml-prompts",
        "attempt": 1,
        "status": 503,
        "error_type": "ServerError",
    }
    assert fields(second, "attempt", "status") == {"attempt": 2, "status": 429}
    assert 7 <= fields(second, "delay")["delay"] <= 8
    assert first.levelno == second.levelno == logging.INFO
    assert first.getMessage().startswith(
        f"GET {fake_server.url}/ml-prompts: ServerError 503; attempt 2 follows in "
    )


async def test_a_lost_connection_has_no_status(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    fake_server.script(Fault(on=1, drop=True))
    async with zoo(fake_server) as client:
        await client.ml_prompts.list(limit=5)
    (record,) = of(caplog, "asyncops.retry")
    assert fields(record, "status", "error_type") == {
        "status": None,
        "error_type": ConnectionFailed.__name__,
    }


async def test_what_is_not_tried_again_is_no_retry(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    fake_server.script(Fault(503, times=9))
    async with zoo(fake_server, retry=RetryPolicy(attempts=1)) as client:
        with pytest.raises(ServerError):
            await client.ml_prompts.list(limit=5)
    assert not of(caplog, "asyncops.retry")


@pytest.mark.parametrize("concurrent", [False, True])
async def test_a_walk_is_one_line_when_it_is_over(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture, concurrent: bool
) -> None:
    async with ChainloopClient(
        fake_server.token, base_url=fake_server.url, clock=fake_server.clock
    ) as client:
        pager = client.operations.list(page_size=50)
        if concurrent:
            async with pager.concurrent(4) as walk:
                assert not of(caplog, "asyncops.walk")
                items = [item async for item in walk]
        else:
            walk = aiter(pager)
            items = [item async for item in walk]
    (record,) = of(caplog, "asyncops.walk")
    report = walk.report
    assert fields(record, "path", "outcome", "items", "pages", "requests", "retries") == {
        "path": "/v1/operations",
        "outcome": "complete",
        "items": len(items),
        "pages": report.pages,
        "requests": report.requests,
        "retries": 0,
    }
    assert record.levelno == logging.DEBUG
    assert record.getMessage().startswith(f"/v1/operations complete: {len(items)} items on ")


async def test_a_walk_that_is_left_or_fails_says_so(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with zoo(fake_server) as client:
        walk = aiter(client.ml_prompts.list(limit=5))
        await anext(walk)
        await walk.aclose()
        fake_server.script(Fault(404, on=2))
        with pytest.raises(Exception, match="404"):
            await client.ml_prompts.list(limit=5).collect()
        endless = asyncio.create_task(client.operations.list(limit=1).collect())
        while fake_server.count("/async/operations") < 3:
            await asyncio.sleep(0.001)
        endless.cancel()
        await asyncio.wait([endless])
    left, failed, cancelled = of(caplog, "asyncops.walk")
    assert fields(left, "outcome", "error_type") == {
        "outcome": "left",
        "error_type": "GeneratorExit",
    }
    assert fields(failed, "outcome", "error_type") == {
        "outcome": "failed",
        "error_type": "NotFound",
    }
    assert fields(cancelled, "outcome", "error_type") == {
        "outcome": "left",
        "error_type": "CancelledError",
    }


async def test_one_page_is_no_walk(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with zoo(fake_server) as client:
        await client.ml_prompts.list(limit=5)
    assert not caplog.records


@pytest.mark.asyncops(page_base=0)
async def test_nothing_secret_is_in_any_record(
    fake_server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in its text nor in its fields, whatever the service repeats in its errors."""
    fake_server.token = SECRET
    body = f'{{"message": "you asked for filter-2718 with {SECRET}"}}'.encode()
    fake_server.script(Fault(503, on=1, body=body), Fault(400, on=3, body=body))
    async with ChainloopClient(SECRET, base_url=fake_server.url, clock=fake_server.clock) as client:
        await client.operations.list(kind="filter-2718", page_size=37).collect()
        with pytest.raises(Exception, match="400"):
            await client.operations.list(kind="filter-2718", page=1).collect()
    assert len(caplog.records) == 3
    for record in caplog.records:
        told = f"{record.getMessage()} {record.__dict__}"
        assert SECRET not in told
        assert "filter-2718" not in told
        assert "page_size" not in told
