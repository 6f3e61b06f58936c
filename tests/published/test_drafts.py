"""Drafts of services from the published descriptions: they are modules, and type-checked.

Run as ``test_specs.py`` says.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from asyncops.cli.init_service.document import Described
from asyncops.cli.init_service.draft import draft
from tests.published.schemas import description
from tests.readmes import ROOT

pytestmark = pytest.mark.specs

# How each is paged, as its drafts say.
FILES = {
    "circleci-v2.openapi.json": "Token",
    "github-actions.openapi.json": "Pages",
    "gitlab-pipelines.openapi.json": "Pages",
    "openai.openapi.json": "After",
    "replicate.openapi.json": "NextURL",
    "terraform-cloud.openapi.json": "Pages",
    "real/airflow.openapi.json": "Token",
    "real/prefect.openapi.json": "Offset",
    "real/sapporo.openapi.json": "Token",
    "zoo-2026-04.json": "Token",
}


def listings(tree: dict[str, dict[str, dict[str, object]]]) -> list[Described]:
    """The paths whose answer has an array of objects and that page."""
    gets = [path for path, verbs in tree["paths"].items() if {"get", "post"} & verbs.keys()]
    found = [Described(tree, path) for path in gets]
    pages = {"limit", "page-token", "page", "page[number]", "after", "offset", "page_size"}
    return [each for each in found if each.items is not None and pages & {*each.parameters}] or [
        each for each in found if each.items is not None and "next" in each.body
    ]


@pytest.mark.parametrize("name", FILES)
def test_each_listing_becomes_a_draft_that_its_checks_take(
    name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = listings(json.loads(description(name).read_bytes()))
    drafts = [draft(each, name.partition(".")[0].rpartition("/")[2]) for each in found]
    assert drafts
    assert any(f"paging={FILES[name]}(" in text for text in drafts)
    for number, text in enumerate(drafts):
        assert "Client." not in text, text.partition("# check: ")[2].partition("\n")[0]
        (tmp_path / f"draft_{number}.py").write_text(text)
    # A cache for each process of pytest: two runs of mypy that share one can break each other.
    cache = tmp_path_factory.getbasetemp() / "mypy"
    drafted = map(str, tmp_path.glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), *drafted],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
