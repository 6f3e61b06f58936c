"""A body with a lone surrogate is read by row, within the bounds that every other body has."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import DecodeError
from asyncops.http.invalid_items import InvalidRow
from asyncops.http.surrogates import encodable, parse
from asyncops.kit.page_decoders import page_decoder
from asyncops.services.chainloop import ChainloopClient
from asyncops.services.zoo import ZooClient

decode_operations = page_decoder(ChainloopClient.operations.description, "protobuf")
decode_calls = page_decoder(ZooClient.operations.description, "plain")
CALL = {
    "id": "f135d675-c44a-4e2e-9638-87d941fa1872",
    "status": "failed",
    "type": "file_mass",
    "created_at": "2024-09-19T16:11:34.045Z",
    "updated_at": "2024-09-19T16:11:34.045Z",
    "user_id": "9626601f-9396-45c7-855c-ca66c11d7af9",
}
LONE = "\ud800"


def page(*rows: Any, **rest: Any) -> bytes:
    return json.dumps({"items": rows, **rest}).encode()


@pytest.mark.parametrize(
    "wrong",
    [
        "NaN",
        "-Infinity",
        "1e400",
        "7" * 5000,
        "[" * 100_000 + "]" * 100_000,
        "[" * 600 + "]" * 600,
        "01",
        "1 /* one */",
        '"a\nb"',
        "{,}",
    ],
    ids=lambda text: text[:9],
)
def test_the_bounds_of_every_body_hold(wrong: str) -> None:
    body = page({**CALL, "error": LONE, "input": "%"}).replace(b'"%"', wrong.encode())
    with pytest.raises(ValueError, match=r".") as caught:
        parse(body)
    assert not isinstance(caught.value, UnicodeEncodeError)
    for read in (decode_calls, decode_calls.row_by_row):
        with pytest.raises(DecodeError, match=r"not JSON"):
            read(body)


@pytest.mark.parametrize("wrong", [b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf"])
def test_what_is_no_utf8_is_refused_whole(wrong: bytes) -> None:
    with pytest.raises(DecodeError, match="not JSON"):
        decode_calls.row_by_row(wrong + page({**CALL, "error": LONE}))


@given(st.text(), st.integers(-(2**80), 2**80), st.floats(allow_nan=False, allow_infinity=False))
def test_the_other_rows_are_as_they_would_be_without_it(
    text: str, whole: int, number: float
) -> None:
    other = {**CALL, "input": {text: [text, whole, number, None, True]}}
    found = decode_calls.row_by_row(page(other, {**CALL, "output": {LONE: 1}}, next_page="t"))
    alone = decode_calls(page(other, next_page="t"))
    row, wrong = found.items
    assert row == alone.items[0]
    assert repr(row) == repr(alone.items[0])
    assert found.next_page == "t"
    raw: Any = wrong
    assert isinstance(raw, InvalidRow)
    assert raw.item.raw == {**CALL, "output": {LONE: 1}}
    assert raw.item.error.path == "$.items[1].output"


def test_one_in_a_field_that_nobody_reads_costs_nothing() -> None:
    rows = ({**CALL, "never_heard_of": LONE}, {**CALL, "error": LONE})
    items: Any = decode_calls.row_by_row(page(*rows)).items
    assert [isinstance(item, InvalidRow) for item in items] == [False, True]
    assert decode_calls(page(rows[0], note=LONE)).items == (items[0],)


def test_one_in_a_token_is_a_fault_of_the_page() -> None:
    for read in (decode_calls, decode_calls.row_by_row):
        with pytest.raises(DecodeError, match="surrogate") as caught:
            read(page(CALL, next_page=LONE))
        assert caught.value.path == "$.next_page"
        assert not caught.value.not_json


def test_rows_are_found_in_either_spelling_of_their_fields() -> None:
    rows = [{"id": "a", "createdAt": CALL["created_at"]}, {"id": "b", "errorMessage": 5}]
    body = json.dumps({"operations": rows, "pagination": {"totalCount": "2"}}).encode()
    found: Any = decode_operations.row_by_row(body)
    assert (found.items[0].id, found.total_count) == ("a", 2)
    assert found.items[1].item.error.path == "$.operations[1].error_message"
    assert found.items[1].item.raw == rows[1]


@pytest.mark.parametrize("rows", [[{"id": "a"}, {"id": "b"}], [{"id": "a"}, None]])
def test_rows_none_of_which_says_when_it_was_created_do_not_fit(rows: list[Any]) -> None:
    body = json.dumps({"operations": rows}).encode()
    found: Any = decode_operations.row_by_row(body)
    assert [row.item.index for row in found.items] == [0, 1]
    assert "'created_at' is missing in every row" in str(found.items[0].item.error)


@pytest.mark.parametrize("value", [LONE, {"a": [LONE]}, {LONE: 1}, "\udfff\ud800"])
def test_what_utf8_cannot_encode_is_known(value: object) -> None:
    assert not encodable(value)
    assert encodable(json.loads(json.dumps("\ud83d\ude00")))
