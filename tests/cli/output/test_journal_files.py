"""The files of a listing that goes on: none is taken for another, or for what it no longer is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncops.testing import FakeServer, Fault
from tests.cli.running import invoke

PROMPTS = ("zoo", "prompts", "list", "--page-size", "10")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(operations=0, prompts=60, chainloop_operations=0) as served:
        yield served


@pytest.mark.parametrize("state", ["rows.jsonl", "./rows.jsonl", "rows.jsonl.part", "link", "far"])
def test_the_resume_file_is_not_where_the_rows_go(
    server: FakeServer, tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor by another name: each would overwrite the other."""
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to("rows.jsonl")
    Path("far").symlink_to("rows.jsonl.part")
    done = invoke(server, *PROMPTS, "-o", "rows.jsonl", "--resume", state)
    assert done.code == 2
    assert "two files" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["far", "link"]
    assert server.count() == 0


def test_rows_of_another_listing_are_not_gone_on_with(server: FakeServer, tmp_path: Path) -> None:
    """Two listings for one file, each with a resume file of its own, both broken off."""
    command = (*PROMPTS, "-o", str(tmp_path / "rows.jsonl"), "--resume")
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    server.script(Fault(400, on=3))
    assert invoke(server, *command, one).code == 4
    server.reset_counters()
    server.script(Fault(400, on=5))
    assert invoke(server, *command, other, "--sort", "oldest").code == 4
    part = (tmp_path / "rows.jsonl.part").read_bytes()
    refused = invoke(server, *command, one)
    assert refused.code == 2
    assert "rows.jsonl.part" in refused.err
    assert (tmp_path / "rows.jsonl.part").read_bytes() == part
    assert invoke(server, *command, other, "--sort", "oldest").code == 0


@pytest.mark.parametrize("what", ["part", "rows"])
def test_the_hint_names_the_file_to_remove(server: FakeServer, tmp_path: Path, what: str) -> None:
    """It is the resume file: what is gone cannot be removed."""
    command = (*PROMPTS, "-o", str(tmp_path / "rows.jsonl"), "--resume", str(tmp_path / "state"))
    if what == "part":
        server.script(Fault(400, on=3))
    invoke(server, *command)
    for path in tmp_path.glob("rows*"):
        path.unlink()
    refused = " ".join(invoke(server, *command).err.split())
    assert f"Remove {tmp_path / 'state'} to begin anew" in refused


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "loop"),
        ("-o", "rows.jsonl", "--resume", "loop"),
        ("-o", "rows.jsonl", "--on-invalid", "loop"),
        ("-o", "rows.jsonl", "--resume", "nowhere/place"),
    ],
)
def test_a_file_that_cannot_be_is_told_of_before_anything_is_sent(
    server: FakeServer, tmp_path: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to itself, and a file in a folder that is not there."""
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    done = invoke(server, *PROMPTS, "--jsonl", *options)
    words = f"asyncops: cannot use the file {options[-1]}: "
    assert (done.code, done.err[: len(words)]) == (2, words)
    assert server.count() == 0
