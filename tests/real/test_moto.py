"""The client of AWS Step Functions against moto, which ``ASYNCOPS_MOTO`` names; see ``started.py``.

moto checks no signature: ``tests/services/test_stepfunctions.py`` has a server that does.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from attrs import field, frozen
from typer.testing import CliRunner

from asyncops import (
    BadRequest,
    ChangeKind,
    NotFound,
    OperationCancelled,
    OperationFailed,
    PollPolicy,
    RetryPolicy,
    State,
    StepFunctionsClient,
    WaitTimeout,
)
from asyncops.cli.app import app
from asyncops.kit import (
    ByStatus,
    Listing,
    ListOptions,
    Order,
    Resource,
    Token,
    WatchOptions,
    sent_as,
)
from asyncops.kit.doctor import examine
from asyncops.services.stepfunctions import Execution, ExecutionDetails, ExecutionStatus
from tests.real.started import Server, environment, free_port, running
from tests.real.walking import interrupted, moved

pytestmark = pytest.mark.real

OFTEN = PollPolicy(initial=0.1, factor=1, timeout=40)
ROLE = "arn:aws:iam::123456789012:role/x"
MANY = 230
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE12", "AWS_SECRET_ACCESS_KEY": "a-secret-of-tests"}
KEYS = ":".join(CREDENTIALS.values())
PASS = {"Type": "Pass", "Result": {"lit": 3}, "End": True}
FAIL = {"Type": "Fail", "Error": "Dark", "Cause": "no lamp"}
WAIT = {"Type": "Wait", "Seconds": 1, "Next": "Done"}
LONG = {"Type": "Wait", "Seconds": 60, "End": True}


class Moto(Server):
    """A moto with state machines."""

    def ask(self, operation: str, **body: Any) -> Any:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AWSStepFunctions.{operation}",
            "Authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/states/aws4_request",
        }
        return Server(self.url, headers).call("POST", "/", body)

    def machine(self, name: str, **states: Any) -> str:
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        made = self.ask("CreateStateMachine", name=name, roleArn=ROLE, definition=definition)
        return str(made["stateMachineArn"])

    def start(self, machine: str, name: str) -> str:
        return str(self.ask("StartExecution", stateMachineArn=machine, name=name)["executionArn"])

    def stop(self, execution: str) -> None:
        self.ask("StopExecution", executionArn=execution)

    def runs_them(self, *, really: bool) -> None:
        """Have executions run, or stay as they are until they are stopped.

        moto keeps the state machines of the one apart from those of the other.
        """
        config = {"stepfunctions": {"execute_state_machine": really}}
        self.call("POST", "/moto-api/config", config)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    folder, port = tmp_path_factory.mktemp("moto"), free_port()
    url = f"http://127.0.0.1:{port}"
    env = {"PATH": f"{environment('moto')}:{os.defpath}", "HOME": str(folder), **CREDENTIALS}
    command = [str(environment("moto") / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with running(command, f"{url}/moto-api/data.json", env=env, folder=folder):
        yield Moto(url)


@pytest.fixture(autouse=True)
def _still(server: Moto) -> None:
    """Executions stay as they are, unless a test says otherwise."""
    server.runs_them(really=False)


@pytest.fixture(scope="module")
def held(server: Moto) -> tuple[str, dict[str, str]]:
    """A state machine, and the statuses of its executions, the oldest first."""
    server.runs_them(really=False)
    machine = server.machine("held", Done=PASS)
    made = {server.start(machine, f"e{n:05}"): "RUNNING" for n in range(MANY)}
    for arn in list(made)[::5]:
        server.stop(arn)
        made[arn] = "ABORTED"
    return machine, made


@pytest.fixture
async def states(server: Moto) -> AsyncIterator[StepFunctionsClient]:
    retry = RetryPolicy(attempts=1)
    async with StepFunctionsClient(KEYS, base_url=server.url, retry=retry) as client:
        yield client


def ids(executions: list[Execution]) -> list[str]:
    return [each.id for each in executions]


async def test_all_executions_come_once_in_every_way(
    states: StepFunctionsClient, held: tuple[str, dict[str, str]]
) -> None:
    machine, made = held

    def listed(**options: Any) -> Any:
        return states.executions.list(state_machine_arn=machine, limit=20, **options)

    found = await listed().collect()
    assert Counter(ids(found)) == Counter(list(made))
    assert {each.id: each.status for each in found} == made
    assert Counter(ids(await states.executions.list(state_machine_arn=machine).collect())) == (
        Counter(list(made))
    )
    async with listed().concurrent(4, ordered=False) as walk:
        assert Counter([each.id async for each in walk]) == Counter(list(made))
    for at in (1, 20, 137):
        assert Counter(await interrupted(listed, "id", at, lambda: None)) == Counter(list(made))
    ended = {arn for arn, status in made.items() if status == "ABORTED"}
    assert set(ids(await listed(status="ABORTED").collect())) == ended
    assert set(ids(await listed(status=State.CANCELLED).collect())) == ended
    both = await listed(status=("RUNNING", "ABORTED")).collect()
    assert Counter(ids(both)) == Counter(list(made))
    assert await listed(status="SUCCEEDED").collect() == []
    async with states.executions.get_many(list(made)[:30]) as results:
        got = {arn: each async for arn, each in results}
    assert {
        arn: each.status for arn, each in got.items() if isinstance(each, ExecutionDetails)
    } == {arn: made[arn] for arn in list(made)[:30]}


async def test_executions_that_start_and_end_meanwhile_take_no_other_out_of_sight(
    server: Moto, states: StepFunctionsClient
) -> None:
    machine = server.machine("moving", Done=PASS)
    made = [server.start(machine, f"m{n:05}") for n in range(60)]

    def move() -> None:
        for n in range(3):
            server.start(machine, f"new{n}")
        for arn in (made[0], made[30], made[59]):
            server.stop(arn)

    runs = states.executions.list(state_machine_arn=machine, limit=10)
    found = Counter(await moved(runs, "id", {2: move}))
    assert max(found.values()) == 1
    assert set(made) <= found.keys()

    def listed(**options: Any) -> Any:
        return states.executions.list(
            state_machine_arn=machine, status="RUNNING", limit=10, **options
        )

    gone = made[20:23]

    def stop() -> None:
        for arn in gone:
            server.stop(arn)

    rest = await interrupted(listed, "id", 25, stop)
    assert Counter(rest).most_common(1)[0][1] == 1
    assert set(made) - {made[0], made[30], made[59], *gone} <= set(rest)


async def test_a_token_that_moto_does_not_take_ends_a_walk_with_its_place(
    states: StepFunctionsClient, held: tuple[str, dict[str, str]]
) -> None:
    """There is no time to go on by."""
    machine, made = held
    with pytest.raises(BadRequest, match="Invalid token"):
        await states.executions.list(state_machine_arn=machine, cursor="zzz")
    walk = aiter(states.executions.list(state_machine_arn=machine, limit=20))
    found = [(await anext(walk)).id for _ in range(20)]
    place = json.loads(walk.checkpoint.to_json())
    await walk.aclose()
    assert set(found) < set(made)
    assert place


async def test_what_is_started_runs_and_says_how_it_ended(
    server: Moto, states: StepFunctionsClient
) -> None:
    server.runs_them(really=True)
    good = server.machine("good", Wait=WAIT, Done=PASS)
    bad = server.machine("bad", Broken=FAIL)
    runs = states.executions
    started = await runs.start(state_machine_arn=good, name="one", input='{"room": 7}')
    assert isinstance(started.id, str)
    ended = await runs.wait(started.id, poll=OFTEN)
    assert (ended.status, json.loads(ended.output or ""), ended.name) == (
        ExecutionStatus.SUCCEEDED,
        {"lit": 3},
        "one",
    )
    assert json.loads(ended.input or "") == {"room": 7}
    assert ended.finished_at is not None
    assert ended.finished_at >= ended.created_at
    failing = await runs.start(state_machine_arn=bad, name="two")
    assert isinstance(failing.id, str)
    with pytest.raises(OperationFailed, match="Dark: no lamp"):
        await runs.wait(failing.id, poll=OFTEN)
    many = [str((await runs.start(state_machine_arn=good, name=f"m{n}")).id) for n in range(4)]
    async with runs.wait_many([*many, failing.id], poll=OFTEN) as finished:
        results = {arn: each async for arn, each in finished}
    assert results.keys() == {*many, failing.id}
    states_of = Counter(
        each.state for each in results.values() if isinstance(each, ExecutionDetails)
    )
    assert states_of == {State.SUCCEEDED: 4, State.FAILED: 1}


async def test_what_is_cancelled_is_aborted(server: Moto, states: StepFunctionsClient) -> None:
    machine = server.machine("long", Long=LONG)
    arn = server.start(machine, "one")
    with pytest.raises(WaitTimeout):
        await states.executions.wait(arn, timeout=0.3, poll=OFTEN)
    await states.executions.cancel(arn, error="Late", cause="too late")
    with pytest.raises(OperationCancelled):
        await states.executions.wait(arn, poll=OFTEN)
    listed = await states.executions.list(state_machine_arn=machine).collect()
    assert [each.state for each in listed] == [State.CANCELLED]


async def test_each_transition_is_told_once(server: Moto, states: StepFunctionsClient) -> None:
    machine = server.machine("watched", Done=PASS)
    old = server.start(machine, "old")
    told: dict[str, list[str]] = {}
    kinds: list[ChangeKind] = []
    new = ""
    watch = states.executions.watch(state_machine_arn=machine, from_start=True, poll=OFTEN)
    async with asyncio.timeout(60), watch as changes:
        async for change in changes:
            assert change.id is not None
            assert change.after is not None
            kinds.append(change.kind)
            told.setdefault(change.id, []).append(str(change.after.status))
            if change.id == old and len(told[old]) == 1:
                server.stop(old)
            elif change.id == old:
                new = server.start(machine, "new")
            elif len(told[new]) == 1:
                server.stop(new)
            else:
                break
    assert told == {arn: ["RUNNING", "ABORTED"] for arn in (old, new)}
    assert kinds.count(ChangeKind.FINISHED) == 2


async def test_errors_are_in_the_words_of_the_server(states: StepFunctionsClient) -> None:
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:nope"
    with pytest.raises(NotFound, match="State Machine Does Not Exist") as raised:
        await states.executions.list(state_machine_arn=machine)
    assert (raised.value.code, raised.value.status) == ("StateMachineDoesNotExist", 400)
    with pytest.raises(NotFound):
        await states.executions.start(state_machine_arn=machine)
    for verb in (states.executions.get, states.executions.cancel):
        with pytest.raises(NotFound):
            await verb("arn:aws:states:us-east-1:123456789012:execution:nope:x")
        with pytest.raises(NotFound) as raised:
            await verb("x")
        assert raised.value.code == "InvalidArn"


def test_commands_take_the_credentials_of_the_environment(
    server: Moto, held: tuple[str, dict[str, str]]
) -> None:
    machine, made = held
    env = {
        **CREDENTIALS,
        "STEPFUNCTIONS_BASE_URL": server.url,
        "STEPFUNCTIONS_CREDENTIALS": "",
        "ASYNCOPS_CONFIG": os.devnull,
    }

    def asked(*words: str) -> str:
        command = ["stepfunctions", "executions", *words]
        done = CliRunner().invoke(app, command, env=env, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    lines = asked("list", "--state-machine-arn", machine, "--jsonl").splitlines()
    assert {json.loads(line)["id"] for line in lines} == set(made)
    other = server.machine("commands", Done=PASS)
    words = ("--state-machine-arn", other, "--input", "{}", "--name", "cli", "--no-wait")
    started = asked("start", *words)
    (run,) = server.ask("ListExecutions", stateMachineArn=other)["executions"]
    arn = run["executionArn"]
    assert arn in started
    asked("cancel", arn, "--cause", "enough")
    assert json.loads(asked("get", arn, "--json"))["status"] == "ABORTED"


async def test_the_claims_of_the_description_hold(
    states: StepFunctionsClient, held: tuple[str, dict[str, str]]
) -> None:
    found = [each async for each in examine(states.executions, state_machine_arn=held[0])]
    assert {each.verdict for each in found} == {"good"}, [str(each) for each in found]


@frozen(kw_only=True)
class Options(ListOptions):
    """The filters of the listing."""

    state_machine_arn: str = field(metadata=sent_as("stateMachineArn"))
    status: str | None = None


@frozen(kw_only=True)
class Watching(WatchOptions):
    """The same of a watch."""

    state_machine_arn: str = field(metadata=sent_as("stateMachineArn"))
    status: str | None = None


HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "AWSStepFunctions.ListExecutions",
}


def wrongly(**changes: Any) -> Any:
    """The executions, described in another way."""
    token = Token(next="nextToken", param="nextToken", size="maxResults", most=1000)
    fields: dict[str, Any] = {
        "paging": token,
        "by_status": ByStatus("statusFilter"),
        "order": None,
        "method": "POST",
        "headers": HEADERS,
        **changes,
    }
    listing = Listing("/", "executions", **fields)
    return Resource(Execution, listing, options=Options, watch=Watching)


class WrongClient(StepFunctionsClient):
    """The same service, described wrongly in three ways."""

    oldest_first = wrongly(order=Order(newest_first=False))
    by_status = wrongly(by_status=ByStatus("status"))
    other_size = wrongly(paging=Token(next="nextToken", param="nextToken", size="limit", most=100))


@pytest.mark.parametrize(
    ("name", "said"), [("oldest_first", "order"), ("by_status", "status"), ("other_size", "size")]
)
async def test_a_description_that_is_wrong_is_caught(
    server: Moto, held: tuple[str, dict[str, str]], name: str, said: str
) -> None:
    retry = RetryPolicy(attempts=1)
    async with WrongClient(KEYS, base_url=server.url, retry=retry) as client:
        resource = getattr(client, name)
        found = [each async for each in examine(resource, state_machine_arn=held[0])]
    bad = [str(each) for each in found if each.verdict == "bad"]
    assert [each for each in bad if said in each.partition(":")[0]], [str(each) for each in found]
