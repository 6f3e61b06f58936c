"""``list --on-invalid``: a row that does not fit ends the command, is left out, or is kept."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asyncops.cli.output.sinks import keeping
from asyncops.errors import DecodeError
from asyncops.http.invalid_items import InvalidItem
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.cli.processes import PROGRAM, SECONDS, environment
from tests.cli.running import invoke, variables

LIST = ("chainloop", "operations", "list", "--jsonl", "--page-size", "10")
BAD = {"a": ["é", 7]}


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(operations=0, prompts=0, chainloop_operations=30) as served:
        raw_json.create_chainloop_operation(served, id="wrong-1", kind=5)
        raw_json.create_chainloop_operation(served, id="wrong-2", output=BAD)
        yield served


def fitting(server: FakeServer) -> list[str]:
    rows = [row["id"] for row in raw_json.chainloop_operations(server)]
    return sorted(each for each in rows if not each.startswith("wrong"))


def ids(text: str) -> list[str]:
    return sorted(json.loads(line)["id"] for line in text.splitlines())


def rows_in(path: Path) -> dict[str, dict[str, Any]]:
    return {row["raw"]["id"]: row for row in map(json.loads, path.read_text().splitlines())}


@pytest.mark.parametrize("options", [(), ("--on-invalid", "fail")])
def test_it_is_an_error_that_names_the_row_and_the_option(
    server: FakeServer, options: tuple[str, ...]
) -> None:
    done = invoke(server, *LIST, *options)
    assert (done.code, done.out) == (4, "")
    assert "(id wrong-" in done.err
    assert "--on-invalid skip" in done.err
    assert "on_invalid=" not in done.err


@pytest.mark.parametrize("concurrency", ["1", "4"])
def test_it_is_left_out_and_told(server: FakeServer, concurrency: str) -> None:
    done = invoke(server, *LIST, "--on-invalid", "skip", "--concurrency", concurrency)
    assert done.code == 0
    assert ids(done.out) == fitting(server)
    (line,) = done.err.splitlines()
    assert line == ("asyncops: 2 rows do not fit and are left out; --on-invalid FILE keeps them")


def test_where_all_rows_fit_nothing_is_said(server: FakeServer) -> None:
    for row in ("wrong-1", "wrong-2"):
        raw_json.remove_chainloop_operation(server, row)
    assert invoke(server, *LIST, "--on-invalid", "skip").err == ""


def test_it_is_kept_in_a_file_with_what_is_wrong_with_it(
    server: FakeServer, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.jsonl"
    done = invoke(server, *LIST, "--on-invalid", str(path))
    assert (done.code, ids(done.out)) == (0, fitting(server))
    assert f"2 rows do not fit and are left out; see {path}" in done.err
    found = rows_in(path)
    assert found.keys() == {"wrong-1", "wrong-2"}
    assert found["wrong-2"]["raw"]["output"] == BAD
    assert path.read_bytes().isascii()
    assert {row["index"] for row in found.values()} == {0, 1}
    assert all("$.operations[" in str(row["error"]) for row in found.values())


def test_text_that_utf8_cannot_encode_is_written_in_escapes(tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    with keeping(str(path), since=None) as on_invalid:
        assert on_invalid is not None
        on_invalid(InvalidItem(3, {"id": "a", "output": "\ud800"}, DecodeError("no text")))
    text = path.read_text()
    assert text == '{"index": 3, "error": "no text", "raw": {"id": "a", "output": "\\ud800"}}\n'
    assert json.loads(text)["raw"]["output"] == "\ud800"


def test_the_file_is_there_whole_or_not_at_all(server: FakeServer, tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text("before")
    server.script(Fault(400, on=3))
    assert invoke(server, *LIST, "--on-invalid", str(path)).code != 0
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_it_grows_with_a_listing_that_is_gone_on_with(server: FakeServer, tmp_path: Path) -> None:
    path, target, place = (tmp_path / name for name in ("wrong", "out.jsonl", "place"))
    options = (*LIST, "-o", str(target), "--resume", str(place), "--on-invalid", str(path))
    server.script(Fault(400, on=3))
    assert invoke(server, *options).code != 0
    assert rows_in(path).keys() == {"wrong-1", "wrong-2"}
    assert invoke(server, *options).code == 0
    assert ids(target.read_text()) == fitting(server)
    assert len(path.read_text().splitlines()) == 2


def test_what_names_no_file_of_its_own_is_refused(server: FakeServer, tmp_path: Path) -> None:
    target = str(tmp_path / "out.jsonl")
    for options in (("-o", target, "--on-invalid", target), ("--on-invalid", "-")):
        done = invoke(server, *LIST, *options)
        assert done.code == 2
        assert "--on-invalid" in done.err
    assert server.requests == []


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "out.jsonl", "--resume", "place", "--on-invalid", "/dev/full"),
        ("-o", "out.jsonl", "--on-invalid", "/dev/full"),
        ("-o", "/dev/full", "--on-invalid", "wrong", "--page-size", "40"),
    ],
)
def test_a_full_disk_is_told_of_with_the_file_that_is_on_it(
    options: tuple[str, ...], server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # More than any buffer of a file holds, which is 128 KiB from Python 3.14 on.
    raw_json.create_chainloop_operation(server, output="x" * 150_000)
    done = invoke(server, *LIST, *options)
    words = "asyncops: cannot use the file /dev/full: no space left on device\n"
    assert (done.code, done.err) == (2, words)


def test_a_full_disk_below_standard_output_is_no_fault_of_the_file(
    server: FakeServer, tmp_path: Path
) -> None:
    options = (*LIST, "--on-invalid", str(tmp_path / "wrong"))
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *options],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment(variables(server)),
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "asyncops: No space left on device. Make room and run it again.\n"
    assert list(tmp_path.iterdir()) == []
