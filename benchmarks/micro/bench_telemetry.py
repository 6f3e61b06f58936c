"""What a call costs, without the network, by who is told of it; a hundred of them a round."""

import asyncio
from collections.abc import Iterator

import pytest

from asyncops import ZooClient
from asyncops.http.decoding import decoder
from asyncops.http.messages import Request, Response
from asyncops.http.transport import Transport
from asyncops.services.zoo import MlPrompt
from benchmarks.contestants.telling import TELLING
from benchmarks.listings import prompt_body
from benchmarks.micro.kit import Benchmark

pytestmark = pytest.mark.benchmark(group="a hundred calls, told of")

CALLS = 100
PROMPT = "f135d675-c44a-4e2e-9638-87d941fa1872"
ANSWER = Response(
    status=200, headers={"Content-Type": "application/json"}, body=prompt_body(PROMPT)
)


async def _at_once(*_: object, **__: object) -> Response:
    return ANSWER


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all rounds."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.parametrize("to", ["nobody", "api", "sdk"])
def bench_calls_told_to(
    benchmark: Benchmark, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    monkeypatch.setattr(Transport, "send", _at_once)
    client = ZooClient("token", base_url="https://zoo.example", telemetry=TELLING[to]())
    request, decode = Request(path=f"/ml-prompts/{PROMPT}"), decoder(MlPrompt)

    async def calls() -> None:
        for _ in range(CALLS):
            await client.fetch(request, decode=decode)

    benchmark(lambda: runner.run(calls()))
