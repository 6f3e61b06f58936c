"""asyncops, used as its README shows it."""

import sys
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from attrs import frozen

from asyncops import ChainloopClient, Pager, ZooClient
from benchmarks.contestants.bare import prompt_ids
from benchmarks.contestants.described import Described, Written
from benchmarks.contestants.observers import OBSERVERS
from benchmarks.worker import Run, Tally, count

__all__ = ["get_many", "walk"]

# Far more than any walk here needs: a million items are 10,000 pages and a few.
_MAX_PAGES = 100_000


@frozen
class _Clients:
    """One of each."""

    zoo: ZooClient
    chainloop: ChainloopClient
    described: Described
    written: Written

    def status(self) -> Pager[Any]:
        return self.zoo.operations.list(status="completed", limit=100, max_pages=_MAX_PAGES)

    def statuses(self) -> Pager[Any]:
        return self.zoo.operations.list(limit=100, max_pages=_MAX_PAGES)

    def numbered(self) -> Pager[Any]:
        return self.chainloop.operations.list(page_size=100, max_pages=_MAX_PAGES)

    def window(self) -> Pager[Any]:
        return self.described.calls.list(status="completed", max_pages=_MAX_PAGES)

    def window_statuses(self) -> Pager[Any]:
        return self.described.calls.list(max_pages=_MAX_PAGES)

    def by_kit(self) -> Pager[Any]:
        return self.described.plain.list(status="completed", max_pages=_MAX_PAGES)

    def by_hand(self) -> Pager[Any]:
        return self.written.calls("completed")


Opened = AbstractAsyncContextManager[AsyncIterable[Any]]

_one_by_one: Callable[[Pager[Any]], Opened] = nullcontext
_two_ended: Callable[[Pager[Any]], Opened] = Pager.concurrent
_concurrent: Callable[[Pager[Any]], Opened] = partial(Pager.concurrent, n=16)
_unordered: Callable[[Pager[Any]], Opened] = partial(Pager.concurrent, n=16, ordered=False)

_WAYS: Mapping[str, tuple[Callable[[_Clients], Pager[Any]], Callable[[Pager[Any]], Opened]]] = {
    "one status": (_Clients.status, _one_by_one),
    "one status, two-ended": (_Clients.status, _two_ended),
    "one status, two-ended, unordered": (_Clients.status, _unordered),
    "numbered": (_Clients.numbered, _one_by_one),
    "numbered, concurrent": (_Clients.numbered, _concurrent),
    "all statuses": (_Clients.statuses, _one_by_one),
    "all statuses, concurrent": (_Clients.statuses, _concurrent),
    "all statuses, concurrent, unordered": (_Clients.statuses, _unordered),
    "window": (_Clients.window, _one_by_one),
    "window, concurrent": (_Clients.window, _concurrent),
    "all statuses, window": (_Clients.window_statuses, _one_by_one),
    "all statuses, window, concurrent": (_Clients.window_statuses, _concurrent),
    "by the kit": (_Clients.by_kit, _one_by_one),
    "by hand": (_Clients.by_hand, _one_by_one),
}
"""Ways to walk a listing: which one, and how it is opened."""


@asynccontextmanager
async def walk(
    url: str, way: str = "one status", mark: int = 0, observer: str = "nobody"
) -> AsyncIterator[Run]:
    """Walk to the end, one of the ``_WAYS``.

    With a ``mark``, a run also tells how far memory rises after so many items, in bytes.
    """
    listing, opened = _WAYS[way]
    telemetry = OBSERVERS[observer]()
    async with (
        ZooClient("token", base_url=url, telemetry=telemetry) as zoo,
        ChainloopClient("token", base_url=url) as chainloop,
        Described("token", base_url=url) as described,
        Written("token", base_url=url) as written,
    ):
        clients = _Clients(zoo, chainloop, described, written)

        async def run() -> Tally:
            async with opened(listing(clients)) as items:
                return await (_marked(items, mark) if mark else count(items))

        yield run


async def _marked(items: AsyncIterable[Any], mark: int) -> Tally:
    found = before = 0
    async for _ in items:
        found += 1
        if found == mark:
            before = _resident_peak()
    return {"items": found, "rise": _resident_peak() - before, "peak": _resident_peak()}


def _resident_peak() -> int:
    """The process's highest resident size so far, in bytes, as the system counts it."""
    # Where there is /proc, getrusage starts from what the parent held when it forked.
    status = Path("/proc/self/status")
    if status.exists():
        high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high.split()[1]) * 1024
    import resource  # noqa: PLC0415 - not every system has it

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@asynccontextmanager
async def get_many(url: str, count: int, concurrency: int) -> AsyncIterator[Run]:
    """Get so many prompts by their ids."""
    ids = prompt_ids(count)
    async with ZooClient("token", base_url=url) as zoo:

        async def run() -> Tally:
            found = 0
            async with zoo.ml_prompts.get_many(ids, concurrency=concurrency) as results:
                async for _, result in results:
                    if not isinstance(result, Exception):
                        found += 1
            return {"items": found}

        yield run
