"""The id that a command shows is the one that the next command takes."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from asyncops.cli import connect
from asyncops.cli.app import app
from asyncops.cli.commands.get import save_files
from asyncops.cli.shell import Failure
from asyncops.testing import Fake
from tests.cli.conftest import Register
from tests.cli.farm import Build, NumberedClient, Phase
from tests.cli.processes import Done

Builds = Callable[..., Done]


@pytest.fixture
def fake(register: Register) -> Iterator[Fake[NumberedClient]]:
    """A service whose builds are asked for by their numbers, and not by their ids."""
    register("acme_numbered", numbered="tests.cli.farm:NumberedClient")
    with Fake(NumberedClient, rows=0) as running:
        for number in (41, 42):
            running.add("builds", id=f"b-{number}", number=number, status="running")
        yield running


@pytest.fixture
def builds(fake: Fake[NumberedClient]) -> Builds:
    """Runs ``asyncops numbered builds`` against the fake."""

    def running(*arguments: str) -> Done:
        words, env = ["numbered", "builds", *arguments], {"NUMBERED_BASE_URL": fake.url}
        with patch.object(connect, "SYSTEM_CLOCK", fake.clock):
            done = CliRunner().invoke(app, words, env=env, catch_exceptions=False)
        return Done(done.exit_code, done.stdout, done.stderr)

    return running


def test_the_first_column_is_what_get_takes(builds: Builds, tmp_path: Path) -> None:
    heading, *rows = builds("list").out.splitlines()
    assert heading.split() == ["NUMBER", "STATUS", "CREATED", "WAITED", "RAN", "ERROR"]
    numbers = {row.split()[0] for row in rows}
    assert numbers == {"41", "42"}
    found = [json.loads(builds("get", each, "--json").out) for each in sorted(numbers)]
    assert [each["id"] for each in found] == ["b-41", "b-42"]
    table = list(csv.DictReader(io.StringIO(builds("list", "--csv").out)))
    assert list(table[0])[:3] == ["number", "id", "status"]
    assert {row["number"] for row in table} == numbers
    target = tmp_path / "rows.parquet"
    assert builds("list", "--parquet", str(target)).code == 0
    assert b"number" in target.read_bytes()


def test_an_example_takes_what_get_takes(builds: Builds) -> None:
    assert "list --jsonl | jq -r .number" in " ".join(builds("list", "--help").out.split())


def test_a_wait_tells_of_what_it_was_asked_for(fake: Fake[NumberedClient], builds: Builds) -> None:
    fake.move("builds", 41, status="done")
    fake.move("builds", 42, status="broken")
    fake.change("builds", 42, error="no disk")
    done = builds("wait", "41", "42")
    assert {line.split(",")[0] for line in done.out.splitlines()} == {"41 succeeded", "42 failed"}
    assert "operation 42 failed: no disk" in done.err
    rows = json.loads(builds("wait", "41", "42", "--json").out)
    assert sorted(row["id"] for row in rows) == ["41", "42"]
    fake.move("builds", 42, status="running")
    assert "42 (running)" in builds("wait", "41", "42", "--timeout", "300ms").err


def test_files_are_in_a_folder_by_what_was_asked_for(
    fake: Fake[NumberedClient], builds: Builds, tmp_path: Path
) -> None:
    for number in (41, 42):
        fake.move("builds", number, status="done")
        fake.change("builds", number, logs={"log": str(number)})
    for verb in ("get", "wait"):
        done = builds(verb, "41", "42", "--outputs", str(tmp_path / verb))
        assert (done.code, (tmp_path / verb / "42" / "log").read_text()) == (0, "42")
    fake.change("builds", 41, logs={})
    assert "41 has no files" in builds("get", "41", "--outputs", str(tmp_path)).err


@pytest.mark.parametrize("id_", ["../b", "a/../../b", "/b"])
def test_an_id_does_not_lead_out_of_the_folder(id_: str, tmp_path: Path) -> None:
    """Ids come from the service, be it by another command."""
    item = Build(
        id=id_, status=Phase.DONE, created_at=datetime.now(UTC), number=1, logs={"log": "x"}
    )
    with pytest.raises(Failure, match="leads out of"):
        save_files(id_, item, tmp_path / "out", several=True)
    assert list(tmp_path.iterdir()) == []


def test_a_watch_tells_of_what_get_takes(fake: Fake[NumberedClient], builds: Builds) -> None:
    lines = builds("watch", "--from-start", "--timeout", "300ms").out.splitlines()
    assert {line.split()[2] for line in lines} == {"41", "42"}
    rows = builds("watch", "--from-start", "--timeout", "300ms", "--jsonl").out.splitlines()
    assert {json.loads(row)["id"] for row in rows} == {"41", "42"}
    fake.add("builds", id="b-43", number=43, lifetime=30, fails=True)
    done = builds("watch", "--until-failure", "--timeout", "10m")
    assert (done.code, done.err.split()[:3]) == (1, ["asyncops:", "43", "failed:"])


def test_a_report_tells_of_what_get_takes(
    fake: Fake[NumberedClient], builds: Builds, tmp_path: Path
) -> None:
    fake.move("builds", 41, status="done")
    page = tmp_path / "page.html"
    assert builds("report", "-o", str(page)).code == 0
    assert ">41<" in page.read_text()
    assert "b-41" not in page.read_text()
