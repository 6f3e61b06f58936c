"""Times: aware, to the nearest microsecond, however many digits a service sends."""

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import DecodeError
from asyncops.http.decoding import decoder
from asyncops.models import Timestamp
from asyncops.services.zoo import AsyncApiCall
from tests.http.page_shapes import AsyncApiCallPage, MlPromptPage, OperationsPage

BORN = "2024-09-19T16:11:34.045Z"
NINES = "2024-09-19T16:11:34.999999999Z"
ROUNDED = datetime(2024, 9, 19, 16, 11, 35, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
CALL = {
    "id": "f135d675-c44a-4e2e-9638-87d941fa1872",
    "status": "failed",
    "type": "file_mass",
    "created_at": BORN,
    "updated_at": BORN,
    "user_id": "9626601f-9396-45c7-855c-ca66c11d7af9",
}


def call(**fields: object) -> AsyncApiCall:
    return decoder(AsyncApiCall)(json.dumps({**CALL, **fields}).encode())


def raw(name: str, text: str) -> bytes:
    """A call's body with one field as it is written."""
    return f'{json.dumps(CALL)[:-1]}, "{name}": {text}}}'.encode()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (NINES, ROUNDED),
        ("2024-09-19T16:11:34.9999995Z", ROUNDED),
        ("2024-09-19T16:11:34.99999949999Z", ROUNDED - timedelta(microseconds=1)),
        ("2024-09-19T16:11:34.999999999+00:00", ROUNDED),
        ("2024-09-19T18:11:34.999999999+02:00", ROUNDED),
        ("2024-09-19T14:41:34.999999999-01:30", ROUNDED),
        ("2024-09-19t16:11:34.999999999z", ROUNDED),
        ("2024-09-19T16:11:34.999999999+0000", ROUNDED),
        ("2024-12-31T23:59:59.9999999Z", datetime(2025, 1, 1, tzinfo=UTC)),
        ("2024-09-19T16:11:34.123456Z", ROUNDED.replace(second=34, microsecond=123_456)),
        ("2024-09-19T16:11:34.1234565Z", ROUNDED.replace(second=34, microsecond=123_457)),
        ("2024-09-19T16:11:34.1234564999Z", ROUNDED.replace(second=34, microsecond=123_456)),
        ("2024-09-19T16:11:34.1Z", ROUNDED.replace(second=34, microsecond=100_000)),
        ("2024-09-19T16:11:34Z", ROUNDED.replace(second=34)),
        ("9999-12-31T23:59:59.9999994Z", LAST),
        ("0001-01-01T00:00:00Z", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_times_are_read_to_the_nearest_microsecond(text: str, moment: datetime) -> None:
    found = call(created_at=text, completed_at=text)
    assert found.created_at == found.completed_at == moment
    assert found.created_at.utcoffset() is not None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("9999-12-31T23:59:59.999999999Z", LAST),
        ("9999-12-31t23:59:59.9999995z", LAST),
        ("9999-12-31T23:59:59.99999999999999999999+00:00", LAST),
        ("9999-12-31T23:59:59.999999999-05:00", LAST),
        # Its own offset is ahead of UTC, where there is a next microsecond.
        ("9999-12-31T23:59:59.999999999+02:00", datetime(9999, 12, 31, 22, tzinfo=UTC)),
    ],
)
def test_a_time_that_rounds_past_the_calendar_is_its_last_moment(
    text: str, moment: datetime
) -> None:
    row = {**CALL, "created_at": text}
    page = decoder(AsyncApiCallPage)(json.dumps({"items": [CALL, row]}).encode())
    assert page.items[1].created_at == moment
    assert page.items[1].created_at.tzinfo is UTC
    assert page.items[0] == call()


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("2024-09-19T16:11:34.999999999\\u002B00:00", id="plus sign escaped"),
        pytest.param("2024-09-19T16:11:34.99999999\\u0039Z", id="digit escaped"),
        pytest.param("2024-09-19T16:11:34.999999999\\u005A", id="Z escaped"),
        pytest.param("2024-09-19T16:11:34\\u002E999999999Z", id="point escaped"),
    ],
)
def test_they_are_rounded_however_the_json_is_written(spelling: str) -> None:
    assert decoder(AsyncApiCall)(raw("started_at", f'"{spelling}"')).started_at == ROUNDED


FRACTIONS = st.text("0123456789", min_size=1, max_size=40) | st.sampled_from("4569").map(
    lambda digit: f"123456{digit}"
)


@given(FRACTIONS)
def test_a_fraction_of_any_length_is_rounded(digits: str) -> None:
    found = call(created_at=f"2024-09-19T16:11:34.{digits}Z")
    exact = Fraction(int(digits) * 10**6, 10 ** len(digits))
    micros = (found.created_at - ROUNDED.replace(second=34)) // timedelta(microseconds=1)
    assert abs(micros - exact) <= Fraction(1, 2)


@given(FRACTIONS, FRACTIONS)
def test_the_order_of_two_times_is_never_reversed(one: str, other: str) -> None:
    """What cuts listings, merges them and watches them compares decoded times with each other."""
    earlier, later = sorted([one, other], key=lambda digits: Fraction(f"0.{digits}"))
    first, second = (call(created_at=f"2024-09-19T16:11:34.{each}Z") for each in (earlier, later))
    assert first.created_at <= second.created_at


def test_free_form_json_next_to_it_stays_as_it_came() -> None:
    free: dict[str, Any] = {"created_at": NINES, "text": f"at {NINES}.", NINES: [NINES]}
    found = call(created_at=NINES, input=free, output=NINES, error=NINES)
    assert found.created_at == ROUNDED
    assert (found.input, found.output, found.error) == (free, NINES, NINES)
    assert call(input=free, output=NINES).input == free


@pytest.mark.parametrize(
    ("shape", "key"), [(AsyncApiCallPage, "items"), (OperationsPage, "operations")]
)
def test_every_row_of_a_page_is_rounded(shape: type[Any], key: str) -> None:
    row = {**CALL, "status": "x", "created_at": NINES}
    page = decoder(shape)(json.dumps({key: [row, {**row, "created_at": BORN}, row]}).encode())
    moments = [item.created_at for item in page.items]
    assert moments == [ROUNDED, datetime(2024, 9, 19, 16, 11, 34, 45_000, tzinfo=UTC), ROUNDED]


def test_a_long_fraction_does_not_hide_another_fields_fault() -> None:
    for body in ({**CALL, "created_at": NINES, "id": 5}, {**CALL, "created_at": [NINES]}):
        with pytest.raises(DecodeError):
            decoder(AsyncApiCall)(json.dumps({"items": [body]}).encode())


def test_a_long_fraction_in_a_tree_of_the_wrong_form_is_refused() -> None:
    for wrong in ([NINES], {"items": NINES}, {"items": [NINES]}, {"items": {"a": NINES}}):
        with pytest.raises(DecodeError):
            decoder(AsyncApiCallPage)(json.dumps(wrong).encode())
    with pytest.raises(DecodeError):
        decoder(MlPromptPage)(json.dumps({"items": [{"metadata": NINES}]}).encode())


@pytest.mark.parametrize(
    "text",
    [
        "2024-09-19T16:11:34",
        "2024-09-19T16:11:34.045",
        "2024-09-19T16:11:34.999999999",
        "2024-09-19",
        "16:11:34Z",
        "",
        "null",
        "yesterday",
        "2024-13-19T16:11:34Z",
        "2024-02-30T16:11:34Z",
        "2024-09-19T25:11:34Z",
        "2024-09-19T16:11:34Zjunk",
        "1726762294",
        "2024-09-19T16:11:34.123456\u0663Z",
        "2024-09-19T16:11:34.12345\u0663789Z",
        "\u0662024-09-19T16:11:34Z",
        1726762294,
        1726762294.045,
    ],
    ids=ascii,
)
def test_what_is_no_aware_moment_is_refused_with_its_path(text: object) -> None:
    with pytest.raises(DecodeError) as caught:
        call(updated_at=text)
    assert caught.value.path == "$.updated_at"


@given(st.datetimes(), st.integers(-1439, 1439))
def test_any_moment_in_any_offset_is_read(moment: datetime, minutes: int) -> None:
    offset = timedelta(minutes=minutes)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{moment.isoformat()}{sign}{hours:02}:{rest:02}"
    try:
        expected = moment - offset
    except OverflowError:
        return
    assert call(created_at=text).created_at == expected.replace(tzinfo=UTC)


@frozen(kw_only=True)
class Diary:
    by_name: dict[str, Timestamp]
    in_order: list[Timestamp]
    pages: dict[str, int]
    names: list[str]


def test_times_in_mappings_and_lists_are_rounded_and_texts_there_are_not() -> None:
    body = {"by_name": {"a": NINES}, "in_order": [NINES, BORN], "pages": {"a": 1}, "names": [NINES]}
    diary = decoder(Diary)(json.dumps(body).encode())
    assert diary.by_name == {"a": ROUNDED}
    assert diary.in_order == [ROUNDED, ROUNDED.replace(second=34, microsecond=45_000)]
    assert diary.names == [NINES]
    with pytest.raises(DecodeError):
        decoder(Diary)(json.dumps({**body, "by_name": [NINES]}).encode())


@frozen(kw_only=True)
class Tally:
    names: list[str]
    total: int


def test_a_model_without_times_keeps_its_texts() -> None:
    assert decoder(Tally)(json.dumps({"names": [NINES], "total": 1}).encode()).names == [NINES]
