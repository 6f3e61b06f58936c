"""Listings in memory, one of each kind, that can be told to stall and to fail."""

import asyncio

from attrs import define, frozen

from asyncops import ServerError
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.paging.styles import Pages

CHAINLOOP = Pages(
    param="pagination.page",
    first=None,
    size="pagination.page_size",
    number="number",
    used_size="page_size",
    total="total_count",
    pages="total_pages",
)


@frozen
class TokenBody:
    items: tuple[str, ...]
    next_page: str | None


@define
class TokenListing:
    """``total`` items in pages of ``size``; a token is the index of the next item."""

    total: int
    size: int
    requests: int = 0
    stall_from: int | None = None
    fail_at: int | None = None
    stalled: int = 0

    async def fetch(self, request: Request, meter: Meter) -> Reply[TokenBody]:
        """Answer as a client's ``fetch`` would."""
        self.requests += 1
        meter.requests += 1
        if self.stall_from is not None and self.requests >= self.stall_from:
            self.stalled += 1
            try:
                await asyncio.Event().wait()
            finally:
                self.stalled -= 1
        if self.requests == self.fail_at:
            raise ServerError("down", status=503)
        start = int(dict(request.params).get("page_token", "0"))
        end = min(start + self.size, self.total)
        items = tuple(map(str, range(start, end)))
        return Reply(value=TokenBody(items, str(end) if end < self.total else None))


@frozen
class NumberedBody:
    items: tuple[str, ...]
    number: int
    page_size: int
    total_count: int
    total_pages: int


@define
class NumberedListing:
    """``total`` items in pages of ``size``, counted from ``base``; base 1 takes 0 for 1."""

    total: int
    size: int
    base: int = 0
    inserted: int = 0
    requests: int = 0

    async def fetch(self, request: Request, meter: Meter) -> Reply[NumberedBody]:
        """Answer as a client's ``fetch`` would."""
        meter.requests += 1
        self.requests += 1
        number = max(int(dict(request.params)["pagination.page"]), self.base)
        rows = [f"new {n}" for n in range(self.inserted)] + [str(n) for n in range(self.total)]
        start = (number - self.base) * self.size
        return Reply(
            value=NumberedBody(
                items=tuple(rows[start : start + self.size]),
                number=number,
                page_size=self.size,
                total_count=len(rows),
                total_pages=-(-len(rows) // self.size),
            )
        )
