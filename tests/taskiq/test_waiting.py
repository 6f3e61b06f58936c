"""The recipe for waiting without holding a worker, as processes: workers, scheduler, Redis."""

import asyncio

from asyncops.testing import FakeServer
from tests import raw_json
from tests.taskiq.kit import connected, kill, output_of, settings, taskiq, until, worker

SCHEDULER = ("scheduler", "waiting:scheduler", "--update-interval", "1")


async def test_a_prompt_is_waited_for_by_workers_that_come_and_go(redis_url: str) -> None:
    """The worker that polled first is killed, and was not needed; the result is the prompt's."""
    async with FakeServer() as server, connected(redis_url) as redis:
        environment = settings(server, redis_url)
        prompt = raw_json.create_prompt(server, lifetime=100, fails=False)
        with taskiq(*SCHEDULER, environment=environment):
            asking = asyncio.create_task(
                output_of("waiting", prompt["id"], environment=environment)
            )
            with worker("waiting", environment) as first:

                async def put_off() -> bool:
                    if not await redis.keys("polls:data:*"):
                        return False
                    return not (await redis.xpending("waiting", "taskiq"))["pending"]

                await until(put_off)
                kill(first)
            server.advance(200)
            with worker("waiting", environment):
                printed = await asyncio.wait_for(asking, 60)
        (ended,) = (each for each in raw_json.ml_prompts(server) if each["id"] == prompt["id"])
        assert printed == f"{prompt['id']} is in {ended['output_file']}\n"
        assert server.count(f"/ml-prompts/{prompt['id']}") >= 2
