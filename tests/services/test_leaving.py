"""What several tasks do to one iteration, over real sockets: end it, or take part in it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

from asyncops import (
    AsyncOpsError,
    ChainloopClient,
    ConfigurationError,
    PaginationError,
    PollPolicy,
    ZooClient,
    fan_out,
    merge,
)
from asyncops.testing import FakeServer
from tests.until import until
from tests.wire.kit import strays

PATIENT = PollPolicy(initial=0.01, cap=0.01, timeout=None)


@frozen
class Clients:
    zoo: ZooClient
    chainloop: ChainloopClient

    def ids(self) -> list[str]:
        """Ids that nobody knows; each costs a request."""
        return [f"00000000-0000-4000-8000-{number:012}" for number in range(500)]


def age(item: Any) -> Any:
    return item.created_at


WALKS: dict[str, Callable[[Clients], Any]] = {
    "numbers at once": lambda c: c.chainloop.operations.list(page_size=5).concurrent(8),
    "as they come": lambda c: c.chainloop.operations.list(page_size=5).concurrent(8, ordered=False),
    "from both ends": lambda c: c.zoo.ml_prompts.list(limit=5).concurrent(8),
    "all statuses": lambda c: c.zoo.operations.list(limit=5).concurrent(8, ordered=False),
}
OTHERS: dict[str, Callable[[Clients], Any]] = {
    "merge": lambda c: merge(
        c.zoo.ml_prompts.list(limit=5),
        c.chainloop.operations.list(page_size=5),
        key=age,
        reverse=True,
    ),
    "fan_out": lambda c: fan_out(
        {"a": c.zoo, "b": c.zoo}, lambda zoo: zoo.ml_prompts.list(limit=5)
    ),
    "get_many": lambda c: c.zoo.operations.get_many(c.ids(), concurrency=4),
    "wait_many": lambda c: c.zoo.operations.wait_many(c.ids(), poll=PATIENT, concurrency=4),
    "watch": lambda c: c.zoo.operations.watch(limit=100, poll=PATIENT),
}


async def consume(items: Any) -> None:
    async for _ in items:
        pass


@pytest.mark.parametrize("kind", [*WALKS, *OTHERS])
async def test_leaving_ends_all_requests_and_tells_the_task_that_iterates(kind: str) -> None:
    """At whatever it is; nothing goes on behind its back."""
    make = (WALKS | OTHERS)[kind]
    with FakeServer(operations=200, prompts=500, chainloop_operations=500, latency=0.003) as server:
        zoo = ZooClient(server.token, base_url=server.url)
        chainloop = ChainloopClient(server.token, base_url=server.url)
        async with zoo, chainloop:
            for seconds in (0.0, 0.002, 0.01):
                async with make(Clients(zoo, chainloop)) as items:
                    other = asyncio.ensure_future(consume(items))
                    await asyncio.sleep(seconds)
                left = server.count()
                assert not strays() - {other}
                with pytest.raises(AsyncOpsError) as told:
                    await other
                if kind in WALKS:
                    assert isinstance(told.value, PaginationError)
                    assert told.value.checkpoint == items.checkpoint
                else:
                    assert "was left" in str(told.value)
                with pytest.raises(AsyncOpsError):
                    await anext(items)
                await asyncio.sleep(0.02)
                # What was on the wire already may still be counted as it arrives.
                assert server.count() <= left + 8
        await until(lambda: server.open_connections == 0)


@pytest.mark.parametrize("kind", ["items", "pages"])
async def test_closing_a_plain_walk_tells_the_task_that_iterates(kind: str) -> None:
    """With the place to go on from, and everything given once."""
    with FakeServer(prompts=300, latency=0.002) as server:
        async with ZooClient(server.token, base_url=server.url) as zoo:
            listing = zoo.ml_prompts.list(limit=10)
            walk: Any = aiter(listing) if kind == "items" else listing.pages()
            given: list[Any] = []

            async def take() -> None:
                async for each in walk:
                    given.extend([each] if kind == "items" else each.items)

            other = asyncio.ensure_future(take())
            await until(lambda: len(given) > 30)
            await asyncio.gather(walk.aclose(), walk.aclose())
            with pytest.raises(PaginationError, match="its closing; go on with") as told:
                await other
            rest = await zoo.ml_prompts.list(limit=10, resume=told.value.checkpoint).collect()
            assert len({each.id for each in [*given, *rest]}) == 300
            assert len(given) + len(rest) == 300


@pytest.mark.parametrize("kind", [*WALKS, "merge", "items", "pages"])
async def test_a_second_task_is_told_what_it_does_and_the_first_goes_on(kind: str) -> None:
    """Undisturbed, to the last item."""
    with FakeServer(operations=60, prompts=60, chainloop_operations=60) as server:
        zoo = ZooClient(server.token, base_url=server.url)
        chainloop = ChainloopClient(server.token, base_url=server.url)
        async with zoo, chainloop:
            clients = Clients(zoo, chainloop)
            if kind in {"items", "pages"}:
                listing = zoo.ml_prompts.list(limit=5)
                await check_second(aiter(listing) if kind == "items" else listing.pages())
                return
            async with (WALKS | OTHERS)[kind](clients) as items:
                await check_second(items)


async def check_second(items: Any) -> None:
    first: asyncio.Task[int] = asyncio.ensure_future(count(items))
    await asyncio.sleep(0)
    with pytest.raises(ConfigurationError, match=r"by another task; make one .* for each task"):
        await anext(items)
    assert await first >= 12


async def count(items: Any) -> int:
    return len([each async for each in items])
