"""What a walk writes to the standard library's logging."""

import asyncio
import logging

import pytest

from asyncops import ChainloopClient, ServerError
from asyncops.listing.progress import outcome
from asyncops.testing import FakeServer, Fault
from tests.log_records import fields, of, zoo
from tests.until import until


@pytest.fixture(autouse=True)
def _all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncops")


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
        await until(lambda: fake_server.count("/async/operations") >= 3, endless)
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


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (None, "complete"),
        (ServerError("down", status=503), "failed"),
        (GeneratorExit(), "left"),
        (asyncio.CancelledError(), "left"),
    ],
    ids=repr,
)
def test_a_walk_s_end_has_one_word(error: BaseException | None, word: str) -> None:
    assert outcome(error) == word
