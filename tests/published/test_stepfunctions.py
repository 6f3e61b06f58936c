"""Answers of moto's Step Functions are read as they came.

The model of AWS is botocore's: ``tests/services/test_stepfunctions.py`` holds ours against it. Run
with ``pytest -m specs``, as ``test_specs.py`` says.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from asyncops import AsyncOpsError, BadRequest, NotFound, ServerError, State, StepFunctionsClient
from asyncops.retry.policy import RetryPolicy
from tests.published.schemas import description
from tests.services.answering import Answer, answering

pytestmark = pytest.mark.specs

TOKEN = "AKIDEXAMPLE12:a-secret-of-tests"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:lro"


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, Any]]:
    found = json.loads(description("real/moto-stepfunctions-samples.json").read_text())
    return {each["label"]: each for each in found}


async def test_pages_and_an_execution_are_read(seen: dict[str, dict[str, Any]]) -> None:
    answers = iter(["page 1", "page 2", "empty", "describe"])
    async with (
        answering(lambda _: seen[next(answers)]["body"]) as moto,
        StepFunctionsClient(TOKEN, base_url=moto.url) as states,
    ):
        listed = states.executions.list(state_machine_arn=MACHINE, limit=2)
        found = await listed.collect()
        got = await states.executions.get(found[0].id)
    shown = seen["page 1"]["body"]["executions"] + seen["page 2"]["body"]["executions"]
    assert [each.id for each in found] == [each["executionArn"] for each in shown]
    since = timedelta(seconds=shown[0]["startDate"])
    assert found[0].created_at == datetime(1970, 1, 1, tzinfo=UTC) + since
    assert (got.id, got.state, got.input) == (found[0].id, State.RUNNING, "{}")


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("bad token", BadRequest),
        ("token + other filter", BadRequest),
        ("describe none", NotFound),
        ("no machine", NotFound),
        ("maxResults x (moto bug)", ServerError),
    ],
)
async def test_errors_mean_what_their_codes_say(
    label: str, kind: type[AsyncOpsError], seen: dict[str, dict[str, Any]]
) -> None:
    told = seen[label]
    async with (
        answering(lambda _: Answer(told["body"], told["status"])) as moto,
        StepFunctionsClient(TOKEN, base_url=moto.url, retry=RetryPolicy(attempts=1)) as states,
    ):
        with pytest.raises(kind) as raised:
            await states.executions.list(state_machine_arn=MACHINE)
    if isinstance(told["body"], dict):
        assert told["body"]["message"] in str(raised.value)


async def test_requests_are_those_that_were_answered(seen: dict[str, dict[str, Any]]) -> None:
    async with (
        answering(lambda _: seen["empty"]["body"]) as moto,
        StepFunctionsClient(TOKEN, base_url=moto.url) as states,
    ):
        await states.executions.list(state_machine_arn=MACHINE, limit=2)
    (request,) = moto.seen
    wanted = seen["page 1"]["request"]
    assert (request.method, request.path) == (wanted["method"], wanted["path"])
    assert wanted["headers"].items() <= {k.lower(): v for k, v in request.headers.items()}.items()
