"""Step Functions: what every service promises, AWS's own model, and signatures that AWS takes."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import attrs
import botocore.auth
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import NOTHING, define, field
from botocore import loaders
from botocore.model import ServiceModel

from asyncops import (
    ChangeKind,
    ConfigurationError,
    Conflict,
    NotFound,
    RateLimited,
    RetryPolicy,
    State,
    StepFunctionsClient,
    Unauthorized,
)
from asyncops.models import EpochSeconds, wire_key
from asyncops.services import stepfunctions
from asyncops.services.stepfunctions import ExecutionStatus
from asyncops.testing import Fake, contract
from tests.services.aws import KEY, SECRET, Aws, serving

TestStepFunctions = contract(StepFunctionsClient)

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:lights"
MODELS: dict[type[Any], str] = {
    stepfunctions.Execution: "ExecutionListItem",
    stepfunctions.ExecutionDetails: "DescribeExecutionOutput",
    stepfunctions.DataDetails: "CloudWatchEventsExecutionDataDetails",
    stepfunctions.ExecutionInput: "StartExecutionInput",
}
TYPES = {"string": str, "integer": int, "boolean": bool}


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No credentials but those of a test, and a region that no address tells."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return ServiceModel(loaders.Loader().load_service_model("stepfunctions", "service-2"))


def spelled(field: "attrs.Attribute[Any]") -> str:
    spelling = field.metadata.get("asyncops_param")
    return wire_key(field) if spelling is None else spelling.name


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_a_model_is_its_shape(kind: type[Any], model: ServiceModel) -> None:
    """Its names, its types, and what may be missing."""
    shape, hints = model.shape_for(MODELS[kind]), get_type_hints(kind, include_extras=True)
    fields = {spelled(each): each for each in attrs.fields(kind)}
    assert fields.keys() == shape.members.keys()
    for key, each in fields.items():
        told, hint = shape.members[key], hints[each.name]
        # AWS's model calls required what AWS itself always has.
        assert (each.default is NOTHING) is (key in shape.required_members), key
        given = {one for one in get_args(hint) if one is not type(None)} or {hint}
        if told.type_name == "timestamp":
            assert EpochSeconds in (hint, *get_args(hint))
        elif told.type_name == "structure":
            assert given == {stepfunctions.DataDetails}
        elif key == "status":
            assert given == {ExecutionStatus}
        else:
            assert given == {TYPES[told.type_name]}, key


def test_statuses_and_operations_are_those_of_the_model(model: ServiceModel) -> None:
    assert {each.value for each in ExecutionStatus} == set(model.shape_for("ExecutionStatus").enum)
    description = StepFunctionsClient.executions.description
    assert description.listing is not None
    assert description.get is not None
    assert description.start is not None
    assert description.cancel is not None
    for verb, operation, sent in (
        (description.listing, "ListExecutions", {"stateMachineArn", "redriveFilter"}),
        (description.get, "DescribeExecution", {"executionArn"}),
        (description.start, "StartExecution", {"stateMachineArn", "name", "input", "traceHeader"}),
        (description.cancel, "StopExecution", {"executionArn", "error", "cause"}),
    ):
        target = f"{model.metadata['targetPrefix']}.{operation}"
        kind = f"application/x-amz-json-{model.metadata['jsonVersion']}"
        assert verb.headers == {"Content-Type": kind, "X-Amz-Target": target}
        shape = model.operation_model(operation).input_shape
        assert sent <= shape.members.keys()
    assert model.metadata[
        "signingName" if "signingName" in model.metadata else "endpointPrefix"
    ] == ("states")
    assert model.shape_for("PageSize").metadata["max"] == description.listing.paging.most
    errors = {shape.name for shape in model.error_shapes}
    common = {
        *("UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException"),
        *("AccessDeniedException", "ThrottlingException"),
    }
    assert StepFunctionsClient.service.codes.keys() - common <= errors


def client(aws: Aws, token: Any = f"{KEY}:{SECRET}", attempts: int = 3) -> StepFunctionsClient:
    retry = RetryPolicy(attempts=attempts, base=0.01)
    return StepFunctionsClient(token, base_url=aws.url, retry=retry)


def test_the_address_is_that_of_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEPFUNCTIONS_BASE_URL", raising=False)
    assert StepFunctionsClient().base_url == "https://states.eu-west-1.amazonaws.com"
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(ConfigurationError, match="set STEPFUNCTIONS_BASE_URL or AWS_REGION"):
        StepFunctionsClient()


async def test_what_is_signed_is_let_in() -> None:
    async with serving() as aws, client(aws) as states:
        assert await states.executions.list(state_machine_arn=MACHINE).collect() == []
        aws.answers = [(200, {"executionArn": f"{MACHINE}:ü", "startDate": 1.5})]
        started = await states.executions.start(state_machine_arn=MACHINE, input='{"a": "ü"}')
        assert started.id == f"{MACHINE}:ü"
    assert aws.refused == []
    assert "Accept-Encoding" in aws.signed[0]


async def test_a_session_token_is_signed_as_well() -> None:
    async with serving() as aws, client(aws, f"{KEY}:{SECRET}:a-session+/=") as states:
        with pytest.raises(Unauthorized):
            await states.executions.list(state_machine_arn=MACHINE)
        aws.secrets[KEY] = SECRET, "a-session+/="
        await states.executions.list(state_machine_arn=MACHINE)


async def test_another_secret_is_refused_and_shown_nowhere() -> None:
    async with serving() as aws, client(aws, f"{KEY}:not-the-secret-of-it") as states:
        with pytest.raises(Unauthorized, match="signature we calculated") as caught:
            await states.executions.list(state_machine_arn=MACHINE)
    assert caught.value.request_id == "r-1"
    assert "not-the-secret" not in repr(caught.value)
    assert aws.refused == ["InvalidSignatureException"]


async def test_each_attempt_has_a_signature_of_its_own_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that was made for an earlier attempt is refused: minutes lie between them."""
    async with serving() as aws, client(aws) as states:
        monkeypatch.setattr(
            botocore.auth, "get_current_datetime", lambda: datetime.now(UTC) + aws.ahead
        )

        def pass_time() -> None:
            aws.ahead += timedelta(minutes=4)

        aws.then = pass_time
        aws.answers = [
            (503, {}),
            (400, {"__type": "ThrottlingException", "message": "Rate exceeded"}),
            (200, {"executions": []}),
        ]
        await states.executions.list(state_machine_arn=MACHINE)
        assert aws.refused == []
        assert len({each["Authorization"] for each in aws.signed}) == 3


async def test_a_clock_that_is_wrong_is_told() -> None:
    async with serving() as aws, client(aws) as states:
        aws.ahead = timedelta(minutes=6)
        with pytest.raises(Unauthorized, match="Signature expired"):
            await states.executions.list(state_machine_arn=MACHINE)


async def test_a_credential_that_has_expired_is_asked_for_anew() -> None:
    given = iter([f"AKIDOFBEFORE1:{SECRET}", f"{KEY}:{SECRET}"])

    async def token() -> str:
        return next(given)

    async with serving() as aws, client(aws, token) as states:
        await states.executions.list(state_machine_arn=MACHINE)
        assert aws.refused == ["UnrecognizedClientException"]


async def test_a_rate_that_is_exceeded_is_one_though_aws_answers_400() -> None:
    async with serving() as aws, client(aws, attempts=1) as states:
        aws.answers = [(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})]
        with pytest.raises(RateLimited, match="Rate exceeded"):
            await states.executions.list(state_machine_arn=MACHINE)
        aws.answers = [(400, {"__type": "ExecutionDoesNotExist", "message": "no such"})]
        with pytest.raises(NotFound):
            await states.executions.get(MACHINE)


async def test_a_name_that_is_taken_is_a_conflict() -> None:
    async with serving() as aws, client(aws, attempts=1) as states:
        aws.answers = [(400, {"__type": "ExecutionAlreadyExists", "message": "it is taken"})]
        with pytest.raises(Conflict, match="it is taken"):
            await states.executions.start(state_machine_arn=MACHINE, name="dawn")


async def test_a_redrive_is_told() -> None:
    """Also one of an execution that a watch knows as running, by its count."""
    async with Fake(StepFunctionsClient, rows=0) as fake, fake.client() as states:
        run = fake.add("executions", status="FAILED", redrive_count=0)
        async with states.executions.watch(state_machine_arn=MACHINE, from_start=True) as changes:
            fake.move("executions", run.id, status="RUNNING")
            assert (await anext(changes)).kind is ChangeKind.REOPENED
            fake.change("executions", run.id, redrive_count=1)
            assert (await anext(changes)).kind is ChangeKind.UPDATED


@define
class Sorted:
    """Executions in AWS's order: what runs by its start, what has ended by its end."""

    runs: dict[str, tuple[str, float]] = field(
        factory=lambda: {f"e{n}": ("RUNNING" if n % 2 else "SUCCEEDED", float(n)) for n in range(8)}
    )

    def page(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Two executions behind a token, and the token of the next page."""
        before = float(asked.get("nextToken", "inf"))
        status = asked.get("statusFilter")
        rows = sorted(
            (
                (at, name, word)
                for name, (word, at) in self.runs.items()
                if at < before and status in {None, word}
            ),
            reverse=True,
        )
        shown = [
            {
                "executionArn": name,
                "stateMachineArn": MACHINE,
                "name": name,
                "status": word,
                "startDate": 1.0,
            }
            for _, name, word in rows[:2]
        ]
        more = {"nextToken": str(rows[1][0])} if len(rows) > 2 else {}
        return {"executions": shown, **more}

    def end(self, name: str) -> None:
        self.runs[name] = "SUCCEEDED", 100.0


async def test_an_execution_that_ends_meanwhile_is_found_by_its_statuses() -> None:
    """AWS shows it on the first page then, which a walk of all has read already."""
    aws, found = Sorted(), list[str]()

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(aws.page(await request.json()))

    async def walk(**options: Any) -> list[str]:
        given = []
        async for each in states.executions.list(state_machine_arn=MACHINE, **options):
            given.append(each.id)
            if len(given) == 2:
                aws.end("e1")
        return given

    app = web.Application()
    app.router.add_post("/", answer)
    async with (
        TestServer(app) as server,
        StepFunctionsClient(f"{KEY}:{SECRET}", base_url=str(server.make_url(""))) as states,
    ):
        assert await walk() == ["e7", "e6", "e5", "e4", "e3", "e2", "e0"]
        aws.runs = Sorted().runs
        for status in ("RUNNING", "PENDING_REDRIVE", "SUCCEEDED"):
            found += await walk(status=status)
    assert set(found) == set(aws.runs)


async def test_an_execution_that_failed_says_why() -> None:
    async with Fake(StepFunctionsClient, rows=0) as fake, fake.client() as states:
        run = fake.add("executions", status="TIMED_OUT")
        assert (run.state, run.error) == (State.FAILED, None)
        details = await states.executions.get(run.id)
        assert details.error is None
        assert attrs.evolve(details, cause="late").error == "late"
        assert attrs.evolve(details, error_name="E", cause="late").error == "E: late"
