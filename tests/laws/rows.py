"""Listings of chosen rows, and what tests of walks over several of them share."""

import asyncio
from collections.abc import Iterable
from typing import Any

from attrs import define, frozen

from asyncops import Checkpoint, ServerError
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.listing.pager import Pager
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.styles import Token

__all__ = ["Row", "RowListing", "others", "steps"]


@frozen
class Row:
    """An item: what it is sorted by, and its name."""

    key: Any
    id: str


@frozen
class RowBody:
    items: tuple[Row, ...]
    next_page: str | None


@define(eq=False)
class RowListing:
    """Rows in pages of ``size``; a token is the index of the next row.

    Attributes:
        rows: What it lists.
        size: Rows of one page.
        fail_at: The index of a row whose page cannot be had.
        stall: Whether no answer ever comes.
        requests: How many came.
        under_way: How many are not answered yet.
        barrier: What each request waits at before it is answered.
        linger: Turns that a request takes to end.
        lingering: Whether one has been at that.
    """

    rows: list[Row]
    size: int = 2
    fail_at: int | None = None
    stall: bool = False
    requests: int = 0
    under_way: int = 0
    barrier: asyncio.Barrier | None = None
    linger: int = 0
    lingering: bool = False

    @classmethod
    def of(cls, name: str, keys: Iterable[Any], size: int = 2) -> "RowListing":
        """Rows with these keys, named after their listing."""
        return cls([Row(key, f"{name}{number}") for number, key in enumerate(keys)], size)

    async def fetch(self, request: Request, meter: Meter) -> Reply[RowBody]:
        """Answer as a client's ``fetch`` would."""
        meter.requests += 1
        self.requests += 1
        self.under_way += 1
        try:
            if self.stall:
                await asyncio.Event().wait()
            if self.barrier is not None:
                await self.barrier.wait()
            await asyncio.sleep(0)
        finally:
            self.lingering = self.linger > 0
            await steps(self.linger)
            self.under_way -= 1
        start = int(dict(request.params).get("page_token", "0"))
        end = min(start + self.size, len(self.rows))
        if self.fail_at is not None and start <= self.fail_at < end:
            raise ServerError("down", status=503)
        token = str(end) if end < len(self.rows) else None
        return Reply(value=RowBody(tuple(self.rows[start:end]), token))

    def pager(self, resume: Checkpoint | None = None) -> Pager[Row]:
        """A listing of it."""

        def strategy(start: Checkpoint) -> CursorStrategy[Row]:
            return CursorStrategy(
                Request(path="/"),
                Token(),
                None if start.cursor is None else str(start.cursor),
            )

        return Pager(self.fetch, strategy, query="rows", identity=lambda row: row.id, resume=resume)


def others() -> set["asyncio.Task[Any]"]:
    """The tasks there are besides the current one."""
    return asyncio.all_tasks() - {asyncio.current_task()}


async def steps(number: int) -> None:
    """Let everybody else have so many turns."""
    for _ in range(number):
        await asyncio.sleep(0)
