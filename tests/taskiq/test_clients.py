"""Clients that are opened with the worker and given to tasks: ``install`` and its dependencies."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from taskiq import InMemoryBroker, TaskiqDepends, TaskiqEvents

from asyncops import ChainloopClient, ConfigurationError, ZooClient
from asyncops.taskiq import ChainloopDep, ZooDep, accounts_of, client_of, install
from asyncops.testing import FakeServer
from tests import raw_json


@asynccontextmanager
async def running(broker: InMemoryBroker) -> AsyncIterator[InMemoryBroker]:
    """Between its startup and its shutdown."""
    await broker.startup()
    try:
        yield broker
    finally:
        await broker.shutdown()


async def result_of(broker: InMemoryBroker, task: Callable[..., Any], *arguments: object) -> Any:
    """What the task gives, or its error."""
    sent = await broker.register_task(task).kiq(*arguments)
    result = await sent.wait_result(timeout=90)
    return result.error if result.error is not None else result.return_value


def clients(server: FakeServer) -> Mapping[str, Callable[[], Any]]:
    return {
        "zoo": lambda: ZooClient(server.token, base_url=server.url),
        "chainloop": lambda: ChainloopClient(server.token, base_url=server.url),
    }


async def test_tasks_share_one_client_of_each_service(fake_server: FakeServer) -> None:
    """Made when the worker starts, in its loop, and closed when it ends."""
    seen: list[ZooClient | ChainloopClient] = []

    async def newest(
        zoo: ZooClient = TaskiqDepends(client_of(ZooClient)),
        chainloop: ChainloopClient = TaskiqDepends(client_of(ChainloopClient)),
    ) -> list[str]:
        seen.extend([zoo, chainloop])
        first = (await zoo.ml_prompts.list(limit=1)).items[0]
        return [str(first.id), (await chainloop.operations.list(page_size=1)).items[0].id]

    broker = InMemoryBroker()
    install(broker, *clients(fake_server).values())
    async with running(broker):
        results = [await result_of(broker, newest) for _ in range(3)]
        assert len({id(each) for each in seen}) == 2
    assert results[0][0] == raw_json.ml_prompts(fake_server)[0]["id"]
    assert results[0][1] == raw_json.chainloop_operations(fake_server)[0]["id"]
    assert results == results[:1] * 3
    for client in seen:
        with pytest.raises(ConfigurationError, match="closed"):
            async with client:
                pass
    assert fake_server.open_connections == 0


async def test_an_annotation_alone_is_enough(fake_server: FakeServer) -> None:
    """``ZooDep`` and ``ChainloopDep`` give the same clients."""

    async def same(
        zoo: ZooDep,
        chainloop: ChainloopDep,
        other: ZooClient = TaskiqDepends(client_of(ZooClient)),
        another: ChainloopClient = TaskiqDepends(client_of(ChainloopClient)),
    ) -> bool:
        return zoo is other and chainloop is another

    broker = InMemoryBroker()
    install(broker, *clients(fake_server).values())
    async with running(broker):
        assert await result_of(broker, same) is True


async def test_accounts_are_clients_by_name(fake_server: FakeServer) -> None:
    """Several for each service, from whatever makes them in the worker."""
    order: list[str] = []

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[ZooClient]:
        order.append(f"{name} opens")
        async with ZooClient(fake_server.token, base_url=fake_server.url) as zoo:
            yield zoo
        order.append(f"{name} closes")

    async def names(
        zoo: Mapping[str, ZooClient] = TaskiqDepends(accounts_of(ZooClient)),
        chainloop: Mapping[str, ChainloopClient] = TaskiqDepends(accounts_of(ChainloopClient)),
    ) -> list[str]:
        assert all(isinstance(each, ZooClient) for each in zoo.values())
        assert all(isinstance(each, ChainloopClient) for each in chainloop.values())
        return [*zoo, *chainloop]

    broker = InMemoryBroker()
    install(
        broker,
        {"production": lambda: opened("production"), "research": lambda: opened("research")},
        {"ours": clients(fake_server)["chainloop"]},
    )
    async with running(broker):
        assert await result_of(broker, names) == ["production", "research", "ours"]
    assert order == ["production opens", "research opens", "research closes", "production closes"]


@pytest.mark.parametrize(
    ("dependency", "missing"),
    [
        (client_of(ZooClient), "ZooClient"),
        (client_of(ChainloopClient), "ChainloopClient"),
        (accounts_of(ZooClient), "{'an account'"),
        (accounts_of(ChainloopClient), "{'an account'"),
    ],
)
async def test_a_client_that_was_not_installed_is_an_error_that_says_how(
    dependency: Callable[..., Any], missing: str
) -> None:
    """Also after the worker has ended."""

    async def wants(client: Any = TaskiqDepends(dependency)) -> None:
        raise AssertionError(client)

    broker = InMemoryBroker()
    async with running(broker):
        error = await result_of(broker, wants)
        assert isinstance(error, ConfigurationError)
        assert f"install(broker, {missing}" in str(error)


async def test_a_worker_that_cannot_open_all_closes_what_it_opened() -> None:
    """And starts anew with nothing left over."""
    attempts = 0
    left: list[str] = []

    @asynccontextmanager
    async def zoo() -> AsyncIterator[ZooClient]:
        async with ZooClient("token") as client:
            try:
                yield client
            finally:
                left.append("zoo")

    def chainloop() -> ChainloopClient:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise ConfigurationError("no token")
        return ChainloopClient("token")

    broker = InMemoryBroker()
    install(broker, zoo, chainloop)
    with pytest.raises(ConfigurationError, match="no token"):
        await broker.startup()
    assert left == ["zoo"]
    async with running(broker):
        pass
    assert left == ["zoo", "zoo"]


async def test_installing_the_same_twice_is_an_error_at_the_start() -> None:
    """The first of them would never be seen; different ones are fine."""
    broker = InMemoryBroker()
    for _ in range(2):
        install(broker, lambda: ZooClient("token"))
    with pytest.raises(ConfigurationError, match="asyncops_zoo was opened twice"):
        await broker.startup()
    for handler in broker.event_handlers[TaskiqEvents.WORKER_SHUTDOWN]:
        await asyncio.wait_for(_awaited(handler(broker.state)), 60)


async def _awaited(value: Any) -> None:
    await value


@pytest.mark.parametrize("given", [ZooClient("token"), {"research": ZooClient("token")}, "token"])
def test_a_client_that_is_made_already_is_refused(given: Any) -> None:
    """It would belong to another process and event loop."""
    with pytest.raises(TypeError, match="as ZooClient does"):
        install(InMemoryBroker(), given)
