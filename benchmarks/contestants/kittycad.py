"""Zoo's own client, kittycad 1.3.5: the last release that has these listings.

It runs in an environment of its own, so this module imports nothing that is not in there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from benchmarks.worker import Run, Tally, count

__all__ = ["walk"]


@asynccontextmanager
async def walk(url: str) -> AsyncIterator[Run]:
    """Iterate ``api_calls.list_async_operations``."""
    kittycad = import_module("kittycad")
    models = import_module("kittycad.models")
    async with kittycad.AsyncKittyCAD(token="token", base_url=url) as client:

        async def run() -> Tally:
            calls = client.api_calls.list_async_operations(
                limit=100,
                sort_by=models.CreatedAtSortMode.CREATED_AT_DESCENDING,
                status=models.ApiCallStatus.COMPLETED,
            )
            return await count(calls)

        yield run
