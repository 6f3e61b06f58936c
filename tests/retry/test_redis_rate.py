"""One request rate for many processes: ``RedisRate``."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

import asyncops
from asyncops import ConfigurationError, ConnectionFailed, RetryPolicy, ZooClient
from asyncops.retry.rate_limit import RateLimiter, rate_limiter
from asyncops.retry.redis_rate import RedisRate
from asyncops.testing import FakeServer
from asyncops.utils.tasks import cancel_all
from tests.taskiq.kit import connected, until

PROCESS = """
import asyncio, sys
from redis.asyncio import Redis
from asyncops.retry.redis_rate import RedisRate

async def main():
    async with Redis.from_url(sys.argv[1]) as redis:
        rate = RedisRate(redis, "zoo", rate=200)
        async def one():
            await rate.acquire()
            seconds, micros = await redis.time()
            print(seconds * 1_000_000 + micros)
        await asyncio.gather(*(one() for _ in range(30)))

asyncio.run(main())
"""


class Counting(Redis):
    """Counts what it asks."""

    commands = 0

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        self.commands += 1
        plain: Any = super()
        return await plain.execute_command(*arguments, **options)


async def now(redis: Any) -> int:
    """Microseconds on Redis's clock."""
    seconds, micros = await redis.time()
    return int(seconds) * 1_000_000 + int(micros)


def check_spacing(begun: int, moments: list[int], period: int) -> None:
    """The n-th request goes out n periods after the first could have, or later.

    A late one only helps, so a slow machine cannot break this. No window of any length holds more
    than its share, but for those that are late.
    """
    for number, moment in enumerate(sorted(moments)):
        assert moment >= begun + number * period, f"request {number} is too early"


async def test_processes_that_share_it_keep_to_one_rate(redis_url: str) -> None:
    """Three processes of thirty requests each, 5 ms apart in all."""
    root = str(Path(asyncops.__file__).parents[1])
    async with connected(redis_url) as redis:
        begun = await now(redis)
        running = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                *("-c", PROCESS, redis_url),
                stdout=subprocess.PIPE,
                env={"PYTHONPATH": root},
            )
            for _ in range(3)
        ]
        written = [(await each.communicate())[0].split() for each in running]
        assert [len(each) for each in written] == [30, 30, 30]
        check_spacing(begun, [int(each) for lines in written for each in lines], 5_000)


async def test_it_is_used_in_full(redis_url: str) -> None:
    """While there are requests, no moment is left out, and each asks Redis once."""
    counting: Any = Counting.from_url(redis_url)
    async with connected(redis_url) as redis, counting as own:
        rate = RedisRate(own, "zoo", rate=1 / 60)
        await rate.acquire()
        first_free, asked = int(await redis.get("asyncops:rate:zoo")), own.commands
        requests = [asyncio.create_task(rate.acquire()) for _ in range(100)]

        async def all_have_asked() -> bool:
            return int(await redis.get("asyncops:rate:zoo")) >= first_free + 6_000_000_000

        await until(all_have_asked)
        await cancel_all(requests)
        assert own.commands == asked + 100
        assert int(await redis.get("asyncops:rate:zoo")) == first_free + 6_000_000_000


async def test_after_a_pause_there_is_no_burst(redis_url: str) -> None:
    """And nothing is left in Redis of a rate that nobody asks for."""
    async with connected(redis_url) as redis, Redis.from_url(redis_url) as own:
        rate = RedisRate(own, "zoo", rate=100)
        await rate.acquire()
        while await redis.exists("asyncops:rate:zoo"):
            await asyncio.sleep(0.005)
        begun = await now(redis)
        moments = []
        for _ in range(5):
            await rate.acquire()
            moments.append(await now(redis))
        check_spacing(begun, moments, 10_000)


async def test_different_names_are_different_rates(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as own:
        slow, other = RedisRate(own, "slow", rate=1 / 3600), RedisRate(own, "other", rate=1000)
        await slow.acquire()
        await asyncio.wait_for(other.acquire(), 60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slow.acquire(), 0.02)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each longer sleep that has begun."""
    begun: list[float] = []
    sleep: Any = asyncio.sleep

    async def note(seconds: float) -> None:
        if seconds > 0.001:
            begun.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    return begun


async def give_up(rate: RedisRate, waits: list[float]) -> None:
    """Ask for a request, and give it up while it waits; on a busy machine not the first one."""
    while True:
        before, asking = len(waits), asyncio.create_task(rate.acquire())
        while len(waits) == before and not asking.done():
            await asyncio.sleep(0)
        await cancel_all([asking])
        if asking.cancelled():
            return


async def test_a_request_that_is_given_up_leaves_its_moment_to_the_next(
    redis_url: str, waits: list[float]
) -> None:
    """Those that keep giving up would put off the others further and further."""
    async with connected(redis_url) as redis, Redis.from_url(redis_url) as own:
        rate = RedisRate(own, "zoo", rate=1 / 60)
        await rate.acquire()
        booked = []
        for _ in range(11):
            await give_up(rate, waits)
            booked.append(await redis.get("asyncops:rate:zoo"))
        assert len(set(booked)) <= 2
        # The last one would have gone out at its moment, and not before.
        assert await now(redis) + waits[-1] * 1_000_000 >= int(booked[-1]) - 60_000_000


async def test_a_moment_that_has_passed_is_nobodys(redis_url: str, waits: list[float]) -> None:
    """Two would go out at once: one at it, and one at the next that Redis gives."""
    async with connected(redis_url) as redis, Redis.from_url(redis_url) as own:
        rate = RedisRate(own, "zoo", rate=20)
        await rate.acquire()
        await give_up(rate, waits)
        while await redis.exists("asyncops:rate:zoo"):
            await asyncio.sleep(0.005)
        begun, moments = await now(redis), []
        for _ in range(3):
            await rate.acquire()
            moments.append(await now(redis))
        check_spacing(begun, moments, 50_000)


async def test_a_client_keeps_to_it(redis_url: str, fake_server: FakeServer) -> None:
    """As ``rate_limit=``; retries count too."""
    async with connected(redis_url) as redis, Redis.from_url(redis_url) as own:
        rate = RedisRate(own, "zoo", rate=100)
        assert isinstance(rate, RateLimiter)
        assert rate_limiter(rate) is rate
        begun = await now(redis)
        async with (
            ZooClient(fake_server.token, base_url=fake_server.url, rate_limit=rate) as one,
            ZooClient(fake_server.token, base_url=fake_server.url, rate_limit=rate) as other,
        ):
            for zoo in (one, other):
                assert len(await zoo.ml_prompts.list(limit=25).collect()) == 200
        assert await now(redis) >= begun + (fake_server.count() - 1) * 10_000


async def test_without_redis_no_request_goes_out(fake_server: FakeServer) -> None:
    """The error says that nothing was sent, and a later attempt may fare better."""
    async with Redis(port=1, retry=Retry(NoBackoff(), 0)) as away:
        rate = RedisRate(away, "zoo", rate=10)
        with pytest.raises(ConnectionFailed, match="rate could not be asked of Redis") as caught:
            await rate.acquire()
        assert (caught.value.retryable, caught.value.sent) == (True, False)
        async with ZooClient(
            fake_server.token,
            base_url=fake_server.url,
            rate_limit=rate,
            retry=RetryPolicy(attempts=3, base=0.001, cap=0.001),
        ) as zoo:
            with pytest.raises(ConnectionFailed, match="rate could not be asked of Redis"):
                await zoo.ml_prompts.list()
    assert fake_server.count() == 0


async def test_what_redis_refuses_is_an_error_of_the_setup(redis_url: str) -> None:
    """Another use of the key, a password that is missing or wrong."""
    async with connected(redis_url) as redis, Redis.from_url(redis_url) as own:
        await redis.rpush("asyncops:rate:zoo", "taken")
        with pytest.raises(ConfigurationError, match="WRONGTYPE"):
            await RedisRate(own, "zoo", rate=10).acquire()
    async with Redis.from_url(redis_url, username="nobody", password="wrong") as stranger:
        with pytest.raises(ConfigurationError, match="does not keep the request rate"):
            await RedisRate(stranger, "zoo", rate=10).acquire()


@pytest.mark.parametrize(
    "refusal",
    [
        "OOM command not allowed when used memory > 'maxmemory'.",
        "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
        "MISCONF Redis is configured to save RDB snapshots, but it's unable to persist to disk.",
        "NOREPLICAS Not enough good replicas to write.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "CLUSTERDOWN The cluster is down",
        "LOADING Redis is loading the dataset in memory",
        "READONLY You can't write against a read only replica.",
    ],
)
async def test_what_redis_refuses_for_a_while_may_be_asked_again(refusal: str) -> None:
    """A full disk or memory, a failover: nothing about the setup is wrong, and waits outlast it."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(65_536):
            writer.write(b"+OK\r\n" * said.count(b"\r\nCLIENT\r\n"))
            writer.write(f"-{refusal}\r\n".encode() * said.count(b"\r\nEVALSHA\r\n"))
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Redis(port=port, protocol=2, retry=Retry(NoBackoff(), 0)) as own:
            with pytest.raises(ConnectionFailed, match=refusal[-20:-1]) as caught:
                await RedisRate(own, "zoo", rate=10).acquire()
    assert (caught.value.retryable, caught.value.sent) == (True, False)


@pytest.mark.parametrize(
    ("name", "rate", "error"),
    [
        ("zoo", 0, ValueError),
        ("zoo", -1, ValueError),
        ("zoo", float("nan"), ValueError),
        ("zoo", 2e6, ValueError),
        ("zoo", True, TypeError),
        ("zoo", "10", TypeError),
        ("", 10, ValueError),
        (7, 10, TypeError),
    ],
)
async def test_bad_arguments_are_refused(name: Any, rate: Any, error: type[Exception]) -> None:
    async with Redis(port=1) as redis:
        with pytest.raises(error, match=r"rate must be|name must"):
            RedisRate(redis, name, rate=rate)


@pytest.mark.parametrize("client", ["redis://127.0.0.1", None, SyncRedis(port=1)])
def test_only_a_client_that_is_awaited_will_do(client: Any) -> None:
    with pytest.raises(TypeError, match=r"redis must be a redis\.asyncio\.Redis, got"):
        RedisRate(client, "zoo", rate=10)
