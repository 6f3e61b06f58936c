"""The commands as programs, against ``asyncops serve`` as another one."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.processes import Done, Served, run, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Both services in a process of their own; nothing in them is alive."""
    with serving("--operations", "40", "--prompts", "5", "--arrivals", "0") as running:
        yield running


def ask(served: Served, *arguments: str, **more: str) -> Done:
    done = run(*arguments, env={**served.variables, **more})
    assert "\x1b" not in done.out + done.err
    assert "Traceback" not in done.err
    return done


def test_a_failed_operation_that_was_listed_ends_a_wait_with_1(served: Served) -> None:
    """What one command writes is what the next one takes."""
    listed = ask(served, "zoo", "operations", "list", "--jsonl", "--status", "failed")
    assert (listed.code, listed.err) == (0, "")
    row = json.loads(listed.out.splitlines()[0])
    waited = ask(served, "zoo", "operations", "wait", row["id"])
    assert waited.code == 1
    assert waited.out.startswith(f"{row['id']} failed, ran ")
    said = " ".join(row["error"].split())
    assert waited.err.splitlines()[-1] == f"asyncops: operation {row['id']} failed: {said}"


def test_the_doctor_finds_both_services_well(served: Served) -> None:
    checked = ask(served, "doctor")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.count("✓") == 7


def test_a_wrong_token_is_one_line_with_the_request_id(served: Served) -> None:
    done = ask(served, "zoo", "prompts", "list", ZOO_API_TOKEN="hunter2-hunter2")
    assert (done.code, done.out) == (4, "")
    (line,) = done.err.splitlines()
    assert line.startswith(
        "asyncops: Zoo does not accept the token from the variable ZOO_API_TOKEN"
    )
    assert "(request id " in line
    assert "hunter2" not in done.err


def test_with_vv_each_request_is_a_line_without_the_token(served: Served) -> None:
    done = ask(served, "-vv", "zoo", "prompts", "list", "--jsonl")
    assert done.code == 0
    assert f"GET {served.url}/ml-prompts: 200 in " in done.err
    assert "/ml-prompts complete: 5 items on 2 pages" in done.err
    assert all(line.startswith("asyncops: ") for line in done.err.splitlines())
    assert served.token not in done.err


def test_a_service_that_is_not_there_is_one_line_with_its_host(served: Served) -> None:
    done = ask(served, "zoo", "prompts", "list", ZOO_BASE_URL="http://127.0.0.1:1")
    assert (done.code, done.out) == (4, "")
    (line,) = done.err.splitlines()
    assert line.startswith("asyncops: cannot connect to 127.0.0.1:1: connection refused. Check")
