"""asyncops, used as its README shows it."""

from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

from asyncops import AsyncApiCall, AsyncOperation, ChainloopClient, Pager, ZooClient
from benchmarks.contestants.ids import prompt_ids
from benchmarks.contestants.memory import resident_peak
from benchmarks.worker import Run, Tally

__all__ = ["WAYS", "get_many", "walk"]

_SIZE = 100
_IN_FLIGHT = 16
# Far more than any walk here needs: a million items are 10,000 pages and a few.
_MAX_PAGES = 100_000


def _status(zoo: ZooClient, _: ChainloopClient) -> Pager[AsyncApiCall]:
    return zoo.operations.list(status="completed", limit=_SIZE, max_pages=_MAX_PAGES)


def _statuses(zoo: ZooClient, _: ChainloopClient) -> Pager[AsyncApiCall]:
    return zoo.operations.list(limit=_SIZE, max_pages=_MAX_PAGES)


def _numbered(_: ZooClient, chainloop: ChainloopClient) -> Pager[AsyncOperation]:
    return chainloop.operations.list(page_size=_SIZE, max_pages=_MAX_PAGES)


Items = AbstractAsyncContextManager[AsyncIterable[Any]]
Listing = Callable[[ZooClient, ChainloopClient], Pager[Any]]


@asynccontextmanager
async def _one_by_one(pager: Pager[Any]) -> AsyncIterator[AsyncIterable[Any]]:
    yield pager


def _concurrent(pager: Pager[Any]) -> Items:
    return pager.concurrent(_IN_FLIGHT)


def _unordered(pager: Pager[Any]) -> Items:
    return pager.concurrent(_IN_FLIGHT, ordered=False)


def _two_ended(pager: Pager[Any]) -> Items:
    return pager.concurrent()


WAYS: dict[str, tuple[Listing, Callable[[Pager[Any]], Items]]] = {
    "one status": (_status, _one_by_one),
    "one status, two-ended": (_status, _two_ended),
    "one status, two-ended, unordered": (_status, _unordered),
    "numbered": (_numbered, _one_by_one),
    "numbered, concurrent": (_numbered, _concurrent),
    "all statuses": (_statuses, _one_by_one),
    "all statuses, concurrent": (_statuses, _concurrent),
    "all statuses, concurrent, unordered": (_statuses, _unordered),
}
"""Ways to walk a listing: which one, and how it is opened."""


@asynccontextmanager
async def walk(url: str, way: str = "one status", mark: int = 0) -> AsyncIterator[Run]:
    """Walk to the end, one of the ``WAYS``.

    With a ``mark``, a run also tells how far memory rises after so many items, in bytes.
    """
    listing, opened = WAYS[way]
    async with (
        ZooClient("token", base_url=url) as zoo,
        ChainloopClient("token", base_url=url) as chainloop,
    ):

        async def run() -> Tally:
            async with opened(listing(zoo, chainloop)) as items:
                return await (_marked(items, mark) if mark else _counted(items))

        yield run


async def _counted(items: AsyncIterable[Any]) -> Tally:
    count = 0
    async for _ in items:
        count += 1
    return {"items": count}


async def _marked(items: AsyncIterable[Any], mark: int) -> Tally:
    count = before = 0
    async for _ in items:
        count += 1
        if count == mark:
            before = resident_peak()
    return {"items": count, "rise": resident_peak() - before, "peak": resident_peak()}


@asynccontextmanager
async def get_many(url: str, count: int, concurrency: int) -> AsyncIterator[Run]:
    """Get so many prompts by their ids."""
    ids: list[str | UUID] = list(prompt_ids(count))
    async with ZooClient("token", base_url=url) as zoo:

        async def run() -> Tally:
            got = 0
            async with zoo.ml_prompts.get_many(ids, concurrency=concurrency) as results:
                async for _, result in results:
                    if not isinstance(result, Exception):
                        got += 1
            return {"items": got}

        yield run
