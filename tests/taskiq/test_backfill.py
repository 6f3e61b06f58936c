"""The recipe for a backfill: every operation arrives exactly once, whatever dies on the way."""

import asyncio
import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest
from redis.exceptions import ResponseError
from taskiq import AckableMessage, Context, TaskiqMessage
from taskiq.acks import AckController
from taskiq.receiver import Receiver

from asyncops import RetryPolicy, ServerError, ZooClient
from asyncops.taskiq import accounts_of
from asyncops.testing import FakeServer, Fault
from asyncops.utils.tasks import cancel_all
from tests import raw_json
from tests.taskiq.kit import connected, kill, output_of, recipe, settings, until, worker

STREAM, GROUP = "backfill", "taskiq"
ACCOUNTS = ("production", "research")


async def check_arrivals(redis: Any, server: FakeServer, *accounts: str) -> None:
    """Every operation of each account has arrived exactly once."""
    arrived = Counter(call.rpartition(" ")[0] for call in await redis.lrange("calls", 0, -1))
    wanted = {
        f"{account} {call['id']}"
        for account in accounts
        for call in raw_json.zoo_operations(server)
    }
    # Numbers, as what differs may be thousands of lines.
    assert (len(wanted - set(arrived)), len(set(arrived) - wanted)) == (0, 0)
    assert max(arrived.values()) == 1


async def consumers(redis: Any) -> dict[str, int]:
    """The workers by their names in Redis, and how many messages each holds."""
    if not await redis.exists(STREAM):
        return {}
    return {each["name"]: each["pending"] for each in await redis.xinfo_consumers(STREAM, GROUP)}


async def listening(redis: Any) -> int:
    """How many workers wait for messages now; it takes a message to make one known by name."""
    database = str(redis.connection_pool.connection_kwargs["db"])
    return sum(
        (each["db"], each["cmd"]) == (database, "xreadgroup") for each in await redis.client_list()
    )


async def grow_old(redis: Any, consumer: str) -> int:
    """Have what a worker holds look as if it had held it for two minutes."""
    held = await redis.xpending_range(STREAM, GROUP, "-", "+", 1000, consumer)
    old = [each["message_id"] for each in held]
    if old:
        await redis.xclaim(STREAM, GROUP, consumer, 0, old, idle=120_000, justid=True)
    return len(old)


async def is_done(redis: Any, *accounts: str) -> bool:
    """Whether every shard of every account is at its end, and no message is left."""
    for account in accounts:
        plan = await redis.get(f"plan:{account}")
        shards = json.loads(plan or "[]")
        places = [await redis.get(f"place:{account}:{shard}") for shard in shards]
        if not shards or set(places) != {"end"}:
            return False
    return not sum((await consumers(redis)).values())


async def test_what_a_killed_worker_held_is_done_by_another_and_all_arrives_once(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two worker processes; one is killed with SIGKILL in the middle of its shards."""
    async with FakeServer(operations=400) as server, connected(redis_url) as redis:
        environment = settings(server, redis_url, *ACCOUNTS)
        program = recipe("backfill", environment, monkeypatch)
        with worker("backfill", environment) as first:
            await until(lambda: consumers(redis))
            (doomed,) = await consumers(redis)
            with worker("backfill", environment) as second:

                async def both_listen() -> bool:
                    return await listening(redis) == 2

                async def stopped_in_the_middle() -> bool:
                    """It cannot acknowledge what it holds before it is killed."""
                    os.killpg(first.pid, signal.SIGSTOP)
                    # What it had sent arrives before the second answer.
                    holds = [(await consumers(redis))[doomed] for _ in range(2)]
                    if 100 < await redis.llen("calls") < 2 * 400 and holds[-1]:
                        return True
                    os.killpg(first.pid, signal.SIGCONT)
                    return False

                await until(both_listen)
                # So that the other one has something to do, however quick this one would be.
                os.killpg(second.pid, signal.SIGSTOP)
                await output_of("backfill", environment=environment)
                await until(stopped_in_the_middle, every=0.05)
                before = await redis.llen("calls")
                kill(first)
                os.killpg(second.pid, signal.SIGCONT)
                held = await grow_old(redis, doomed)
                server.advance(60)

                async def done_as_time_goes_by() -> bool:
                    if await is_done(redis, *ACCOUNTS):
                        return True
                    # The first heartbeats may be sent to the dead one: Redis learns of it late.
                    await grow_old(redis, doomed)
                    await program.broker.find_task("asyncops:heartbeat").kiq()
                    return False

                await until(done_as_time_goes_by, every=0.2)
        assert held
        assert before < await redis.llen("calls")
        await check_arrivals(redis, server, *ACCOUNTS)
        await program.broker.shutdown()
        await program.redis.aclose()


def context_of(program: ModuleType, acknowledge: Callable[[], Any]) -> Context:
    """What a task is given to acknowledge its message with."""
    message = TaskiqMessage(task_id="1", task_name="copy", labels={}, args=[], kwargs={})
    return Context(message, program.broker, AckController(acknowledge))


async def make_plan(program: ModuleType, zoo: ZooClient) -> int:
    """Run the task that plans; gives how often it has acknowledged its message, if it fails too."""
    acknowledged = 0

    def acknowledge() -> None:
        nonlocal acknowledged
        acknowledged += 1

    with suppress(ServerError):
        await program.plan("research", {"research": zoo}, context_of(program, acknowledge))
    return acknowledged


class Delivery:
    """One message of the queue, as many times as it is delivered."""

    def __init__(self, program: ModuleType, shard: str) -> None:
        self.acknowledged = 0
        self._program = program
        self._shard = shard

    async def run(self, zoo: ZooClient) -> None:
        """Do what a worker does with it."""
        context = context_of(self._program, self._acknowledge)
        with suppress(ResponseError):  # another worker is at this shard
            await self._program.copy("research", self._shard, {"research": zoo}, context)

    async def _acknowledge(self) -> None:
        self.acknowledged += 1


async def deliveries(program: ModuleType, zoo: ZooClient) -> list[Delivery]:
    """One for each shard of the listing."""
    cut = await zoo.operations.list(limit=30).shards()
    assert len(cut) > 2
    return [Delivery(program, each.to_json()) for each in cut]


def counted(redis: Any, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """As many as there are commands sent."""
    sent: list[None] = []
    execute = redis.execute_command

    def note(*arguments: Any, **options: Any) -> Any:
        sent.append(None)
        return execute(*arguments, **options)

    monkeypatch.setattr(redis, "execute_command", note)
    return sent


@pytest.mark.parametrize("seed", range(5))
async def test_workers_that_die_anywhere_and_get_in_each_others_way_lose_and_repeat_nothing(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Each shard is begun by several at once and broken off at any moment, until it is done."""
    deaths = 0
    chance = random.Random(seed)
    async with (
        FakeServer(operations=2500, seed=seed) as server,
        connected(redis_url) as redis,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        program = recipe("backfill", settings(server, redis_url, "research"), monkeypatch)
        todo = await deliveries(program, zoo)
        commands = counted(program.redis, monkeypatch)

        async def life() -> None:
            """Die after so many more requests and commands of anybody, and a few turns."""
            nonlocal deaths
            while waiting := [each for each in todo if not each.acknowledged]:
                end = server.count() + len(commands) + chance.randrange(30 if deaths > 5 else 3)
                work = asyncio.create_task(chance.choice(waiting).run(zoo))
                while not work.done() and server.count() + len(commands) < end:
                    await asyncio.sleep(0)
                for _ in range(chance.randrange(5)):
                    await asyncio.sleep(0)
                deaths += not work.done()
                await cancel_all([work])
                assert work.cancelled() or work.exception() is None

        await asyncio.gather(life(), life(), life())
        assert deaths > 5
        await check_arrivals(redis, server, "research")
        await program.redis.aclose()


async def test_a_worker_that_was_taken_for_dead_writes_nothing_and_acknowledges_nothing(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is left to the one that took over, which may die yet."""
    async with FakeServer(operations=300) as server, connected(redis_url) as redis:
        program = recipe("backfill", settings(server, redis_url, "research"), monkeypatch)
        program.broker.is_worker_process = True
        await program.broker.startup()
        receiver = Receiver(program.broker, max_async_tasks=10)
        await make_plan(program, accounts_of(ZooClient)(program.broker.state)["research"])
        acknowledged: Counter[str] = Counter()

        async def deliver(number: str, message: bytes) -> None:
            def acknowledge() -> None:
                acknowledged[number] += 1

            await receiver.callback(AckableMessage(data=message, ack=acknowledge))

        sent = [
            (number, fields["data"].encode())
            for number, fields in await redis.xrange(STREAM)
            if "backfill:copy" in fields["data"]
        ]
        assert len(sent) > 2
        # Both of a message begin together: there is room for ten.
        await asyncio.gather(*(deliver(*each) for each in sent for _ in range(2)))
        assert acknowledged.total() < 2 * len(sent)
        assert set(acknowledged) == {number for number, _ in sent}
        for each in sent:
            await deliver(*each)
        await check_arrivals(redis, server, "research")
        await program.broker.shutdown()
        await program.redis.aclose()


async def test_a_plan_that_is_made_twice_cuts_once(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of two cuts would overlap."""
    async with (
        FakeServer(operations=700, arrivals=1) as server,
        connected(redis_url) as redis,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        program = recipe("backfill", settings(server, redis_url, "research"), monkeypatch)
        await program.broker.startup()
        for _ in range(2):
            assert await make_plan(program, zoo) == 1
            server.advance(600)
        sent = [json.loads(fields["data"]) for _, fields in await redis.xrange(STREAM)]
        shards = Counter(message["args"][1] for message in sent)
        assert list(shards) == json.loads(await redis.get("plan:research") or "")
        assert set(shards.values()) == {2}
        await program.broker.shutdown()
        await program.redis.aclose()


async def test_a_plan_that_fails_is_left_to_be_made_again(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acknowledged, it would be the end of that account's backfill."""
    async with (
        FakeServer(operations=700) as server,
        connected(redis_url) as redis,
        ZooClient(server.token, base_url=server.url, retry=RetryPolicy(attempts=1)) as zoo,
    ):
        server.script(Fault(503))
        program = recipe("backfill", settings(server, redis_url, "research"), monkeypatch)
        await program.broker.startup()
        assert await make_plan(program, zoo) == 0
        assert not await redis.exists("plan:research")
        assert await make_plan(program, zoo) == 1
        assert await redis.exists("plan:research")
        await program.broker.shutdown()
        await program.redis.aclose()
