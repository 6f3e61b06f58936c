"""``timeline`` and ``report``: the files, and what is said where there is none."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asyncops.cli.commands.report import Output, draw_operations
from asyncops.cli.options.fields import Settings
from asyncops.cli.options.list import query_of
from asyncops.cli.resources import resource_of
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.cli.processes import environment
from tests.cli.running import invoke, variables

RESOURCES = [
    pytest.param(("zoo", "operations"), "Zoo operations", id="operations"),
    pytest.param(("zoo", "prompts"), "Zoo prompts", id="prompts"),
    pytest.param(("chainloop", "operations"), "Chainloop operations", id="chainloop"),
]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(operations=60, prompts=60, chainloop_operations=60) as running:
        yield running


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize(("command", "title"), RESOURCES)
def test_a_timeline_of_each_resource(
    server: FakeServer, tmp_path: Path, command: tuple[str, str], title: str
) -> None:
    target = tmp_path / "lives.svg"
    done = invoke(server, *command, "timeline", "-o", str(target))
    assert (done.code, done.out) == (0, "")
    assert f"<title>{title}: 60 operations" in target.read_text()
    assert files(tmp_path) == ["lives.svg"]


@pytest.mark.parametrize(("command", "title"), RESOURCES)
def test_a_report_on_each_resource(
    server: FakeServer, tmp_path: Path, command: tuple[str, str], title: str
) -> None:
    target = tmp_path / "page.html"
    done = invoke(server, *command, "report", "-o", str(target), "--concurrency", "4")
    assert (done.code, done.out) == (0, "")
    page = target.read_text()
    assert f"<h1>{title}</h1>" in page
    assert "<dt>operations</dt><dd>60</dd>" in page
    assert "There is more" not in page


def test_a_timeline_may_be_a_png(server: FakeServer, tmp_path: Path) -> None:
    target = tmp_path / "lives.PNG"
    assert invoke(server, "zoo", "prompts", "timeline", "-o", str(target)).code == 0
    assert target.read_bytes().startswith(b"\x89PNG")


def test_filters_are_asked_of_the_service_and_named_on_the_page(
    server: FakeServer, tmp_path: Path
) -> None:
    target = tmp_path / "page.html"
    options = ("--status", "failed", "--since", "2020-01-01T00:00Z", "--sort", "oldest")
    assert invoke(server, "zoo", "operations", "report", "-o", str(target), *options).code == 0
    page = target.read_text()
    failed = len(raw_json.zoo_operations(server, "failed"))
    assert f"<dt>operations</dt><dd>{failed}</dd>" in page
    asked = re.search(r"Asked for: (.*?)\.</p>", page)
    assert asked is not None
    assert set(asked[1].split(", ")) == {
        *("since 2020-01-01 00:00:00 UTC", "status failed", "sort oldest")
    }


def test_a_number_of_items_is_kept_to_and_told_of(server: FakeServer, tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "lives.svg"
    command = ("chainloop", "operations")
    invoke(server, *command, "report", "-o", str(page), "--max-items", "10")
    assert "this report is about the first 10 that came" in page.read_text()
    invoke(server, *command, "report", "-o", str(page), "--max-items", "60")
    assert "There is more" not in page.read_text()
    invoke(server, *command, "timeline", "-o", str(picture), "--max-items", "10")
    assert "Chainloop operations: 10 operations" in picture.read_text()


@pytest.mark.parametrize(
    ("command", "name", "wanted"),
    [
        pytest.param("timeline", "lives.pdf", ".svg or .png", id="timeline"),
        pytest.param("report", "page", ".html or .htm", id="report"),
    ],
)
def test_another_format_is_refused_before_anything_is_sent(
    server: FakeServer, tmp_path: Path, command: str, name: str, wanted: str
) -> None:
    done = invoke(server, "zoo", "operations", command, "-o", str(tmp_path / name))
    assert done.code == 2
    assert f"must end in {wanted}" in done.err
    assert server.count() == 0


@pytest.mark.parametrize("command", [("timeline", "x.svg"), ("report", "x.html")])
def test_a_folder_that_is_not_there_is_told_of_before_anything_is_sent(
    server: FakeServer, tmp_path: Path, command: tuple[str, str]
) -> None:
    target = tmp_path / "nowhere" / command[1]
    done = invoke(server, "zoo", "operations", command[0], "-o", str(target))
    assert done.code == 2
    assert "no such file or directory" in done.err
    assert server.count() == 0


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        pytest.param(("timeline", "x.svg"), "matplotlib", "plot", id="timeline"),
        pytest.param(("report", "x.html"), "matplotlib", "plot", id="report"),
        pytest.param(("report", "x.html"), "jinja2", "plot", id="template"),
        pytest.param(("report", "x.html"), "ddsketch", "stats", id="statistics"),
    ],
)
def test_a_missing_extra_is_named_before_anything_is_sent(
    server: FakeServer, tmp_path: Path, command: tuple[str, str], module: str, extra: str
) -> None:
    code = f"import sys; sys.modules[{module!r}] = None; from asyncops.cli import main; main()"
    target = tmp_path / command[1]
    done = subprocess.run(
        [sys.executable, "-c", code, "zoo", "operations", command[0], "-o", str(target)],
        env=environment(variables(server)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"pip install 'asyncops[{extra}]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (server.count(), files(tmp_path)) == (0, [])


@pytest.mark.parametrize("command", [("timeline", "x.svg"), ("report", "x.html")])
def test_a_service_that_fails_leaves_the_file_that_was_there(
    server: FakeServer, tmp_path: Path, command: tuple[str, str]
) -> None:
    target = tmp_path / command[1]
    target.write_text("before")
    server.script(Fault(403, path="/async/operations"))
    done = invoke(server, "zoo", "operations", command[0], "-o", str(target))
    assert done.code == 4
    assert (target.read_text(), files(tmp_path)) == ("before", [command[1]])


async def test_a_picture_that_is_given_up_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing keeps neither the loop nor whoever pressed Ctrl-C waiting."""
    drawing = asyncio.Event()
    never = asyncio.Event()

    async def thread(_: Any, *__: Any) -> bytes:
        drawing.set()
        await never.wait()
        return b""

    monkeypatch.setattr(asyncio, "to_thread", thread)
    async with FakeServer(operations=5) as server:
        for name, value in variables(server).items():
            monkeypatch.setenv(name, value)
        query = query_of(resource_of("zoo", "operations"))()
        target = Output(target=tmp_path / "x.svg")
        task = asyncio.create_task(draw_operations(Settings(), query, target))
        await drawing.wait()
        assert len(files(tmp_path)) == 1
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
    assert files(tmp_path) == []


def test_the_program_starts_without_what_only_pictures_need() -> None:
    """``asyncops --help`` is not to wait for a drawing library."""
    code = (
        "import sys, asyncops.cli.app; "
        "print({'matplotlib', 'numpy', 'ddsketch', 'jinja2'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
