"""A client of the plainest kind: one request after the other, read by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import msgspec
from attrs import field, frozen

from asyncops.http.places import value_at
from asyncops.kit import After, Client, Listing, NextURL, Offset, Pages, Token
from asyncops.testing.described.fake import Fake
from asyncops.testing.described.places import place_value


@frozen
class Said:
    """One answer.

    Attributes:
        status: The HTTP status.
        body: The body.
        headers: The headers.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(repr=False)


@frozen
class Reader:
    """Sends requests to a fake.

    Attributes:
        fake: The fake.
        session: What sends them.
    """

    fake: Fake[Any]
    session: aiohttp.ClientSession

    async def ask(self, path: str, method: str = "GET", **options: Any) -> Said:
        """Send one request, and read its answer."""
        headers = {"Authorization": f"Bearer {self.fake.token}", **options.pop("headers", {})}
        url = f"{self.fake.url}{path}"
        async with self.session.request(method, url, headers=headers, **options) as answer:
            body = msgspec.json.decode(await answer.read() or b"null")
            return Said(answer.status, body, answer.headers.copy())

    async def page(self, listing: Listing, params: Mapping[str, Any]) -> Said:
        """Ask for one page."""
        if listing.method == "GET":
            return await self.ask(listing.path, params=params)
        body: Any = {}
        for place, value in params.items():
            body = place_value(body, place, value)
        return await self.ask(listing.path, "POST", json=body)

    async def walk(self, listing: Listing, **params: Any) -> list[list[Any]]:
        """Return the items of all pages."""
        pages = []
        following: dict[str, Any] | None = _first(listing)
        while following is not None:
            said = await self.page(listing, {**params, **following})
            assert said.status == 200, said
            items = value_at(listing.items, said.body, {})
            pages.append(items)
            assert len(pages) < 50
            following = _next(listing, said, len(pages), sum(map(len, pages)))
        return pages


def _first(listing: Listing) -> dict[str, Any]:
    paging = listing.paging
    if isinstance(paging, Token) and paging.first is not None:
        return {paging.param: paging.first}
    return {}


def _next(listing: Listing, said: Said, pages: int, rows: int) -> dict[str, Any] | None:
    paging = listing.paging

    def at(name: str) -> Any:
        place = getattr(paging, name)
        return None if place is None else value_at(place, said.body, said.headers)

    items = value_at(listing.items, said.body, {})
    if isinstance(paging, Token):
        return {paging.param: at("next")} if at("next") else None
    if isinstance(paging, NextURL):
        return dict(parse_qsl(urlsplit(at("next")).query)) if at("next") else None
    more = at("more")
    if isinstance(paging, After):
        going_on = more in {True, "true"} if paging.more is not None else bool(items)
        last = items[-1]["id"] if going_on and paging.last is None else at("last")
        return {paging.param: last} if going_on else None
    assert isinstance(paging, Pages | Offset)
    signs = [
        None if more is None else more in {True, "true"},
        None if paging.next is None else bool(at("next")),
        None if at("total") is None else rows < int(at("total")),
        None if at("pages") is None else pages < int(at("pages")),
        bool(items) if paging.ends else None,
    ]
    told = [each for each in signs if each is not None]
    assert told, "nothing tells the end"
    if not paging.ends:
        assert len(set(told)) == 1, f"the signs disagree: {signs}"
    if not told[0]:
        return None
    if isinstance(paging, Offset):
        return {paging.param: rows}
    first = int(at("number")) - pages + 1 if paging.first is None else paging.first
    return {paging.param: first + pages}


@asynccontextmanager
async def reading(client: type[Client], *args: Any, **options: Any) -> AsyncIterator[Reader]:
    """A fake of a client, and what reads from it."""
    async with Fake(client, *args, **options) as fake, aiohttp.ClientSession() as session:
        yield Reader(fake, session)
