"""The loops that one would write oneself, without a client for the service."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp
import httpx
from msgspec.json import Decoder

from benchmarks.contestants.models import AttrsPage, AttrsPrompt, PydanticPage
from benchmarks.worker import Run, Tally

__all__ = ["get_many", "prompt_ids", "walk", "walk_httpx"]

_HEADERS = {"Authorization": "Bearer token"}
_QUERY = {"sort_by": "created_at_descending", "limit": "100", "status": "completed"}


def prompt_ids(count: int) -> list[str | UUID]:
    """So many UUIDs, as texts, the same for every contestant."""
    return [str(UUID(int=at << 80, version=4)) for at in range(count)]


@asynccontextmanager
async def walk(url: str, typed: bool = False) -> AsyncIterator[Run]:
    """Follow ``next_page`` through a listing: ``json.loads``, or typed, msgspec on attrs."""
    decode: Callable[[bytes], Any] = Decoder(AttrsPage).decode if typed else json.loads
    async with aiohttp.ClientSession(headers=_HEADERS) as session:

        async def run() -> Tally:
            query, found = dict(_QUERY), 0
            while True:
                async with session.get(f"{url}/async/operations", params=query) as response:
                    response.raise_for_status()
                    page = decode(await response.read())
                items, after = (
                    (page.items, page.next_page) if typed else (page["items"], page["next_page"])
                )
                for _ in items:
                    found += 1
                if not after:
                    return {"items": found}
                query["page_token"] = after

        yield run


@asynccontextmanager
async def walk_httpx(url: str) -> AsyncIterator[Run]:
    """httpx, and pydantic's models."""
    async with httpx.AsyncClient(headers=_HEADERS, base_url=url) as client:

        async def run() -> Tally:
            query, found = dict(_QUERY), 0
            while True:
                response = await client.get("/async/operations", params=query)
                response.raise_for_status()
                page = PydanticPage.model_validate_json(response.content)
                for _ in page.items:
                    found += 1
                if not page.next_page:
                    return {"items": found}
                query["page_token"] = page.next_page

        yield run


@asynccontextmanager
async def get_many(
    url: str, count: int, concurrency: int, typed: bool = False
) -> AsyncIterator[Run]:
    """A task for each id, so many at once: ``json.loads``, or typed, msgspec on attrs."""
    ids = prompt_ids(count)
    decode = Decoder(AttrsPrompt).decode if typed else json.loads
    async with aiohttp.ClientSession(headers=_HEADERS) as session:

        async def run() -> Tally:
            free = asyncio.Semaphore(concurrency)

            async def get(identity: str | UUID) -> Any:
                async with free, session.get(f"{url}/ml-prompts/{identity}") as response:
                    response.raise_for_status()
                    return decode(await response.read())

            return {"items": len(await asyncio.gather(*map(get, ids)))}

        yield run
