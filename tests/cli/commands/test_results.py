"""``results``: what came of operations, of a service that may be asked without a token."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asyncops import OgcClient
from asyncops.cli.app import app
from asyncops.testing import Fake
from tests.cli.processes import Done


@pytest.fixture
def fake() -> Iterator[Fake[OgcClient]]:
    with Fake(OgcClient, 0) as running:
        yield running


def ogc(url: str, *words: str, **more: str) -> Done:
    env = {"OGC_BASE_URL": url, "OGC_TOKEN": "", "ASYNCOPS_CONFIG": os.devnull, **more}
    done = CliRunner().invoke(app, ["ogc", "jobs", *words], env=env)
    return Done(done.exit_code, done.stdout, done.stderr)


def test_each_result_is_a_line_of_json(fake: Fake[OgcClient]) -> None:
    ids = [str(fake.add("jobs", status="successful").id) for _ in range(2)]
    done = ogc(fake.url, "results", *ids, OGC_TOKEN=fake.token)
    assert (done.code, done.err) == (0, "")
    assert [json.loads(line) for line in done.out.splitlines()] == [{"area": 12.5}] * 2


def test_a_job_that_has_none_is_an_error(fake: Fake[OgcClient]) -> None:
    job = fake.add("jobs", status="failed")
    done = ogc(fake.url, "results", str(job.id), OGC_TOKEN=fake.token)
    assert (done.code, done.out) == (4, "")
    assert "has no results" in done.err


def test_without_a_token_requests_carry_none(fake: Fake[OgcClient], tmp_path: Path) -> None:
    """Whether the address is in the environment or in a profile; the fake refuses them."""
    config = tmp_path / "config.toml"
    config.write_text(f'default = "a"\n[profiles.a.ogc]\nbase_url = "{fake.url}"\n')
    for url, file in ((fake.url, os.devnull), ("", str(config))):
        done = ogc(url, "list", ASYNCOPS_CONFIG=file)
        assert done.code == 4
        assert "OGC API - Processes wants a token: " in done.err
        assert "Set OGC_TOKEN, or store one with asyncops login ogc" in done.err
        assert "Authorization" not in fake.requests[-1].headers


def test_without_an_address_it_says_where_one_goes() -> None:
    done = ogc("", "list")
    assert done.code == 2
    assert "no address of OGC API - Processes. Set OGC_BASE_URL" in done.err
