"""A service that takes signatures, on the command line: with AWS's own credentials, or a token."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asyncops import StepFunctionsClient
from asyncops.cli.app import app
from asyncops.testing import Fake
from tests.cli.processes import Done
from tests.services.aws import KEY, serving

Run = Callable[..., Done]

OWN = {"AWS_ACCESS_KEY_ID": "AKIDOFNOBODY1", "AWS_SECRET_ACCESS_KEY": "a-secret-of-tests"}


@pytest.fixture
def fake() -> Iterator[Fake[StepFunctionsClient]]:
    with Fake(StepFunctionsClient, rows=5) as running:
        yield running


@pytest.fixture
def run(fake: Fake[StepFunctionsClient], tmp_path: Path) -> Run:
    """Runs ``asyncops``, led to the fake, with these variables and no others of AWS."""
    none = {name: None for name in os.environ if name.startswith("AWS_")}
    files = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
    usual = {
        **none,
        **{name: str(tmp_path / file) for name, file in files.items()},
        "AWS_EC2_METADATA_DISABLED": "true",
        "STEPFUNCTIONS_BASE_URL": fake.url,
        "STEPFUNCTIONS_CREDENTIALS": None,
        "ASYNCOPS_CONFIG": str(tmp_path / "asyncops.toml"),
    }

    def running(*words: str, **variables: str) -> Done:
        env = {**usual, **variables}
        done = CliRunner().invoke(app, list(words), env=env, catch_exceptions=False)
        return Done(done.exit_code, done.stdout, done.stderr)

    return running


def test_each_verb_takes_the_credentials_of_the_environment(
    fake: Fake[StepFunctionsClient], run: Run
) -> None:
    def executions(*words: str) -> str:
        done = run("stepfunctions", "executions", *words, **OWN)
        assert (done.code, done.err) == (0, "")
        return done.out

    machine = fake.items("executions")[0].state_machine_arn
    lines = executions("list", "--state-machine-arn", machine, "--jsonl").splitlines()
    assert {json.loads(line)["id"] for line in lines} == {
        each.id for each in fake.items("executions")
    }
    words = ("--state-machine-arn", machine, "--input", "{}", "--no-wait")
    started = executions("start", *words).strip()
    assert started == fake.items("executions")[0].id
    executions("cancel", started, "--cause", "enough")
    assert json.loads(executions("get", started, "--json"))["status"] == "ABORTED"
    signed = {each.headers["x-amz-target"] for each in fake.requests}
    assert len(signed) == 4
    assert all("authorization" not in each.headers for each in fake.requests)


def test_a_profile_may_name_the_variable_of_a_token(run: Run, tmp_path: Path) -> None:
    (tmp_path / "asyncops.toml").write_text(
        '[profiles.night.stepfunctions]\ntoken_env = "NIGHT_KEYS"\n'
        'base_url = "http://127.0.0.1:9"\n'
    )
    words = ("--profile", "night", "stepfunctions", "executions", "get", "arn:x")
    refused = run(*words, NIGHT_KEYS="hidden", **OWN)
    assert refused.code == 2
    assert "the token must be ACCESS_KEY_ID:SECRET_ACCESS_KEY" in refused.err
    assert "hidden" not in refused.err


def test_what_is_missing_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("stepfunctions", "executions", "get", "arn:x")
    none = run(*words)
    assert none.code == 2
    assert "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE" in none.err
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    extra = run(*words, **OWN)
    assert extra.code == 2
    assert "pip install 'asyncops[aws]'" in extra.err


def test_the_region_of_the_environment_is_asked_unless_there_is_an_address(run: Run) -> None:
    words = ("stepfunctions", "executions", "get", "arn:x")
    env = {"STEPFUNCTIONS_BASE_URL": "", **OWN}
    nowhere = run(*words, **env)
    assert nowhere.code == 2
    assert "Set STEPFUNCTIONS_BASE_URL or AWS_REGION" in nowhere.err
    # By way of a proxy that is not there.
    asked = run(*words, "--proxy", "http://127.0.0.1:9", **env, AWS_REGION="eu-x-1")
    assert asked.code == 4
    assert "proxy" in asked.err


def test_doctor_says_with_what_requests_are_signed(run: Run) -> None:
    done = run("doctor", "stepfunctions", **OWN)
    assert done.code == 0
    assert "credentials found on this machine: accepted" in done.out
    token = run("doctor", "stepfunctions", STEPFUNCTIONS_CREDENTIALS=":".join(OWN.values()))
    assert "token from the variable STEPFUNCTIONS_CREDENTIALS: accepted" in token.out
    assert run("doctor", "stepfunctions").code == 4


async def test_credentials_that_are_refused_are_not_called_missing(run: Run) -> None:
    async with serving() as aws:
        words = ("stepfunctions", "executions", "get", "arn:x")
        at = {"STEPFUNCTIONS_BASE_URL": aws.url, "AWS_REGION": "eu-west-1"}
        of = "AWS Step Functions does not accept the"
        for found in (OWN, {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": "another-secret"}):
            refused = await asyncio.to_thread(run, *words, **at, **found)
            assert refused.code == 4
            assert f"{of} credentials found on this machine: " in refused.err
            assert ". Renew them." in refused.err
        given = {"STEPFUNCTIONS_CREDENTIALS": f"{KEY}:another-secret"}
        refused = await asyncio.to_thread(run, *words, **at, **given)
        assert f"{of} token from the variable STEPFUNCTIONS_CREDENTIALS: " in refused.err
