"""openai-python's paginator, over a page class for Zoo's page shape.

Models and page are written as that client's own are: texts for ids, literals for enums.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Generic, Literal, TypeVar

from openai import AsyncOpenAI, BaseModel
from openai._base_client import BaseAsyncPage, BasePage, PageInfo, make_request_options

from benchmarks.worker import Run, Tally, count

__all__ = ["walk"]

T = TypeVar("T")


class _Call(BaseModel):
    id: str
    status: Literal["queued", "uploaded", "in_progress", "completed", "failed"]
    type: Literal[
        "file_conversion",
        "file_volume",
        "file_center_of_mass",
        "file_mass",
        "file_density",
        "file_surface_area",
        "text_to_cad",
        "text_to_cad_iteration",
        "text_to_cad_multi_file_iteration",
    ]
    created_at: datetime
    updated_at: datetime
    user_id: str
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str | None = None
    worker: str | None = None
    input: object | None = None
    output: object | None = None
    attempts: int | None = None


class _TokenPage(BaseAsyncPage[T], BasePage[T], Generic[T]):
    items: list[T]
    next_page: str | None = None

    def _get_page_items(self) -> list[T]:
        return self.items or []

    def next_page_info(self) -> PageInfo | None:
        if not self.next_page:
            return None
        return PageInfo(params={"page_token": self.next_page})


@asynccontextmanager
async def walk(url: str) -> AsyncIterator[Run]:
    """Iterate what the client's own ``list`` methods return."""
    async with AsyncOpenAI(api_key="token", base_url=url) as client:

        async def run() -> Tally:
            query = {"limit": 100, "sort_by": "created_at_descending", "status": "completed"}
            calls = client.get_api_list(
                "/async/operations",
                model=_Call,
                page=_TokenPage[_Call],
                options=make_request_options(query=query),
            )
            return await count(calls)

        yield run
