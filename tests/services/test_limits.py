"""Until when a limit on requests holds is read as each service writes it."""

from collections.abc import Callable
from email.utils import formatdate

import pytest

from asyncops import (
    AnthropicClient,
    CircleCIClient,
    GitHubClient,
    GitLabClient,
    OpenAIClient,
    RateLimited,
    ReplicateClient,
    RetryPolicy,
)
from asyncops.http.decoding import decode_json
from asyncops.http.messages import Request
from asyncops.kit import Client
from asyncops.testing import FakeClock
from tests.services.answering import Answer, answering
from tests.services.every import clients

# The names of the headers before -Remaining and -Reset, and how the second one is written.
WRITTEN: dict[type[Client], tuple[str, Callable[[float], str]]] = {
    AnthropicClient: ("Anthropic-RateLimit-Requests-{}", lambda _: "2026-01-01T00:01:00Z"),
    CircleCIClient: ("RateLimit-{}", lambda _: "60"),
    GitHubClient: ("X-RateLimit-{}", lambda now: str(round(now) + 60)),
    GitLabClient: ("RateLimit-{}", lambda now: str(round(now) + 60)),
    OpenAIClient: ("X-RateLimit-{}-Requests", lambda _: "1m0s"),
    ReplicateClient: ("RateLimit-{}", lambda _: "60"),
}


def test_each_service_that_tells_a_limit_is_here() -> None:
    assert {each for each in clients() if each.service.rate_limit is not None} == {*WRITTEN}


@pytest.mark.parametrize("client", WRITTEN, ids=lambda client: client.service.name)
async def test_the_end_of_a_limit_is_read(client: type[Client]) -> None:
    (name, written), clock = WRITTEN[client], FakeClock()
    now = clock.time()
    limited = Answer(
        {"message": "slow down"},
        status=429,
        headers={
            "Date": formatdate(now, usegmt=True),
            name.format("Remaining"): "0",
            name.format("Reset"): written(now),
        },
    )
    async with (
        answering(lambda _: limited) as server,
        client("a-token", base_url=server.url, clock=clock, retry=RetryPolicy(attempts=1)) as made,
    ):
        with pytest.raises(RateLimited) as raised:
            await made.fetch(Request(path="/runs"), decode=decode_json)
    assert raised.value.retry_after == 60
