"""What a client's telemetry has to be, and that no log holds a secret."""

import logging
from typing import Any

import pytest

from asyncops import ChainloopClient
from asyncops.http.telemetry import checked_telemetry
from asyncops.testing import FakeServer, Fault

SECRET = "secret-token-31415"


@pytest.fixture(autouse=True)
def _all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "asyncops")


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


def test_what_lacks_a_method_is_no_telemetry() -> None:
    wrong: Any = object()
    with pytest.raises(TypeError, match="methods call, walk and items, got object"):
        checked_telemetry(wrong)
    assert checked_telemetry(None) is None
