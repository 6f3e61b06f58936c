"""Operations as JSON, CSV and Parquet: each field comes back as it was."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import ApiCallStatus, AsyncApiCall, AsyncApiCallType, MlPrompt, to_dict, to_json
from asyncops.cli.output.formats import parquet as parquet_format
from asyncops.cli.output.formats.encoders import (
    CsvEncoder,
    Encoder,
    Format,
    JsonEncoder,
    JsonLinesEncoder,
    columns_of,
    encoder_for,
)
from asyncops.cli.shell import Failure
from asyncops.services.chainloop import AsyncOperation
from asyncops.services.zoo import MlPromptMetadata
from tests.cli.samples import NOON, Metadata, Wrapped, call, operation, prompt

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
free_form = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
START = datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=3)))
calls = st.builds(
    call,
    error=st.none() | text,
    worker=st.none() | text,
    input=free_form,
    attempts=st.none() | st.integers(-(2**63), 2**63 - 1),
    started_at=st.none()
    | st.integers(0, 10**15).map(lambda passed: START + timedelta(microseconds=passed)),
)
pages = st.lists(st.lists(calls, max_size=4), max_size=4)


def written(encoder: Encoder, *pages: Sequence[Any]) -> bytes:
    return encoder.head() + b"".join(map(encoder.rows, pages)) + encoder.tail()


def as_json(item: AsyncApiCall) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(JsonLinesEncoder().rows([item]))
    return row


@given(pages)
def test_json_is_one_array_of_all_pages(given: list[list[AsyncApiCall]]) -> None:
    rows = json.loads(written(JsonEncoder(), *given))
    assert rows == [as_json(item) for page in given for item in page]


@given(pages)
def test_json_lines_hold_one_object_each(given: list[list[AsyncApiCall]]) -> None:
    lines = written(JsonLinesEncoder(), *given).decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [
        as_json(item) for page in given for item in page
    ]


@given(pages, st.integers(0, 3))
def test_json_that_is_gone_on_with_is_one_array_all_the_same(
    given: list[list[AsyncApiCall]], stop: int
) -> None:
    """A second writer goes on behind any page of the first one."""
    first = JsonEncoder()
    before = first.head() + b"".join(map(first.rows, given[:stop]))
    second = JsonEncoder(before=sum(map(len, given[:stop])))
    after = b"".join(map(second.rows, given[stop:])) + second.tail()
    assert json.loads(before + after) == json.loads(written(JsonEncoder(), *given))


def test_json_has_the_api_s_names_and_times() -> None:
    """Null is null, an unknown type is kept, and no integer is too large."""
    row = as_json(
        call(type=AsyncApiCallType("file_hologram"), input={"n": 10**30}, started_at=NOON)
    )
    assert row == {
        "id": "f135d675-c44a-4e2e-9638-87d941fa1872",
        "type": "file_hologram",
        "status": "queued",
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        "user_id": "00000000-0000-4000-8000-000000000001",
        "started_at": "2026-03-01T12:00:00Z",
        "completed_at": None,
        "error": None,
        "worker": None,
        "input": {"n": 10**30},
        "output": None,
        "attempts": None,
    }


@pytest.mark.parametrize("item", [call(), prompt(), operation()])
def test_every_format_has_the_fields_of_to_dict_in_its_order(item: Any) -> None:
    model, expected = type(item), list(to_dict(item))
    assert expected[1] == "status"
    lines = written(JsonLinesEncoder(), [item]).decode()
    assert lines == f"{to_json(item)}\n"
    assert list(json.loads(lines)) == expected
    assert written(JsonEncoder(), [item]).decode() == f"[\n{to_json(item)}\n]\n"
    assert written(CsvEncoder(model), [item]).decode().partition("\n")[0].split(",") == expected
    parquet = io.BytesIO(written(parquet_format.ParquetEncoder(model), [item]))
    assert pq.read_schema(parquet).names == expected
    table = written(encoder_for(Format.TABLE, model), [item]).decode()
    assert table.split()[:4] == ["ID", "STATUS", expected[2].upper(), "CREATED"]


@given(pages)
def test_csv_gives_back_every_cell(given: list[list[AsyncApiCall]]) -> None:
    """Null is an empty cell, free-form JSON its text; line breaks and quotes survive."""
    content = written(CsvEncoder(AsyncApiCall, raw=True), *given).decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    for row, item in zip(rows, [item for page in given for item in page], strict=True):
        expected = as_json(item)
        if expected["input"] is None:
            assert row.pop("input") == ""
        else:
            assert json.loads(row.pop("input")) == expected["input"]
        del expected["input"]
        assert row == {k: "" if v is None else str(v) for k, v in expected.items()}


def test_csv_lines_end_as_text_does() -> None:
    content = written(CsvEncoder(AsyncOperation), [operation(), operation(error_message="a\r\nb")])
    assert content.count(b"\r") == 1
    assert content.decode().splitlines()[0] == ",".join(columns_of(AsyncOperation))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_what_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    """Unless it is asked for as it is."""
    item = prompt(prompt=f"{start}cmd|' /C calc'!A0", seconds=-1)
    for raw, expected in ((False, f"'{item.prompt}"), (True, item.prompt)):
        content = written(CsvEncoder(MlPrompt, raw=raw), [item]).decode()
        (row,) = csv.DictReader(io.StringIO(content, newline=""))
        assert (row["prompt"], row["seconds"]) == (expected, "-1")


def read(content: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(content))


@settings(max_examples=40)
@given(pages)
def test_parquet_gives_back_every_cell(given: list[list[AsyncApiCall]]) -> None:
    """Times are UTC timestamps, counts integers, free-form JSON its text."""
    table = read(written(encoder_for(Format.PARQUET, AsyncApiCall), *given))
    items = [item for page in given for item in page]
    assert table.num_rows == len(items)
    for row, item in zip(table.to_pylist(), items, strict=True):
        assert row["started_at"] == item.started_at
        assert row["attempts"] == item.attempts
        assert row["error"] == item.error
        assert row["id"] == str(item.id)
        stored = row["input"]
        assert (None if stored is None else json.loads(stored)) == item.input


@pytest.mark.parametrize("model", [AsyncApiCall, MlPrompt, AsyncOperation])
def test_parquet_has_a_type_for_each_column(model: type) -> None:
    schema = read(written(encoder_for(Format.PARQUET, model))).schema
    assert schema.names == [*columns_of(model)]
    assert schema.field("created_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("id").type == pa.string()


def test_parquet_is_written_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a listing of any length takes flat memory."""
    monkeypatch.setattr(parquet_format, "_GROUP_ROWS", 3)
    monkeypatch.setattr(parquet_format, "_GROUP_CHARACTERS", 10_000)
    pages = [[call()] * 2, [call()] * 5, [call(error="x" * 20_000)], [call()]]
    content = written(encoder_for(Format.PARQUET, AsyncApiCall), *pages)
    stored = pq.ParquetFile(pa.BufferReader(content))
    groups = [stored.metadata.row_group(n).num_rows for n in range(stored.num_row_groups)]
    assert groups == [3, 3, 2, 1]


def test_an_integer_beyond_parquet_is_named() -> None:
    encoder = encoder_for(Format.PARQUET, MlPrompt)
    with pytest.raises(Failure, match="seconds is 9223372036854775808"):
        encoder.rows([prompt(seconds=2**63)])


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "asyncops.cli.output.formats.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Failure, match=r"pip install 'asyncops\[parquet\]'") as failed:
        encoder_for(Format.PARQUET, AsyncApiCall)
    assert failed.value.code == 2


def test_an_id_and_a_status_that_are_properties_have_columns() -> None:
    item = Wrapped(NOON, Metadata("render-1"))
    rows = csv.reader(io.StringIO(written(CsvEncoder(Wrapped), [item]).decode()))
    assert list(zip(*rows, strict=True))[:2] == [("id", "render-1"), ("status", "queued")]
    table = read(written(encoder_for(Format.PARQUET, Wrapped), [item]))
    assert table.select(["id", "status"]).to_pylist() == [{"id": "render-1", "status": "queued"}]
    assert table.schema.field("id").type == pa.string()


def test_a_status_whose_property_has_no_annotation_is_a_text() -> None:
    """Its type is that of `Resource(statuses=...)`."""

    class Unannotated(Wrapped):
        status = property(lambda _: ApiCallStatus.QUEUED)

    assert columns_of(Unannotated)["status"] == "text"


def test_prompts_keep_their_metadata_as_json() -> None:
    item = prompt(metadata=MlPromptMetadata(code="a = 1\n"), status=ApiCallStatus.FAILED)
    content = written(CsvEncoder(MlPrompt), [item]).decode()
    (row,) = csv.DictReader(io.StringIO(content, newline=""))
    assert json.loads(row["metadata"])["code"] == "a = 1\n"
    assert row["status"] == "failed"
    assert datetime.fromisoformat(row["created_at"]) == NOON
