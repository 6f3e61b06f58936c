"""The published example answers, read field by field."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import attrs
import pytest

from asyncops.http.decode_errors import structure
from asyncops.http.decoding import decode_json, decoder
from asyncops.services.chainloop.models import AsyncOperation, AsyncOperationStatus
from asyncops.services.zoo import (
    ApiCallStatus,
    AsyncApiCallType,
    MlFeedback,
    MlPrompt,
    MlPromptType,
)
from tests.http.page_shapes import AsyncApiCallPage, MlPromptPage, OperationsPage

CALLS = b"""{"items": [{
  "completed_at": "2024-09-19T16:11:34.045Z", "created_at": "2024-09-19T16:11:34.045Z",
  "error": "nd692GK9mbAtBXVoDggJoBU6", "id": "f135d675-c44a-4e2e-9638-87d941fa1872",
  "input": "{}", "output": "{}", "started_at": "2024-09-19T16:11:34.045Z", "status": "failed",
  "type": "file_surface_area", "updated_at": "2024-09-19T16:11:34.045Z",
  "user_id": "9626601f-9396-45c7-855c-ca66c11d7af9", "worker": "7"
}], "next_page": "nwvDxMXBqysYSeqlrgB8y"}"""

OPERATION = """{
  "output": "output", "error_message": "error_message",
  "finished_at": "2000-01-23T04:56:07.000Z", "project_id": "project_id", "kind": "kind",
  "resource_type": "resource_type", "created_at": "2000-01-23T04:56:07.000Z",
  "started_at": "2000-01-23T04:56:07.000Z", "resource_id": "resource_id", "id": "id",
  "project_version_id": "project_version_id", "status": "ASYNC_OPERATION_STATUS_UNSPECIFIED"
}"""
OPERATIONS = (
    f'{{"operations": [{OPERATION}, {OPERATION}], "pagination": '
    '{"total_count": 1, "page": 0, "total_pages": 5, "page_size": 6}}'
).encode()

PROMPTS = b"""{"items": [{
  "completed_at": "2025-08-30T00:40:18.548Z",
  "conversation_id": "a3c658b2-1a6f-4a03-86c0-567a80b121bb",
  "created_at": "2025-08-30T00:40:18.548Z", "error": "Lxt9", "feedback": "thumbs_up",
  "id": "d26fad43-b68b-489f-96c4-2a7b9ac7826e", "kcl_version": "M28iVu6DyxeG",
  "metadata": {"code": "krnf9bM", "original_source_code": "VCpSg14IAwhk", "source_ranges": [
    {"file": "K", "prompt": "ktA",
     "range": {"end": {"column": 25, "line": 3}, "start": {"column": 1, "line": 2}}}]},
  "model_version": "ZThY0csOnP5", "output_file": "lpm3IBgUtVw",
  "project_name": "VGCTqHV39cGDqQjnDO", "prompt": "uYEj",
  "started_at": "2025-08-30T00:40:18.548Z", "status": "completed", "type": "text_to_kcl",
  "updated_at": "2025-08-30T00:40:18.548Z", "user_id": "3993e15c-e2ea-4e48-b34d-29a93fbe1584"
}], "next_page": "btjJ4TQpCvR2AOmbVNAtULW70"}"""

PROMPT = b"""{
  "completed_at": "2025-08-30T00:40:19.770Z",
  "conversation_id": "1de1718e-8237-4470-9c59-99159982f69f",
  "created_at": "2025-08-30T00:40:19.770Z", "error": "p1Boc2", "feedback": "thumbs_up",
  "id": "db6db5bd-5b89-4b40-b6b8-33da32915b89", "kcl_version": "oK22bRwYfe7FlP",
  "metadata": {"code": "aVG9kddq1mrJb", "original_source_code": "aDqBnNfenske",
    "source_ranges": [{"file": "XujgZ4N51izC3ovkC9s2sMKuO9T0", "prompt": "Y1RMOCXnzYBfJoqma",
      "range": {"end": {"column": 17, "line": 28}, "start": {"column": 10, "line": 16}}}]},
  "model_version": "bhHEoTBGsZhj5", "output_file": "BQ8BB0iq",
  "project_name": "48qJorXGo7CrDlfrLcBZaqf", "prompt": "t",
  "started_at": "2025-08-30T00:40:19.770Z", "status": "failed",
  "type": "text_to_kcl_multi_file_iteration", "updated_at": "2025-08-30T00:40:19.770Z",
  "user_id": "43e9e1b5-263a-4db9-ab18-d7a494a79687"
}"""


def values(model: Any) -> dict[str, object]:
    """Every field of a model, and none besides."""
    return attrs.asdict(model)


def test_zoos_page_of_calls() -> None:
    page = decoder(AsyncApiCallPage)(CALLS)
    moment = datetime(2024, 9, 19, 16, 11, 34, 45_000, tzinfo=UTC)
    assert page.next_page == "nwvDxMXBqysYSeqlrgB8y"
    assert [values(call) for call in page.items] == [
        {
            "id": UUID("f135d675-c44a-4e2e-9638-87d941fa1872"),
            "status": ApiCallStatus.FAILED,
            "type": AsyncApiCallType.FILE_SURFACE_AREA,
            "created_at": moment,
            "updated_at": moment,
            "user_id": UUID("9626601f-9396-45c7-855c-ca66c11d7af9"),
            "started_at": moment,
            "completed_at": moment,
            "error": "nd692GK9mbAtBXVoDggJoBU6",
            "worker": "7",
            "input": "{}",
            "output": "{}",
            "attempts": None,
        }
    ]
    assert page.items[0].status is ApiCallStatus.FAILED
    assert page.items[0].created_at.tzinfo is not None


def test_chainloops_page_of_operations() -> None:
    page = decoder(OperationsPage, json="protobuf")(OPERATIONS)
    moment = datetime(2000, 1, 23, 4, 56, 7, tzinfo=UTC)
    expected = {
        "id": "id",
        "kind": "kind",
        "status": AsyncOperationStatus.UNSPECIFIED,
        "resource_type": "resource_type",
        "resource_id": "resource_id",
        "project_id": "project_id",
        "project_version_id": "project_version_id",
        "output": "output",
        "error_message": "error_message",
        "created_at": moment,
        "started_at": moment,
        "finished_at": moment,
    }
    assert [values(operation) for operation in page.items] == [expected, expected]
    assert (page.number, page.page_size, page.total_count, page.total_pages) == (0, 6, 1, 5)


def prompt_values(moment: datetime) -> dict[str, object]:
    """What both prompts of the examples share."""
    times = dict.fromkeys(("created_at", "updated_at", "started_at", "completed_at"), moment)
    return {**times, "feedback": MlFeedback.THUMBS_UP, "seconds": None}


def source_range(file: str, prompt: str, *numbers: int) -> dict[str, object]:
    line, column, last_line, last_column = numbers
    return {
        "file": file,
        "prompt": prompt,
        "range": {
            "start": {"line": line, "column": column},
            "end": {"line": last_line, "column": last_column},
        },
    }


def test_zoos_page_of_prompts() -> None:
    page = decoder(MlPromptPage)(PROMPTS)
    assert page.next_page == "btjJ4TQpCvR2AOmbVNAtULW70"
    assert [values(prompt) for prompt in page.items] == [
        {
            **prompt_values(datetime(2025, 8, 30, 0, 40, 18, 548_000, tzinfo=UTC)),
            "id": UUID("d26fad43-b68b-489f-96c4-2a7b9ac7826e"),
            "user_id": UUID("3993e15c-e2ea-4e48-b34d-29a93fbe1584"),
            "conversation_id": UUID("a3c658b2-1a6f-4a03-86c0-567a80b121bb"),
            "prompt": "uYEj",
            "type": MlPromptType.TEXT_TO_KCL,
            "status": ApiCallStatus.COMPLETED,
            "model_version": "ZThY0csOnP5",
            "error": "Lxt9",
            "kcl_version": "M28iVu6DyxeG",
            "output_file": "lpm3IBgUtVw",
            "project_name": "VGCTqHV39cGDqQjnDO",
            "metadata": {
                "code": "krnf9bM",
                "original_source_code": "VCpSg14IAwhk",
                "upstream_conversation_id": None,
                "source_ranges": (source_range("K", "ktA", 2, 1, 3, 25),),
            },
        }
    ]


def test_zoos_single_prompt() -> None:
    assert values(decoder(MlPrompt)(PROMPT)) == {
        **prompt_values(datetime(2025, 8, 30, 0, 40, 19, 770_000, tzinfo=UTC)),
        "id": UUID("db6db5bd-5b89-4b40-b6b8-33da32915b89"),
        "user_id": UUID("43e9e1b5-263a-4db9-ab18-d7a494a79687"),
        "conversation_id": UUID("1de1718e-8237-4470-9c59-99159982f69f"),
        "prompt": "t",
        "type": MlPromptType.TEXT_TO_KCL_MULTI_FILE_ITERATION,
        "status": ApiCallStatus.FAILED,
        "model_version": "bhHEoTBGsZhj5",
        "error": "p1Boc2",
        "kcl_version": "oK22bRwYfe7FlP",
        "output_file": "BQ8BB0iq",
        "project_name": "48qJorXGo7CrDlfrLcBZaqf",
        "metadata": {
            "code": "aVG9kddq1mrJb",
            "original_source_code": "aDqBnNfenske",
            "upstream_conversation_id": None,
            "source_ranges": (
                source_range("XujgZ4N51izC3ovkC9s2sMKuO9T0", "Y1RMOCXnzYBfJoqma", 16, 10, 28, 17),
            ),
        },
    }


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (CALLS, AsyncApiCallPage),
        (OPERATIONS, OperationsPage),
        (PROMPTS, MlPromptPage),
        (PROMPT, MlPrompt),
    ],
)
def test_both_readings_agree_and_models_are_values(body: bytes, shape: type[object]) -> None:
    first = decoder(shape)(body)
    assert structure(decode_json(body), shape) == first
    assert hash(decoder(shape)(json.dumps(json.loads(body)).encode())) == hash(first)


def test_an_operation_of_which_everything_is_unset() -> None:
    page = decoder(OperationsPage, json="protobuf")(b'{"operations": [{}], "pagination": {}}')
    assert page.items == (AsyncOperation(),)
    nulls = b'{"operations": [{"id": "", "kind": null, "status": null, "created_at": null}]}'
    assert decoder(OperationsPage, json="protobuf")(nulls).items == page.items


@pytest.mark.parametrize("body", [b"{}", b'{"operations": null, "pagination": null}'])
def test_a_listing_of_which_everything_is_left_out(body: bytes) -> None:
    page = decoder(OperationsPage, json="protobuf")(body)
    assert (page.items, page.number, page.page_size) == ((), 0, 0)
    assert (page.total_count, page.total_pages) == (0, 0)


@pytest.mark.parametrize(
    ("pagination", "pages"),
    [
        ('{"total_count": 7, "page_size": 3, "total_pages": 3}', 3),
        ('{"total_count": 7, "page_size": 3}', 3),
        ('{"total_count": "6", "page_size": "3", "total_pages": "0"}', 2),
        ('{"total_count": 7}', 0),
        ('{"page_size": 3}', 0),
        ('{"total_pages": "4"}', 4),
    ],
)
def test_pages_that_the_service_does_not_count_are_worked_out(pagination: str, pages: int) -> None:
    body = f'{{"pagination": {pagination}}}'.encode()
    assert decoder(OperationsPage, json="protobuf")(body).total_pages == pages


def test_64_bit_numbers_may_come_in_quotes() -> None:
    body = (
        b'{"pagination": {"page": "3", "page_size": "50",'
        b'"total_count": "9223372036854775807", "total_pages": "9"}}'
    )
    page = decoder(OperationsPage, json="protobuf")(body)
    assert (page.number, page.page_size, page.total_pages) == (3, 50, 9)
    assert page.total_count == 2**63 - 1


@pytest.mark.parametrize("value", ["conv-1", "", "d26fad43-b68b-489f-96c4-2a7b9ac7826e", None])
def test_an_upstream_conversation_has_any_text_for_its_id(value: str | None) -> None:
    row = {**json.loads(PROMPT), "metadata": {"upstream_conversation_id": value}}
    page = decoder(MlPromptPage)(json.dumps({"items": [row]}).encode())
    metadata = page.items[0].metadata
    assert metadata is not None
    assert metadata.upstream_conversation_id == value
