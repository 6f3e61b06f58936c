"""Every answer of the fake Zoo is one that the published descriptions allow.

Run with ``ASYNCOPS_SPECS=/path/to/shared/specs pytest -m specs``; the variable may be left out
where that folder lies beside the checkout.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from asyncops.testing import FakeServer, ZooHabits
from asyncops.testing.server.lifecycle import STATUSES
from asyncops.testing.server.local import now_ns
from asyncops.testing.server.service import RefusedError
from asyncops.testing.zoo.data import OPERATION_TYPES, PROMPT_TYPES
from asyncops.testing.zoo.values import READ, WRITTEN
from tests import raw_json
from tests.habits import OLD_ZOO
from tests.published.schemas import NEWEST, WITH_LISTINGS, Published
from tests.testing.asking import answer

Json = dict[str, Any]
OPERATIONS = "/async/operations"
PROMPTS = "/ml-prompts"

pytestmark = pytest.mark.specs


@pytest.fixture(scope="module", params=[WITH_LISTINGS, NEWEST])
def published(request: pytest.FixtureRequest) -> Published:
    return Published(request.param, closed=True)


@pytest.fixture(scope="module")
def listings() -> Published:
    return Published(WITH_LISTINGS, closed=True)


def ask(server: FakeServer, path: str, **query: str) -> Any:
    return answer(server.zoo.described, path, query, now_ns(server.clock))


def pages(server: FakeServer, path: str, **query: str) -> Iterator[Json]:
    asked = {"sort_by": "created_at_descending", **query}
    while True:
        page = ask(server, path, **asked)
        yield page
        if not page.get("next_page"):
            return
        asked["page_token"] = page["next_page"]


@pytest.mark.parametrize("habits", [ZooHabits(), OLD_ZOO, ZooHabits(empty_pages=1)])
def test_every_page_of_both_listings_is_valid(listings: Published, habits: ZooHabits) -> None:
    """Full, last and empty pages, with the end told in each of three ways."""
    server = FakeServer(operations=600, prompts=300, zoo=habits)
    ends = []
    for path, schema in (
        (OPERATIONS, "AsyncApiCallResultsPage"),
        (PROMPTS, "MlPromptResponseResultsPage"),
    ):
        filters = [{"status": status} for status in STATUSES] if path == OPERATIONS else [{}]
        for each in filters:
            for page in pages(server, path, limit="40", **each):
                assert listings.complaints(schema, page) == []
            ends.append(page.get("next_page", "absent"))
    assert set(ends) == {"absent", None, ""}


SOME_ID = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
OPEN_TO_ALL = {
    "/user/text-to-cad": "TextToCadResponse",
    "/user/api-calls": "ApiCallWithPrice",
    "/ml/conversations": "Conversation",
    "/org/datasets": "OrgDataset",
    f"/org/datasets/{SOME_ID}/conversions": "OrgDatasetFileConversionSummary",
    "/org/api-calls": "ApiCallWithPrice",
}


@pytest.mark.parametrize(("path", "schema"), OPEN_TO_ALL.items(), ids=OPEN_TO_ALL)
def test_every_page_of_what_any_user_may_list_is_valid(path: str, schema: str) -> None:
    """And each item by itself, in each status."""
    published = Published(NEWEST, closed=True)
    server = FakeServer()
    for page in pages(server, path, limit="10"):
        assert published.complaints(f"{schema}ResultsPage", page) == []
        for row in page["items"]:
            if path.startswith("/user/"):
                assert published.complaints(schema, ask(server, f"{path}/{row['id']}")) == []
            if path.endswith("/conversions"):
                details = ask(server, f"{path}/{row['id']}")
                assert published.complaints("OrgDatasetFileConversionDetails", details) == []


def test_every_result_of_every_type_is_valid(published: Published) -> None:
    """From and to each format, with options and without."""
    server = FakeServer(operations=600)
    seen: set[str] = set()
    formats: set[tuple[str, str, bool]] = set()
    for call in raw_json.zoo_operations(server):
        output = ask(server, f"{OPERATIONS}/{call['id']}")
        assert published.complaints("AsyncApiCallOutput", output) == [], output["type"]
        seen.add(output["type"])
        if output["type"] == "file_conversion":
            optional = "src_format_options" in output
            formats.add(("from", output["src_format"], optional))
            formats.add(("to", output["output_format"], optional))
    assert seen == set(OPERATION_TYPES)
    assert formats == {
        (way, name, optional)
        for way, names in (("from", READ), ("to", WRITTEN))
        for name in names
        for optional in (False, True)
    }


def test_every_prompt_is_valid(listings: Published) -> None:
    server = FakeServer(prompts=400)
    seen = set()
    for row in raw_json.ml_prompts(server):
        prompt = ask(server, f"{PROMPTS}/{row['id']}")
        assert listings.complaints("MlPromptResponse", prompt) == []
        seen.add((prompt["type"], prompt["metadata"] is None if "metadata" in prompt else "absent"))
    assert {kind for kind, _ in seen} == set(PROMPT_TYPES)
    assert {metadata for _, metadata in seen} == {"absent", True, False}


def test_what_a_test_adds_is_valid(published: Published) -> None:
    """Each type in each status, without a field given."""
    server = FakeServer(operations=0, prompts=0)
    for kind in OPERATION_TYPES:
        for status in STATUSES:
            call = raw_json.create_operation(server, type=kind, status=status)
            output = ask(server, f"{OPERATIONS}/{call['id']}")
            assert published.complaints("AsyncApiCallOutput", output) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 422, 429, 500, 502, 503, 504])
def test_every_error_is_valid(published: Published, status: int) -> None:
    body = FakeServer().zoo.described.error(RefusedError(status, "No."), "r-1")
    assert published.complaints("Error", body) == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param(OPERATIONS, {}, id="no sort_by"),
        pytest.param(OPERATIONS, {"sort_by": "created_at_ascending"}, id="no status"),
        pytest.param(PROMPTS, {"sort_by": "created_at_ascending", "limit": "0"}, id="limit"),
        pytest.param(PROMPTS, {"sort_by": "created_at_ascending", "page_token": "x"}, id="token"),
        pytest.param(f"{OPERATIONS}/7", {}, id="id"),
        pytest.param("/nowhere", {}, id="path"),
    ],
)
def test_every_refusal_is_valid(published: Published, path: str, query: dict[str, str]) -> None:
    server = FakeServer()
    with pytest.raises(RefusedError) as caught:
        ask(server, path, **query)
    assert published.complaints("Error", server.zoo.described.error(caught.value, "r-1")) == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"id": "7"}, id="id"),
        pytest.param({"id": None}, id="null"),
        pytest.param({"created_at": "yesterday"}, id="time"),
        pytest.param({"status": "paused"}, id="status"),
        pytest.param({"outputs": None}, id="null outputs"),
        pytest.param({"outputs": {"a": "no base64"}}, id="base64"),
        pytest.param({"nowhere": 1}, id="undeclared"),
        pytest.param({"output_format_options": {"type": "obj", "storage": "binary"}}, id="options"),
        pytest.param({"output_format": "sldprt"}, id="format"),
    ],
)
def test_a_value_that_is_not_valid_is_complained_about(published: Published, change: Json) -> None:
    """Or this module would prove nothing."""
    server = FakeServer()
    call = raw_json.create_operation(server, type="file_conversion", status="completed")
    output = ask(server, f"{OPERATIONS}/{call['id']}")
    assert published.complaints("AsyncApiCallOutput", output) == []
    assert published.complaints("AsyncApiCallOutput", {**output, **change})
