"""The programs of asyncops/services/README.md, each as it is written."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from asyncops import AirflowClient, GitHubClient, OpenAIClient, PrefectClient
from asyncops.testing import Fake, FakeClock, FakeServer
from tests.cli.running import variables
from tests.readmes import blocks

PROGRAMS = {each.file: each.text for each in blocks("python", "asyncops/services/README.md")}

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a program in this process; gives what it printed."""

    def run(name: str | None, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [str(name), *arguments])
        exec(compile(PROGRAMS[name], str(name), "exec"), {"__name__": "__main__"})
        return capsys.readouterr().out

    return run


def test_there_are_four() -> None:
    assert set(PROGRAMS) == {None, "red_main.py", "one_screen.py", "all_batches.py"}


def test_operations_of_two_services_are_counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer(operations=20, prompts=0, chainloop_operations=7) as server:
        for name, value in variables(server).items():
            monkeypatch.setenv(name, value)
        lines = run(None).splitlines()
    assert [line.split()[0] for line in lines] == ["Zoo", "Chainloop"]


def test_a_red_main_is_told_with_the_jobs_that_failed(run: Run) -> None:
    """A run that succeeds meanwhile is none, nor is one that had failed before."""
    with Fake(GitHubClient, {"runs": 0, "workflow_runs": 0, "jobs": 0}) as fake, fake.installed():
        place = "acme", "demo"
        fake.add("runs", *place, status="failure", name="old")
        fake.add("runs", *place, lifetime=60, fails=False, name="good")
        red = fake.add("runs", *place, lifetime=300, fails=True, name="CI")
        steps = [{"number": 1, "name": "Lint", "status": "completed", "conclusion": "failure"}]
        fake.add("jobs", *place, str(red.id), status="failure", name="lint", steps=steps)
        fake.add("jobs", *place, str(red.id), status="success", name="test")
        told, *jobs = run("red_main.py", *place).splitlines()
    assert told.startswith("CI failed on ")
    assert jobs == ["  lint, in the step Lint"]


def test_three_services_are_on_one_screen(run: Run) -> None:
    """What has ended when the program ends is not there, nor what ended before it."""
    clock = FakeClock(auto_advance=True)
    repository = "acme", "demo"
    with ExitStack() as opened:
        prefect = Fake(PrefectClient, rows=0, clock=clock)
        places: list[tuple[Fake[Any], str, tuple[str, ...]]] = [
            (Fake(AirflowClient, rows=0, clock=clock), "dag_runs", ("~",)),
            (prefect, "flow_runs", ()),
            (Fake(GitHubClient, rows=0, clock=clock), "runs", repository),
        ]
        alive = set()
        for fake, name, place in places:
            opened.enter_context(opened.enter_context(fake).installed())
            fake.add(name, *place, status="succeeded")
            fake.add(name, *place, lifetime=600)
            alive.add(str(fake.add(name, *place, lifetime=4500).id))
        prefect.fail(503, on=9, times=9)
        shown = run("one_screen.py", *repository)
    lines = [line.split() for line in shown.splitlines()]
    rows = [line for line in lines if line[:1] == ["│"]]
    assert [row[1] for row in rows] == ["Airflow", "GitHub", "Prefect"]
    assert all("running" in row for row in rows)
    assert {id_ for id_ in alive if id_ in shown} == alive
    assert "Prefect: 503" in shown


def test_all_batches_are_waited_for_and_their_files_fetched(run: Run, tmp_path: Path) -> None:
    """Also those of a batch that has failed: what was done of it is there."""
    with Fake(OpenAIClient, {"batches": 0, "fine_tuning_jobs": 0}) as fake, fake.installed():
        fake.add("batches", status="completed")
        fake.add("batches", lifetime=3600, fails=False, id="good", output_file_id="file-1")
        files = {"output_file_id": "file-2", "error_file_id": "file-3"}
        fake.add("batches", lifetime=7200, fails=True, id="bad", **files)
        for each in ("file-1", "file-2", "file-3"):
            fake.garbage(each.encode(), path=f"/files/{each}/content")
        lines = run("all_batches.py", str(tmp_path / "new")).splitlines()
        fake.assert_all_faults_used()
    assert [line.partition(":")[0] for line in lines] == ["good", "bad"]
    assert {each.name: each.read_text() for each in (tmp_path / "new").iterdir()} == {
        "good.answers.jsonl": "file-1",
        "bad.answers.jsonl": "file-2",
        "bad.errors.jsonl": "file-3",
    }
