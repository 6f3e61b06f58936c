"""Pages are decoded as a whole, or row by row."""

import json
from datetime import datetime

import pytest
from attrs import frozen

from asyncops.errors import DecodeError
from asyncops.http.decoding import Decode
from asyncops.http.invalid_items import InvalidRow
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.http.page_body import PageBody, PagePlaces
from asyncops.http.page_decoding import PageDecoder
from asyncops.http.places import Header, Link


@frozen(kw_only=True)
class Item:
    id: str
    created_at: datetime | None = None


DECODE = PageDecoder(Item, PagePlaces("items", next_page="next_page"))
GOOD = {"id": "a", "created_at": "2026-01-01T00:00:00Z"}


def body(*rows: object) -> bytes:
    return json.dumps({"items": rows, "next_page": "t"}).encode()


def test_a_bad_row_is_named_by_its_place_and_id() -> None:
    with pytest.raises(DecodeError, match=r"row 1 \(id b\); list\(on_invalid=") as caught:
        DECODE(body(GOOD, {"id": "b", "created_at": 5}))
    assert caught.value.path == "$.items[1].created_at"


def test_by_rows_a_bad_one_stands_in_its_place() -> None:
    page = DECODE.row_by_row(body(GOOD, {"created_at": 5}, {"created_at": 5}))
    good, *bad = list(page.items)
    assert (good.id, page.next_page) == ("a", "t")
    rows = [row for row in bad if isinstance(row, InvalidRow)]
    assert [row.item.index for row in rows] == [1, 2]
    # Rows with the same content on one page are different rows.
    assert len({row.id for row in rows}) == 2


def test_a_page_without_any_creation_time_is_refused_and_an_empty_one_is_not() -> None:
    with pytest.raises(DecodeError, match="'created_at' is missing in every row"):
        DECODE(body({"id": "a"}, {"id": "b"}))
    assert DECODE(body()).items == ()
    assert len(DECODE(body({"id": "a"}, GOOD)).items) == 2


def test_rows_are_read_one_by_one_only_for_who_wants_to_know() -> None:
    assert DECODE.reading(None) is DECODE
    assert DECODE.reading(print) == DECODE.row_by_row


def test_a_listing_may_be_without_any_creation_time() -> None:
    decode = PageDecoder(Item, PagePlaces("items"), some_row_has=None)
    assert len(decode(body({"id": "a"}, {"id": "b"})).items) == 2


EVERYWHERE = PagePlaces(
    "data",
    next_page="meta.next",
    more="meta.more",
    last="meta.last",
    number="meta.number",
    page_size="meta.size",
    total_count="meta.total",
)


def test_a_number_that_is_sent_back_becomes_a_text() -> None:
    decode = PageDecoder(Item, EVERYWHERE)
    page = decode(b'{"data": [], "meta": {"next": 1700000000000, "last": 7, "more": true}}')
    assert (page.next_page, page.last, page.more) == ("1700000000000", "7", True)


def test_zero_values_are_left_out_in_protobufs_json_alone() -> None:
    body = b'{"data": [], "meta": {"total": "41", "size": 20}}'.replace(b'"41"', b"41")
    plain = PageDecoder(Item, EVERYWHERE)(body)
    assert (plain.number, plain.more, plain.total_pages) == (None, None, 3)
    protobuf = PageDecoder(Item, EVERYWHERE, json="protobuf")
    page = protobuf(body.replace(b"41", b'"41"'))
    assert (page.number, page.more, page.total_pages) == (0, False, 3)
    assert protobuf(b"{}").items == ()


async def test_what_the_headers_say_is_filled_in_where_a_place_is_in_them() -> None:
    decode = PageDecoder(Item, PagePlaces("", total_count=Header("X-Total"), next_page=Link()))

    async def fetch(
        request: Request, meter: Meter, *, decode: Decode[PageBody[Item]]
    ) -> Reply[PageBody[Item]]:
        headers = {"X-Total": "12", "Link": '</2>; rel="next"'}
        return Reply(value=decode(json.dumps([GOOD]).encode()), headers=headers)

    reply = await decode.fetching(fetch)(Request(path="/"), Meter())
    assert (reply.value.total_count, reply.value.next_page) == (12, "/2")
    reply = await DECODE.fetching(lambda *_, decode: fetch_plain(decode))(
        Request(path="/"), Meter()
    )
    assert reply.value.next_page == "t"


async def fetch_plain(decode: Decode[PageBody[Item]]) -> Reply[PageBody[Item]]:
    return Reply(value=decode(body(GOOD)))
