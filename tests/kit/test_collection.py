"""Items without a life as an attribute: which verbs they have."""

from typing import Any

import pytest

from asyncops.kit import Group, ListOptions
from asyncops.kit.actions import NestedItems, NestedListedItems
from asyncops.kit.collection import Collection
from asyncops.kit.operations import Items, ListedItems
from tests.kit.parts import Job, client, listing


class Parts(Group):
    frames = Collection(Job, listing(path="/jobs/{job_id}/frames"), options=ListOptions)


@pytest.mark.parametrize(
    ("fields", "verbs"),
    [
        ({}, ListedItems),
        ({"within": Parts("job_id")}, NestedListedItems),
        ({"get": "/jobs/{id}"}, Items),
        ({"get": "/jobs/{id}", "within": Parts("job_id")}, NestedItems),
    ],
)
def test_a_collection_has_the_verbs_that_it_declares(
    fields: dict[str, Any], verbs: type[Any]
) -> None:
    jobs = Collection(Job, listing(), options=ListOptions, **fields)
    made: Any = client(jobs=jobs)("a-token-of-tests")
    assert type(made.jobs) is verbs
    for missing in ("watch", "wait", "shard"):
        assert not hasattr(made.jobs, missing)
