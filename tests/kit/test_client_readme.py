"""The programs of asyncops/kit/README.md, run as written against fakes of their service."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

from asyncops.testing import Fake
from tests.readmes import Block, blocks

pytest_plugins = ("pytester",)

README = "asyncops/kit/README.md"
PROGRAMS = {each.file: each for each in blocks("python", README)}


def loaded(program: Block) -> Any:
    module = ModuleType(str(program.file).removesuffix(".py"))
    exec(compile(program.text, f"{README}: {program.file}", "exec"), vars(module))
    return module


def test_each_has_a_name_and_is_run_here() -> None:
    names = ["smallest.py", "farm.py", "scenes.py", "test_farm.py", "app.py", "ask_farm.py"]
    assert list(PROGRAMS) == names


@pytest.mark.parametrize("name", ["smallest.py", "farm.py"])
def test_a_program_runs_as_written(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = loaded(PROGRAMS[name])
    with Fake(module.FarmClient, rows=30) as fake, fake.installed():
        asyncio.run(module.main())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (30 if name == "smallest.py" else 2)


@pytest.fixture
def _farm_py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for program in PROGRAMS.values():
        (tmp_path / str(program.file)).write_text(program.text)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("farm", None)


@pytest.mark.usefixtures("_farm_py")
def test_the_service_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """The fake does as the description says, but for the time in its answers."""
    module = loaded(PROGRAMS["ask_farm.py"])
    with Fake(module.FarmClient, rows=60) as fake, fake.installed():
        asyncio.run(module.main())
    lines = capsys.readouterr().out.splitlines()
    assert "good paging: the next page holds other items" in lines
    assert [each for each in lines if each.startswith("bad") and "clock" not in each] == []


@pytest.mark.usefixtures("_farm_py")
@pytest.mark.parametrize("lost", [False, True])
def test_a_file_and_a_stream_are_sent(
    lost: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dawn.glb").write_bytes(b"a scene")
    module = loaded(PROGRAMS["scenes.py"])
    with Fake(module.SceneClient) as fake, fake.installed():
        if lost:
            fake.drop(path="/v1/scenes", on=2)
        asyncio.run(module.main())
        starts = [each for each in fake.requests if each.path == "/v1/scenes"]
    assert [each.body for each in starts] == [b"a scene", b"frame 0\nframe 1\nframe 2\n"]
    assert {each.headers["x-team"] for each in fake.requests} == {"blue"}
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "cancelled"
    told = [each for each in lines if each.endswith("of 7 bytes")]
    assert told == ["0 of 7 bytes", "7 of 7 bytes"]
    assert [each[:8] for each in lines[:-1] if each not in told] == ["look for"] * lost


@pytest.mark.usefixtures("_farm_py")
def test_its_app_serves_jobs_and_refuses_what_is_no_status() -> None:
    module = loaded(PROGRAMS["app.py"])
    with (
        Fake(module.FarmClient, rows=60) as fake,
        fake.installed(),
        TestClient(module.app) as client,
    ):
        page = client.get("/jobs", params={"status": "broken"}).json()
        assert [job["id"] for job in page["items"]] == [
            job.id for job in fake.items("jobs", status="broken")
        ]
        assert client.get("/jobs", params={"status": "brocken"}).status_code == 422
        paths = client.get("/openapi.json").json()["paths"]
    assert set(paths["/changes"]["get"]["responses"]["200"]["content"]) == {"text/event-stream"}


@pytest.mark.usefixtures("_farm_py")
def test_its_tests_pass(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_farm=PROGRAMS["test_farm.py"].text)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    ran = pytester.runpytest_inprocess("-q", "-p", "no:randomly", "-W", "error")
    counted = ran.parseoutcomes()
    assert set(counted) == {"passed"}
    assert counted["passed"] > 30
