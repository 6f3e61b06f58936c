"""Many requests at once through the one client of the app."""

import asyncio
from collections.abc import Callable

from fastapi import FastAPI

from asyncops import Timeout
from asyncops.fastapi import ZooDep, install_error_handlers, lifespan
from asyncops.testing import FakeServer
from tests import raw_json
from tests.fastapi.kit import serving, zoo_of
from tests.until import until


async def test_two_hundred_requests_at_once_share_one_pool(
    fake_server_factory: Callable[..., FakeServer],
) -> None:
    """Each gets its own answer, over no more connections than the client has."""
    server = fake_server_factory(latency=0.02)
    app = FastAPI(lifespan=lifespan(zoo_of(server, timeout=Timeout(pool=90.0))))
    install_error_handlers(app)

    @app.get("/calls/{call_id}")
    async def call(zoo: ZooDep, call_id: str) -> str:
        return str((await zoo.operations.get(call_id)).id)

    ids = [each["id"] for each in raw_json.zoo_operations(server, "completed")[:200]]
    assert len(ids) == 200
    async with serving(app) as client:
        answers = await asyncio.gather(*(client.get(f"/calls/{each}") for each in ids))
    assert [answer.json() for answer in answers] == ids
    assert server.count() == 200
    assert 1 < server.connections <= 100
    await until(lambda: server.open_connections == 0)
