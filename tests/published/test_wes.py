"""The models of GA4GH WES are its schemas in sapporo's description, and read its answers.

Sapporo's is the standard's with what may be null, which the standard does not say, and with fields
and states of its own. Run with ``pytest -m specs``, as ``test_specs.py`` says.
"""

import json
from typing import Any, get_args, get_type_hints

import attrs
import msgspec
import pytest

from asyncops.http.decoding import decoder
from asyncops.models import wire_key
from asyncops.services import wes
from tests.published.schemas import description

pytestmark = pytest.mark.specs

MODELS = {
    "RunSummary": wes.Run,
    "RunLog": wes.RunLog,
    "RunRequest": wes.RunRequest,
    "Log": wes.WorkflowLog,
    "TaskLog": wes.TaskLog,
}
# More is asked of what we read: a run without its id is none.
ALWAYS = {("RunLog", "run_id")}
# Not all of the standard's servers tell these, or want them.
SOMETIMES = {
    *(("RunSummary", "tags"), ("RunRequest", "workflow_params")),
    *(("RunRequest", "workflow_engine"), ("TaskLog", "id"), ("TaskLog", "name")),
}
# Which is null is read nowhere; the standard says that a missing one is UNKNOWN.
NEVER_NULL = {("RunSummary", "state"), ("RunLog", "state")}


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    text = description("real/sapporo.openapi.json").read_text()
    found: dict[str, Any] = json.loads(text)["components"]["schemas"]
    return found


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_its_schema(name: str, schemas: dict[str, Any]) -> None:
    """Its names, what is always there, and what may be null."""
    model, schema = MODELS[name], schemas[name]
    hints = get_type_hints(model)
    fields = {wire_key(each): each for each in attrs.fields(model)}
    assert fields.keys() == schema["properties"].keys()
    for key, field in fields.items():
        told = schema["properties"][key]
        required = key in schema.get("required", ())
        if (name, key) not in SOMETIMES | ALWAYS:
            assert required is (field.default is attrs.NOTHING), key
        hint = hints[field.name]
        may_be_null = {"type": "null"} in told.get("anyOf", ())
        if may_be_null and (name, key) not in NEVER_NULL | ALWAYS:
            assert hint is Any or type(None) in get_args(hint), key


def test_the_states_are_those_of_sapporo(schemas: dict[str, Any]) -> None:
    """The standard's, and two more."""
    assert sorted(wes.RunState) == sorted(schemas["State"]["enum"])
    standard = description("real/ga4gh-wes-spec-1.1.0.yml").read_text()
    words = standard.partition("    State:\n")[2].partition("enum:\n")[2].partition("type:")[0]
    own = {"DELETING", "DELETED"}
    assert {line.strip("- \n") for line in words.splitlines() if "-" in line} == {
        each.value for each in wes.RunState if each.value not in own
    }


def test_the_answers_of_a_real_sapporo_are_read() -> None:
    answers = json.loads(description("real/sapporo-samples.json").read_text())
    read_run, read_log = decoder(wes.Run), decoder(wes.RunLog)
    runs = [
        read_run(msgspec.json.encode(run))
        for answer in answers
        for run in answer["body"].get("runs", ())
        if isinstance(run, dict)
    ]
    assert {run.status.known for run in runs} == {True}
    assert all(run.started_at and run.started_at.tzinfo for run in runs)
    (got,) = [each["body"] for each in answers if each["label"] == "get"]
    log = read_log(msgspec.json.encode(got))
    assert (log.id, log.status) == (got["run_id"], wes.RunState.DELETED)
