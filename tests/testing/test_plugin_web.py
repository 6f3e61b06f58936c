"""The fixtures under a web app: its handlers run in another thread's event loop, or in the test's.

The first program is the README's recipe.
"""

import pytest

pytest_plugins = ("pytester",)

RECIPE = """
from fastapi import FastAPI
from fastapi.testclient import TestClient

from asyncops import ZooClient
from asyncops.fastapi import ZooDep, install_error_handlers, lifespan
from asyncops.testing import FakeZoo

app = FastAPI(lifespan=lifespan(zoo=ZooClient))
install_error_handlers(app)


@app.get("/failures")
async def failures(zoo: ZooDep) -> list[str]:
    return [call.error or "" async for call in zoo.operations.list(status="failed")]


def test_failures(fake_zoo: FakeZoo) -> None:
    broken = fake_zoo.add_operation(status="failed", error="The mesh is not closed.")
    fake_zoo.throttle(retry_after=30)  # takes no time: the clock moves instead
    with TestClient(app) as client:
        assert client.get("/failures").json()[0] == broken.error
        fake_zoo.down()  # from here on 503, whatever is asked
        assert client.get("/failures").status_code == 502
    assert fake_zoo.clock.slept[0] >= 30
"""

IN_THE_TESTS_LOOP = """
import asyncio
import httpx
from fastapi import FastAPI
from asyncops import ChainloopClient, ZooClient

app = FastAPI()

@app.get("/kinds")
async def kinds() -> list[str]:
    async with ZooClient() as zoo, ChainloopClient() as chainloop:
        calls = await zoo.operations.list().collect()
        operations = await chainloop.operations.list().collect()
    return [call.type for call in calls] + [operation.kind for operation in operations]

def test_many_at_once(fake_zoo, fake_chainloop):
    fake_zoo.fail(503, times=2)

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await asyncio.gather(*(client.get("/kinds") for _ in range(8)))

    assert [len(answer.json()) for answer in asyncio.run(ask())] == [50] * 8
    # A walk over the five statuses takes 19 requests here; each status ends with an empty page.
    assert fake_zoo.count() == 8 * 19 + 2
    # Page 0 is refused.
    assert fake_chainloop.count() == 8 * 2
"""


@pytest.mark.parametrize("program", [RECIPE, IN_THE_TESTS_LOOP], ids=["recipe", "httpx"])
def test_a_handler_is_tested_with_the_fakes(pytester: pytest.Pytester, program: str) -> None:
    """With the clients that it makes by itself, and warnings as errors."""
    pytester.makepyfile(program)
    options = ("-p", "no:asyncio", "-p", "no:randomly", "-W", "error")
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=1)
