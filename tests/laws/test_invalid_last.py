"""A page is asked for by the last id before it, also where that row does not fit its model."""

import json
from typing import Any

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops.http.decoding import Decode
from asyncops.http.invalid_items import InvalidItem
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.http.page_decoding import PageDecoder
from asyncops.kit import After, key
from asyncops.kit.ids import identity_of
from asyncops.kit.page_decoders import page_places
from asyncops.listing.pager import Pager
from asyncops.paging.cursors.cursor_listing import CursorListing


@frozen
class Plain:
    id: str
    size: int


@frozen
class Keyed:
    id: str = key("runId")
    size: int = 0


@frozen
class Numbered:
    number: int = key("no")
    size: int = 0


ITEMS: list[tuple[type[Any], str, str]] = [
    (Plain, "id", "id"),
    (Keyed, "id", "runId"),
    (Numbered, "number", "no"),
]
STYLE = After(more="more", size=None)


@settings(max_examples=60)
@given(st.sampled_from(ITEMS), st.integers(1, 4), st.lists(st.booleans(), max_size=14))
async def test_every_row_comes_or_is_told_of_once(
    item: tuple[Any, str, str], size: int, fits: list[bool]
) -> None:
    model, identity, wire = item
    # Another field that is called "id" on the wire tells nothing.
    rows: list[dict[str, Any]] = [
        {"id": "same", wire: at if wire == "no" else f"r{at}", "size": 1 if good else "much"}
        for at, good in enumerate(fits)
    ]

    async def fetch(request: Request, meter: Meter, *, decode: Decode[Any]) -> Reply[Any]:
        after = dict(request.params).get("after")
        ids = [str(row[wire]) for row in rows]
        start = 0 if after is None else ids.index(after) + 1
        body = {"items": rows[start : start + size], "more": start + size < len(rows)}
        return Reply(value=decode(json.dumps(body).encode()))

    id_of_item = identity_of(model, identity)
    told: list[InvalidItem] = []
    decoder: PageDecoder[Any] = PageDecoder(
        model, page_places(STYLE, "items"), some_row_has=None, identity=identity
    )
    listing: CursorListing[Any] = CursorListing(Request(path="/"), STYLE, id_of_item)
    found = await Pager(
        decoder.fetching(fetch, told.append),
        listing.sequential,
        query="rows",
        identity=id_of_item,
        on_invalid=told.append,
    ).collect()
    assert [id_of_item(row) for row in found] == [
        str(row[wire]) for row, good in zip(rows, fits, strict=True) if good
    ]
    assert [each.raw for each in told] == [
        row for row, good in zip(rows, fits, strict=True) if not good
    ]
