"""The recipes of asyncops/services/zoo/README.md, each as it is written."""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asyncops.testing import FakeClock, FakeZoo
from tests.cli.processes import environment
from tests.readmes import blocks
from tests.until import until_blocking

RECIPES = {each.file: each.text for each in blocks("python", "asyncops/services/zoo/README.md")}
DAY = timedelta(days=1)
FILES = [f"part-{number:02}" for number in range(11)]

Run = Callable[..., str]


@pytest.fixture
def zoo() -> Iterator[FakeZoo]:
    with FakeZoo(clock=FakeClock(datetime.now(UTC) - 8 * DAY)) as fake, fake.installed():
        yield fake


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a recipe in this process, on the fake's clock; gives what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(recipe: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [recipe, *arguments])
        exec(compile(RECIPES[recipe], recipe, "exec"), {"__name__": "__main__"})
        return capsys.readouterr().out

    return run


def test_there_are_three() -> None:
    assert set(RECIPES) == {"convert_folder.py", "fetch_parts.py", "costs.py"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "gears"
    folder.mkdir()
    for name in FILES:
        (folder / f"{name}.step").write_text("ISO-10303-21;")
    return folder


def starts(zoo: FakeZoo) -> int:
    return sum(request.method == "POST" for request in zoo.requests)


def ids_in(folder: Path) -> list[str]:
    return [path.read_text() for path in sorted(folder.glob("*.id"))]


def results_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != "."}


def test_a_folder_is_converted_though_the_program_is_killed(
    zoo: FakeZoo, run: Run, folder: Path
) -> None:
    """What is done or goes on is not started again, what is not comes, and all ends once."""
    command = [sys.executable, "-c", RECIPES["convert_folder.py"], str(folder)]
    with subprocess.Popen(command, env=environment(variables(zoo))) as process:
        until_blocking(lambda: len(ids_in(folder)) == 8)
        assert starts(zoo) == 8, "no more than eight at a time"
        for each in ids_in(folder)[:2]:
            zoo.move("files.convert", each, status="completed")
        until_blocking(lambda: len(results_in(folder)) == 2)
        until_blocking(lambda: len(ids_in(folder)) == 10)
        process.kill()
    before = ids_in(folder)
    assert starts(zoo) == 10
    for each in before:
        zoo.move("files.convert", each, status="completed")
    printed = run("convert_folder.py", str(folder))
    assert starts(zoo) == len(FILES)
    assert set(before) < set(ids_in(folder))
    assert len(set(ids_in(folder))) == len(FILES)
    # Chance says how the last one ends.
    assert printed.count("converted") == len(FILES) - 2
    assert results_in(folder) >= set(FILES[:-1])
    assert {path.read_bytes() for path in folder.glob("*/part.obj")} == {b"v\n"}
    zoo.reset_counters()
    assert "converted part" not in run("convert_folder.py", str(folder))
    assert starts(zoo) == 0


def variables(zoo: FakeZoo) -> dict[str, str]:
    return {"ZOO_BASE_URL": zoo.url, "ZOO_API_TOKEN": zoo.token}


def test_a_conversion_that_failed_costs_the_others_nothing(
    zoo: FakeZoo, run: Run, folder: Path
) -> None:
    for name in FILES:
        status = "failed" if name == FILES[3] else "completed"
        outputs: dict[str, Any] = {}
        if name == FILES[5]:
            outputs["outputs"] = {"/part.obj": "dgo="}
        started = zoo.add("files.convert", status=status, **outputs)
        (folder / f"{name}.id").write_text(str(started.id))
    printed = run("convert_folder.py", str(folder))
    assert f"{FILES[3]}.step is not converted: " in printed
    assert f"{FILES[5]}.step is not converted: the service names a file" in printed
    assert results_in(folder) == {*FILES} - {FILES[3], FILES[5]}
    assert starts(zoo) == 0


def test_the_parts_of_the_last_week_are_fetched(zoo: FakeZoo, run: Run, tmp_path: Path) -> None:
    """Each kind of part, once."""
    zoo.add("text_to_cad", status="completed", prompt="too old")
    zoo.clock.advance(8 * DAY.total_seconds())
    code: dict[str, Any] = {"code": "a = 1\n", "original_source_code": "", "source_ranges": []}
    kinds: dict[str, dict[str, Any]] = {
        "text_to_cad": {},
        "text_to_cad_iteration": code,
        "text_to_cad_multi_file_iteration": {
            "outputs": {"main.kcl": "a = 1\n", "parts/lid.kcl": "b = 2\n"},
            "source_ranges": [],
        },
    }
    made = {
        kind: str(zoo.add("text_to_cad", status="completed", type=kind, **fields).id)
        for kind, fields in kinds.items()
    }
    zoo.add("text_to_cad", status="failed")
    unsafe = {**kinds["text_to_cad_multi_file_iteration"], "outputs": {"../main.kcl": ""}}
    refused = zoo.add(
        "text_to_cad", status="completed", type="text_to_cad_multi_file_iteration", **unsafe
    )
    printed = run("fetch_parts.py")
    written: defaultdict[str, set[str]] = defaultdict(set)
    for path in (tmp_path / "parts").rglob("*.*"):
        place = path.relative_to(tmp_path / "parts")
        written[place.parts[0]].add("/".join(place.parts[1:]))
    assert written == {
        made["text_to_cad"]: {"main.kcl", "source.step"},
        made["text_to_cad_iteration"]: {"main.kcl"},
        made["text_to_cad_multi_file_iteration"]: {"main.kcl", "parts/lid.kcl"},
    }
    assert printed.count("\n") == 4
    assert f"{refused.id} is not fetched: the service names a file '../main.kcl'" in printed
    zoo.reset_counters()
    assert run("fetch_parts.py").count("\n") == 1
    assert zoo.count() == zoo.count("/user/text-to-cad") + 1


def test_costs_are_added_up_by_day(zoo: FakeZoo, run: Run) -> None:
    for days in range(3):
        zoo.clock.advance(days * DAY.total_seconds())
        zoo.add("api_calls", price=0.25 * (days + 1))
    zoo.add("api_calls", price=None)
    calls = zoo.items("api_calls")
    days_of = Counter(call.created_at.date() for call in calls)
    lines = [line.split() for line in run("costs.py").splitlines()]
    assert [line[0] for line in lines] == [str(day) for day in sorted(days_of)]
    assert [int(line[1]) for line in lines] == [days_of[day] for day in sorted(days_of)]
    assert sum(float(line[3]) for line in lines) == pytest.approx(
        sum(call.price or 0 for call in calls), abs=0.001
    )
