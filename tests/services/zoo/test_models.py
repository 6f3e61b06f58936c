"""What Zoo's models work out of the fields of an answer."""

import csv
import io
from typing import Any

import attrs
import pytest

from asyncops import DecodeError, State
from asyncops.cli.commands.get import described
from asyncops.cli.output.formats.encoders import CsvEncoder
from asyncops.cli.output.table_columns import shown_of
from asyncops.http.decoding import decoder
from asyncops.models import has_ended
from asyncops.services.zoo import ApiCallWithPrice, DatasetConversion, TextToCadResponse
from asyncops.services.zoo.calls import AsyncApiCall, CallRecord
from asyncops.services.zoo.samples import API_CALL, CONVERSION, TEXT_TO_CAD
from asyncops.unstructure import json_bytes

PRIVATE = {
    "token": "00000000-0000-4000-8000-00000000abcd",
    "email": "someone@parts.example",
    "ip_address": "192.0.2.77",
}


def read(kind: type[Any], sample: Any, **changes: Any) -> Any:
    """An item of a listing with some fields changed."""
    done = sample.by_state.get(State.SUCCEEDED, {})
    return decoder(kind)(json_bytes({**sample.item, **done, **changes}))


def test_a_listed_call_has_what_a_fetched_one_has_in_slots_of_its_own() -> None:
    """A page of calls is decoded faster than with slots that are inherited."""
    listed, fetched = attrs.fields_dict(AsyncApiCall), attrs.fields_dict(CallRecord)
    declared = {name: (each.type, each.default) for name, each in listed.items()}
    assert declared.items() >= {(n, (each.type, each.default)) for n, each in fetched.items()}
    assert set(AsyncApiCall.__slots__) >= listed.keys()


@pytest.mark.parametrize(
    ("code", "started", "completed", "state"),
    [
        (None, False, False, State.PENDING),
        (None, True, False, State.RUNNING),
        (101, True, False, State.RUNNING),
        (101, True, True, State.SUCCEEDED),
        (201, True, True, State.SUCCEEDED),
        (200, False, False, State.SUCCEEDED),
        (308, True, True, State.SUCCEEDED),
        (404, False, False, State.FAILED),
        (500, True, True, State.FAILED),
        (None, True, True, State.UNKNOWN),
    ],
)
def test_the_state_of_an_api_call_is_that_of_its_status_code(
    code: int | None, started: bool, completed: bool, state: State
) -> None:
    """Without one, the times tell; what has ended without one is no success."""
    times = {} if started else {"started_at": None}
    times |= {} if completed else {"completed_at": None}
    call = read(ApiCallWithPrice, API_CALL, status_code=code, **times)
    assert call.state is state
    assert has_ended(call) is (state.ended or completed)
    assert call.error == (f"HTTP status {code}" if state is State.FAILED else None)


def test_what_is_private_of_an_api_call_stands_in_no_column_and_no_repr() -> None:
    """JSON has all fields, as the service gave them."""
    call = read(ApiCallWithPrice, API_CALL, **PRIVATE)
    encoder = CsvEncoder(ApiCallWithPrice)
    table = (encoder.head() + encoder.rows([call])).decode()
    (row,) = csv.DictReader(io.StringIO(table))
    now = call.updated_at
    shown = [each.cell(call, now) for each in shown_of(ApiCallWithPrice)]
    texts = (table, str(shown), str(list(described(call, now))), repr(call))
    assert row["price"] == "0.0083"
    assert "POST /file/mass" in shown
    for name, value in PRIVATE.items():
        assert not any(value in text for text in texts), name
        assert value.encode() in json_bytes(call)


def test_the_parts_are_the_contents_of_the_files() -> None:
    """Base64 for most types, and source text of a project."""
    part = read(TextToCadResponse, TEXT_TO_CAD)
    assert part.parts == {"main.kcl": b"width = 21\n", "source.step": b"ISO-10303-21;\n"}
    project = read(
        TextToCadResponse,
        TEXT_TO_CAD,
        type="text_to_cad_multi_file_iteration",
        outputs={"main.kcl": "abcd"},
    )
    assert project.parts == {"main.kcl": b"abcd"}
    assert read(TextToCadResponse, TEXT_TO_CAD, outputs=None).parts == {}
    broken = read(TextToCadResponse, TEXT_TO_CAD, outputs={"a.step": "?"})
    with pytest.raises(DecodeError, match=r"\$\.outputs"):
        assert broken.parts


@pytest.mark.parametrize(
    ("status", "state", "error"),
    [
        ("queued", State.PENDING, None),
        ("in_progress", State.RUNNING, None),
        ("success", State.SUCCEEDED, None),
        ("canceled", State.CANCELLED, None),
        ("error_execution", State.FAILED, "So."),
        ("error_new", State.UNKNOWN, None),
    ],
)
def test_a_conversion_has_ended_only_if_its_status_says_so(
    status: str, state: State, error: str | None
) -> None:
    """The service writes the time of each change of status as that of the end."""
    conversion = read(DatasetConversion, CONVERSION, status=status, status_message="So.")
    assert (conversion.state, conversion.error) == (state, error)
    assert (conversion.finished_at is not None) is state.ended
    assert has_ended(conversion) is state.ended
