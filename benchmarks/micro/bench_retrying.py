"""What a call costs that succeeds at once, without the network; a hundred of them a round."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator

import pytest
from attrs import define

from asyncops import RetryPolicy, ZooClient
from asyncops.http.decoding import decoder
from asyncops.http.messages import Request, Response
from asyncops.http.transport import Transport
from asyncops.retry.budget import RetryQuota
from asyncops.retry.call_retry import CallRetry
from asyncops.retry.throttle import Throttle
from asyncops.services.zoo import MlPrompt
from asyncops.utils.clock import SYSTEM_CLOCK, Clock
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


@define
class Untimed:
    """A call without an end to its time."""

    safe: bool = True
    repeatable: bool = False
    deadline: float = math.inf
    clock: Clock = SYSTEM_CLOCK

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


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
    quota, throttle = RetryQuota(500), Throttle()

    async def call() -> object:
        return await CallRetry(Untimed(), RetryPolicy(), quota, throttle).run(_at_once)

    benchmark(lambda: runner.run(_many(call)))


def bench_through_a_client(
    benchmark: Benchmark, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Transport, "send", _at_once)
    client = ZooClient("token", base_url="https://zoo.example")
    request = Request(path="/ml-prompts/f135d675-c44a-4e2e-9638-87d941fa1872")
    decode = decoder(MlPrompt)
    benchmark(lambda: runner.run(_many(lambda: client.fetch(request, decode=decode))))
