"""Copies the operations of many Zoo accounts to Redis: each once, with one rate for all workers."""

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial

from redis.asyncio import Redis
from taskiq import Context, TaskiqDepends
from taskiq_redis import RedisStreamBroker

from asyncops import Checkpoint, Shard, ZooClient
from asyncops.retry.redis_rate import RedisRate
from asyncops.taskiq import accounts_of, heartbeat, install

URL = os.environ["REDIS_URL"]
TOKENS: dict[str, str] = json.loads(os.environ["ZOO_TOKENS"])  # by the names of the accounts

redis = Redis.from_url(URL)
rate = RedisRate(redis, "zoo", rate=20)
broker = RedisStreamBroker(
    URL, queue_name="backfill", consumer_id="0", xread_count=1, idle_timeout=60_000
)
heartbeat(broker, every=30)  # so that what a dead worker held is looked for
install(broker, {name: partial(ZooClient, TOKENS[name], rate_limit=rate) for name in TOKENS})

# The calls and the place behind them at once; neither, if another worker has moved the place.
save = redis.register_script("""
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
    return redis.error_reply('OVERTAKEN another worker is at this shard')
end
for i = 3, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
redis.call('SET', KEYS[1], ARGV[2])
""")


@broker.task(ack_type="manual")  # if it fails, or its worker dies, it runs again
async def copy(
    account: str,
    shard: str,
    zoo: Mapping[str, ZooClient] = TaskiqDepends(accounts_of(ZooClient)),
    context: Context = TaskiqDepends(),
) -> None:
    keys = [f"place:{account}:{shard}", "calls"]
    place = await redis.get(keys[0]) or ""
    if place != b"end":
        resume = Checkpoint.from_json(place) if place else None
        listing = zoo[account].operations.shard(Shard.from_json(shard), resume=resume)
        calls: list[str] = []
        async with aclosing(aiter(listing)) as walk:
            async for call in walk:
                calls.append(f"{account} {call.id} {call.state.value}")
                if len(calls) == 100:
                    before, place = place, walk.checkpoint.to_json()
                    await save(keys, [before, place, *calls])
                    calls = []
        await save(keys, [place, "end", *calls])
    await context.ack()


@broker.task(ack_type="manual")
async def plan(
    account: str,
    zoo: Mapping[str, ZooClient] = TaskiqDepends(accounts_of(ZooClient)),
    context: Context = TaskiqDepends(),
) -> None:
    shards = [each.to_json() for each in await zoo[account].operations.list(limit=100).shards()]
    # Should this run twice, the first cut counts: parts of two cuts would overlap.
    await redis.set(f"plan:{account}", json.dumps(shards), nx=True)
    for shard in json.loads(await redis.get(f"plan:{account}") or "[]"):
        await copy.kiq(account, shard)
    await context.ack()


async def main() -> None:
    await broker.startup()
    for account in TOKENS:
        await plan.kiq(account)
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
