"""What any user of Zoo may list and start, from the command line."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from asyncops.cli.groups import app
from asyncops.testing import FakeZoo


@pytest.fixture
def zoo() -> Iterator[FakeZoo]:
    with FakeZoo() as fake, fake.installed():
        yield fake


def run(*words: str, code: int = 0) -> str:
    """What a command writes."""
    done = CliRunner().invoke(app, ["zoo", *words])
    assert done.exit_code == code, done.output
    return done.stdout


def lines(*words: str) -> list[Any]:
    return [json.loads(line) for line in run(*words, "--jsonl").splitlines()]


@pytest.mark.parametrize(
    ("words", "resource"),
    [
        ("text-to-cad", "text_to_cad"),
        ("api-calls", "api_calls"),
        ("conversations", "conversations"),
        ("org datasets", "org.datasets"),
        ("org api-calls", "org.api_calls"),
    ],
)
def test_each_is_listed(zoo: FakeZoo, words: str, resource: str) -> None:
    listed = lines(*words.split(), "list")
    assert [each["id"] for each in listed] == [str(each.id) for each in zoo.items(resource)]
    assert str(zoo.items(resource)[0].id) in run(*words.split(), "list")


def test_conversions_are_those_of_a_dataset(zoo: FakeZoo) -> None:
    """Its id stands behind the verb; a state stands for all statuses of it."""
    dataset = str(zoo.items("org.datasets")[0].id)
    conversions = ("org", "datasets", "conversions")
    failed = lines(*conversions, "list", dataset, "--status", "failed")
    assert len({each["status"] for each in failed}) == 6
    phases = lines(*conversions, "list", dataset, "--phase", "convert_raw_kcl")
    assert {each["phase"] for each in phases} == {"convert_raw_kcl"}
    shown = run(*conversions, "get", dataset, failed[0]["id"])
    assert failed[0]["file_path"] in shown


def test_the_id_of_a_dataset_that_cannot_be_one_is_called_so(zoo: FakeZoo) -> None:
    words = ["zoo", "org", "datasets", "conversions", "list", "nope"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "DATASET_ID must be a UUID" in done.stderr
    assert zoo.count() == 0


def test_a_table_of_costs_has_nothing_private(zoo: FakeZoo) -> None:
    rows = list(csv.DictReader(io.StringIO(run("api-calls", "list", "--csv"))))
    assert len(rows) == len(zoo.items("api_calls"))
    assert [float(row["price"]) for row in rows] == [each.price for each in zoo.items("api_calls")]
    assert not {"token", "email", "ip_address"} & rows[0].keys()


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (["list"], ["true"]),
        (["list", "--parts"], ["false"]),
        (["list", "--jsonl"], []),
        (["list", "--no-parts", "--jsonl"], ["true"]),
        (["report", "-o", "page.html"], ["true"]),
    ],
)
def test_files_that_nothing_shows_are_not_read(
    zoo: FakeZoo, words: list[str], sent: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("text-to-cad", *words)
    query = zoo.requests[0].query
    assert [query[name] for name in query if name == "no_parts"] == sent


def test_the_files_of_a_part_are_written(zoo: FakeZoo, tmp_path: Path) -> None:
    part = zoo.add("text_to_cad", status="completed")
    run("text-to-cad", "get", str(part.id), "--outputs", str(tmp_path / "parts"))
    assert (tmp_path / "parts" / "main.kcl").read_text() == "width = 21\n"


def test_a_file_is_converted(zoo: FakeZoo, tmp_path: Path) -> None:
    """The suffixes tell the formats; what was not waited for is fetched by its id."""
    file, into = tmp_path / "part.STP", tmp_path / "part.obj"
    file.write_text("ISO-10303-21;")
    zoo.start_as("files.convert", lifetime=20)
    assert run("files", "convert", str(file), str(into)) == ""
    assert into.read_bytes() == b"v\n"
    assert zoo.requests[0].path == "/file/conversion/step/obj"
    id_ = run("files", "convert", str(file), "--output-format", "stl", "--no-wait").strip()
    run("files", "wait", id_)
    run("files", "get", id_, "--outputs", str(tmp_path / "converted"))
    assert (tmp_path / "converted" / "part.obj").read_bytes() == b"v\n"


@pytest.mark.parametrize(
    ("name", "given", "result"),
    [
        ("mass", ("--material-density", "7.85"), ("mass", 154.1)),
        ("volume", ("--output-unit", "ml"), ("output_unit", "ml")),
        ("density", ("--material-mass", "12"), ("density", 7850.0)),
        ("surface-area", (), ("surface_area", 47.9)),
        ("center-of-mass", (), ("center_of_mass", {"x": 0.5, "y": -1.25, "z": 3.0})),
    ],
)
def test_a_file_is_measured(
    name: str, given: tuple[str, ...], result: tuple[str, Any], zoo: FakeZoo, tmp_path: Path
) -> None:
    file = tmp_path / "part.step"
    file.write_text("ISO-10303-21;")
    zoo.start_as(f"files.{name.replace('-', '_')}", status="completed")
    (measured,) = lines("files", name, str(file), *given)
    assert measured[result[0]] == result[1]
    assert result[0] in run("files", name, str(file), *given)
