"""What a call costs that succeeds at once, without the network; a hundred of them a round."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from asyncops import RetryPolicy, ZooClient
from asyncops.clock import SYSTEM_CLOCK
from asyncops.codec import decoder
from asyncops.messages import Request, Response
from asyncops.retry import CallRetry, Gate, RetryQuota
from asyncops.transport import Transport
from asyncops.zoo.models import MlPrompt
from benchmarks.listings import prompt_body
from benchmarks.micro.kit import Benchmark

pytestmark = pytest.mark.benchmark(group="a hundred calls")

CALLS = 100
ANSWER = Response(
    status=200,
    headers={"Content-Type": "application/json"},
    body=prompt_body("f135d675-c44a-4e2e-9638-87d941fa1872"),
)


async def _at_once(*_: object, **__: object) -> Response:
    return ANSWER


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all rounds."""
    with asyncio.Runner() as runner:
        yield runner


async def _many(call: Callable[[], Awaitable[object]]) -> None:
    for _ in range(CALLS):
        await call()


def bench_awaiting_alone(benchmark: Benchmark, runner: asyncio.Runner) -> None:
    benchmark(lambda: runner.run(_many(_at_once)))


def bench_through_retries(benchmark: Benchmark, runner: asyncio.Runner) -> None:
    quota, gate = RetryQuota(500), Gate()

    async def call() -> object:
        retry = CallRetry(RetryPolicy(), quota, gate, SYSTEM_CLOCK, "GET", deadline=float("inf"))
        answer: object = await retry.retrying()(_at_once)
        retry.succeeded()
        return answer

    benchmark(lambda: runner.run(_many(call)))


def bench_through_a_client(
    benchmark: Benchmark, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Transport, "send", _at_once)
    client = ZooClient("token", base_url="https://zoo.example")
    request = Request(path="/ml-prompts/f135d675-c44a-4e2e-9638-87d941fa1872")
    decode = decoder(MlPrompt)
    benchmark(lambda: runner.run(_many(lambda: client.fetch(request, decode))))
