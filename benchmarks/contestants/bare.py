"""aiohttp and ``json.loads``, without models: the loop that one would write oneself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from benchmarks.contestants.ids import prompt_ids
from benchmarks.worker import Run, Tally

__all__ = ["get_many", "walk"]

_HEADERS = {"Authorization": "Bearer token"}


@asynccontextmanager
async def walk(url: str) -> AsyncIterator[Run]:
    """Follow ``next_page`` through one status's listing."""
    async with aiohttp.ClientSession(headers=_HEADERS) as session:

        async def run() -> Tally:
            query = {
                "sort_by": "created_at_descending",
                "limit": "100",
                "status": "completed",
            }
            count = 0
            while True:
                async with session.get(f"{url}/async/operations", params=query) as response:
                    response.raise_for_status()
                    page = json.loads(await response.read())
                for _ in page["items"]:
                    count += 1
                if not page["next_page"]:
                    return {"items": count}
                query["page_token"] = page["next_page"]

        yield run


@asynccontextmanager
async def get_many(url: str, count: int, concurrency: int) -> AsyncIterator[Run]:
    """A task for each id, so many at once."""
    ids = prompt_ids(count)
    async with aiohttp.ClientSession(headers=_HEADERS) as session:

        async def run() -> Tally:
            free = asyncio.Semaphore(concurrency)

            async def get(identity: str) -> Any:
                async with free, session.get(f"{url}/ml-prompts/{identity}") as response:
                    response.raise_for_status()
                    return json.loads(await response.read())

            return {"items": len(await asyncio.gather(*map(get, ids)))}

        yield run
