"""``wait``: exit codes, and what is said of each operation."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from asyncops import ApiCallStatus, State
from asyncops.cli.commands.wait_outcomes import Outcome, exit_code, final_lines
from asyncops.services.chainloop import AsyncOperationStatus
from asyncops.testing import FakeServer, Fault, ZooHabits
from tests import raw_json
from tests.cli.processes import Done
from tests.cli.running import invoke
from tests.cli.samples import NOON, call, operation

QUICK = ("--poll-initial", "10ms", "--poll-cap", "20ms")


@pytest.fixture
def server(fake_server_factory: Callable[..., FakeServer]) -> FakeServer:
    """Both services, empty: what is made in them lives as long as it is told."""
    return fake_server_factory(operations=0, prompts=0, chainloop_operations=0)


def wait(server: FakeServer, *arguments: str, resource: str = "zoo operations") -> Done:
    return invoke(server, *resource.split(), "wait", *QUICK, *arguments)


def lines_of(text: str) -> list[str]:
    """The lines, without the one that says that it begins."""
    return [
        line.removeprefix("asyncops: ")
        for line in text.splitlines()
        if not line.startswith("asyncops: waiting for")
    ]


def test_what_succeeds_is_0_and_a_line(server: FakeServer) -> None:
    row = raw_json.create_operation(server, lifetime=0.05, fails=False)
    done = wait(server, row["id"])
    assert (done.code, lines_of(done.err)) == (0, [])
    (line,) = done.out.splitlines()
    assert line.startswith(f"{row['id']} succeeded, ran ")
    assert done.err == f"asyncops: waiting for operation {row['id']}, at most 15m\n"


def test_what_fails_is_1_and_says_which_and_why(server: FakeServer) -> None:
    good = raw_json.create_operation(server, lifetime=0.02, fails=False)["id"]
    bad = raw_json.create_operation(server, status="failed", error="no disk left")["id"]
    done = wait(server, good, bad)
    assert done.code == 1
    assert {line.partition(",")[0] for line in done.out.splitlines()} == {
        f"{good} succeeded",
        f"{bad} failed",
    }
    assert lines_of(done.err) == [
        f"operation {bad} failed: no disk left",
        "1 of 2 operations failed",
    ]


@pytest.mark.parametrize(
    ("status", "outcome", "line", "problem", "summary"),
    [
        ("canceled", "cancelled", "cancelled, ran 1s", "was cancelled", "1 of 2 operations were"),
        (
            "aborted",
            "unknown",
            "aborted, ran 1s",
            "ended in the status 'aborted', which this release does not know",
            "1 of 2 operations ended in a status that",
        ),
    ],
)
def test_any_end_but_success_is_1_and_told_by_its_word(
    status: str, outcome: str, line: str, problem: str, summary: str
) -> None:
    end = NOON + timedelta(seconds=1)
    seen = Outcome.seen(call(status=ApiCallStatus(status), completed_at=end))
    assert (seen.outcome, seen.ended) == (outcome, True)
    assert seen.line == f"{seen.id} {line}"
    assert seen.problem == f"operation {seen.id} {problem}"
    good = Outcome.seen(call(status=ApiCallStatus.COMPLETED))
    assert exit_code([good, seen]) == exit_code([seen], first=True) == 1
    (told,) = final_lines([good, seen], 1.0)
    assert told.startswith(summary)


def test_what_has_not_ended_is_named_by_the_services_word() -> None:
    paused = Outcome.seen(call(status=ApiCallStatus("paused")))
    assert (paused.outcome, paused.ended) == ("timeout", False)
    (told,) = final_lines([paused], 5.0)
    assert told == f"1 of 1 had not ended after 5s: {paused.id} (paused)"


@pytest.fixture
def held(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service in which what is in progress waits for a person, as its client is to see it."""
    monkeypatch.setattr(ApiCallStatus.IN_PROGRESS, "state", State.BLOCKED)


@pytest.mark.usefixtures("held")
def test_what_waits_for_a_person_can_end_the_wait_for_it_which_is_3(server: FakeServer) -> None:
    still = raw_json.create_operation(server, status="in_progress")["id"]
    # One that were in progress at a poll would wait for a person, too.
    good = raw_json.create_operation(server, status="completed")["id"]
    done = wait(server, still, good, "--on-blocked", "stop")
    assert (done.code, done.out.split()[:2]) == (3, [good, "succeeded,"])
    line = lines_of(done.err)[-1]
    assert line.startswith("1 of 2 had not ended after ")
    assert line.endswith(f": {still} (blocked)")


@pytest.mark.usefixtures("held")
def test_what_waits_for_a_person_is_waited_for_and_told(server: FakeServer) -> None:
    still = raw_json.create_operation(server, status="in_progress")["id"]
    done = wait(server, still, "--timeout", "1s", "--json")
    assert done.code == 3
    assert "1 of 1 still open wait for a person" in lines_of(done.err)
    assert json.loads(done.out)[0]["outcome"] == "blocked"


def test_times_that_nobody_set_make_no_duration() -> None:
    ended = call(status=ApiCallStatus.COMPLETED, completed_at=NOON.replace(year=9999))
    assert Outcome.seen(ended).line == f"{ended.id} succeeded"


def test_the_time_that_is_up_is_3_and_says_what_is_still_open(server: FakeServer) -> None:
    ids = [raw_json.create_operation(server, status="queued")["id"] for _ in range(7)]
    good = raw_json.create_operation(server, status="completed")["id"]
    done = wait(server, *ids, good, "--timeout", "1s")
    assert done.code == 3
    line = lines_of(done.err)[-1]
    assert line.startswith("7 of 8 had not ended after ")
    assert line.endswith(" (pending) and 2 more")
    assert sum(id_ in line for id_ in ids) == 5


def test_an_id_that_nobody_knows_is_4_with_the_request_id(server: FakeServer) -> None:
    good = raw_json.create_operation(server, status="completed")["id"]
    unknown = str(uuid4())
    done = wait(server, unknown, good)
    assert done.code == 4
    (line,) = lines_of(done.err)
    assert line.startswith(f"operation {unknown}: Zoo did not find it")
    assert "(request id " in line
    assert line.endswith("Check the id, and whether it belongs to this account.")


def test_the_same_error_for_many_is_told_once(server: FakeServer) -> None:
    ids = [raw_json.create_operation(server, status="completed")["id"] for _ in range(5)]
    server.script(Fault(401, times=50))
    done = wait(server, *ids)
    assert done.code == 4
    first, second = lines_of(done.err)
    assert "Zoo does not accept the token from the variable ZOO_API_TOKEN" in first
    assert second == "the same came of 4 more"


def test_a_failure_counts_more_than_an_error_and_that_more_than_the_time(
    server: FakeServer,
) -> None:
    queued = raw_json.create_operation(server, status="queued")["id"]
    bad = raw_json.create_operation(server, status="failed")["id"]
    unknown = str(uuid4())
    short = ("--timeout", "1s")
    assert wait(server, queued, unknown, bad, *short).code == 1
    assert wait(server, queued, unknown, *short).code == 4


def test_any_ends_with_the_first_and_goes_by_it(server: FakeServer) -> None:
    queued = raw_json.create_operation(server, status="queued")["id"]
    good = raw_json.create_operation(server, lifetime=0.05, fails=False)["id"]
    done = wait(server, queued, good, "--any")
    assert (done.code, lines_of(done.err)) == (0, [])
    assert done.out.startswith(f"{good} succeeded")
    bad = raw_json.create_operation(server, status="failed", error="no")["id"]
    assert wait(server, queued, bad, "--any").code == 1


def test_json_holds_each_outcome_with_the_operation(server: FakeServer) -> None:
    """Nothing else is on standard output, whatever came."""
    good = raw_json.create_operation(server, status="completed")["id"]
    bad = raw_json.create_operation(server, status="failed", error="no")["id"]
    queued = raw_json.create_operation(server, status="queued")["id"]
    unknown = str(uuid4())
    done = wait(server, good, bad, queued, unknown, "--json", "--timeout", "1s")
    assert done.code == 1
    outcomes = {each["id"]: each for each in json.loads(done.out)}
    words = {id_: each["outcome"] for id_, each in outcomes.items()}
    assert words == {good: "succeeded", bad: "failed", queued: "timeout", unknown: "error"}
    assert outcomes[good]["operation"]["status"] == "completed"
    assert (outcomes[good]["error"], outcomes[bad]["error"]) == (None, "no")
    assert outcomes[queued]["operation"]["status"] == "queued"
    assert "did not find it" in outcomes[unknown]["error"]
    assert outcomes[unknown]["operation"] is None


def test_an_outage_is_told_and_outlasted(server: FakeServer) -> None:
    row = raw_json.create_operation(server, lifetime=0.05, fails=False)
    # The client tries three times before a poll has failed.
    server.script(Fault(503, on=1, times=3, retry_after=0))
    done = wait(server, row["id"])
    assert done.code == 0
    told = lines_of(done.err)
    assert told[0].startswith("no answer, going on: Zoo failed: 503")
    assert told[1] == "there are answers again"


def test_what_is_no_id_is_wrong_use_before_anything_is_sent(server: FakeServer) -> None:
    done = wait(server, "nonsense")
    assert done.code == 2
    assert "'nonsense'" in done.err
    assert server.count() == 0


@pytest.mark.parametrize(
    "arguments", [("--timeout", "0"), ("--timeout", "soon"), ("--poll-cap", "-1s"), ()]
)
def test_arguments_that_do_not_do_are_wrong_use(
    arguments: tuple[str, ...], server: FakeServer
) -> None:
    ids = (str(uuid4()),) if arguments else ()
    assert wait(server, *ids, *arguments).code == 2
    assert server.count() == 0


def test_prompts_are_waited_for_in_the_same_way(server: FakeServer) -> None:
    good = raw_json.create_prompt(server, lifetime=0.03, fails=False)["id"]
    bad = raw_json.create_prompt(server, status="failed", error="too round")["id"]
    assert wait(server, good, resource="zoo prompts").code == 0
    done = wait(server, good, bad, resource="zoo prompts")
    assert done.code == 1
    assert f"operation {bad} failed: too round" in done.err


def test_without_staff_access_ids_can_be_waited_for(
    fake_server_factory: Callable[..., FakeServer],
) -> None:
    server = fake_server_factory(operations=0, prompts=0, zoo=ZooHabits(staff=False))
    ids = [raw_json.create_operation(server, lifetime=0.03, fails=False)["id"] for _ in range(3)]
    assert wait(server, *ids).code == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"completed_at": NOON + timedelta(seconds=90)}, " succeeded, ran 1m30s"),
        (
            {
                "started_at": NOON + timedelta(seconds=80),
                "completed_at": NOON + timedelta(minutes=2),
            },
            " succeeded, ran 40s",
        ),
        ({}, " succeeded"),
    ],
)
def test_how_long_it_ran_is_said_where_it_is_known(fields: dict[str, datetime], words: str) -> None:
    """Counted from its creation where nobody says when it began."""
    ended = call(status=ApiCallStatus.COMPLETED, **fields)
    assert Outcome.seen(ended).line == f"{ended.id}{words}"


def test_without_any_time_only_the_outcome_is_said() -> None:
    ended = operation(
        status=AsyncOperationStatus.FAILED, created_at=None, finished_at=NOON, error_message=""
    )
    assert Outcome.seen(ended).line == f"{ended.id} failed"
    assert Outcome.seen(ended).problem == f"operation {ended.id} failed: no reason given"
