"""Operations as an attribute: which verbs they have."""

from typing import Any

import pytest

from asyncops.kit import Action, Collection, Group, ListOptions
from asyncops.kit.actions import (
    CancellableOperations,
    NestedOperations,
    StartableOperations,
    StartedOperations,
)
from asyncops.kit.operations import ListedOperations, Operations
from asyncops.kit.resource import Resource
from tests.kit.parts import Job, client, listing, resource

START, CANCEL = Action("/jobs"), Action("/jobs/{id}/stop")


class Parts(Group):
    frames = Collection(Job, listing(path="/jobs/{job_id}/frames"), options=ListOptions)


@pytest.mark.parametrize(
    ("fields", "verbs"),
    [
        ({}, Operations),
        ({"get": None}, ListedOperations),
        ({"start": START}, StartedOperations),
        ({"cancel": CANCEL}, CancellableOperations),
        ({"start": START, "cancel": CANCEL}, StartableOperations),
        ({"within": Parts("job_id")}, NestedOperations),
    ],
)
def test_a_resource_has_the_verbs_that_it_declares(
    fields: dict[str, Any], verbs: type[Any]
) -> None:
    made: Any = client(jobs=resource(**fields))("a-token-of-tests")
    assert type(made.jobs) is verbs
    assert repr(made.jobs) == f"<farm.jobs of {made!r}>"


def test_a_class_of_verbs_may_be_written_by_hand() -> None:
    class Verbs(Operations[..., ..., Job, Job]):
        def word(self) -> str:
            return "by hand"

    made: Any = client(jobs=resource(verbs=Verbs))("a-token-of-tests")
    assert made.jobs.word() == "by hand"


def test_the_class_gives_the_description() -> None:
    made = client(jobs=resource())
    described: Any = vars(made)["jobs"]
    assert isinstance(described, Resource)
    assert getattr(made, "jobs") is described  # noqa: B009 - a checker knows no such attribute
