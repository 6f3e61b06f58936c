"""The data of the fake server: the same for the same seed, in order, and true to the clock."""

import re
import subprocess
import sys
from base64 import b64decode
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops.testing import ChainloopHabits, FakeClock, FakeServer
from asyncops.testing.chainloop.data import KINDS
from asyncops.testing.server.hashing import IdSpace
from asyncops.testing.server.lifecycle import MAX_LIFE, STATUSES, Timeline, rfc3339
from asyncops.testing.server.local import now_ns
from asyncops.testing.zoo.data import OPERATION_TYPES, PROMPT_TYPES, CallMaker
from tests import raw_json
from tests.testing.asking import answer

Json = dict[str, Any]
SECOND = 1_000_000_000
START = 1_767_225_600 * SECOND
TIMES = ("created_at", "started_at", "completed_at", "finished_at", "updated_at")
SEEDS = st.integers(min_value=-(2**70), max_value=2**70)


def instant(text: str) -> tuple[datetime, str]:
    """A key that orders RFC 3339 texts to the nanosecond."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(seconds).replace(tzinfo=UTC), fraction.ljust(9, "0")


def test_the_same_seed_gives_the_same_data_and_another_seed_gives_other() -> None:
    one, same, other = FakeServer(seed=7), FakeServer(seed=7), FakeServer(seed=8)
    assert raw_json.zoo_operations(one) == raw_json.zoo_operations(same)
    assert raw_json.ml_prompts(one) == raw_json.ml_prompts(same)
    assert raw_json.chainloop_operations(one) == raw_json.chainloop_operations(same)
    ids = {item["id"] for item in raw_json.zoo_operations(one)}
    assert len(ids) == 1000
    assert ids.isdisjoint(item["id"] for item in raw_json.zoo_operations(other))


def test_data_do_not_depend_on_the_randomisation_of_hashes() -> None:
    program = (
        "from asyncops.testing import FakeServer; from tests import raw_json;"
        "s = FakeServer(seed=3, operations=50);"
        "print(raw_json.zoo_operations(s), raw_json.ml_prompts(s));"
        "print(raw_json.chainloop_operations(s))"
    )
    seen = set()
    for randomisation in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": randomisation, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        )
        seen.add(done.stdout)
    assert len(seen) == 1


@pytest.mark.parametrize("size", [0, 1, 2, 10, 1000])
def test_a_list_has_the_size_asked_for(size: int) -> None:
    server = FakeServer(operations=size, prompts=size, chainloop_operations=size)
    assert len(raw_json.zoo_operations(server)) == size
    assert len(raw_json.ml_prompts(server)) == size
    assert len(raw_json.chainloop_operations(server)) == size


# Each example has hundreds of rows.
@settings(max_examples=25)
@given(seed=SEEDS)
def test_every_state_occurs_at_the_start(seed: int) -> None:
    server = FakeServer(seed=seed, operations=200)
    counts = Counter(item["status"] for item in raw_json.zoo_operations(server))
    assert set(counts) == set(STATUSES)
    assert counts["completed"] > 5 * counts["failed"]


@given(seed=SEEDS, size=st.integers(1, 400))
def test_creation_never_goes_back_and_sometimes_stands_still(seed: int, size: int) -> None:
    timeline = Timeline(seed, "any", size, START)
    created = [timeline.created(row)[0] for row in range(size)]
    assert created == sorted(created)
    assert START - 3 * SECOND < created[-1] < START
    if size > 7:
        assert len(set(created)) < size


def test_ties_and_all_fractions_occur() -> None:
    times = [item["created_at"] for item in raw_json.zoo_operations(FakeServer())]
    assert {len(time.partition(".")[2]) for time in times} == {0, 4, 7, 10}
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}(\.\d+)?Z", time) for time in times)
    assert max(Counter(times).values()) == 3


@given(st.integers(0, 2**61), st.sampled_from([0, 3, 6, 9]))
def test_times_are_cut_and_read_back(at: int, digits: int) -> None:
    text = rfc3339(at, digits)
    cut = at - at % 10 ** (9 - digits)
    moment, fraction = instant(text)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert (moment - epoch) // timedelta(seconds=1) * SECOND + int(fraction) == cut


@given(SEEDS, st.integers(0, 2**48 - 1))
def test_ids_lead_back_to_their_number(seed: int, number: int) -> None:
    space = IdSpace(seed, "one")
    text = space.encode(number)
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text
    )
    assert space.decode(text) == number
    assert space.decode(text.upper()) == number
    assert IdSpace(seed, "two").decode(text) is None
    assert space.decode(text[:-1]) is None
    assert space.decode("z" * 36) is None


@settings(max_examples=30)
@given(seed=SEEDS, moves=st.lists(st.floats(0, 40), max_size=6))
def test_states_only_move_forward_as_the_clock_moves(seed: int, moves: list[float]) -> None:
    server = FakeServer(seed=seed, operations=60, prompts=60, chainloop_operations=60)
    chainloop_order = ["PENDING", "RUNNING", "COMPLETED", "FAILED"]

    def states() -> dict[str, int]:
        zoo = [*raw_json.zoo_operations(server), *raw_json.ml_prompts(server)]
        seen = {item["id"]: STATUSES.index(item["status"]) for item in zoo}
        for item in raw_json.chainloop_operations(server):
            seen[item["id"]] = chainloop_order.index(item["status"].rpartition("_")[2])
        return seen

    before = states()
    for seconds in moves:
        server.advance(seconds)
        after = states()
        assert after.keys() == before.keys()
        assert all(before[key] <= after[key] for key in before)
        ended = {key for key in before if before[key] >= STATUSES.index("completed")}
        assert all(before[key] == after[key] for key in ended)
        before = after


def test_everything_settles_in_the_end() -> None:
    server = FakeServer(operations=1000)
    server.advance(MAX_LIFE / SECOND + 1)
    counts = Counter(item["status"] for item in raw_json.zoo_operations(server))
    assert set(counts) == {"completed", "failed"}
    assert counts["failed"] == 120


@settings(max_examples=40)
@given(seed=SEEDS, elapsed=st.integers(0, 60))
def test_times_and_errors_agree_with_the_state(seed: int, elapsed: int) -> None:
    server = FakeServer(
        seed=seed,
        operations=80,
        prompts=40,
        chainloop_operations=40,
        chainloop=ChainloopHabits(omits_zero_values=False, names="snake_case"),
    )
    server.advance(elapsed)
    now = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=elapsed), "0" * 9)
    for item in [
        *raw_json.zoo_operations(server),
        *raw_json.ml_prompts(server),
        *raw_json.chainloop_operations(server),
    ]:
        state = item["status"].lower().removeprefix("async_operation_status_")
        ended = state in {"completed", "failed"}
        end = item.get("completed_at") or item.get("finished_at")
        assert bool(item.get("started_at")) is (ended or state in {"in_progress", "running"})
        assert bool(end) is ended
        error = item.get("error") or item.get("error_message")
        assert bool(error) is (state == "failed")
        if state != "completed":
            assert not item.get("output")
        times = [instant(item[name]) for name in TIMES if item.get(name)]
        assert times[-1 if "updated_at" not in item else 0] <= now
        started = item.get("started_at") or item["created_at"]
        assert instant(item["created_at"]) <= instant(started) <= instant(end or started) <= now
        if "updated_at" in item and ended:
            assert item["updated_at"] == end


def test_every_type_and_optional_field_of_the_contract_occurs() -> None:
    server = FakeServer()
    calls, prompts = raw_json.zoo_operations(server), raw_json.ml_prompts(server)
    assert {call["type"] for call in calls} == set(OPERATION_TYPES)
    assert len(OPERATION_TYPES) == 9
    assert {prompt["type"] for prompt in prompts} == set(PROMPT_TYPES)
    assert {item["kind"] for item in raw_json.chainloop_operations(server)} == set(KINDS)
    optional = {"started_at", "completed_at", "error", "worker", "output"}
    for name in optional:
        seen = {"absent" if name not in call else call[name] is None for call in calls}
        assert seen == {"absent", False} | ({True} if name != "worker" else set()), name
    assert {type(call["input"]) for call in calls if "input" in call} == {str, dict, type(None)}
    assert any("attempts" in call for call in calls)
    for name in (
        "conversation_id",
        "feedback",
        "kcl_version",
        "output_file",
        "project_name",
        "seconds",
        "metadata",
    ):
        seen = {"absent" if name not in item else item[name] is None for item in prompts}
        assert seen == {"absent", True, False}, name


def test_ten_operations_show_every_type() -> None:
    calls = raw_json.zoo_operations(FakeServer(operations=10))
    assert {call["type"] for call in calls} == set(OPERATION_TYPES)


def test_the_listing_has_no_converted_files() -> None:
    conversions = [
        call
        for call in raw_json.zoo_operations(FakeServer(), "completed")
        if call["type"] == "file_conversion"
    ]
    assert conversions
    assert not any(call.get("output") for call in conversions)


def test_an_added_operation_lives_on_the_clock() -> None:
    server = FakeServer(operations=5)
    made = raw_json.create_operation(
        server, lifetime=100, fails=True, type="file_mass", worker="w-1"
    )
    assert made["status"] == "queued"
    assert made["created_at"] == "2026-01-01T00:00:00.000000000Z"
    states = []
    for _ in range(5):
        states.append(raw_json.zoo_operations(server)[0]["status"])
        server.advance(25)
    assert states == ["queued", "uploaded", "in_progress", "in_progress", "failed"]
    newest = raw_json.zoo_operations(server)[0]
    assert newest["id"] == made["id"]
    assert newest["type"] == "file_mass"
    assert newest["worker"] == "w-1"


def test_an_added_operation_lives_as_long_as_others_unless_told() -> None:
    server = FakeServer(operations=0, prompts=0, chainloop_operations=0)
    raw_json.create_operation(server)
    raw_json.create_prompt(server)
    raw_json.create_chainloop_operation(server)
    server.advance(MAX_LIFE / SECOND)
    for items in (
        raw_json.zoo_operations(server),
        raw_json.ml_prompts(server),
        raw_json.chainloop_operations(server),
    ):
        assert [item["status"].lower().rpartition("_")[2] for item in items] == ["completed"]


@pytest.mark.parametrize("status", STATUSES)
def test_an_added_operation_may_be_held_in_a_state(status: str) -> None:
    server = FakeServer(operations=3)
    made = raw_json.create_operation(server, status=status)
    server.advance(10_000)
    assert made in raw_json.zoo_operations(server, status)


def test_an_added_prompt_keeps_the_fields_given() -> None:
    server = FakeServer(prompts=3)
    made = raw_json.create_prompt(server, prompt="a cube", type="text_to_dream", status="completed")
    assert made["prompt"] == "a cube"
    assert made["type"] == "text_to_dream"
    assert raw_json.ml_prompts(server)[0] == made
    assert raw_json.ml_prompts(server, descending=False)[-1] == made


def test_creation_stays_in_order_when_the_wall_clock_goes_back() -> None:
    class Wavering(FakeClock):
        def time(self) -> float:
            return super().time() - 2 * (self.monotonic() - 1000)

    clock = Wavering()
    server = FakeServer(operations=0, clock=clock)
    first = raw_json.create_operation(server, status="queued")
    clock.advance(5)
    second = raw_json.create_operation(server, status="queued")
    assert second["created_at"] == first["created_at"]
    assert [item["id"] for item in raw_json.zoo_operations(server)] == [second["id"], first["id"]]


def test_what_cannot_be_added_is_refused() -> None:
    server = FakeServer()
    taken = raw_json.zoo_operations(server)[0]["id"]
    cases: list[tuple[Json, str]] = [
        ({"status": "paused"}, "status must be one of"),
        ({"lifetime": -1}, "lifetime"),
        ({"created_at": "2026-01-01T00:00:00Z"}, "created_at"),
        ({"id": taken}, "taken"),
    ]
    for fields, message in cases:
        with pytest.raises(ValueError, match=message):
            raw_json.create_operation(server, **fields)
    with pytest.raises(ValueError, match="status must be one of"):
        raw_json.create_chainloop_operation(server, status="RUNNING")
    with pytest.raises(ValueError, match=r"rows\['operations'\] must be at least 0, got -1"):
        FakeServer(operations=-1)


def test_a_chosen_id_replaces_the_computed_one() -> None:
    server = FakeServer(operations=2)
    chosen = "00000000-0000-4000-8000-000000000001"
    raw_json.create_operation(server, id=chosen)
    rows, now = server.zoo.described.served["operations"].table(()), now_ns(server.clock)
    computed = IdSpace(0, f"{CallMaker.name}/id").encode
    assert rows.row(1).ids["id"] == computed(1)
    assert rows.number("id", chosen, now) == 2
    assert rows.number("id", computed(2), now) is None
    assert rows.number("id", computed(3), now) is None


def test_results_are_base64_of_every_padding() -> None:
    server = FakeServer()
    zoo = server.zoo.described
    endings = set()
    for call in raw_json.zoo_operations(server, "completed"):
        if call["type"] == "file_conversion":
            output = answer(zoo, f"/async/operations/{call['id']}", {}, START)
            for text in (output.get("outputs") or {}).values():
                assert b64decode(text, validate=True)
                endings.add(len(text) - len(text.rstrip("=")))
    assert endings == {0, 1, 2}
