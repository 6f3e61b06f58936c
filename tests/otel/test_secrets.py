"""Nothing secret is exported, whatever is asked and whatever the service says to it."""

from contextlib import suppress

import pytest

from asyncops import AsyncOpsError, RetryPolicy, Timeout
from asyncops.testing import FakeServer, Fault
from tests.otel.kit import Recorder, chainloop, zoo

TOKEN = "secret-token-31415"
FILTER = "secret-filter-2718"
HEADER = "secret-header-1618"
MESSAGE = f"you asked for {FILTER} with Bearer {TOKEN}"
BODY = f'{{"message": "{MESSAGE}", "request_id": "{HEADER}"}}'.encode()

ECHOES = {
    "an error": Fault(400, body=BODY, headers={"X-Odd": HEADER}, times=9),
    "an error that is retried": Fault(503, body=BODY, headers={"X-Odd": HEADER}, times=9),
    "throttling": Fault(429, body=BODY, retry_after=1, times=9),
    "no JSON": Fault(200, body=MESSAGE.encode(), times=9),
    "another shape": Fault(200, body=b'{"operations": "%b"}' % MESSAGE.encode(), times=9),
    "a redirect": Fault(302, headers={"Location": f"https://{FILTER}.example/"}, times=9),
    "a lost connection": Fault(drop=True, times=9),
    "a slow answer": Fault(503, body=BODY, delay=0.02, times=99),
}


def assert_clean(recorder: Recorder, server: FakeServer) -> None:
    """Nothing of the credential, of any query or of any page token was exported."""
    told = recorder.told()
    assert recorder.named("call")
    for secret in ("secret", "Bearer", "?", "page_token", "page_size", "limit"):
        assert secret not in told
    for request in server.requests:
        for value in request.query.values():
            # A short number may be there for another reason.
            assert len(value) < 4 or value not in told


@pytest.mark.parametrize("echo", ECHOES)
async def test_nothing_that_a_service_repeats_is_exported(
    fake_server: FakeServer, recorder: Recorder, echo: str
) -> None:
    fake_server.token = TOKEN
    fake_server.script(ECHOES[echo])
    deadline = Timeout(deadline=0.15) if echo == "a slow answer" else Timeout()
    retry = RetryPolicy(attempts=90 if echo == "a slow answer" else 3, quota=5000)
    async with chainloop(fake_server, recorder, token=TOKEN, timeout=deadline, retry=retry) as one:
        with suppress(AsyncOpsError):
            await one.operations.list(kind=FILTER, page_size=37).collect()
    assert_clean(recorder, fake_server)
    assert "ERROR" in {span.status.status_code.name for span in recorder.spans}


async def test_no_page_token_is_exported(fake_server: FakeServer, recorder: Recorder) -> None:
    fake_server.token = TOKEN
    fake_server.script(Fault(503, on=3, body=BODY), Fault(on=5, drop=True))
    async with zoo(fake_server, recorder, token=TOKEN) as client:
        await client.operations.list(limit=30).collect()
        async with client.ml_prompts.list(limit=30).concurrent() as prompts:
            assert len([prompt async for prompt in prompts]) == 200
    tokens = {request.query.get("page_token") for request in fake_server.requests}
    assert len(tokens) > 20
    assert_clean(recorder, fake_server)


async def test_a_token_that_is_refused_is_not_exported(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async def token() -> str:
        return TOKEN

    async with zoo(fake_server, recorder, token=token) as client:
        with pytest.raises(AsyncOpsError):
            await client.ml_prompts.list(limit=5)
    assert_clean(recorder, fake_server)
