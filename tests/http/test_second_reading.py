"""What does not fit is named by its path, in answers of any shape."""

import json
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import DecodeError
from asyncops.http.decoding import Dialect
from asyncops.http.invalid_items import InvalidRow
from asyncops.http.page_body import PagePlaces
from asyncops.http.page_decoding import PageDecoder
from asyncops.http.second_reading import SecondReading
from asyncops.models import EpochSeconds, key


@frozen(kw_only=True)
class Row:
    id: str
    created_at: str | None = None
    size: int = 0


GOOD = {"id": "a", "created_at": "t", "size": 1}
BAD = {"id": "b", "created_at": "t", "size": "much"}

# Each with the JSON path of its rows, and the body around some rows.
ENVELOPES: list[tuple[PagePlaces, str, Any]] = [
    (PagePlaces("items"), "$.items", lambda rows: {"items": rows}),
    (PagePlaces(""), "$", lambda rows: rows),
    (
        PagePlaces("data.the-items", next_page="links[rel=next].href", total_count="meta.total"),
        "$.data.the-items",
        lambda rows: {
            "data": {"the-items": rows},
            "links": [{"rel": "next", "href": "u"}],
            "meta": {"total": 9},
        },
    ),
    (PagePlaces("pages[0].rows"), "$.pages[0].rows", lambda rows: {"pages": [{"rows": rows}, 1]}),
]


@pytest.mark.parametrize(("places", "path", "around"), ENVELOPES)
def test_a_bad_row_is_named_in_any_envelope(places: PagePlaces, path: str, around: Any) -> None:
    decode = PageDecoder(Row, places)
    with pytest.raises(DecodeError, match=r"row 1 \(id b\); list\(on_invalid=") as caught:
        decode(json.dumps(around([GOOD, BAD])).encode())
    assert caught.value.path == f"{path}[1].size"
    with pytest.raises(DecodeError, match="'created_at' is missing in every row") as caught:
        decode(json.dumps(around([{"id": "c"}])).encode())
    assert caught.value.path == f"{path}[0].created_at"


@pytest.mark.parametrize(("places", "path", "around"), ENVELOPES)
def test_by_rows_all_else_is_read_as_in_one_step(
    places: PagePlaces, path: str, around: Any
) -> None:
    decode = PageDecoder(Row, places)
    page = decode.row_by_row(json.dumps(around([GOOD, BAD, BAD])).encode())
    whole = decode(json.dumps(around([GOOD])).encode())
    good, *bad = page.items
    assert (good,) == whole.items
    rows = [row for row in bad if isinstance(row, InvalidRow)]
    assert [row.item.error.path for row in rows] == [f"{path}[1].size", f"{path}[2].size"]
    assert len({row.id for row in rows}) == 1
    page.items = whole.items
    assert page == whole


@frozen(kw_only=True)
class Keyed:
    """A row with keys and times of its own."""

    id: str
    created_at: EpochSeconds | None = key("made", default=None)
    size: int = key("byte-count", default=0)


MADE = {"id": "a", "made": 1.5, "byte-count": 1}


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        ({"id": "b", "made": 1e20}, "created_at"),
        ({"id": "b", "made": 1, "byte-count": "much"}, "size"),
    ],
)
def test_a_bad_field_with_a_key_of_its_own_is_named_by_its_name(bad: Any, name: str) -> None:
    decode = PageDecoder(Keyed, PagePlaces("items"))
    with pytest.raises(DecodeError, match=r"row 1 \(id b\)") as caught:
        decode(json.dumps({"items": [MADE, bad]}).encode())
    assert caught.value.path == f"$.items[1].{name}"
    # What tells of its creation is no page of other fields, whether it can be read or not.
    page = decode.row_by_row(json.dumps({"items": [bad]}).encode())
    (row,) = page.items
    assert isinstance(row, InvalidRow)
    assert row.item.error.path == f"$.items[0].{name}"
    page = decode.row_by_row(json.dumps({"items": [bad, {"id": "c"}]}).encode())
    assert page.items[1] == Keyed(id="c")


def test_a_page_without_the_key_of_creation_is_refused() -> None:
    decode = PageDecoder(Keyed, PagePlaces("items"))
    with pytest.raises(DecodeError, match="'created_at' is missing in every row"):
        decode(json.dumps({"items": [{"id": "b", "created_at": 1}]}).encode())


PLACES = PagePlaces(
    "data.rows",
    next_page="next.token",
    more="next.more",
    number="page.number",
    page_size="page.size",
    total_count="page.total",
    total_pages="page.page_count",
)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "$"),
        ({"data": {}}, "$.data"),
        ({"data": []}, "$.data"),
        ({"data": {"rows": {}}}, "$.data.rows"),
        ({"data": {"rows": None}}, "$.data.rows"),
        ({"data": {"rows": []}, "next": 1}, "$.next"),
        ({"data": {"rows": []}, "next": {"token": 1.5}}, "$.next.token"),
        ({"data": {"rows": []}, "next": {"more": "yes"}}, "$.next.more"),
        ({"data": {"rows": []}, "page": {"total": "9"}}, "$.page.total"),
    ],
)
def test_what_surrounds_the_rows_is_checked_and_named(body: Any, path: str) -> None:
    decode = PageDecoder(Row, PLACES)
    for read in (decode, decode.row_by_row):
        with pytest.raises(DecodeError) as caught:
            read(json.dumps(body).encode())
        assert caught.value.path == path
        assert caught.value.snippet


@pytest.mark.parametrize("text", ["", "null", "[", "7"])
def test_a_body_that_is_no_page_at_all(text: str) -> None:
    with pytest.raises(DecodeError):
        PageDecoder(Row, PLACES)(text.encode())


MAYBE = st.none() | st.integers(min_value=0, max_value=2**60)
PARTS = {
    "data": st.fixed_dictionaries({"rows": st.lists(st.sampled_from([GOOD, {**GOOD, "id": "c"}]))}),
    "next": st.none()
    | st.fixed_dictionaries(
        {},
        optional={
            "token": st.none() | st.text() | st.integers(),
            "more": st.none() | st.booleans(),
        },
    ),
    "page": st.none()
    | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("number", "size", "total", "page_count"), MAYBE)
    ),
}


@given(
    st.fixed_dictionaries(
        {"data": PARTS["data"]}, optional={"next": PARTS["next"], "page": PARTS["page"]}
    ),
    st.sampled_from(["plain", "protobuf"]),
)
def test_the_two_readings_agree_wherever_the_first_succeeds(body: Any, dialect: Dialect) -> None:
    decode = PageDecoder(Row, PLACES, json=dialect)
    second = SecondReading(Row, PLACES, dialect, "created_at")
    text = json.dumps(body).encode()
    assert decode(text) == second.strictly(text) == second.row_by_row(text)
    body["data"]["rows"] = [{**MADE, "id": row["id"]} for row in body["data"]["rows"]]
    keyed = PageDecoder(Keyed, PLACES, json=dialect)
    second_keyed = SecondReading(Keyed, PLACES, dialect, "created_at")
    text = json.dumps(body).encode()
    assert keyed(text) == second_keyed.strictly(text) == second_keyed.row_by_row(text)


@pytest.mark.parametrize("rows", ['"items": null, ', ""])
@pytest.mark.parametrize("sign", ['"total": 0', '"more": false', '"total": 0, "more": false'])
def test_no_rows_may_be_null_where_the_page_says_so_itself(rows: str, sign: str) -> None:
    """Go writes an empty slice as null."""
    decode = PageDecoder(Row, PagePlaces("items", total_count="total", more="more"))
    body = f'{{{rows}{sign}, "error": null}}'.encode()
    assert decode(body).items == decode.row_by_row(body).items == ()


@pytest.mark.parametrize("sign", ['"total": 2', '"more": true', '"more": null', '"error": "down"'])
def test_null_in_the_place_of_rows_may_be_an_error_otherwise(sign: str) -> None:
    decode = PageDecoder(Row, PagePlaces("items", total_count="total", more="more"))
    with pytest.raises(DecodeError, match=r"items"):
        decode(f'{{"items": null, {sign}}}'.encode())
    with pytest.raises(DecodeError, match=r"items"):
        decode.row_by_row(f"{{{sign}}}".encode())
