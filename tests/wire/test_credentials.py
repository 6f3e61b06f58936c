"""Where the token goes, and what a 401 does."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from asyncops import (
    ChainloopClient,
    ConfigurationError,
    Unauthorized,
    ZooClient,
)
from tests.wire.faultserver import FaultServer, Seen, Step, answer
from tests.wire.kit import (
    TOKEN,
    ask,
    assert_clean,
    echo,
    failing,
    get,
    zoo,
)


class Tokens:
    """A provider that gives tok-1, tok-2, ... and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        number = self.asked
        await asyncio.sleep(0.002)
        return f"tok-{number}"


def refuse(*tokens: str) -> Any:
    """A script that answers 401 to these tokens, and echoes to all others."""
    bearers = {f"Bearer {token}" for token in tokens}

    def script(seen: Seen) -> Sequence[Step]:
        if seen.header("Authorization") in bearers:
            return [answer(b'{"message":"expired"}', status="401 Unauthorized")]
        return echo(seen)

    return script


async def test_one_refresh_serves_all_tasks() -> None:
    """Fifty calls are refused at once: the provider is asked one more time."""
    tokens = Tokens()
    async with FaultServer(refuse("tok-1")) as server, zoo(server, token=tokens) as client:
        await asyncio.gather(*(get(client, number) for number in range(50)))
    assert tokens.asked == 2
    assert server.requests == 100
    sent = [seen.header("Authorization") for seen in server.seen]
    assert (sent.count("Bearer tok-1"), sent.count("Bearer tok-2")) == (50, 50)


async def test_a_call_that_was_refused_late_does_not_refresh_again() -> None:
    """Its token has been replaced by the time that its 401 arrives."""
    tokens, refreshed = Tokens(), asyncio.Event()

    def script(seen: Seen) -> Sequence[Step]:
        steps: list[Step] = list(refuse("tok-1")(seen))
        return [0.03, *steps] if seen.number == 1 else steps

    async with FaultServer(script) as server, zoo(server, token=tokens) as client:
        slow = asyncio.create_task(get(client, 1))
        await server.until(lambda: server.requests == 1)
        await get(client, 2)
        refreshed.set()
        await slow
    assert tokens.asked == 2
    assert server.requests == 4


async def test_a_request_is_replayed_once_and_then_unauthorized() -> None:
    tokens = Tokens()
    refused = refuse(*(f"tok-{number}" for number in range(99)))
    async with FaultServer(refused) as server, zoo(server, token=tokens) as client:
        error = await failing(ask(client), Unauthorized)
    assert error.message == "expired"
    assert (tokens.asked, server.requests) == (2, 2)


async def test_fifty_calls_that_stay_refused_are_replayed_once_each() -> None:
    tokens = Tokens()
    refused = refuse(*(f"tok-{number}" for number in range(99)))
    async with FaultServer(refused) as server, zoo(server, token=tokens) as client:
        calls = (failing(ask(client), Unauthorized) for _ in range(50))
        await asyncio.gather(*calls)
    assert server.requests == 100


async def test_a_replay_is_one_for_the_call_and_not_for_each_attempt() -> None:
    tokens = Tokens()
    refused = answer(b"{}", status="401 No")
    down = answer(b"{}", status="503 Down")
    script = [[refused], [down], [refused]]
    async with FaultServer(script) as server, zoo(server, token=tokens) as client:
        await failing(ask(client), Unauthorized)
    assert (tokens.asked, server.requests) == (2, 3)


async def test_a_fixed_token_is_not_replayed() -> None:
    async with FaultServer(refuse(TOKEN)) as server, zoo(server) as client:
        await failing(ask(client), Unauthorized)
    assert server.requests == 1


async def test_a_cancelled_asker_leaves_the_asking_to_the_next() -> None:
    asked: list[int] = []

    async def token() -> str:
        asked.append(1)
        if len(asked) == 1:
            await asyncio.Event().wait()
        return TOKEN

    async with FaultServer(echo) as server, zoo(server, token=token) as client:
        first = asyncio.create_task(get(client, 1))
        others = [asyncio.create_task(get(client, number)) for number in range(2, 5)]
        await server.until(lambda: bool(asked))
        first.cancel()
        await asyncio.gather(*others)
        assert (await asyncio.gather(first, return_exceptions=True))[0] is not None
    assert first.cancelled()
    assert len(asked) == 2


@pytest.mark.parametrize("client", [ZooClient, ChainloopClient])
def test_a_token_over_plain_http_is_refused_before_anything_is_sent(
    client: type[ZooClient | ChainloopClient],
) -> None:
    for host in ("api.example.com", "10.0.0.1", "127.0.0.1.example.com", "[2001:db8::1]"):
        with pytest.raises(ConfigurationError) as caught:
            client(TOKEN, base_url=f"http://{host}")
        assert_clean(caught.value)
        assert client(TOKEN, base_url=f"http://{host}", allow_insecure=True)


async def test_loopback_may_be_plain_http() -> None:
    async with FaultServer([[answer()]]) as server:
        for host in ("127.0.0.1", "localhost"):
            async with zoo(server, base_url=f"http://{host}:{server.port}") as client:
                await ask(client)
    assert server.requests == 2
