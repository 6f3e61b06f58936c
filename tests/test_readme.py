"""The README files: their programs run as they are written, and their links and names hold."""

import ast
import logging
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import metadata
from pathlib import Path

import pytest

from asyncops.testing import FakeServer
from asyncops.utils.clock import SystemClock
from tests.readmes import PACKAGE, READMES, ROOT, Block, blocks

# The tests of these chapters run the programs of their README themselves, each one by name.
RUN_BY_THEIR_CHAPTER = {
    "asyncops/fastapi/README.md": "tests/fastapi/test_readme.py",
    "asyncops/kit/README.md": "tests/kit/test_client_readme.py",
    "asyncops/services/README.md": "tests/services/test_recipes.py",
    "asyncops/services/zoo/README.md": "tests/services/zoo/test_recipes.py",
    "asyncops/taskiq/README.md": "tests/taskiq/test_recipes.py",
    "asyncops/testing/README.md": "tests/testing/test_plugin_web.py",
}
PROGRAMS = [each for each in blocks("python") if each.readme not in RUN_BY_THEIR_CHAPTER]


def test_every_program_is_found() -> None:
    """A program that is not found would not be run."""
    text = "".join(path.read_text() for path in READMES.values())
    fences = re.findall(r"^[ \t]*(?:```|~~~)[ \t]*py.*$", text, re.MULTILINE)
    assert fences == ["```python"] * len(blocks("python"))
    assert len(PROGRAMS) >= 15


def test_the_chapters_that_run_their_programs_are_there() -> None:
    for readme, tests in RUN_BY_THEIR_CHAPTER.items():
        assert blocks("python", readme)
        assert readme in (ROOT / tests).read_text()


@pytest.fixture
def _logging_as_it_was() -> Iterator[None]:
    yield
    # By its method, since a logger remembers what its level meant.
    logging.getLogger("asyncops").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("_logging_as_it_was")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: f"{each.readme}: {each.title}")
def test_a_program_runs_as_written(
    program: Block,
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
    code = compile(program.text, f"{program.readme}: {program.title}", "exec")
    exec(code, {"__name__": "__main__"})
    assert capsys.readouterr().out.strip()
    if "Path(" in program.text:
        exec(code, {"__name__": "__main__"})
        assert not capsys.readouterr().out, "going on from the end gives nothing twice"


def test_the_two_commands_are_there() -> None:
    """One line sets up and runs the demo, one the tests."""
    lines = READMES["README.md"].read_text().splitlines()
    commands = [line for line in lines if line.startswith("python3 -m venv")]
    assert [line.rsplit("/", 1)[1] for line in commands] == ["asyncops demo", "pytest -n auto"]


def test_the_first_page_is_short() -> None:
    assert len(READMES["README.md"].read_text().splitlines()) <= 250


def test_every_promise_names_tests_that_exist() -> None:
    """A promise whose test was renamed or removed is noticed."""
    text = READMES["tests/README.md"].read_text()
    promises = [line for line in text.splitlines() if "::" in line]
    assert len(promises) > 15
    for path, name in re.findall(r"`(\S+\.py)::(\w+)`", "\n".join(promises)):
        assert name in _functions(path), f"{path}::{name}"


@cache
def _functions(path: str) -> set[str]:
    """The names of a file's functions."""
    return {
        node.name
        for node in ast.walk(ast.parse((ROOT / "tests" / path).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("readme", READMES)
def test_every_link_leads_somewhere(readme: str) -> None:
    """To a file of the repository, and to a heading of it where one is named."""
    for target in re.findall(r"\]\(([^)\s]+)\)", READMES[readme].read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = _in_the_repository((ROOT / readme).parent / path) if path else READMES[readme]
        assert file.exists(), target
        assert not anchor or anchor in _anchors(file.read_text()), target


def _in_the_repository(path: Path) -> Path:
    """The file, where the package's own are those of the wheel too."""
    name = path.resolve().relative_to(ROOT.resolve())
    return PACKAGE.joinpath(*name.parts[1:]) if name.parts[0] == "asyncops" else ROOT / name


def _anchors(text: str) -> set[str]:
    """Of each heading, as a page of the repository shows it."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_every_extra_exists() -> None:
    """Each that is named in `pip install 'asyncops[...]'`."""
    text = "".join(path.read_text() for path in READMES.values())
    named = ",".join(re.findall(r"'(?:asyncops|\.)\[([\w,]+)\]'", text)).split(",")
    extras = metadata("asyncops").get_all("Provides-Extra") or []
    assert len(named) > 5
    assert not set(named) - set(extras)
