"""What a retry writes to the standard library's logging."""

import logging
from uuid import UUID

import pytest

from asyncops import ConnectionFailed, RetryPolicy, ServerError
from asyncops.retry.log import log_retry
from asyncops.testing import FakeServer, Fault
from tests.log_records import fields, of, zoo


@pytest.fixture(autouse=True)
def _all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncops")


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
    # Each is that of the answer that failed, and the fake's are UUIDs.
    assert len({UUID(fields(each, "request_id")["request_id"]) for each in (first, second)}) == 2
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


def test_a_state_without_an_outcome_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """As tenacity's is before the first attempt."""
    from tenacity import AsyncRetrying, RetryCallState  # noqa: PLC0415

    state = RetryCallState(AsyncRetrying(), fn=None, args=(), kwargs={})
    log_retry("GET", "https://example.com", "/calls", state)
    assert not of(caplog, "asyncops.retry")
