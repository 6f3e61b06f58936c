"""A long walk over listings that cost nothing, and how high memory rises on the way.

``python -m tests.soak.march KIND ITEMS`` walks in a process of its own and prints how far its
resident memory rises, in bytes.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from asyncops import AsyncApiCall, AsyncOperation, ChainloopClient, Pager, ZooClient
from tests.soak.bulk import Bulk

__all__ = ["KINDS", "MIB", "listing", "resident_peak", "rise"]

MIB = 1 << 20
_SIZE = 500
_STATUSES = ("queued", "uploaded", "in_progress", "completed", "failed")

KINDS: Mapping[str, tuple[int, ...]] = {
    "tokens": (0, 0, 0, 100, 0),
    "numbers": (),
    "every status, most completed": (1, 1, 2, 86, 10),
    "every status, as many of each": (20, 20, 20, 20, 20),
    "every status, most queued": (96, 1, 1, 1, 1),
}
"""How many of a hundred items are in each status, in the order of a life; none for Chainloop."""


@asynccontextmanager
async def listing(
    kind: str, total: int, size: int = _SIZE
) -> AsyncIterator[tuple[Pager[AsyncApiCall] | Pager[AsyncOperation], Bulk]]:
    """A listing of so many items in pages of ``size``, and the server that it comes from."""
    shares = dict(zip(_STATUSES, KINDS[kind], strict=False))
    pages = {status: total * share // 100 // size for status, share in shares.items() if share}
    bulk = Bulk(pages, 0 if shares else total // size, size)
    async with (
        bulk.server as server,
        ZooClient("t", base_url=server.url) as zoo,
        ChainloopClient("t", base_url=server.url) as chainloop,
    ):
        if shares:
            status = None if len(pages) > 1 else next(iter(pages))
            yield zoo.operations.list(status=status, limit=size), bulk
        else:
            yield chainloop.operations.list(page_size=size), bulk


async def rise(kind: str, total: int) -> int:
    """Walk to the end; how far memory rises above what the first hundredth needed, in bytes."""
    count, base = 0, 0
    async with listing(kind, total) as (items, _):
        async for _ in items:
            count += 1
            if count == total // 100:
                base = resident_peak()
    assert count == total
    return resident_peak() - base


def resident_peak() -> int:
    """The most memory that the process held, as the system counts."""
    # Where there is /proc, getrusage starts from what the parent held when it forked.
    status = Path("/proc/self/status")
    if status.exists():
        high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high.split()[1]) * 1024
    import resource  # noqa: PLC0415 - not every system has it

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(rise(sys.argv[1], int(sys.argv[2])))))
