"""protobuf's JSON: two spellings of each key, integers in quotes, zero values left out."""

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import DecodeError
from asyncops.http.decoding import decoder
from asyncops.http.protobuf import camel_case, in_snake_case
from asyncops.kit.page_decoders import page_decoder
from asyncops.models import Timestamp
from asyncops.services.chainloop import AsyncOperation, ChainloopClient

decode_operations = page_decoder(ChainloopClient.operations.description, "protobuf")
BORN = "2024-09-19T16:11:34.045Z"
ROW = {
    "id": "one",
    "kind": "evidence_evaluation",
    "status": "ASYNC_OPERATION_STATUS_FAILED",
    "resource_type": "evidence",
    "resource_id": "r",
    "project_id": "p",
    "project_version_id": "v",
    "output": '{"createdAt":"never","total_count":7}',
    "error_message": "it broke",
    "created_at": BORN,
    "started_at": BORN,
    "finished_at": BORN,
}
PAGINATION = {"total_count": "9223372036854775807", "page": 3, "total_pages": "9", "page_size": 50}


def camel(fields: dict[str, Any]) -> dict[str, Any]:
    return {camel_case(name): value for name, value in fields.items()}


def body(rows: list[Any], pagination: dict[str, Any]) -> bytes:
    return json.dumps({"operations": rows, "pagination": pagination}).encode()


SNAKE = decode_operations(body([ROW, ROW], PAGINATION))


def test_what_is_read_has_all_that_was_sent() -> None:
    moment = datetime(2024, 9, 19, 16, 11, 34, 45_000, tzinfo=UTC)
    times = dict.fromkeys(("created_at", "started_at", "finished_at"), moment)
    assert [attrs.asdict(row) for row in SNAKE.items] == [{**ROW, **times}] * 2
    assert (SNAKE.total_count, SNAKE.number) == (2**63 - 1, 3)
    assert (SNAKE.total_pages, SNAKE.page_size) == (9, 50)


@pytest.mark.parametrize("rows", [[ROW, camel(ROW)], [camel(ROW)] * 2])
@pytest.mark.parametrize("pagination", [PAGINATION, camel(PAGINATION)], ids=["snake", "camel"])
def test_both_spellings_are_the_same_values(rows: list[Any], pagination: dict[str, Any]) -> None:
    page = decode_operations(body(rows, pagination))
    assert page == SNAKE
    assert hash(page.items) == hash(SNAKE.items)
    assert repr(page) == repr(SNAKE)
    assert pickle.loads(pickle.dumps(page)) == SNAKE  # noqa: S301
    assert {type(row) for row in page.items} == {AsyncOperation}
    assert attrs.evolve(page.items[0], id="two").id == "two"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        page.items[0].id = "two"


NAMES = sorted({*ROW, *PAGINATION})


@given(st.data())
def test_any_mixture_of_spellings_and_omissions_is_read_alike(data: st.DataObject) -> None:
    """In the first reading, and in the second one, which a null where a default stands asks for."""

    def mixed(fields: dict[str, Any]) -> dict[str, Any]:
        others = data.draw(st.sets(st.sampled_from(NAMES)))
        return {camel_case(k) if k in others else k: v for k, v in fields.items()}

    left_out = data.draw(st.sets(st.sampled_from(NAMES))) - {"created_at"}
    row = {name: value for name, value in ROW.items() if name not in left_out}
    pagination = {name: value for name, value in PAGINATION.items() if name not in left_out}
    null = data.draw(st.sampled_from([{}, {"kind": None}]))
    rows = [mixed({**row, **null}), mixed({**row, **null})]
    page = decode_operations(body(rows, mixed(pagination)))
    expected = decode_operations(body([{**row, **null}] * 2, pagination))
    assert page == expected
    assert repr(page) == repr(expected)
    assert page.total_count == (0 if "total_count" in left_out else 2**63 - 1)


@pytest.mark.parametrize("name", ["createdAt", "created_at"])
def test_a_wrong_value_is_refused_in_either_spelling_with_its_path(name: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_operations(body([ROW, {**ROW, name: 5}], {}))
    assert caught.value.path == "$.operations[1].created_at"


@pytest.mark.parametrize(
    "number",
    ["", "x", " 5", "5 ", "5\n", "1_0", "0x1", "\u0663", "1.0", "1e3", "9" * 20, "--5", 1.5],
)
@pytest.mark.parametrize("name", ["totalCount", "total_count"])
def test_what_is_no_integer_is_refused(name: str, number: object) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_operations(body([], {name: number}))
    assert caught.value.path == "$.pagination.total_count"


@pytest.mark.parametrize("rows", [[{}], [{"id": "one"}, {"id": "two", "createdat": BORN}]])
def test_rows_none_of_which_says_when_it_was_created_are_refused(rows: list[Any]) -> None:
    with pytest.raises(DecodeError, match="created_at") as caught:
        decode_operations(body(rows, PAGINATION))
    assert caught.value.path == "$.operations[0].created_at"
    assert caught.value.snippet


def test_one_row_that_says_so_is_enough_and_so_is_no_row() -> None:
    assert len(decode_operations(body([{}, {"createdAt": BORN}, {}], {})).items) == 3
    assert decode_operations(b"{}").items == ()
    assert decode_operations(body([], camel(PAGINATION))).total_count == 2**63 - 1


@frozen(kw_only=True)
class Part:
    file_name: str
    line_count: int | None = None


@frozen(kw_only=True)
class Report:
    report_id: str
    is_final: bool
    row_count: int
    mean_age: float
    all_parts: tuple[Part, ...]
    main_part: Part | None = None
    free_form: Any = None
    made_at: Timestamp


def test_any_model_can_be_read_so() -> None:
    read = decoder(Report, json="protobuf")
    moment = datetime(2024, 9, 19, 16, 11, 34, 45_000, tzinfo=UTC)
    zero = Report(
        report_id="", is_final=False, row_count=0, mean_age=0.0, all_parts=(), made_at=moment
    )
    for null in ({}, {"allParts": None}):
        assert read(json.dumps({"madeAt": BORN, **null}).encode()) == zero
    free = {"someKey": {"lineCount": "5"}}
    parts = [{"fileName": "a", "lineCount": "5"}, {"file_name": "b", "line_count": 5}]
    found = {"rowCount": "7", "allParts": parts, "mainPart": {"lineCount": "6"}, "freeForm": free}
    for null in ({}, {"isFinal": None}):
        report = read(json.dumps({"madeAt": BORN, **found, **null}).encode())
        assert report == attrs.evolve(
            zero,
            row_count=7,
            all_parts=(Part(file_name="a", line_count=5), Part(file_name="b", line_count=5)),
            main_part=Part(file_name="", line_count=6),
            free_form=free,
        )
    with pytest.raises(DecodeError, match="made_at"):
        read(b"{}")


@frozen(kw_only=True)
class Sizes:
    in_order: tuple[int, ...]
    optional: list[int | None]
    by_name: dict[str, int]
    nested: dict[str, tuple[int, ...]]


def test_integers_in_lists_and_maps_may_be_in_quotes() -> None:
    read = decoder(Sizes, json="protobuf")
    expected = Sizes(
        in_order=(1, 2**63 - 1), optional=[None, 3], by_name={"a": 4}, nested={"b": (5,)}
    )
    quoted = {
        "inOrder": ["1", str(2**63 - 1)],
        "optional": [None, "3"],
        "byName": {"a": "4"},
        "nested": {"b": ["5"]},
    }
    for body in (quoted, attrs.asdict(expected)):
        assert read(json.dumps(body).encode()) == expected
    with pytest.raises(DecodeError) as caught:
        read(json.dumps({**quoted, "byName": {"a": "x"}}).encode())
    assert caught.value.path == "$.by_name['a']"


def test_lists_and_maps_that_are_left_out_are_empty() -> None:
    """None is shared by two objects; null, which only the second reading knows, is the same."""
    read = decoder(Sizes, json="protobuf")
    expected = Sizes(in_order=(), optional=[], by_name={}, nested={})
    for body in (b"{}", b'{"byName": null}'):
        first, second = read(body), read(body)
        assert first == second == expected
        assert first.by_name is not second.by_name
        assert first.optional is not second.optional


def test_plain_json_is_read_as_strictly_as_before() -> None:
    for wrong in ({"madeAt": BORN}, {"made_at": BORN, "row_count": "7"}, {"made_at": BORN}):
        with pytest.raises(DecodeError):
            decoder(Report)(json.dumps(wrong).encode())


def test_a_union_of_several_types_is_read_as_it_came() -> None:
    assert in_snake_case("5", str | int) == "5"
    assert in_snake_case({"a": "5"}, str | int | None) == {"a": "5"}
