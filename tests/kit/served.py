"""A small service made from a description, read backwards: five styles of paging."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import define, field

from asyncops.kit import After, Header, Link, Listing, NextURL, Offset, Pages
from asyncops.kit.places_in_body import put

Row = dict[str, Any]

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def times(number: int, every: timedelta = timedelta(minutes=1)) -> str:
    """The creation time of a row, newest first."""
    return (NOW - number * every).isoformat().replace("+00:00", "Z")


@define
class Served:
    """A listing, its single items, and what came.

    Attributes:
        listing: How it is listed.
        rows: The rows, in the order of the listing.
        most: The most rows of one page.
        seen: The requests, by method, path with query, and body.
        url: The address.
    """

    listing: Listing
    rows: list[Row]
    most: int = 100
    seen: list[tuple[str, str, Any]] = field(factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request of the listing."""
        body = json.loads(await request.read() or b"null")
        self.seen.append((request.method, request.path_qs, body))
        asked = dict(request.query) if body is None else flat(body)
        rows = [row for row in self.rows if self.is_listed(row, asked)]
        order = self.listing.order
        if order is not None and order.param is not None and asked.get(order.param) == order.oldest:
            rows.reverse()
        paging = self.listing.paging
        size = int(asked.get(paging.size or "", 0)) or self.most
        size = min(size, self.most)
        start = self.start(rows, asked, size)
        page, more = rows[start : start + size], start + size < len(rows)
        tree: Any = {}
        headers: dict[str, str] = {}
        if self.listing.items:
            put(tree, self.listing.items, page)
        else:
            tree = page

        def tell(place: Any, value: Any) -> None:
            if isinstance(place, Header):
                headers[place.name] = "" if value is None else str(value)
            elif isinstance(place, Link):
                if value is not None:
                    headers["Link"] = f'<{value}>; rel="{place.rel}"'
            elif place is not None:
                put(tree, place, value)

        after = self.next(request, asked, start + size, page) if more else None
        tell(getattr(paging, "next", None), after)
        tell(getattr(paging, "more", None), more)
        if isinstance(paging, Pages | Offset):
            tell(paging.total, len(rows))
            tell(paging.pages, -(-len(rows) // size))
            tell(paging.used_size, size)
            counted = start // size + (paging.first or 0) if isinstance(paging, Pages) else start
            tell(paging.number, counted)
        return web.json_response(tree, headers=headers)

    def is_listed(self, row: Row, asked: Mapping[str, Any]) -> bool:
        """Whether a row has one of the statuses asked for."""
        by_status = self.listing.by_status
        wanted = asked.get(by_status.param) if by_status else None
        if wanted is None:
            return True
        statuses = wanted.split(",") if isinstance(wanted, str) else wanted
        return row["status"] in statuses or row.get("conclusion") in statuses

    def start(self, rows: list[Row], asked: Mapping[str, Any], size: int) -> int:
        """The number of rows in front of the page asked for."""
        paging = self.listing.paging
        if isinstance(paging, Pages):
            return (int(asked.get(paging.param, paging.first or 0)) - (paging.first or 0)) * size
        if isinstance(paging, Offset):
            return int(asked.get(paging.param, 0))
        if isinstance(paging, NextURL):
            return int(asked.get("cursor", 0))
        token = asked.get(paging.param)
        if isinstance(paging, After):
            ids = [str(row["id"]) for row in rows]
            return ids.index(str(token)) + 1 if token else 0
        return int(str(token).removeprefix("t")) if token else 0

    def next(
        self, request: web.Request, asked: Mapping[str, Any], end: int, page: list[Row]
    ) -> str | None:
        """What leads to the next page."""
        paging = self.listing.paging
        if isinstance(paging, NextURL):
            query = urlencode({**asked, "cursor": end})
            return f"{request.url.origin()}{request.path}?{query}"
        return str(page[-1]["id"]) if isinstance(paging, After) else f"t{end}"


def flat(body: Any, above: str = "") -> dict[str, Any]:
    """The values of a body by their places."""
    found: dict[str, Any] = {}
    for key, value in body.items():
        place = f"{above}{key}"
        found |= flat(value, f"{place}.") if isinstance(value, dict) else {place: value}
    return found


@asynccontextmanager
async def serving(
    served: Served, path: str, get: str, routes: Mapping[tuple[str, str], Any] = {}
) -> AsyncIterator[Served]:
    """Serve a listing and its single items.

    Args:
        served: The listing.
        path: Its path, as aiohttp writes it.
        get: The path of one item.
        routes: More handlers, by method and path.
    """

    async def one(request: web.Request) -> web.Response:
        served.seen.append((request.method, request.path_qs, None))
        found = [row for row in served.rows if str(row["id"]) == request.match_info["id"]]
        if not found:
            return web.json_response({"message": "no such item"}, status=404)
        return web.json_response(found[0])

    app = web.Application()
    app.router.add_route(served.listing.method, path, served.answer)
    app.router.add_get(get, one)
    for (method, where), handler in routes.items():
        app.router.add_route(method, where, handler)
    async with TestServer(app) as server:
        served.url = str(server.make_url("")).rstrip("/")
        yield served
