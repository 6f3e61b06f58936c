"""Airflow's client against Airflow 3, which ``ASYNCOPS_AIRFLOW`` names; see ``started.py``."""

import hmac
import json
import os
import shutil
import sqlite3
import subprocess
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from attrs import frozen

from asyncops import (
    ChangeKind,
    Conflict,
    Forbidden,
    NotFound,
    OperationFailed,
    PollPolicy,
    State,
    Unauthorized,
)
from asyncops.kit import Client, Listing, ListOptions, Order, Resource, Token, WatchOptions, Within
from asyncops.kit.doctor import examine
from asyncops.services.airflow import AirflowClient, Dag, DagRun
from tests.real.started import Server, environment, free_port, running
from tests.real.walking import interrupted, moved

pytestmark = pytest.mark.real

OFTEN = PollPolicy(initial=0.1, factor=1, timeout=60)
RUNS = 310
SECRET = "a-secret-of-the-tests-that-is-as-long-as-the-digest-of-sha-512-is-bytes"
DAGS = """
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

for name in ("alpha", "beta", "gamma", "delta", "walked", "moving", "leaving"):
    with DAG(dag_id=name, schedule=None, start_date=datetime(2024, 1, 1)) as dag:
        EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")
    globals()[name] = dag
"""


@frozen
class Airflow(Server):
    """An Airflow without a scheduler: tests say what becomes of runs."""

    database: str = ""

    def start(self, dag: str, id_: str, state: str = "queued") -> str:
        """The full id of a new run."""
        body = {"dag_run_id": id_, "logical_date": None}
        self.call("POST", f"/api/v2/dags/{dag}/dagRuns", body)
        if state != "queued":
            self.set_state(f"{dag}/{id_}", state)
        return f"{dag}/{id_}"

    def set_state(self, full_id: str, state: str) -> None:
        dag, id_ = full_id.split("/")
        if state == "running":
            with sqlite3.connect(self.database, timeout=30) as database:
                database.execute(
                    "UPDATE dag_run SET state = 'running', start_date = queued_at "
                    "WHERE dag_id = ? AND run_id = ?",
                    (dag, id_),
                )
            database.close()
        else:
            self.call("PATCH", f"/api/v2/dags/{dag}/dagRuns/{quote(id_)}", {"state": state})

    def delete(self, full_id: str) -> None:
        dag, id_ = full_id.split("/")
        self.call("DELETE", f"/api/v2/dags/{dag}/dagRuns/{quote(id_)}")

    def offsets(self, dag: str, state: str, offset: int, size: int) -> list[str]:
        """One page, as a client reads it that only counts."""
        query = f"state={state}&order_by=-id&limit={size}&offset={offset}"
        found = self.call("GET", f"/api/v2/dags/{dag}/dagRuns?{query}")["dag_runs"]
        return [f"{each['dag_id']}/{each['dag_run_id']}" for each in found]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    folder, port, programs = tmp_path_factory.mktemp("airflow"), free_port(), environment("airflow")
    (folder / "dags").mkdir()
    (folder / "dags" / "dags.py").write_text(DAGS)
    env = {
        "PATH": f"{programs}:{os.defpath}",
        "HOME": str(folder),
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__API_AUTH__JWT_SECRET": SECRET,
        "DO_NOT_TRACK": "1",
    }
    airflow = str(programs / "airflow")
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        subprocess.run([airflow, *command], env=env, cwd=folder, check=True, capture_output=True)
    url = f"http://127.0.0.1:{port}"
    command = [airflow, "api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with running(command, f"{url}/api/v2/version", env=env, folder=folder):
        token = Server(url).call("GET", "/auth/token")["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        yield Airflow(url, headers, str(folder / "airflow.db"))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def airflow(server: Airflow) -> AsyncIterator[AirflowClient]:
    token = server.headers["Authorization"].removeprefix("Bearer ")
    async with AirflowClient(token, base_url=server.url) as client:
        yield client


@pytest.fixture(scope="module")
def made(server: Airflow) -> dict[str, str]:
    """The states of 310 runs of two DAGs that share their ids, by their full ids."""
    states = ("queued", "success", "failed", "running", "success")
    found = {}
    for n in range(RUNS):
        dag, state = ("alpha", "beta")[n % 2], states[n % 5]
        found[server.start(dag, f"run_{n // 2:04d}", state)] = state
    return found


def keys(runs: list[DagRun]) -> list[str]:
    return [run.full_id for run in runs]


async def test_all_runs_come_once_in_every_way(
    made: dict[str, str], airflow: AirflowClient
) -> None:
    """Of all DAGs, whose runs have the same ids."""
    runs = airflow.dag_runs("~")

    def listed(**options: Any) -> Any:
        return runs.list(
            dag_id_pattern="a", limit=40, **{"run_id_prefix_pattern": "run_", **options}
        )

    found = await listed().collect()
    assert keys(found) == list(reversed(made))
    assert {run.full_id: run.status for run in found} == made
    assert keys(await listed(order_by="id").collect()) == list(made)
    async with listed().concurrent(4) as walk:
        assert Counter([run.full_id async for run in walk]) == Counter(list(made))
    for at in (1, 40, 123):
        assert Counter(await interrupted(listed, "full_id", at, lambda: None)) == Counter(
            list(made)
        )
    ended = await listed(status=(State.SUCCEEDED, "failed")).collect()
    assert Counter(keys(ended)) == Counter(
        id_ for id_, state in made.items() if state in {"success", "failed"}
    )
    one = await airflow.dag_runs("alpha").list(limit=100, run_id_prefix_pattern="run_").collect()
    assert Counter(keys(one)) == Counter(id_ for id_ in made if id_.startswith("alpha/"))


@pytest.mark.parametrize("order", ["-id", "id"])
async def test_runs_that_start_end_and_go_meanwhile_take_no_other_out_of_sight(
    made: dict[str, str], server: Airflow, airflow: AirflowClient, order: str
) -> None:
    """Each of more than 300 that stayed comes once."""
    extra = [server.start("moving", f"{order}_{n:03d}") for n in range(20)]
    gone = {*extra[:3], *extra[-3:]}

    def move() -> None:
        for id_ in gone:
            server.delete(id_)
        for n in range(3):
            server.start("moving", f"{order}_new_{n}")
        server.set_state(extra[10], "success")

    runs = airflow.dag_runs("~").list(limit=40, order_by=order)
    found = Counter(await moved(runs, "full_id", {2: move}))
    assert max(found.values()) == 1
    assert {*made, *extra} - gone <= found.keys()
    assert len(found) > 300


async def test_runs_that_leave_a_filter_take_no_other_out_of_sight(
    server: Airflow, airflow: AirflowClient
) -> None:
    """Offsets lose as many as have left, and the total is right."""
    runs = [server.start("leaving", f"left_{n:03d}", "success") for n in range(40)]
    left = runs[-3:]

    def leave() -> None:
        for id_ in left:
            server.set_state(id_, "failed")

    pager = airflow.dag_runs("leaving").list(status="success", limit=10)
    found = Counter(await moved(pager, "full_id", {1: leave}))
    assert max(found.values()) == 1
    assert set(runs) - set(left) <= found.keys()

    for id_ in left:
        server.set_state(id_, "success")
    counted = server.offsets("leaving", "success", 0, 10)
    leave()
    for offset in (10, 20, 30, 40):
        counted += server.offsets("leaving", "success", offset, 10)
    assert len(set(runs) - set(left) - set(counted)) == len(left)


async def test_each_transition_is_told_once(server: Airflow, airflow: AirflowClient) -> None:
    """Of runs of two DAGs with the same id."""
    one, other = (server.start(dag, "twin") for dag in ("gamma", "delta"))
    steps = {one: ["running", "success"], other: ["running", "failed"]}
    told: dict[str, list[str]] = {one: [], other: []}
    kinds = Counter[ChangeKind]()
    watch = airflow.dag_runs("~").watch(
        run_id_prefix_pattern="twin", from_start=True, poll=OFTEN, lookback=3600
    )
    async with watch as changes:
        async for change in changes:
            assert change.id is not None
            assert change.after is not None
            told[change.id].append(str(change.after.status))
            kinds[change.kind] += 1
            left = steps[change.id]
            if left:
                server.set_state(change.id, left.pop(0))
            elif kinds[ChangeKind.FINISHED] == 2:
                break
    assert told == {
        one: ["queued", "running", "success"],
        other: ["queued", "running", "failed"],
    }


async def test_a_run_is_started_and_waited_for(server: Airflow, airflow: AirflowClient) -> None:
    runs = airflow.dag_runs("alpha")
    run = await runs.start(conf={"region": "north"}, note="a note")
    assert (run.state, run.conf, run.note) == (State.PENDING, {"region": "north"}, "a note")
    tasks = airflow.task_instances("alpha", run.id)
    assert {task.id: task.state for task in await tasks.list().collect()} == {
        "first": State.PENDING,
        "second": State.PENDING,
    }
    assert (await tasks.get("second")).full_id == f"{run.full_id}/second"
    server.set_state(run.full_id, "failed")
    with pytest.raises(OperationFailed):
        await runs.wait(run.id, poll=OFTEN)
    assert {task.state.ended for task in await tasks.list().collect()} == {True}
    await runs.start(dag_run_id="once")
    with pytest.raises(Conflict, match="Unique constraint violation"):
        await runs.start(dag_run_id="once")


async def test_errors_say_what_airflow_says(server: Airflow, airflow: AirflowClient) -> None:
    with pytest.raises(NotFound, match="`none` was not found"):
        await airflow.dag_runs("alpha").get("none")
    with pytest.raises(NotFound, match="asked for at its own DAG"):
        await airflow.dag_runs("~").get("run_0000")
    with pytest.raises(NotFound, match="`nowhere` was not found"):
        await airflow.dag_runs("nowhere").list()
    async with AirflowClient("no.such.token", base_url=server.url) as other:
        with pytest.raises(Forbidden, match="Invalid JWT token"):
            await other.dag_runs("~").list()


def expired(token: str) -> str:
    """The same token as it is when its time is over."""
    head, payload, _ = token.split(".")
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims |= {"exp": claims["iat"] - 60, "iat": claims["iat"] - 120, "nbf": claims["nbf"] - 120}
    signed = f"{head}.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}"
    digest = hmac.digest(SECRET.encode(), signed.encode(), "sha512")
    return f"{signed}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


async def test_a_token_that_has_run_out_is_an_error_or_is_renewed(server: Airflow) -> None:
    token = server.headers["Authorization"].removeprefix("Bearer ")
    async with AirflowClient(expired(token), base_url=server.url) as client:
        with pytest.raises(Unauthorized):
            await client.dag_runs("~").list()
    tokens = [expired(token), token]

    async def renew() -> str:
        return tokens.pop(0)

    async with AirflowClient(renew, base_url=server.url) as client:
        await client.dag_runs("~").list()
    assert tokens == []


class Wrong(Client):
    """A client of Airflow with claims that are wrong."""

    service = AirflowClient.service
    dag_runs = Within(
        Dag,
        Resource(
            DagRun,
            Listing(
                "/api/v2/dags/{dag_id}/dagRuns",
                "dag_runs",
                paging=Token("next_cursor", "cursor", first="", size="limit", most=200),
                order=Order(param="order_by", newest="id", oldest="-id"),
            ),
            options=ListOptions,
            watch=WatchOptions,
            get="/api/v2/dags/{dag_id}/dagRuns/{id}",
            identity="full_id",
        ),
    )


async def test_the_doctor_finds_nothing_wrong_and_each_wrong_claim(
    made: dict[str, str], airflow: AirflowClient, server: Airflow
) -> None:
    assert made
    findings = [finding async for finding in examine(airflow.dag_runs("alpha"))]
    assert [str(each) for each in findings if each.verdict == "bad"] == []
    assert sum(each.verdict == "good" for each in findings) >= 3
    of_all = {each.claim: each.verdict async for each in examine(airflow.dag_runs("~"))}
    assert "bad" not in of_all.values()
    assert of_all["get"] == "unknown"
    token = server.headers["Authorization"].removeprefix("Bearer ")
    async with Wrong(token, base_url=server.url) as wrong:
        told = [
            str(each) async for each in examine(wrong.dag_runs("alpha")) if each.verdict == "bad"
        ]
    assert any("write most=100" in each for each in told)
    assert any("the wrong way round" in each for each in told)
