"""The items of a fake: from a sample, or from the item's class alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import attrs
import msgspec
import pytest
from attrs import evolve, frozen

from asyncops.http.decoding import decoder
from asyncops.kit import (
    Collection,
    ListOptions,
    Lookup,
    Sample,
    State,
    Status,
    Timestamp,
    Token,
    Tracked,
)
from asyncops.models import JSON, EpochMillis, EpochSeconds, UtcTimestamp, key
from asyncops.testing import Fake
from asyncops.testing.described.examples import example
from asyncops.testing.server.lifecycle import form_of, rounded, write_time
from asyncops.utils.moments import micros
from tests.kit.described.github import GitHubClient, Run
from tests.kit.parts import SERVICE, Job, client, listing, resource
from tests.testing.described.reader import reading

AT = round(datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC).timestamp() * 1e6) * 1000


@frozen(kw_only=True)
class Inner:
    """Part of a larger one."""

    name: str
    size: int | None


@frozen(kw_only=True)
class Large:
    """Fields of many types."""

    id: UUID
    flag: bool
    ratio: float
    inner: Inner
    inners: tuple[Inner, ...]
    labels: Mapping[str, str]
    anything: JSON
    kind: Literal["a", "b"]
    length: Annotated[int, "in metres"]
    told: str | None
    created_at: Timestamp
    note: str = "left out"


def test_a_class_is_enough_for_an_example() -> None:
    assert example(Large) == {
        "id": "00000000-0000-4000-8000-000000000000",
        "flag": False,
        "ratio": 1.0,
        "inner": {"name": "name", "size": None},
        "inners": [],
        "labels": {},
        "anything": None,
        "kind": "a",
        "length": 1,
        "told": None,
        "created_at": "2026-01-01T00:00:00Z",
    }


async def test_items_without_a_life_are_made_from_their_class() -> None:
    larges: Any = Collection(Large, listing(path="/larges"), options=ListOptions)
    fake = Fake(client(larges=larges), rows=3)
    items = fake.items("larges")
    assert len({item.id for item in items}) == 3
    created = [item.created_at for item in items]
    assert created == sorted(created, reverse=True)


@pytest.mark.parametrize(
    ("form", "kind", "written"),
    [
        ("rfc3339", Timestamp, "2026-01-02T03:04:05.678901Z"),
        ("no zone", UtcTimestamp, "2026-01-02T03:04:05.678901"),
        ("seconds", EpochSeconds, 1767323045),
        ("milliseconds", EpochMillis, 1767323045678),
    ],
)
def test_a_time_is_written_in_its_form_and_read_again(form: Any, kind: Any, written: JSON) -> None:
    assert write_time(AT, form) == written
    assert form_of(written) == form
    model = attrs.make_class("Timed", {"at": attrs.field(type=kind)}, frozen=True)
    read: Any = decoder(model, json="plain")(msgspec.json.encode({"at": written}))
    assert micros(read.at) * 1000 == rounded(AT, form)


def test_every_status_of_a_service_with_two_fields_is_reached() -> None:
    fake = Fake(GitHubClient, rows=60)
    runs: list[Run] = fake.items("runs", "python", "cpython")
    words = {run.conclusion or run.status for run in runs}
    assert {state for run in runs if (state := run.state)} == {
        State.PENDING,
        State.RUNNING,
        State.SUCCEEDED,
        State.FAILED,
        State.CANCELLED,
    }
    assert {"queued", "waiting", "failure", "timed_out", "cancelled", "skipped"} <= words
    for run in runs:
        assert run.conclusion is None or run.status == "completed"
        assert run.finished_at is None or run.started_at is not None


async def test_times_stand_at_the_places_of_the_sample() -> None:
    sample = Sample(
        item={
            "id": "job_1",
            "status": "done",
            "created_at": "2026-01-01T00:00:00Z",
            "run": {"began": 1767225600, "ended": 1767225600123},
        },
        by_state={State.FAILED: {"status": "broken", "run": {"why": "no disk"}}},
        started="run.began",
        finished="run.ended",
        error="run.why",
    )
    async with reading(client(jobs=resource(sample=sample))) as reader:
        said = await reader.page(listing(), {})
        for job in said.body["jobs"]:
            assert job["id"].startswith("job_")
            run = job["run"]
            if job["status"] == "waiting":
                assert (run["began"], run["ended"]) == (None, None)
            else:
                assert run["began"] <= run["ended"] / 1000 < run["began"] + 60
            assert (run.get("why") == "no disk") is (job["status"] == "broken")


class Phase(Status):
    """Where a task is."""

    HELD = "held", State.BLOCKED
    RUNS = "runs", State.RUNNING
    OVER = "over", State.SUCCEEDED


@frozen(kw_only=True)
class Task(Tracked):
    """One task, known by its number."""

    id: int
    number: int
    phase: Phase
    created_at: Timestamp | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None

    @property
    def status(self) -> Phase:
        """Its phase."""
        return self.phase


def test_a_status_may_be_a_property_and_an_id_another_number() -> None:
    tasks: Any = Lookup(Task, get="/tasks/{id}", id="number")
    fake = Fake(client(tasks=tasks))
    items: list[Task] = fake.items("tasks")
    assert {item.state for item in items} == {State.BLOCKED, State.RUNNING, State.SUCCEEDED}
    assert all(item.id != item.number for item in items)
    fake.move("tasks", items[0].number, status="over")
    assert fake.items("tasks")[0].state is State.SUCCEEDED


@frozen(kw_only=True)
class Picky(Tracked):
    """A class that no made-up item fits."""

    id: str
    status: Phase
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None

    def __attrs_post_init__(self) -> None:
        raise ValueError("never")


def test_a_class_that_no_example_fits_needs_a_sample() -> None:
    picky = resource(item=Picky)
    with pytest.raises(ValueError, match="no Picky can be made: give its resource a sample="):
        Fake(client(jobs=picky))


async def test_protobufs_json_leaves_out_zero_values_and_spells_keys_in_camel_case() -> None:
    of = client(jobs=resource(), service=evolve(SERVICE, json="protobuf"))
    async with reading(of) as reader:
        said = await reader.page(listing(paging=Token()), {})
        first = said.body["jobs"][0]
        assert "createdAt" in first
        assert "finishedAt" not in first
        async with reader.fake.client() as farm:
            job: Job = await farm.jobs.get(first["id"])
            assert job == reader.fake.items("jobs")[0]


class Mood(Status):
    """Where a flow is."""

    READY = "ready", State.PENDING
    ON = "on", State.RUNNING
    OVER = "over", State.SUCCEEDED
    LOST = "lost", State.FAILED


@frozen(kw_only=True)
class Flow(Tracked):
    """One flow, whose keys are no Python names, and whose times are numbers."""

    id: int = key("flow-id")
    status: Mood = key("state")
    created_at: EpochSeconds = key("created")
    started_at: EpochMillis | None = key("begin", default=None)
    finished_at: UtcTimestamp | None = key("end", default=None)
    error: str | None = key("why", default=None)


async def test_keys_and_times_are_those_of_the_class_without_a_sample() -> None:
    flows = resource(item=Flow, listing=listing(path="/flows", by_status=None), get="/flows/{id}")
    async with reading(client(flows=flows)) as reader:
        said = await reader.page(listing(path="/flows"), {})
        for flow in said.body["jobs"]:
            assert set(flow) == {"flow-id", "state", "created", "begin", "end", "why"}
            assert isinstance(flow["created"], int)
            if flow["end"] is not None:
                assert flow["begin"] > 1000 * 1_700_000_000
                assert "Z" not in flow["end"]
        items: list[Flow] = reader.fake.items("flows")
        assert {item.state for item in items} == {each.state for each in Mood}
        assert all(item.error for item in items if item.state is State.FAILED)
        first = items[0].id
        assert (await reader.ask(f"/flows/{first}")).body["flow-id"] == first
        begun = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
        assert reader.fake.add("flows", started_at=begun).started_at == begun
        reader.fake.move("flows", first, status="lost")
        assert reader.fake.items("flows")[1].state is State.FAILED
