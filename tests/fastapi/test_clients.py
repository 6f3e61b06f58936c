"""Clients that open and close with the app, and the dependencies that hand them out."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI

from asyncops import ChainloopClient, ConfigurationError, ZooClient
from asyncops.fastapi import ChainloopDep, ZooDep, client_of, install_error_handlers, lifespan
from asyncops.testing import FakeServer
from tests.fastapi.kit import asgi, chainloop_of, serving, zoo_of
from tests.until import until


def who(app: FastAPI) -> FastAPI:
    """The app with a route that says which Zoo client it got."""

    @app.get("/who")
    async def which(zoo: ZooDep) -> str:
        return zoo.base_url

    return app


async def is_closed(client: ZooClient | ChainloopClient) -> bool:
    try:
        async with client:
            return False
    except ConfigurationError as error:
        return "closed" in str(error)


async def test_clients_live_as_long_as_the_app_and_reach_its_handlers(
    fake_server: FakeServer,
) -> None:
    """Made in the app's loop, one of each for all requests."""
    made: list[ZooClient] = []

    def make() -> ZooClient:
        made.append(zoo_of(fake_server)())
        return made[-1]

    app = FastAPI(lifespan=lifespan(make, chainloop_of(fake_server)))

    @app.get("/first")
    async def first(zoo: ZooDep, chainloop: ChainloopDep) -> list[str]:
        call = (await zoo.operations.list(limit=1)).items[0]
        operation = (await chainloop.operations.list(page_size=1)).items[0]
        return [str(call.id), operation.id]

    assert not made
    async with serving(app) as client:
        answers = [(await client.get("/first")).json() for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
    assert len(made) == 1
    assert await is_closed(made[0])
    await until(lambda: fake_server.open_connections == 0)


async def test_another_lifespan_runs_within_and_adds_its_state(fake_server: FakeServer) -> None:
    """It may use the clients to its very end."""
    told: list[str] = []
    clients: list[ZooClient] = []

    def make() -> ZooClient:
        told.append("made")
        clients.append(zoo_of(fake_server)())
        return clients[-1]

    @asynccontextmanager
    async def other(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        told.append("began")
        yield {"answer": 42}
        await clients[0].operations.list(limit=1)
        told.append("ended")

    app = FastAPI()
    async with lifespan(make, also=other)(app) as state:
        assert state["asyncops_zoo"] is clients[0]
        assert state["answer"] == 42
    assert told == ["made", "began", "ended"]
    assert await is_closed(clients[0])


@pytest.mark.parametrize("when", ["startup", "shutdown"])
async def test_clients_are_closed_where_the_other_lifespan_fails(
    fake_server: FakeServer, when: str
) -> None:
    client = zoo_of(fake_server)()

    @asynccontextmanager
    async def other(_: FastAPI) -> AsyncIterator[None]:
        if when == "startup":
            raise OSError("disk full")
        yield
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        async with lifespan(lambda: client, also=other)(FastAPI()):
            pass
    assert await is_closed(client)


async def test_a_lifespan_without_state_of_its_own_is_fine(fake_server: FakeServer) -> None:
    @asynccontextmanager
    async def other(_: FastAPI) -> AsyncIterator[None]:
        yield

    async with lifespan(zoo_of(fake_server), also=other)(FastAPI()) as state:
        assert list(state) == ["asyncops_zoo"]


async def test_a_name_that_is_taken_fails_at_startup(fake_server: FakeServer) -> None:
    @asynccontextmanager
    async def other(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        yield {"asyncops_zoo": None}

    with pytest.raises(ConfigurationError, match="asyncops_zoo"):
        async with lifespan(zoo_of(fake_server), also=other)(FastAPI()):
            pass


async def test_what_is_no_client_fails_at_startup(fake_server: FakeServer) -> None:
    """With the clients before it closed."""
    other: Any = partial(nullcontext, "a client")
    with pytest.raises(ConfigurationError, match="a client was to be opened, and a str was made"):
        async with lifespan(zoo_of(fake_server), other)(FastAPI()):
            pass
    with pytest.raises(TypeError, match="also must be another lifespan, got str"):
        lifespan(also=other.args[0])


async def test_a_client_in_the_place_of_its_class_is_refused_at_once(
    fake_server: FakeServer,
) -> None:
    """It would be bound to no loop or to the wrong one."""
    client: Any = zoo_of(fake_server)()
    with pytest.raises(TypeError, match=r"lifespan\(\) takes what makes a client .* got ZooClient"):
        lifespan(client)
    await client.close()


async def test_a_missing_token_stops_the_app_from_starting() -> None:
    with pytest.raises(ConfigurationError, match="ZOO_API_TOKEN"):
        async with lifespan(ZooClient)(FastAPI()):
            pass


async def test_a_client_that_nobody_opened_is_a_500_that_says_why_in_the_log(
    caplog: pytest.LogCaptureFixture, fake_server: FakeServer
) -> None:
    """The caller learns nothing of how the app is set up."""
    app = who(FastAPI(lifespan=lifespan(chainloop_of(fake_server))))
    install_error_handlers(app)
    with caplog.at_level(logging.WARNING, "asyncops.fastapi"):
        async with asgi(app) as client:
            answer = await client.get("/who")
    assert answer.status_code == 500
    assert "lifespan" not in answer.text
    assert "lifespan(ZooClient)" in caplog.text


async def test_without_handlers_it_is_an_error_that_names_the_remedy() -> None:
    app = who(FastAPI())
    async with asgi(app) as client:
        with pytest.raises(ConfigurationError, match=r"lifespan=lifespan\(ZooClient\)"):
            await client.get("/who")


async def test_a_dependency_can_be_overridden(fake_server: FakeServer) -> None:
    """So that a test of the app needs no lifespan."""
    app = who(FastAPI())
    async with zoo_of(fake_server)() as zoo, asgi(app) as client:
        app.dependency_overrides[client_of(ZooClient)] = lambda: zoo
        assert (await client.get("/who")).json() == fake_server.url


async def test_apps_in_one_process_share_nothing() -> None:
    """Each request gets the client of the app that it came to, mounted apps that of the outer."""

    def app_for(address: str) -> FastAPI:
        app = FastAPI(lifespan=lifespan(lambda: ZooClient("t", base_url=address)))
        app.mount("/inner", who(FastAPI()))
        return who(app)

    one, two = app_for("https://one.example"), app_for("https://two.example")
    async with serving(one) as first, serving(two) as second:
        assert (await first.get("/who")).json() == "https://one.example"
        assert (await second.get("/who")).json() == "https://two.example"
        assert (await first.get("/inner/who")).json() == "https://one.example"
        assert (await second.get("/inner/who")).json() == "https://two.example"


async def test_a_router_may_open_the_client_that_the_app_does_not(
    fake_server: FakeServer,
) -> None:
    router = APIRouter(lifespan=lifespan(zoo_of(fake_server)))

    @router.get("/both")
    async def both(zoo: ZooDep, chainloop: ChainloopDep) -> list[str]:
        return [zoo.base_url, chainloop.base_url]

    app = FastAPI(lifespan=lifespan(chainloop_of(fake_server)))
    app.include_router(router)
    async with serving(app) as client:
        assert (await client.get("/both")).json() == [fake_server.url] * 2
