"""What is read of an OpenAPI description, and what cannot be."""

from typing import Any

import pytest

from asyncops.cli.init_service.document import Described
from asyncops.cli.shell import Failure
from tests.cli.init_service.farm import FARM, JOB, of_listing

TEXT = {"type": "string"}


def test_references_and_alternatives_are_followed() -> None:
    source = Described(FARM, "/v1/teams/{id}/render-jobs")
    assert (source.method, source.items, source.name) == ("GET", "jobs", "Job")
    assert source.fields["state"]["enum"][0] == "queued"
    assert source.fields["startedAt"]["type"] == "string"
    assert source.fields["ended"]["format"] == "date-time"
    assert list(source.parameters) == [
        *("limit", "page-token", "state", "filter[scene]", "created_after", "labels"),
    ]
    assert "meta.nextPageToken" in source.body


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Loop"},
        {"$ref": "#/components/schemas/Missing"},
        {"$ref": "https://elsewhere.example/schema.json"},
        {"anyOf": [TEXT, {"type": "object"}]},
        "no schema",
    ],
    ids=str,
)
def test_what_leads_nowhere_is_any_value(schema: Any) -> None:
    description = of_listing({"odd": schema})
    loop = {"$ref": "#/components/schemas/Loop"}
    description["components"]["schemas"] = {"Loop": loop, "Job": JOB}
    assert Described(description, "/jobs").body["odd"] == {}


def test_an_array_may_be_the_answer() -> None:
    description = of_listing({})
    rows = {"type": "array", "items": {"properties": {"id": TEXT}}}
    content = {"content": {"application/json": {"schema": rows}}}
    description["paths"]["/jobs"]["get"]["responses"] = {"default": {}, "201": content}
    source = Described(description, "/jobs")
    assert (source.items, list(source.fields)) == ("", ["id"])


@pytest.mark.parametrize(
    ("tree", "path", "message"),
    [
        ([], "/jobs", "the file is no OpenAPI description: it has no object paths"),
        ({"paths": []}, "/jobs", "the file is no OpenAPI description: it has no object paths"),
        (of_listing({}), "/job", "there is no GET or POST of /job. Near are /jobs."),
        ({"paths": {"/a": {"put": {}}}}, "/a", "there is no GET or POST of /a. Near are /a."),
        ({"paths": {}}, "/a", "there is no GET or POST of /a"),
    ],
    ids=["an array", "no paths", "another path", "another method", "nothing near"],
)
def test_a_file_that_does_not_help_is_refused(tree: Any, path: str, message: str) -> None:
    with pytest.raises(Failure) as raised:
        Described(tree, path)
    assert str(raised.value) == message
