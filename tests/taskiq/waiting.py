"""Waits for prompts without holding a worker: one poll a task, the next one minutes later."""

import asyncio
import os
import sys

from taskiq import Context, TaskiqDepends, TaskiqScheduler
from taskiq_redis import ListRedisScheduleSource, RedisAsyncResultBackend, RedisStreamBroker

from asyncops import PollPolicy, ZooClient
from asyncops.taskiq import client_of, heartbeat, install, poll_once

URL = os.environ["REDIS_URL"]
POLL = PollPolicy(initial=1, factor=2, cap=300, timeout=86_400)

broker = RedisStreamBroker(
    URL, queue_name="waiting", consumer_id="0", idle_timeout=300_000
).with_result_backend(RedisAsyncResultBackend(URL, result_ex_time=86_400))
source = ListRedisScheduleSource(URL, prefix="polls")
scheduler = TaskiqScheduler(broker, [source])
heartbeat(broker)
install(broker, ZooClient)


@broker.task
async def output_of(
    prompt_id: str,
    zoo: ZooClient = TaskiqDepends(client_of(ZooClient)),
    context: Context = TaskiqDepends(),
) -> str | None:
    prompt = await poll_once(context, zoo.ml_prompts.get(prompt_id), later=source, poll=POLL)
    return prompt.output_file  # it has ended: what this returns is the task's result


async def main(prompt_id: str) -> None:
    await broker.startup()
    task = await output_of.kiq(prompt_id)
    result = await task.wait_result()
    sys.stdout.write(f"{prompt_id} is in {result.return_value}\n")
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
