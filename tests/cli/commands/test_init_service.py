"""``init-service``: the file that it writes, and what it refuses."""

import json
from pathlib import Path

import pytest

from tests.cli.init_service.farm import FARM
from tests.cli.running import invoke

LISTING = "/v1/teams/{id}/render-jobs"


@pytest.fixture
def openapi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "farm.json"
    path.write_text(json.dumps(FARM))
    return str(path)


def test_the_draft_is_written_once(openapi: str) -> None:
    arguments = ("init-service", "render-farm", "--openapi", openapi, "--list", LISTING)
    done = invoke(None, *arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out == "render_farm.py: 7 lines to check, each with a comment\n"
    written = Path("render_farm.py").read_text()
    assert "class RenderFarmClient(Client):" in written
    again = invoke(None, *arguments)
    assert (again.code, again.out) == (2, "")
    assert "render_farm.py is there already. Name another file with --output." in again.err
    other = invoke(None, *arguments, "--output", "other.py")
    assert other.code == 0
    assert Path("other.py").read_text() == written


@pytest.mark.parametrize(
    ("name", "file", "path", "said"),
    [
        ("Farm", None, LISTING, "NAME: name must be lower case letters, digits and dashes"),
        ("farm", "none.json", LISTING, "cannot read none.json: No such file or directory"),
        ("farm", "farm.yaml", LISTING, "farm.yaml is no JSON. Write YAML as JSON first."),
        ("farm", None, "/v1/jobs", "there is no GET or POST of /v1/jobs. Near are /v1/teams"),
        ("farm", "deep.json", LISTING, "deep.json is no JSON. Write YAML as JSON first."),
        ("farm", "three.json", LISTING, "three.json is no OpenAPI description: "),
        ("farm", "answer.json", LISTING, "answer.json is no OpenAPI description: "),
        ("farm", "servers.json", LISTING, "servers.json is no OpenAPI description: "),
    ],
    ids=["name", "no file", "YAML", "path", "deep", "three", "answer", "servers"],
)
def test_what_cannot_be_used_is_refused(
    openapi: str, name: str, file: str | None, path: str, said: str
) -> None:
    Path("farm.yaml").write_text("openapi: 3.1.0\n")
    Path("deep.json").write_text("[" * 100_000)
    Path("three.json").write_text(json.dumps({"paths": {LISTING: 3}}))
    Path("answer.json").write_text(json.dumps({"paths": {LISTING: {"get": {"responses": []}}}}))
    Path("servers.json").write_text(json.dumps({**FARM, "servers": 3}))
    done = invoke(None, "init-service", name, "--openapi", file or openapi, "--list", path)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())
    assert not list(Path().glob("*.py"))
