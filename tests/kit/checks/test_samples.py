"""Samples: what is refused when the client's class is made."""

from typing import Any

import pytest
from attrs import evolve

from asyncops.kit import Collection, DescriptionError, ListOptions, Sample, State
from asyncops.kit.checks.samples import check_sample
from asyncops.kit.checks.subject import Subject
from tests.kit.parts import SERVICE, Job, client, listing, resource

ITEM = {"id": "j1", "status": "done", "created_at": "2026-01-01T00:00:00Z", "times": {"end": None}}
RIGHT: dict[str, Any] = {"item": ITEM, "started": None, "finished": "times.end", "error": None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "number"}, "id='number' is not in the item: name the place of the id"),
        ({"status": "phase"}, "status='phase' is not in the item: name the place, or write status"),
        ({"created": "born"}, "created='born' is not in the item.*created=None"),
        ({"started": "started_at"}, "started='started_at' is not in the item nor in a patch"),
        ({"finished": "times.start"}, "finished='times.start' is not in the item nor"),
        ({"error": "error"}, "error='error' is not in the item nor in a patch"),
        ({"error": "errors[0].text"}, r"error=.* leads into an array, .*: write error=None"),
        ({"id": "ids[kind=own].text"}, r"id=.* leads into an array, .*: name another place"),
        ({"error": "e["}, "sample: error: .*is no place in an answer"),
        ({"item": {**ITEM, "scene": 5}}, r"item does not fit Job: .*\$.scene; change the class"),
        ({"by_state": {State.FAILED: {"status": None}}}, r"by_state\[State.FAILED\] does not fit"),
        (
            {"by_state": {State.FAILED: {"scene": "s"}}},
            r"by_state\[State.FAILED\] is read as State.SUCCEEDED: give the patch the status",
        ),
        (
            {"by_state": {State.FAILED: {"status": "done"}}},
            r"by_state\[State.FAILED\] is read as State.SUCCEEDED",
        ),
        ({"by_state": {"failed": {}}}, "by_state has the key 'failed': write one of State.PENDING"),
    ],
)
def test_a_wrong_sample_is_refused_with_place_and_fix(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DescriptionError, match=f"FarmClient.jobs: .*{message}"):
        client(jobs=resource(sample=Sample(**{**RIGHT, **changes})))


def test_a_sample_is_a_sample() -> None:
    with pytest.raises(DescriptionError, match="sample: it must be a Sample, got dict"):
        client(jobs=resource(sample=ITEM))


def test_a_place_may_be_reachable_in_a_patch_alone() -> None:
    patches = {State.FAILED: {"status": "broken", "reason": {"text": "no disk"}}}
    sample = Sample(**{**RIGHT, "error": "reason.text", "by_state": patches})
    made = client(jobs=resource(sample=sample))
    check_sample(Subject("FarmClient.jobs", vars(made)["jobs"].description))


def test_a_sample_is_read_as_the_service_writes_json() -> None:
    service = evolve(SERVICE, json="protobuf")
    item = {"id": "j1", "status": "done", "createdAt": "2026-01-01T00:00:00Z"}
    sample = Sample(item=item, created="createdAt", started=None, finished=None, error=None)
    assert client(service=service, jobs=resource(sample=sample))
    with pytest.raises(DescriptionError, match="sample: item does not fit Job"):
        client(jobs=resource(sample=sample))


def test_the_patches_of_what_does_not_live_lead_to_no_state() -> None:
    patches = {State.FAILED: {"scene": "s"}}
    sample = Sample(**{**RIGHT, "by_state": patches})
    collection = Collection(Job, listing(), options=ListOptions, sample=sample)
    assert client(jobs=collection)
