"""The README's recipes, run as they are written."""

import ast
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from asyncops.clock import SystemClock
from asyncops.testing import FakeServer, FakeZoo

pytest_plugins = ("pytester",)

README = Path(__file__).parent.parent / "README.md"
RECIPES = dict(
    re.findall(
        r"^### ([^\n]+)\n(?:(?!^###).)*?^```python\n(.*?)^```$",
        README.read_text(),
        re.DOTALL | re.MULTILINE,
    )
)
APP = RECIPES["Inside FastAPI"]
# tests/workers runs these, in processes of their own.
WORKERS = [code for code in RECIPES.values() if "from asyncops.taskiq import" in code]
PROGRAMS = {
    title: code
    for title, code in RECIPES.items()
    if "def test_" not in code and code not in (APP, *WORKERS)
}


def test_the_recipes_are_found() -> None:
    """A recipe that is not found would not be run."""
    assert len(RECIPES) == README.read_text().count("```python\n") == 19
    assert (len(PROGRAMS), len(WORKERS)) == (15, 2)


@pytest.fixture
def _logging_as_it_was() -> Iterator[None]:
    yield
    # By its method, since a logger remembers what its level meant.
    logging.getLogger("asyncops").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("_logging_as_it_was")
@pytest.mark.parametrize("title", PROGRAMS)
def test_a_recipe_runs_as_written(
    title: str,
    fake_server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Against the fake server, from an empty folder, twice where it keeps a file.

    They live on the server's clock: what sleeps moves the data, and takes no time.
    """
    clock = fake_server.clock
    monkeypatch.setattr(SystemClock, "time", lambda _: clock.time())
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: clock.monotonic())
    monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: clock.sleep(seconds))
    for service in ("ZOO", "CHAINLOOP"):
        monkeypatch.setenv(f"{service}_BASE_URL", fake_server.url)
    monkeypatch.setenv("ZOO_API_TOKEN", fake_server.token)
    monkeypatch.setenv("CHAINLOOP_TOKEN", fake_server.token)
    monkeypatch.chdir(tmp_path)
    # Those of pytest would keep a recipe from setting up its own.
    monkeypatch.setattr(logging.root, "handlers", [])
    program = compile(PROGRAMS[title], f"README: {title}", "exec")
    exec(program, {"__name__": "__main__"})
    assert capsys.readouterr().out.strip()
    if "Path(" in PROGRAMS[title]:
        exec(program, {"__name__": "__main__"})
        assert not capsys.readouterr().out, "going on from the end gives nothing twice"


def test_the_recipe_for_tests_passes_as_a_test(pytester: pytest.Pytester) -> None:
    """As a file of its own, with the fixture that installing the package gives."""
    (code,) = (code for code in RECIPES.values() if "def test_" in code)
    ast.parse(code)
    pytester.makepyfile(code)
    pytester.runpytest_inprocess("-p", "no:asyncio").assert_outcomes(passed=1)


def test_the_recipe_for_fastapi_serves_what_it_says(fake_zoo: FakeZoo) -> None:
    """A page, all of them, an error, and its schema."""
    module: dict[str, Any] = {"__name__": "app"}
    exec(compile(APP, "README: app.py", "exec"), module)
    calls = [str(call.id) for call in fake_zoo.operations()]
    with TestClient(module["app"]) as client:
        assert [each["id"] for each in client.get("/calls").json()["items"]] == calls
        lines = client.get("/calls.ndjson").text.splitlines()
        assert [json.loads(line)["id"] for line in lines] == calls
        fake_zoo.throttle(retry_after=1000)
        answer = client.get("/calls")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1000")
        paths = client.get("/openapi.json").json()["paths"]
    answers = {
        path: set(each["get"]["responses"]["200"]["content"]) for path, each in paths.items()
    }
    assert answers == {
        "/calls": {"application/json"},
        "/calls.ndjson": {"application/x-ndjson"},
        "/changes": {"text/event-stream"},
    }


def test_the_two_commands_are_there() -> None:
    """One line sets up and runs the demo, one the tests."""
    lines = README.read_text().splitlines()
    commands = [line for line in lines if line.startswith("python3 -m venv")]
    assert [line.rsplit("/", 1)[1] for line in commands] == ["asyncops demo", "pytest -n auto"]


def test_every_promise_names_tests_that_exist() -> None:
    """A promise whose test was renamed or removed is noticed."""
    promises = [line for line in README.read_text().splitlines() if "::" in line]
    assert len(promises) > 15
    for path, name in re.findall(r"`(\S+\.py)::(\w+)`", "\n".join(promises)):
        tests = ast.parse((Path(__file__).parent / path).read_text())
        names = {
            node.name
            for node in ast.walk(tests)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert name in names, f"{path}::{name}"
