"""``wait`` for Chainloop's operations: all on a resource, or by their ids."""

from collections.abc import Callable

import pytest

from asyncops import AsyncOperationStatus, State
from asyncops.testing import FakeServer
from tests import raw_json
from tests.cli.processes import Done
from tests.cli.running import invoke

RUNNING = "ASYNC_OPERATION_STATUS_RUNNING"
QUICK = ("--poll-initial", "10ms", "--poll-cap", "20ms")


@pytest.fixture
def server(fake_server_factory: Callable[..., FakeServer]) -> FakeServer:
    """Both services, empty: what is made in them lives as long as it is told."""
    return fake_server_factory(operations=0, prompts=0, chainloop_operations=0)


def lines_of(text: str) -> list[str]:
    """The lines, without the one that says that it begins."""
    return [
        line.removeprefix("asyncops: ")
        for line in text.splitlines()
        if not line.startswith("asyncops: waiting for")
    ]


def chainloop(server: FakeServer, *arguments: str) -> Done:
    return invoke(server, "chainloop", "operations", "wait", *QUICK, *arguments)


ON_E1 = ("--resource-type", "evidence", "--resource-id", "e1")


def create(server: FakeServer, **more: object) -> str:
    fields: dict[str, object] = {"resource_type": "evidence", "resource_id": "e1", **more}
    status, lifetime, fails = (fields.pop(name, None) for name in ("status", "lifetime", "fails"))
    row = raw_json.create_chainloop_operation(
        server,
        status=str(status) if status else None,
        lifetime=lifetime if isinstance(lifetime, float) else None,
        fails=bool(fails) if fails is not None else None,
        **fields,
    )
    return str(row["id"])


def test_all_operations_on_a_resource_are_waited_for(server: FakeServer) -> None:
    first = create(server, lifetime=0.02, fails=False)
    second = create(server, lifetime=0.05, fails=False)
    create(server, status=RUNNING, resource_id="e2")
    done = chainloop(server, *ON_E1)
    assert (done.code, lines_of(done.err)) == (0, [])
    assert {line.partition(" ")[0] for line in done.out.splitlines()} == {first, second}


def test_a_failure_on_a_resource_is_1(server: FakeServer) -> None:
    create(server, lifetime=0.0, fails=False)
    bad = create(server, lifetime=0.0, fails=True)
    done = chainloop(server, *ON_E1)
    assert done.code == 1
    told = lines_of(done.err)
    assert told[0].startswith(f"operation {bad} failed: ")
    assert told[1] == "1 of 2 operations failed"


def test_a_resource_whose_operations_take_too_long_is_3(server: FakeServer) -> None:
    create(server, lifetime=0.0, fails=False)
    still = create(server, status=RUNNING)
    done = chainloop(server, *ON_E1, "--timeout", "1s")
    assert done.code == 3
    line = lines_of(done.err)[-1]
    assert line.startswith("1 of 2 had not ended after ")
    assert line.endswith(f"s: {still} (running)")


def test_a_resource_on_which_one_waits_for_a_person_is_3_where_that_is_told_to_stop(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AsyncOperationStatus.RUNNING, "state", State.BLOCKED)
    create(server, lifetime=0.0, fails=False)
    still = create(server, status=RUNNING)
    done = chainloop(server, *ON_E1, "--on-blocked", "stop")
    assert done.code == 3
    assert lines_of(done.err)[-1].endswith(f"s: {still} (blocked)")


def test_a_resource_on_which_nothing_begins_is_3_unless_that_is_fine(server: FakeServer) -> None:
    done = chainloop(server, *ON_E1, "--timeout", "1s", "--json")
    assert (done.code, done.out) == (3, "[]\n")
    assert lines_of(done.err)[-1].startswith("there was no operation after")
    done = chainloop(server, *ON_E1, "--missing", "ok")
    assert (done.code, done.out, lines_of(done.err)) == (0, "", [])


def test_kinds_are_told_apart(server: FakeServer) -> None:
    create(server, status=RUNNING, kind="other")
    done = chainloop(server, *ON_E1, "--kind", "evidence_evaluation", "--missing", "ok")
    assert done.code == 0


def test_operations_of_chainloop_can_be_waited_for_by_id(server: FakeServer) -> None:
    good = create(server, lifetime=0.03, fails=False)
    done = chainloop(server, good, *ON_E1)
    assert (done.code, lines_of(done.err)) == (0, [])
    assert done.out.startswith(f"{good} succeeded")


def test_an_id_that_is_not_there_is_4_at_once_or_3_when_it_was_waited_for(
    server: FakeServer,
) -> None:
    done = chainloop(server, "nobody")
    assert (done.code, done.out) == (4, "")
    done = chainloop(server, "nobody", "--missing", "wait", "--timeout", "200ms")
    assert done.code == 3
    assert "nobody" in lines_of(done.err)[-1]
    assert chainloop(server, "nobody", "--missing", "error").code == 4


def test_a_resource_without_operations_is_4_at_once_where_that_is_an_error(
    server: FakeServer,
) -> None:
    done = chainloop(server, *ON_E1, "--missing", "error")
    assert (done.code, done.out) == (4, "")
    assert "no operation on evidence e1" in lines_of(done.err)[-1]
    # Page 0, which is refused, and page 1.
    assert server.count() == 2


def test_the_help_says_what_becomes_of_what_is_not_there(server: FakeServer) -> None:
    words = " ".join(chainloop(server, "--help").out.replace("│", " ").split())
    assert "--missing" in words
    assert "error for ids, wait for a resource" in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give ids, or --resource-type"),
        (("--resource-type", "evidence"), "go together"),
        (("x", "--missing", "ok"), "--missing ok goes with a resource"),
        ((*ON_E1, "--any"), "--any goes with ids"),
        (("--resource-type", "", "--resource-id", "x"), "resource_type"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(
    arguments: tuple[str, ...], words: str, server: FakeServer
) -> None:
    done = chainloop(server, *arguments)
    assert done.code == 2
    assert words in " ".join(done.err.replace("│", " ").split())
    assert server.count() == 0
