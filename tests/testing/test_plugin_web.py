"""The fixtures under a web app: its handlers run in another thread's event loop, or in the test's.

The programs of asyncops/testing/README.md are among them.
"""

import pytest

from tests.readmes import blocks

pytest_plugins = ("pytester",)

RECIPE, DESCRIBED = blocks("python", "asyncops/testing/README.md")

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
    # A walk over the five statuses takes ten requests; each status ends with an empty page.
    assert fake_zoo.count() == 8 * 10 + 2
    # Page 0 is refused.
    assert fake_chainloop.count() == 8 * 2
"""


@pytest.mark.parametrize(
    ("program", "least"),
    [(RECIPE.text, 1), (DESCRIBED.text, 30), (IN_THE_TESTS_LOOP, 1)],
    ids=["recipe", "described", "httpx"],
)
def test_a_program_is_tested_with_the_fakes(
    pytester: pytest.Pytester, program: str, least: int
) -> None:
    """With the clients that it makes by itself, and warnings as errors."""
    pytester.makepyfile(program)
    options = ("-p", "no:asyncio", "-p", "no:randomly", "-W", "error")
    counted = pytester.runpytest_inprocess(*options).parseoutcomes()
    assert set(counted) == {"passed"}
    assert counted["passed"] >= least
