"""Prefect's client against Prefect 3, which ``ASYNCOPS_PREFECT`` names; see ``started.py``."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest

from asyncops import (
    ChangeKind,
    Conflict,
    MayHaveStarted,
    NotFound,
    OperationCancelled,
    PollPolicy,
    RetryPolicy,
    ServerError,
    State,
    Unprocessable,
    WaitTimeout,
)
from asyncops.kit import ByStatus, Offset
from asyncops.kit.doctor import examine
from asyncops.services.prefect import FlowRun, FlowRunStatus, PrefectClient
from tests.kit.doctor.farms import described_wrongly, lies
from tests.real.started import Server, environment, free_port, running
from tests.real.walking import interrupted, moved

pytestmark = pytest.mark.real

T = TypeVar("T")

OFTEN = PollPolicy(initial=0.1, factor=1, timeout=40)
STATES = ("COMPLETED", "FAILED", "RUNNING", "CANCELLED", "CRASHED", "PENDING", "PAUSED")


class Prefect(Server):
    """A Prefect with a flow."""

    def start(self, flow: str, state: str, name: str = "") -> str:
        body = {"flow_id": self.flow(flow), "state": {"type": state, "message": "made up"}}
        answer = self.call("POST", "/flow_runs/", {**body, **({"name": name} if name else {})})
        return str(answer["id"])

    def flow(self, name: str) -> str:
        return str(self.call("POST", "/flows/", {"name": name})["id"])

    def deployment(self, flow: str) -> str:
        body = {"name": f"{flow} daily", "flow_id": self.flow(flow)}
        return str(self.call("POST", "/deployments/", body)["id"])

    def set_state(self, id_: str, state: str) -> None:
        self.call("POST", f"/flow_runs/{id_}/set_state", {"state": {"type": state}, "force": True})

    def delete(self, id_: str) -> None:
        self.call("DELETE", f"/flow_runs/{id_}")

    def history(self, id_: str) -> list[str]:
        """The types of the states that a run has been in, the oldest first."""
        states = self.call("GET", f"/flow_run_states/?flow_run_id={id_}")
        return [each["type"] for each in sorted(states, key=lambda each: each["timestamp"])]

    def offsets(self, size: int, number: int, states: list[str]) -> list[str]:
        """One page, as a client reads it that only counts."""
        runs = {"state": {"type": {"any_": states}}}
        body = {"limit": size, "offset": size * number, "flow_runs": runs}
        return [each["id"] for each in self.call("POST", "/flow_runs/filter", body)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    folder, port = tmp_path_factory.mktemp("prefect"), free_port()
    env = {
        "PATH": f"{environment('prefect')}:{os.defpath}",
        "HOME": str(folder),
        "PREFECT_HOME": str(folder),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    program = str(environment("prefect") / "prefect")
    command = [program, "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    url = f"http://127.0.0.1:{port}/api"
    with running(command, f"{url}/health", env=env, folder=folder):
        yield Prefect(url)


@pytest.fixture
async def prefect(server: Prefect) -> AsyncIterator[PrefectClient]:
    async with PrefectClient("a-key", base_url=server.url) as client:
        yield client


def ids(runs: list[FlowRun]) -> list[str]:
    return [str(run.id) for run in runs]


async def test_all_runs_come_once_in_every_way(server: Prefect, prefect: PrefectClient) -> None:
    made = {
        server.start("ways", STATES[n % len(STATES)]): STATES[n % len(STATES)] for n in range(63)
    }

    def listed(**options: Any) -> Any:
        return prefect.flow_runs.list(flows=("ways",), limit=10, **options)

    runs = await listed().collect()
    assert Counter(ids(runs)) == Counter(list(made))
    assert {str(run.id): run.status for run in runs} == made
    async with listed().concurrent(4, ordered=False) as walk:
        assert Counter([str(run.id) async for run in walk]) == Counter(list(made))
    for sort in ("EXPECTED_START_TIME_ASC", "NAME_DESC"):
        assert Counter(ids(await listed(sort=sort).collect())) == Counter(list(made))
    for at in (1, 10, 37):
        assert Counter(await interrupted(listed, "id", at, lambda: None)) == Counter(list(made))
    failed = await listed(status=(State.FAILED, "cancelled")).collect()
    assert Counter(ids(failed)) == Counter(
        id_ for id_, state in made.items() if state in {"FAILED", "CRASHED", "CANCELLED"}
    )
    newest = await listed(sort="EXPECTED_START_TIME_DESC", max_items=3).collect()
    assert ids(newest) == list(reversed(made))[:3]


async def test_runs_that_start_end_and_go_meanwhile_take_no_other_out_of_sight(
    server: Prefect, prefect: PrefectClient
) -> None:
    made = [server.start("moving", "RUNNING") for _ in range(60)]
    in_order = sorted(made, reverse=True)
    gone = {*in_order[:4], in_order[17]}

    def move() -> None:
        for id_ in gone:
            server.delete(id_)
        for _ in range(3):
            server.start("moving", "RUNNING")
        server.set_state(in_order[5], "COMPLETED")

    runs = prefect.flow_runs.list(flows=("moving",), limit=10)
    found = Counter(await moved(runs, "id", {2: move, 3: lambda: server.delete(in_order[9])}))
    assert max(found.values()) == 1
    assert set(made) - gone <= found.keys()

    def listed(**options: Any) -> Any:
        return prefect.flow_runs.list(flows=("moving",), limit=10, **options)

    def remove() -> None:
        for id_ in in_order[10:13]:
            server.delete(id_)

    rest = await interrupted(listed, "id", 25, remove)
    assert Counter(rest).most_common(1)[0][1] == 1
    assert set(made) - gone - {in_order[9]} <= set(rest)


async def test_runs_that_leave_a_filter_take_no_other_out_of_sight(
    server: Prefect, prefect: PrefectClient
) -> None:
    """A client that only counts loses as many as have left."""
    made = [server.start("leaving", "PENDING") for _ in range(40)]
    in_order = sorted(made, reverse=True)
    left = in_order[:3]

    def leave() -> None:
        for id_ in left:
            server.set_state(id_, "COMPLETED")

    pending = prefect.flow_runs.list(flows=("leaving",), status="pending", limit=10)
    found = Counter(await moved(pending, "id", {1: leave}))
    assert max(found.values()) == 1
    assert set(made) - set(left) <= found.keys()

    for id_ in left:
        server.set_state(id_, "PENDING")
    filtered = ["PENDING"]
    counted = server.offsets(10, 0, filtered)
    leave()
    number = 1
    while page := server.offsets(10, number, filtered):
        counted += page
        number += 1
    assert set(made) - set(left) - set(counted)


async def test_each_transition_is_told_once(server: Prefect, prefect: PrefectClient) -> None:
    """What the watch tells of a run is what the server's own history says."""
    old = server.start("watched", "RUNNING")
    told: dict[str, list[str]] = {}
    kinds: list[ChangeKind] = []
    steps = [
        ("PENDING", None),
        ("RUNNING", "RUNNING"),
        ("COMPLETED", "COMPLETED"),
    ]
    new = ""
    watch = prefect.flow_runs.watch(flows=("watched",), from_start=True, poll=OFTEN)
    async with watch as changes:
        async for change in changes:
            assert change.id is not None
            assert change.after is not None
            kinds.append(change.kind)
            told.setdefault(change.id, []).append(str(change.after.status))
            if change.id == old and len(told[old]) == 1:
                server.set_state(old, "FAILED")
            elif change.id == old:
                new = server.start("watched", steps[0][0])
            elif len(told[new]) < len(steps):
                server.set_state(new, steps[len(told[new])][0])
            else:
                break
    assert told == {old: server.history(old), new: server.history(new)}
    assert told[new] == [name for name, _ in steps]
    assert kinds.count(ChangeKind.FINISHED) == 2


async def unlocked(ask: Callable[[], Awaitable[T]]) -> T:
    """What is answered once the server's database is not locked: then it has written nothing."""
    for _ in range(100):
        try:
            return await ask()
        except (MayHaveStarted, ServerError) as error:
            if "503" not in str(error):
                raise
        await asyncio.sleep(0.05)
    raise AssertionError("503 without end")


async def test_a_run_is_started_waited_for_and_cancelled(
    server: Prefect, prefect: PrefectClient
) -> None:
    deployment = server.deployment("started")
    start = partial(prefect.flow_runs.start, deployment_id=deployment, idempotency_key="k")
    run = await unlocked(partial(start, parameters={"region": "north"}, tags=("a",)))
    assert (run.status, run.parameters, run.tags) == (
        FlowRunStatus.SCHEDULED,
        {"region": "north"},
        ("a",),
    )
    again = await unlocked(start)
    assert again.id == run.id
    with pytest.raises(WaitTimeout):
        await prefect.flow_runs.wait(run.id, timeout=0.3, poll=OFTEN)
    accepted = await unlocked(partial(prefect.flow_runs.cancel, run.id))
    assert accepted.id == str(run.id)
    with pytest.raises(OperationCancelled):
        await prefect.flow_runs.wait(run.id, poll=OFTEN)
    assert (await unlocked(partial(prefect.flow_runs.cancel, run.id))).id == str(run.id)

    going, over = server.start("started", "RUNNING"), server.start("started", "COMPLETED")
    await unlocked(partial(prefect.flow_runs.cancel, going))
    assert server.history(going)[-1] == "CANCELLING"
    with pytest.raises(Conflict, match=r"200: Run is already in terminal state COMPLETED\."):
        await unlocked(partial(prefect.flow_runs.cancel, over))
    assert server.history(over) == ["COMPLETED"]

    runs = [server.start("started", "RUNNING") for _ in range(3)]

    async def end() -> None:
        for id_ in runs:
            await asyncio.to_thread(server.set_state, id_, "COMPLETED")

    ending = asyncio.create_task(end())
    async with prefect.flow_runs.wait_many(runs, poll=OFTEN) as finished:
        ended = {str(id_): result async for id_, result in finished}
    await ending
    assert ended.keys() == set(runs)
    assert {each.state for each in ended.values() if isinstance(each, FlowRun)} == {State.SUCCEEDED}


async def test_errors_say_what_prefect_says(prefect: PrefectClient) -> None:
    with pytest.raises(NotFound, match="Flow run not found"):
        await prefect.flow_runs.get("00000000-0000-4000-8000-000000000001")
    with pytest.raises(Unprocessable, match="must be less than or equal to 200"):
        await prefect.flow_runs.list(limit=201)
    with pytest.raises(Unprocessable, match="Input should be 'ID_DESC'"):
        await prefect.flow_runs.list(sort="NOPE")


@pytest.fixture(scope="module")
def examined(server: Prefect) -> None:
    """Runs in each state."""
    for n in range(25):
        server.start("examined", STATES[n % len(STATES)])


@pytest.mark.usefixtures("examined")
async def test_the_claims_of_the_description_hold(prefect: PrefectClient) -> None:
    findings = [finding async for finding in examine(prefect.flow_runs)]
    assert [str(each) for each in findings if each.verdict == "bad"] == []
    assert any(each.verdict == "good" for each in findings)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"paging": Offset(most=500, ends="empty page")}, "listing", "less than or equal to 200"),
    ({"paging": Offset(param="skip", most=20, ends="empty page")}, "paging", "in place of skip"),
    ({"paging": Offset(size="size", most=20, ends="empty page")}, "size", "asked for 3 items"),
    ({"by_status": ByStatus("flow_runs.state.name.any_", many="list")}, "status", "did not come"),
    ({"get": "/flows/{id}"}, "get", "404"),
]


@pytest.mark.usefixtures("examined")
@pytest.mark.parametrize(("changes", "claim", "said"), WRONG, ids=[each[1] for each in WRONG])
async def test_a_wrong_claim_is_told(
    server: Prefect, changes: dict[str, Any], claim: str, said: str
) -> None:
    wrong: Any = described_wrongly(PrefectClient, "flow_runs", changes)
    async with wrong(base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
        found = {each.claim: each async for each in examine(client.flow_runs)}
    assert said in lies(found)[claim], lies(found)
