"""Bytes to models: what is kept exactly, and what is refused without a crash."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import DecodeError
from asyncops.http.decoding import decode_json, decoder
from asyncops.services.zoo import ApiCallStatus, AsyncApiCall
from tests.http.page_shapes import AsyncApiCallPage, MlPromptPage, OperationsPage

BORN = "2024-09-19T16:11:34.045Z"
CALL = {
    "id": "f135d675-c44a-4e2e-9638-87d941fa1872",
    "status": "failed",
    "type": "file_mass",
    "created_at": BORN,
    "updated_at": BORN,
    "user_id": "9626601f-9396-45c7-855c-ca66c11d7af9",
}
DEEP = "[" * 100_000 + "]" * 100_000
NINES = "2024-09-19T16:11:34.999999999Z"


def call(**fields: object) -> AsyncApiCall:
    return decoder(AsyncApiCall)(json.dumps({**CALL, **fields}).encode())


def raw(name: str, text: str) -> bytes:
    """A call's body with one field as it is written."""
    return f'{json.dumps(CALL)[:-1]}, "{name}": {text}}}'.encode()


class TestNewThings:
    def test_unknown_values_are_kept_and_unknown_fields_passed_over(self) -> None:
        found = call(status="paused", type="file_colour", colour={"deep": [1, {"x": None}]})
        assert found.status == "paused"
        assert isinstance(found.status, ApiCallStatus)
        assert found.type == "file_colour"

    def test_optional_fields_may_be_null_or_left_out(self) -> None:
        names = ("started_at", "completed_at", "error", "worker", "input", "output", "attempts")
        assert call() == call(**dict.fromkeys(names))

    def test_one_decoder_is_kept_for_each_shape(self) -> None:
        shapes: list[type[object]] = [AsyncApiCall, AsyncApiCallPage, AsyncApiCall]
        first, other, again = map(decoder, shapes)
        assert first is again
        assert first is not other

    def test_where_a_key_comes_twice_the_last_one_counts(self) -> None:
        decode = decoder(AsyncApiCall)
        assert decode(raw("status", '"queued"')).status is ApiCallStatus.QUEUED
        assert decode(raw("error", '5, "error": "last"')).error == "last"
        assert decode(raw("input", '{"a": 1, "a": 2}')).input == {"a": 2}
        with pytest.raises(DecodeError):
            decode(raw("error", '"first", "error": 5'))


class TestFreeFormJson:
    @pytest.mark.parametrize(
        "number", [2**63, 2**64, 2**64 + 1, -(2**63) - 1, 10**50, -(10**300), 2**53 + 1]
    )
    def test_integers_of_any_usual_size_are_exact(self, number: int) -> None:
        free = {"a": [number, {"b": number}]}
        assert call(input=free, output=number).input == free
        assert call(output=number, created_at=NINES).output == number
        assert decode_json(json.dumps(free).encode()) == free

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text()
            | st.floats(allow_nan=False, allow_infinity=False),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
        st.sampled_from([BORN, NINES]),
    )
    def test_any_value_is_given_back_as_it_came(self, value: object, born: str) -> None:
        found = call(input=value, output=[value], created_at=born)
        assert found.input == value
        assert repr(found.input) == repr(value)
        assert found.output == [value]


BROKEN = {
    "empty": b"",
    "blank": b" \n",
    "html": b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(CALL).encode(),
    "UTF-16": json.dumps(CALL).encode("utf-16"),
    "trailing text": json.dumps(CALL).encode() + b"x",
    "trailing comma": json.dumps(CALL).encode() + b",",
    "two values": json.dumps(CALL).encode() * 2,
    "trailing NUL": json.dumps(CALL).encode() + b"\0",
    "single quotes": b"{'id': 1}",
    "array": b"[]",
    "null": b"null",
    "true": b"true",
    "number": b"7",
    "text": b'"text"',
    "no fields": b"{}",
    "deep": DEEP.encode(),
    "deep and open": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("shape", [AsyncApiCall, AsyncApiCallPage, MlPromptPage])
def test_what_is_no_model_is_a_decode_error(body: bytes, shape: type[object]) -> None:
    with pytest.raises(DecodeError) as caught:
        decoder(shape)(body)
    assert len(caught.value.snippet) <= 100
    assert caught.value.__cause__ is None


HOSTILE = {
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "1e400": "1e400",
    "5,000 digits": "1" * 5000,
    "100,000 deep": DEEP,
    "lone surrogate": '"\\ud800"',
    "half a pair": '"\\ud800\\u0041"',
    "bad escape": '"\\x41"',
    "bare control": '"a\nb"',
    "leading zero": "01",
    "hex": "0x10",
    "comment": "1 /* one */",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["input", "output", "attempts", "error", "created_at"])
def test_hostile_values_are_decode_errors_not_crashes(name: str, text: str) -> None:
    with pytest.raises(DecodeError):
        decoder(AsyncApiCall)(raw(name, text))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_in_a_field_that_is_passed_over_never_crash(text: str) -> None:
    try:
        found = decoder(AsyncApiCall)(raw("never_heard_of", text))
    except DecodeError:
        return
    assert found == call()


@pytest.mark.parametrize("name", ["error", "input", "never_heard_of"])
@pytest.mark.parametrize(
    "wrong", [b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe9"]
)
def test_invalid_utf8_is_refused_wherever_it_is(name: str, wrong: bytes) -> None:
    body = raw(name, '"%"').replace(b"%", wrong)
    for decode in (decoder(AsyncApiCall), decode_json):
        with pytest.raises(DecodeError):
            decode(body)
    with pytest.raises(DecodeError):
        decoder(AsyncApiCall)(body.replace(BORN.encode(), NINES.encode()))


def test_every_beginning_of_a_body_is_a_decode_error() -> None:
    whole = {**CALL, "error": "caf\u00e9", "input": {"a": [1, 2.5e3, None]}, "created_at": NINES}
    body = json.dumps({"items": [whole], "next_page": "t"}, ensure_ascii=False).encode()
    assert decoder(AsyncApiCallPage)(body).next_page == "t"
    for end in range(len(body)):
        with pytest.raises(DecodeError):
            decoder(AsyncApiCallPage)(body[:end])


@given(st.binary())
def test_any_bytes_are_json_or_a_decode_error(body: bytes) -> None:
    for decode in (decode_json, decoder(AsyncApiCall), decoder(OperationsPage, json="protobuf")):
        error = refusal(decode, body)
        assert error is None or error.path.startswith("$")
        assert error is None or len(error.snippet) <= 100


def refusal(decode: Callable[[bytes], object], body: bytes) -> DecodeError | None:
    try:
        decode(body)
    except DecodeError as error:
        return error
    return None


@pytest.mark.parametrize("at", [-3, -2, -1, 0, 1])
@pytest.mark.parametrize("text", ["\u00e9", "\u20ac", "\U0001f600"])
def test_a_character_of_a_large_body_may_lie_anywhere(text: str, at: int) -> None:
    """Whole on the border between two of the pieces that it is checked in, or cut off."""
    start = (1 << 20) + at - len('"')
    body = b'"' + b"x" * start + text.encode() + b'"'
    assert decode_json(body) == "x" * start + text
    broken = body.replace(text.encode(), text.encode()[:-1])
    with pytest.raises(DecodeError):
        decode_json(broken)
