"""The client of GA4GH WES against sapporo, which ``ASYNCOPS_SAPPORO`` names; see ``started.py``."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from asyncops import (
    BadRequest,
    ChangeKind,
    NotFound,
    OperationCancelled,
    OperationFailed,
    PollPolicy,
    RetryPolicy,
    State,
    WesClient,
)
from asyncops.kit import (
    Listing,
    ListOptions,
    Order,
    Resource,
    Status,
    Token,
    WatchOptions,
    key,
)
from asyncops.kit.doctor import examine
from asyncops.services.wes import Run, RunLog
from tests.real.started import Server, environment, free_port, running
from tests.real.walking import interrupted, moved

pytestmark = pytest.mark.real

OFTEN = PollPolicy(initial=0.1, factor=1, timeout=40)
MANY = 40
CANCELLED_LATE = 20.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("sapporo"), free_port()
    url = f"http://127.0.0.1:{port}"
    (folder / "runs").mkdir()
    script = Path(__file__).with_name("sapporo_run.sh")
    command = [
        *(str(environment("sapporo") / "sapporo"), "--host", "127.0.0.1", "--port", str(port)),
        *("--run-dir", str(folder / "runs"), "--run-sh", str(script)),
        *("--snapshot-interval", "1"),
    ]
    env = {"PATH": f"{environment('sapporo')}:{os.defpath}", "HOME": str(folder)}
    with running(command, f"{url}/service-info", env=env, folder=folder):
        yield Server(url)


@pytest.fixture
async def wes(server: Server) -> AsyncIterator[WesClient]:
    async with WesClient(base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
        yield client


async def start(client: WesClient, sleep: float = 0, *, fail: bool = False, name: str = "") -> str:
    started = await client.runs.start(
        workflow_url="https://workflows.example/w.cwl",
        workflow_type="CWL",
        workflow_type_version="v1.2",
        workflow_engine="cwltool",
        workflow_params={"sleep": sleep, "fail": fail},
        tags={"name": name},
    )
    assert isinstance(started.id, str)
    return started.id


@pytest.fixture
async def ids(wes: WesClient) -> set[str]:
    """The runs that are there: as many as a walk of several pages needs."""
    known = {run.id for run in await wes.runs.list().collect()}
    while len(known) < MANY:
        known.add(await start(wes, fail=len(known) % 4 == 3, name=f"run {len(known)}"))
    async with wes.runs.wait_many(known, poll=OFTEN) as ended:
        assert {id_ async for id_, _ in ended} == known
    return known


async def test_each_way_of_reading_gives_each_run_once(wes: WesClient, ids: set[str]) -> None:
    """One page after the other, ahead of the reader, and in two sittings."""
    read = [run.id for run in await wes.runs.list(limit=7).collect()]
    assert sorted(read) == sorted(ids)
    async with wes.runs.list(limit=7).concurrent(4, ordered=False) as side_by_side:
        assert sorted([run.id async for run in side_by_side]) == sorted(ids)
    with pytest.raises(ValueError, match="creation times neither sort nor filter"):
        await wes.runs.list(limit=7).shards(3)
    assert await interrupted(lambda **more: wes.runs.list(limit=7, **more), "id", 17, int) == read


async def test_runs_that_start_and_are_deleted_meanwhile_take_none_away(
    wes: WesClient, server: Server, ids: set[str]
) -> None:
    """A deleted run stays listed, as sapporo has it."""
    before = [run.id for run in await wes.runs.list().collect()]
    deleted = before[-2:]
    last = list(deleted)
    new = [await start(wes, name="before")]

    def change() -> None:
        body = {
            "workflow_url": "https://workflows.example/w.cwl",
            "workflow_type": "CWL",
            "workflow_type_version": "v1.2",
            "workflow_engine": "cwltool",
            "workflow_params": {"sleep": 0},
        }
        new.append(server.call("POST", "/runs", body)["run_id"])
        server.call("DELETE", f"/runs/{last.pop()}")

    read = await moved(wes.runs.list(limit=7), "id", {1: change, 3: change})
    assert Counter(read).most_common(1)[0][1] == 1
    # What has just been started is listed within a second.
    assert {*before} - {*deleted} <= set(read) <= {*ids, *before, *new}
    # While it is being deleted, a run may be out of the index for a moment.
    while not set(deleted) <= {run.id for run in await wes.runs.list().collect()}:
        await asyncio.sleep(0.1)


async def test_a_run_is_started_and_waited_for(wes: WesClient) -> None:
    good, bad = await start(wes, 0.3, name="dawn"), await start(wes, 0.1, fail=True)
    log = await wes.runs.wait(good, poll=OFTEN)
    assert isinstance(log, RunLog)
    assert (log.state, log.run_log and log.run_log.exit_code) == (State.SUCCEEDED, 0)
    assert log.request is not None
    assert log.request.workflow_params == {"sleep": 0.3, "fail": False}
    assert (log.request.tags, log.outputs) == ({"name": "dawn"}, [])
    assert log.started_at is not None
    assert log.finished_at is not None
    assert log.started_at <= log.finished_at
    with pytest.raises(OperationFailed, match="the exit code is 1"):
        await wes.runs.wait(bad, poll=OFTEN)
    async with wes.runs.wait_many([good, bad], poll=OFTEN) as ended:
        assert {id_ async for id_, _ in ended} == {good, bad}


async def test_a_run_is_cancelled(wes: WesClient, server: Server) -> None:
    id_ = await start(wes, CANCELLED_LATE)
    while server.call("GET", f"/runs/{id_}/status")["state"] != "RUNNING":
        pass
    assert (await wes.runs.cancel(id_)).id == id_
    with pytest.raises(OperationCancelled):
        await wes.runs.wait(id_, poll=OFTEN)
    assert server.call("GET", f"/runs/{id_}/status")["state"] == "CANCELED"


async def test_a_watch_tells_each_beginning_and_each_end_once(
    wes: WesClient, server: Server, ids: set[str]
) -> None:
    """Against what the server says of each run in the end."""
    async with wes.runs.watch(poll=OFTEN) as changes:
        new = [await start(wes, 0.1 * number, fail=number == 2) for number in range(5)]
        told: dict[str, list[ChangeKind]] = {id_: [] for id_ in new}
        ends: dict[str, str] = {}
        async for change in changes:
            assert change.id in told, f"{change.kind} of {change.id}"
            told[change.id].append(change.kind)
            if change.kind is ChangeKind.FINISHED and change.after is not None:
                ends[change.id] = change.after.status
            if len(ends) == len(new):
                break
    for kinds in told.values():
        assert (kinds[0], kinds[-1]) == (ChangeKind.CREATED, ChangeKind.FINISHED)
        assert set(kinds[1:-1]) <= {ChangeKind.UPDATED}
    assert ends == {id_: server.call("GET", f"/runs/{id_}/status")["state"] for id_ in new}
    assert not ids & set(new)


async def test_errors_are_in_the_words_of_the_server(wes: WesClient, ids: set[str]) -> None:
    assert ids
    with pytest.raises(NotFound, match="not found"):
        await wes.runs.get("00000000-0000-4000-8000-000000000007")
    with pytest.raises(BadRequest, match="Invalid run_id format"):
        await wes.runs.get("no-uuid")
    with pytest.raises(BadRequest, match="Invalid page token"):
        await wes.runs.list(cursor="made up")
    with pytest.raises(BadRequest, match="less than or equal to 1000"):
        await wes.runs.list(limit=1001)
    with pytest.raises(BadRequest, match="workflow_engine"):
        await wes.runs.start(
            workflow_url="https://w.example/w.cwl", workflow_type="CWL", workflow_type_version="1"
        )


async def test_the_claims_of_the_description_hold(wes: WesClient, ids: set[str]) -> None:
    assert ids
    verdicts = [(each.verdict, str(each)) async for each in examine(wes.runs)]
    assert {verdict for verdict, _ in verdicts} == {"good"}, verdicts


class FewStates(Status):
    """The states of a run, without the commonest."""

    RUNNING = "RUNNING", State.RUNNING
    EXECUTOR_ERROR = "EXECUTOR_ERROR", State.FAILED


@frozen(kw_only=True)
class FewRun(Run):
    """A run that is in one of these."""

    status: FewStates = key("state")  # type: ignore[assignment]


class WrongClient(WesClient):
    """The same service, described wrongly in four ways."""

    oldest_first = Resource(
        Run,
        Listing("/runs", "runs", paging=Token(size="page_size"), order=Order(newest_first=False)),
        options=ListOptions,
        watch=WatchOptions,
        get="/runs/{id}",
    )
    same_page = Resource(
        Run,
        Listing("/runs", "runs", paging=Token(param="token", size="page_size"), order=None),
        options=ListOptions,
        watch=WatchOptions,
        get="/runs/{id}",
    )
    other_size = Resource(
        Run,
        Listing("/runs", "runs", paging=Token(size="limit"), order=None),
        options=ListOptions,
        watch=WatchOptions,
        get="/runs/{id}",
    )
    few_states = Resource(
        FewRun,
        Listing("/runs", "runs", paging=Token(size="page_size"), order=None),
        options=ListOptions,
        watch=WatchOptions,
        get="/runs/{id}",
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("oldest_first", "order"),
        ("same_page", "paging"),
        ("other_size", "size"),
        ("few_states", "known statuses"),
    ],
)
async def test_a_description_that_is_wrong_is_caught(
    wes: WesClient, server: Server, ids: set[str], name: str, said: str
) -> None:
    assert ids
    if said == "order":
        # Starts are told in whole seconds, and a new run is listed within one.
        for _ in range(2):
            await asyncio.sleep(1.1)
            await start(wes)
        await asyncio.sleep(1.1)
    async with WrongClient(base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
        found = [each async for each in examine(getattr(client, name))]
    bad = [str(each) for each in found if each.verdict == "bad"]
    assert [each for each in bad if each.startswith(f"{said}: ")], [str(each) for each in found]
