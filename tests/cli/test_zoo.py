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


def test_a_table_of_costs_has_nothing_private(zoo: FakeZoo) -> None:
    rows = list(csv.DictReader(io.StringIO(run("api-calls", "list", "--csv"))))
    assert len(rows) == len(zoo.items("api_calls"))
    assert [float(row["price"]) for row in rows] == [each.price for each in zoo.items("api_calls")]
    assert not {"token", "email", "ip_address"} & rows[0].keys()


def test_the_files_of_a_part_are_written(zoo: FakeZoo, tmp_path: Path) -> None:
    part = zoo.add("text_to_cad", status="completed")
    run("text-to-cad", "get", str(part.id), "--outputs", str(tmp_path / "parts"))
    assert (tmp_path / "parts" / "main.kcl").read_text() == "width = 21\n"


def test_a_file_is_converted(zoo: FakeZoo, tmp_path: Path) -> None:
    """What is started is waited for and fetched by its id."""
    file = tmp_path / "part.step"
    file.write_text("ISO-10303-21;")
    formats = ("--src-format", "step", "--output-format", "obj")
    (started,) = lines("files", "convert", "start", str(file), *formats)
    zoo.move("files.convert", started["id"], status="completed")
    run("files", "convert", "wait", started["id"])
    run("files", "convert", "get", started["id"], "--outputs", str(tmp_path / "converted"))
    assert (tmp_path / "converted" / "part.obj").read_bytes() == b"v\n"
    with_number = ("--src-format", "step", "--material-density", "7.85")
    (mass,) = lines("files", "mass", "start", str(file), *with_number)
    assert mass["material_density"] == 7.85
